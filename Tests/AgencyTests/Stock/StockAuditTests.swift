import SQL
import Testing

@testable import Agency

@Suite("Damage to numbered stock") struct StockAuditTests {
    static let damages = [
        Damage(
            check: "packs account for their serials",
            sql: "UPDATE stock_pack SET sold_count = sold_count - 1, damaged_count = "
                + "damaged_count + 1 WHERE pack_id = 1", row: "1"),
        Damage(
            check: "packs account for their serials",
            sql: "UPDATE stock_pack SET next_number = next_number + 1 WHERE pack_id = 1"),
        Damage(
            check: "packs account for their serials",
            sql: "UPDATE stock_pack SET next_number = next_number - 1 WHERE pack_id = 1"),
        Damage(
            check: "packs account for their serials",
            sql: "UPDATE stock_serial SET state = 'voided' WHERE state = 'damaged'"),
        Damage(
            check: "packs account for their serials",
            sql: "DELETE FROM stock_serial WHERE state = 'damaged'"),
        Damage(
            check: "serials are in their packs",
            sql: "UPDATE stock_serial SET pack_id = 2 WHERE state = 'damaged'"),
        Damage(
            check: "packs do not overlap",
            sql: "UPDATE stock_pack SET last_number = last_number + 901 WHERE pack_id = 1",
            row: "2"),
        Damage(
            check: "packs are where they were brought",
            sql: "UPDATE stock_pack SET station_id = 2 WHERE pack_id = 1", row: "1"),
        Damage(
            check: "packs are where they were brought", sql: "DELETE FROM stock_event"),
        Damage(
            check: "stock sales have their serials",
            sql: "DELETE FROM stock_serial WHERE state = 'sold'"),
        Damage(
            check: "stock sales have their serials",
            sql: "UPDATE stock_item SET face_value_fen = 999 WHERE code = 'SCRATCH10'"),
        Damage(
            check: "sold serials have their sales",
            sql: "UPDATE stock_serial SET serial = 999999 WHERE state = 'sold'"),
        Damage(
            check: "sold serials have their sales",
            sql: "UPDATE stock_serial SET state = 'failed' WHERE state = 'returned'"),
        Damage(
            check: "sold serials have their sales",
            sql: "UPDATE stock_serial SET state = 'voided', reason = 'x' WHERE state = 'sold'"),
        Damage(check: "cards have their buyers", sql: "DELETE FROM stock_buyer"),
        Damage(
            check: "prizes have their payments",
            sql: "UPDATE prize_payment SET amount_fen = amount_fen + 1"),
        Damage(
            check: "prizes have their payments", sql: "UPDATE prize_payment SET serial = 1"),
        Damage(
            check: "prizes have their payments", sql: "UPDATE prize_payment SET is_released = 1"),
        Damage(
            check: "payments of prizes have their tickets", sql: "DELETE FROM prize_payment"),
        Damage(
            check: "stock sales and prizes have their answers",
            sql: "DELETE FROM idempotency_key WHERE CAST(answer AS TEXT) LIKE '%stock_sale%'"),
        Damage(
            check: "stock sales and prizes have their answers",
            sql: "DELETE FROM idempotency_key WHERE CAST(answer AS TEXT) LIKE '%prize_payment%'"),
    ]

    private static let day = Result {
        let test = try TestBook()
        try test.playStock()
        #expect(try test.faults() == [])
        test.book.close()
        return test.copy
    }

    @Test("damage to stock is found and its row is named", arguments: damages)
    func found(_ damage: Damage) throws {
        let check = try #require(BusinessChecks.all.first { $0.name == damage.check })
        let copy = try BookCopy(of: Self.day.get().path)
        try copy.damage(damage.sql)
        let faults = try copy.faults().filter { $0.hasSuffix(check.fault) }
        #expect(faults.first?.hasPrefix(check.table + " " + damage.row) == true, "\(faults)")
    }

    @Test("every check of stock has damage that it must find") func complete() {
        #expect(Set(Self.damages.map(\.check)) == Set(BusinessChecks.stock.map(\.name)))
    }

    @Test("a day with stock closes, and its files' nets are the ledger's movement")
    func settlement() throws {
        let test = try TestBook()
        try test.playStock()
        try test.closeDay()
        try test.release()
        #expect(try test.faults() == [])
        // Three tickets less their commission, less the prize and its commission.
        #expect(
            try test.integer(
                """
                SELECT net_fen FROM settlement_file f JOIN partner p ON p.partner_id = f.partner_id
                WHERE p.code = 'LOTTERY01'
                """) == 3_000 - 210 - 2_000 - 20)
    }

    @Test(
        "the database refuses what no command does",
        arguments: [
            "DELETE FROM stock_pack", "DELETE FROM stock_serial", "DELETE FROM stock_event",
            "DELETE FROM stock_item", "DELETE FROM stock_buyer", "DELETE FROM prize_payment",
            "UPDATE stock_item SET face_value_fen = 1", "UPDATE stock_event SET reason = 'x'",
            "UPDATE stock_buyer SET phone_number = '1'", "UPDATE prize_payment SET amount_fen = 1",
            "UPDATE stock_pack SET last_number = last_number + 1",
            "UPDATE stock_pack SET next_number = next_number - 1 WHERE pack_id = 1",
            "UPDATE stock_serial SET number = number + 500",
            "UPDATE stock_serial SET state = 'sold' WHERE state = 'voided'",
            "UPDATE stock_serial SET state = 'voided', reason = 'x' WHERE number = 1001",
            """
            INSERT INTO stock_pack (item_id, first_number, last_number, delivery_note, state,
                centre_id, next_number, sold_count, damaged_count, voided_count)
            VALUES (1, 1100, 1101, 'N', 'in_stock', 1, 1100, 0, 0, 0)
            """,
            """
            INSERT INTO stock_serial (item_id, number, pack_id, state, staff_id, recorded_at, reason)
            VALUES (1, 5000, 1, 'damaged', 1, 1, 'x')
            """,
        ])
    func guards(_ sql: String) throws {
        let copy = try BookCopy(of: Self.day.get().path)
        let connection = try Connection(path: copy.path + "/book.db", access: .write)
        #expect(throws: SQLError.self) { try connection.execute(script: sql) }
    }
}
