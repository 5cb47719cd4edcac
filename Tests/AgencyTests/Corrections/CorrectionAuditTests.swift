import SQL
import Testing

@testable import Agency

/// Every check of voids, refunds, baskets and batches finds its damage, and every guard guards.
@Suite struct CorrectionAuditTests {
    static let damages = [
        Damage(
            check: "corrections are of their originals",
            sql: "UPDATE service_transaction SET correction = 'refund' WHERE serial = 3", row: "3"),
        Damage(
            check: "corrections are of their originals",
            sql: "UPDATE service_transaction SET original_serial = 6 WHERE serial = 3", row: "3"),
        Damage(
            check: "corrections are of their originals",
            sql: "UPDATE service_transaction SET amount_fen = amount_fen + 1 WHERE serial = 3",
            row: "3"),
        Damage(
            check: "corrections are of their originals",
            sql: "UPDATE service_transaction SET original_serial = 3 WHERE serial = 5", row: "5"),
        Damage(
            check: "no more is taken back than there was",
            sql: "UPDATE service_transaction SET commission_fen = commission_fen - 1 "
                + "WHERE serial = 3", row: "2"),
        Damage(
            check: "corrections were authorised",
            sql: "UPDATE authorisation SET used_serial = NULL, state = 'expired'", row: "3"),
        Damage(
            check: "corrections were authorised",
            sql: "UPDATE authorisation SET supervisor_id = "
                + "(SELECT min(staff_id) FROM staff_member WHERE role = 'operator')", row: "3"),
        Damage(
            check: "corrections were authorised",
            sql: "UPDATE authorisation SET correction = 'refund' WHERE used_serial = 3", row: "3"),
        Damage(
            check: "corrections were authorised",
            sql: "UPDATE authorisation SET issued_at = issued_at + 1, expires_at = expires_at + 1",
            row: "3"),
        Damage(
            check: "authorisations were used by corrections",
            sql: "UPDATE authorisation SET used_serial = 1 WHERE used_serial = 3"),
        Damage(
            check: "voided bills are reopened",
            sql: "DELETE FROM bill_payment WHERE amount_fen < 0", row: "5"),
        Damage(
            check: "voided bills are reopened",
            sql: "UPDATE bill_payment SET bill_id = bill_id + 1 WHERE amount_fen < 0", row: "5"),
        Damage(
            check: "baskets hold their items",
            sql: "UPDATE basket SET total_fen = total_fen + 1", row: "7"),
        Damage(
            check: "baskets hold their items",
            sql: "UPDATE basket SET returned_fen = 1", row: "7"),
        Damage(
            check: "baskets hold their items",
            sql: "DELETE FROM basket_item WHERE serial = 9", row: "7"),
        Damage(
            check: "baskets hold their items",
            sql: "UPDATE service_transaction SET receipt_number = 99 WHERE serial = 8", row: "7"),
        Damage(
            check: "transactions are in their baskets",
            sql: "UPDATE service_transaction SET basket_serial = NULL WHERE serial = 8", row: "8"),
        Damage(
            check: "transactions are in their baskets",
            sql: "UPDATE basket_item SET state = 'refused', refusal = 'r' WHERE serial = 8",
            row: "8"),
        Damage(
            check: "items of baskets ask their partners",
            sql: "UPDATE basket_item SET state = 'returned', refusal = 'r' WHERE serial = 8",
            row: "8"),
        Damage(
            check: "baskets have their answers",
            sql: "UPDATE basket SET key = 'another-key'", row: "7"),
        Damage(
            check: "baskets have their answers",
            sql: "UPDATE idempotency_key SET outcome = 'running' WHERE key = 'basket-1'",
            row: "7"),
        Damage(
            check: "baskets have their answers",
            sql: "UPDATE idempotency_key SET answer = CAST(json_replace(CAST(answer AS TEXT), "
                + "'$.cash_back_fen', 1) AS BLOB) WHERE key = 'basket-1'", row: "7"),
        Damage(
            check: "baskets have their answers",
            sql: "UPDATE idempotency_key SET answer = CAST(json_replace(CAST(answer AS TEXT), "
                + "'$.items[2].state', 'refused') AS BLOB) WHERE key = 'basket-1'", row: "7"),
        Damage(
            check: "terminals' numbers have their keys",
            sql: "UPDATE terminal_sequence SET key = 'another-key' WHERE sequence = 1", row: "1/1"),
        Damage(
            check: "numbers came in batches of their terminal",
            sql: "UPDATE terminal_batch SET last_sequence = 1", row: "1/2"),
        Damage(
            check: "numbers came in batches of their terminal",
            sql: "UPDATE terminal_batch SET terminal_id = 2", row: "1/1"),
        Damage(
            check: "batches tell which numbers arrived",
            sql: "DELETE FROM terminal_sequence WHERE sequence = 2", row: "1"),
        Damage(
            check: "batches tell which numbers arrived",
            sql: "UPDATE terminal_batch SET complete_to = 3", row: "1"),
        Damage(
            check: "answers agree with their transactions",
            sql: "UPDATE idempotency_key SET answer = CAST(json_replace(CAST(answer AS TEXT), "
                + "'$.items[1].receipt.amount_fen', 1) AS BLOB) WHERE key = 'basket-1'"),
        Damage(
            check: "payments have their answers",
            sql: "DELETE FROM idempotency_key WHERE key = 'basket-1'"),
    ]

