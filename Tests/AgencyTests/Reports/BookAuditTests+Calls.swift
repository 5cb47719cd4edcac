import Testing

@testable import Agency

/// Damage to what was paid to billers and asked of partners.
extension BookAuditTests {
    static let billDamages = [
        Damage(
            check: "bills hold what was paid",
            sql: "UPDATE bill SET held_fen = 0 WHERE held_fen > 0"),
        Damage(
            check: "bills hold what was paid",
            sql: "UPDATE bill SET amount_fen = amount_fen - 1 "
                + "WHERE bill_id = (SELECT min(bill_id) FROM bill_payment)"),
        Damage(
            check: "bill payments are of their bills",
            sql: "UPDATE bill_payment SET amount_fen = amount_fen + 1 WHERE serial = 1", row: "1"),
        Damage(
            check: "bill payments are of their bills",
            sql: "UPDATE bill_payment SET serial = 999999 WHERE serial = 1", row: "999999"),
        Damage(
            check: "payments that came to nothing are released",
            sql: "UPDATE bill_payment SET is_released = 1 WHERE serial = 1", row: "1"),
        Damage(
            check: "payments have their bills", sql: "DELETE FROM bill_payment WHERE serial = 1",
            row: "1"),
        Damage(
            check: "paid periods are of their payments",
            sql: "INSERT INTO period_payment (serial, product_id, account_number, period, "
                + "amount_fen, guard_fen) SELECT 3, product_id, 'A', '2026', 1, 0 FROM product "
                + "WHERE code = 'MEDICAL'", row: "3"),
    ]

    static let callDamages = [
        Damage(
            check: "calls stand as their transactions",
            sql: "UPDATE partner_call SET state = 'disputed' WHERE serial = 1", row: "1"),
        Damage(
            check: "calls stand as their transactions",
            sql: "UPDATE partner_call SET act = 'undo' WHERE serial = 1", row: "1"),
        Damage(
            check: "open payments have their calls",
            sql: "DELETE FROM partner_call WHERE serial = 2", row: "2"),
        Damage(
            check: "calls have their answers",
            sql: "UPDATE idempotency_key SET outcome = 'done' WHERE key = 'unknown-1'", row: "2"),
        Damage(
            check: "calls have their answers",
            sql: "DELETE FROM idempotency_key WHERE key = 'booked-1'", row: "1"),
        Damage(
            check: "calls hold their cash",
            sql: "UPDATE partner_call SET pending_entry_id = 1 WHERE serial = 1", row: "1"),
        Damage(
            check: "calls hold their cash",
            sql: "UPDATE partner_call SET suspense_entry_id = 1 WHERE serial = 2", row: "2"),
        Damage(
            check: "suspense is what is open",
            sql: "UPDATE partner_call SET cash_fen = 7 WHERE serial = 2"),
    ]

    @Test("damage to bills and their payments is found", arguments: billDamages)
    func foundInBills(_ damage: Damage) throws {
        try expect(damage, in: closedDay())
    }

    @Test("damage to calls of partners is found", arguments: callDamages)
    func foundInCalls(_ damage: Damage) throws {
        let bench = try PartnerBench()
        let teller = try bench.test.signOn()
        _ = try bench.pay(key: "booked-1", by: teller)
        bench.partner.set(.bookSilently)
        bench.partner.set(query: .silence)
        _ = try bench.pay(key: "unknown-1", by: teller)
        bench.desk.stop()
        bench.test.book.close()
        #expect(try bench.test.copy.faults() == [])
        try expect(damage, in: bench.test.copy)
    }

    private func expect(_ damage: Damage, in copy: BookCopy) throws {
        let check = try #require(BusinessChecks.all.first { $0.name == damage.check })
        try copy.damage(damage.sql)
        let faults = try copy.faults().filter { $0.hasSuffix(check.fault) }
        #expect(faults.first?.hasPrefix(check.table + " " + damage.row) == true, "\(faults)")
    }
}
