import PartnerAPI
import SQL
import Testing

@testable import Agency

/// Every check of what partners take back finds its damage, and every guard guards.
@Suite struct PartnerCorrectionAuditTests {
    /// Serial 1 is voided by 2; the void 4 of 3 is unknown, the void 6 of 5 declined; the bill of 7
    /// is voided by 8, that of 9 waits for the void 10.
    private static let book = Result {
        let bench = try PartnerBench(
            preparing: "UPDATE product SET period_form = 'month' WHERE code = 'POWERTOKEN'")
        let teller = try bench.test.signOn()
        func pay(_ month: String) throws {
            let request = BillPaymentRequest(
                target: .account(productCode: "POWERTOKEN", accountNumber: "52999900000001"),
                amountFen: 10_000, period: month)
            #expect(try bench.pay(request, key: "paid-" + month, by: teller).isSettled)
        }
        func payBill(_ period: String) throws {
            let product = try bench.test.book.catalogue.product("GAS", .bill)
            let bill = PartnerBill(
                reference: period, period: period, amountFen: 20_000, lateFeeFen: 0, dueDate: nil)
            try bench.test.perform {
                try $0.keep(
                    PartnerBills(customerName: "张*", bills: [bill]), account: "G1", of: product)
            }
            let number = try bench.test.integer("SELECT max(bill_id) FROM bill")
            let quote = try Answer(bench.test.perform { try $0.quoteBill(number, by: teller) })
            let request = BillPaymentRequest(
                target: .quote(try #require(Int64(try quote.text("quote_id")))),
                amountFen: 20_000)
            #expect(try bench.pay(request, key: "bill-" + period, by: teller).isSettled)
        }
        func void(_ serial: Int64, _ reversal: ControllablePartner.Question) throws {
            bench.partner.set(reversal: reversal)
            try bench.correct(.void, serial, key: "void-000\(serial)", by: teller)
        }
        try pay("2026-01")
        try void(1, .truth)
        try pay("2026-02")
        try void(3, .silence)
        try pay("2026-03")
        try void(5, .refuse)
        try payBill("2026-10")
        try void(7, .truth)
        try payBill("2026-11")
        try void(9, .silence)
        bench.desk.stop()
        bench.test.book.close()
        return bench.test.copy
    }

    @Test("the book is sound before it is damaged") func sound() throws {
        let copy = try Self.book.get()
        #expect(try copy.faults() == [])
        let statuses = try Connection(path: copy.path + "/book.db", access: .read).prepare(
            "SELECT status FROM service_transaction ORDER BY serial"
        ).all { $0.text(0) }
        #expect(
            statuses == [
                "posted", "posted", "posted", "unknown", "posted", "declined", "posted", "posted",
                "posted", "unknown",
            ])
    }

    static let damages = [
        Damage(
            check: "partners take back what they booked",
            sql: "DELETE FROM partner_call WHERE serial = 2", row: "2"),
        Damage(
            check: "open payments have their calls",
            sql: "DELETE FROM partner_call WHERE serial = 4", row: "4"),
        Damage(
            check: "calls stand as their transactions",
            sql: "UPDATE partner_call SET act = 'post' WHERE serial = 2", row: "2"),
        Damage(
            check: "calls stand as their transactions",
            sql: "UPDATE partner_call SET state = 'booked' WHERE serial = 4", row: "4"),
        Damage(
            check: "corrections were authorised",
            sql: "UPDATE authorisation SET used_serial = NULL, state = 'expired' "
                + "WHERE used_serial = 4", row: "4"),
        Damage(
            check: "corrections are of their originals",
            sql: "UPDATE service_transaction SET amount_fen = amount_fen + 1 WHERE serial = 6",
            row: "6"),
        Damage(
            check: "voided bills are reopened",
            sql: "DELETE FROM bill_payment WHERE serial = 8", row: "8"),
        Damage(
            check: "voided bills are reopened",
            sql: "INSERT INTO bill_payment SELECT 10, bill_id, -amount_fen, 0, 0 "
                + "FROM bill_payment WHERE serial = 9", row: "10"),
        Damage(
            check: "paid periods are of their payments",
            sql: "UPDATE period_payment SET is_released = 1 WHERE serial = 3", row: "3"),
        Damage(
            check: "paid periods are of their payments",
            sql: "UPDATE period_payment SET is_released = 1 WHERE serial = 5", row: "5"),
        Damage(
            check: "paid periods are of their payments",
            sql: "UPDATE period_payment SET is_released = 0 WHERE serial = 1", row: "1"),
        Damage(
            check: "calls have their answers",
            sql: "UPDATE idempotency_key SET outcome = 'done' WHERE key = 'void-0003'", row: "4"),
        Damage(
            check: "calls hold their cash",
            sql: "UPDATE partner_call SET pending_entry_id = 1 WHERE serial = 2", row: "2"),
    ]

    @Test("damage is found and its row is named", arguments: damages)
    func found(_ damage: Damage) throws {
        let check = try #require(BusinessChecks.all.first { $0.name == damage.check })
        let copy = try BookCopy(of: Self.book.get().path)
        try copy.damage(damage.sql)
        let faults = try copy.faults()
        #expect(
            faults.contains {
                $0.hasSuffix(check.fault) && $0.hasPrefix(check.table + " " + damage.row)
            }, "\(faults)")
    }

    /// A void of serial 5 as a stranger would write it, with a status.
    private static func void(_ status: String) -> String {
        """
        INSERT INTO service_transaction SELECT (SELECT max(serial) + 1 FROM service_transaction),
            business_date, recorded_at, shift_id, product_id, contract_id, kind, '\(status)',
            account_reference, partner_reference, -amount_fen, -fee_fen, -commission_fen, 99,
            iif('\(status)' = 'posted', entry_id, NULL),
            iif('\(status)' = 'posted', final_date, NULL), NULL, serial, 0, 'void'
        FROM service_transaction WHERE serial = 5
        """
    }

    @Test(
        "the database takes a void of a booking only as one that waits for its partner",
        arguments: [("posted", false), ("pending", true)])
    func insert(_ status: String, isAccepted: Bool) throws {
        #expect(try Self.isAccepted(Self.void(status)) == isAccepted)
    }

    static let attacks = [
        "INSERT INTO bill_payment SELECT 10, bill_id, -amount_fen, 0, 0 FROM bill_payment "
            + "WHERE serial = 9",
        "UPDATE period_payment SET is_released = 1 WHERE serial = 3",
        "UPDATE period_payment SET is_released = 1 WHERE serial = 5",
        "UPDATE authorisation SET used_serial = NULL, state = 'issued' WHERE used_serial = 6",
        "UPDATE service_transaction SET status = 'posted' WHERE serial = 6",
        "UPDATE partner_call SET state = 'posting' WHERE serial = 4",
        "UPDATE partner_call SET act = 'post' WHERE serial = 4",
        "UPDATE partner_call SET cash_fen = -1 WHERE serial = 4",
        "DELETE FROM partner_call WHERE serial = 4",
    ]

    @Test("the database refuses what the program never does", arguments: attacks)
    func guarded(_ attack: String) throws {
        #expect(try !Self.isAccepted(attack))
    }

    private static func isAccepted(_ sql: String) throws -> Bool {
        let copy = try BookCopy(of: book.get().path)
        let connection = try Connection(path: copy.path + "/book.db", access: .write)
        do {
            try connection.execute(script: sql)
            return true
        } catch is SQLError {
            return false
        }
    }
}