    /// The book that every row of the tables damages a copy of.
    private static let book = Result {
        let test = try TestBook()
        try test.playCorrections()
        test.book.close()
        return test.copy
    }

    @Test("the book is sound before it is damaged") func sound() throws {
        #expect(try Self.book.get().faults() == [])
    }

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

    static let attacks = [
        "DELETE FROM authorisation",
        "UPDATE authorisation SET reason = 'another' WHERE state = 'used'",
        "UPDATE authorisation SET state = 'issued', used_serial = NULL WHERE used_serial = 3",
        "INSERT INTO authorisation VALUES (99, 'void', 1, 1, 'r', 'd', 1, 2, 'used', 0, 3)",
        "INSERT INTO authorisation VALUES (99, 'void', 1, 1, 'r', 'd', 1, 2, 'issued', 1, NULL)",
        "DELETE FROM bill_payment WHERE amount_fen < 0",
        "UPDATE bill_payment SET bill_id = bill_id + 1",
        "UPDATE bill_payment SET is_released = 1",
        "INSERT INTO bill_payment SELECT 99, bill_id, -amount_fen, 0, 0 FROM bill_payment "
            + "WHERE serial = 6",
        "INSERT INTO bill_payment SELECT 1, bill_id, amount_fen, 0, 0 FROM bill_payment "
            + "WHERE serial = 6",
        "DELETE FROM basket",
        "UPDATE basket SET tendered_fen = tendered_fen + 1",
        "UPDATE basket SET state = 'open', returned_fen = NULL",
        "DELETE FROM basket_item",
        "UPDATE basket_item SET state = 'refused', refusal = 'r' WHERE serial = 8",
        "UPDATE basket SET key = 'another-key'",
        "INSERT INTO basket_item VALUES (7, 3, 1, 'posted', NULL)",
        "DELETE FROM terminal_batch",
        "UPDATE terminal_batch SET complete_to = 9",
        "UPDATE terminal_batch SET state = 'quarantined', complete_to = NULL",
        "DELETE FROM terminal_sequence",
        "UPDATE terminal_sequence SET key = 'x'",
        "INSERT INTO terminal_sequence VALUES (1, 99, 'offline-9900', 1, 1)",
        "INSERT INTO terminal_sequence VALUES (2, 1, 'offline-9900', 1, 1)",
    ]

    @Test("the database refuses what the program never does", arguments: attacks)
    func guarded(_ attack: String) throws {
        let copy = try BookCopy(of: Self.book.get().path)
        let connection = try Connection(path: copy.path + "/book.db", access: .write)
        #expect(throws: SQLError.self) { try connection.execute(script: attack) }
    }

    /// A further correction of what was corrected, as a stranger would write it.
    private static func correction(of original: Int64, item: Int64) -> String {
        """
        INSERT INTO service_transaction SELECT (SELECT max(serial) + 1 FROM service_transaction),
            business_date, recorded_at, shift_id, product_id, contract_id, kind, status,
            account_reference, partner_reference, -amount_fen, -fee_fen, -commission_fen, 99,
            entry_id, final_date, NULL, serial, \(item), 'void'
        FROM service_transaction WHERE serial = \(original)
        """
    }

    @Test(
        "a second correction is refused by the database, of the whole and of a part",
        arguments: [(2, 0, false), (2, 1, false), (3, 0, false), (6, 0, true), (6, 1, true)])
    func twice(original: Int64, item: Int64, isAccepted: Bool) throws {
        let copy = try BookCopy(of: Self.book.get().path)
        let connection = try Connection(path: copy.path + "/book.db", access: .write)
        var wasAccepted = true
        do {
            try connection.execute(script: Self.correction(of: original, item: item))
        } catch is SQLError {
            wasAccepted = false
        }
        #expect(wasAccepted == isAccepted)
    }
}
