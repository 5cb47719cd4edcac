import Foundation
import SQL
import Testing

@testable import Agency

/// Damage that one of the book's checks must find.
struct Damage: Sendable, CustomTestStringConvertible {
    /// The check's name.
    let check: String
    let sql: String
    /// The row that it must name.
    var row = ""
    var testDescription: String { "\(check): \(sql)" }
}

@Suite struct BookAuditTests {
    private static func transaction(_ change: String, _ kind: String) -> String {
        "UPDATE service_transaction SET \(change) WHERE serial = (SELECT min(serial) "
            + "FROM service_transaction WHERE kind = '\(kind)' AND status = 'posted')"
    }

    static let damages = [
        Damage(
            check: "transactions have their entries",
            sql: transaction("entry_id = 999999", "bill_payment"), row: "1"),
        Damage(
            check: "transactions have their entries",
            sql: transaction("entry_id = entry_id + 1", "bill_payment"), row: "1"),
        Damage(
            check: "transactions have their entries",
            sql: transaction("final_date = final_date + 1", "withdrawal")),
        Damage(
            check: "transactions have their entries",
            sql: transaction("kind = 'ticket_sale'", "bill_payment"), row: "1"),
        Damage(
            check: "entries have their transactions",
            sql: "DELETE FROM service_transaction WHERE serial = 1"),
        Damage(
            check: "entries have their transactions",
            sql: transaction("status = 'reversed', entry_id = NULL", "withdrawal")),
        Damage(
            check: "amounts agree with the till",
            sql: transaction("amount_fen = amount_fen + 1", "bill_payment"), row: "1"),
        Damage(
            check: "amounts agree with the till",
            sql: transaction("fee_fen = fee_fen - 1", "ticket_sale")),
        Damage(
            check: "amounts agree with the partner",
            sql: transaction("commission_fen = commission_fen + 1", "withdrawal")),
        Damage(
            check: "amounts agree with the partner",
            sql: transaction("product_id = product_id + 1", "bill_payment"), row: "1"),
        Damage(
            check: "receipt numbers have no gaps",
            sql: transaction("receipt_number = 77", "ticket_sale")),
        Damage(
            check: "receipt numbers have no gaps",
            sql: transaction("receipt_number = 1", "ticket_sale")),
        Damage(
            check: "issued tickets have their sales",
            sql: "UPDATE ticket_reservation SET fare_fen = fare_fen + 1 WHERE state = 'issued'"),
        Damage(
            check: "issued tickets have their sales",
            sql: "UPDATE ticket_reservation SET serial = 1 WHERE state = 'issued'"),
        Damage(
            check: "sales have their tickets",
            sql: "UPDATE ticket_reservation SET state = 'expired', serial = NULL "
                + "WHERE state = 'issued'"),
        Damage(
            check: "seats taken are reserved",
            sql: "UPDATE trip_day SET seats_taken = seats_taken - 1"),
        Damage(check: "seats reserved are taken", sql: "DELETE FROM trip_day"),
        Damage(
            check: "card allowances are used",
            sql: "UPDATE card_day SET withdrawn_fen = withdrawn_fen - 1000"),
        Damage(
            check: "withdrawals hold their cash",
            sql: "UPDATE withdrawal SET pending_entry_id = pending_entry_id + 1"),
        Damage(
            check: "withdrawals hold their cash",
            sql: "UPDATE pending_entry SET resolved_by = NULL"),
        Damage(check: "withdrawals use their allowance", sql: "DELETE FROM card_day"),
        Damage(check: "withdrawals use their allowance", sql: "DELETE FROM withdrawal"),
        Damage(
            check: "revenue of closed days",
            sql: "UPDATE day_revenue SET amount_fen = amount_fen + 1"),
        Damage(
            check: "revenue of closed days",
            sql: "UPDATE day_revenue SET transaction_count = 2"),
        Damage(check: "revenue of closed days", sql: "DELETE FROM day_revenue"),
        Damage(
            check: "shifts have their differences",
            sql: "UPDATE shift SET counted_fen = counted_fen + 1", row: "1"),
        Damage(
            check: "shifts have their differences", sql: "UPDATE shift SET entry_id = NULL"),
        Damage(
            check: "commission went to the station",
            sql: transaction("commission_fen = commission_fen + 1", "ticket_sale")),
        Damage(
            check: "commission was shared out as kept",
            sql: "UPDATE day_revenue SET commission_fen = commission_fen + 1"),
        Damage(
            check: "transactions are of their shift's date",
            sql: "UPDATE shift SET business_date = business_date - 1"),
        Damage(
            check: "closed days have no unfinished item",
            sql: transaction("status = 'authorised', entry_id = NULL", "withdrawal")),
        Damage(
            check: "closed days have their settlement files",
            sql: "DELETE FROM settlement_file WHERE file_id = 1"),
        Damage(
            check: "closed days have their settlement files", sql: "DELETE FROM settlement_file"),
        Damage(
            check: "settlement files are in sequence",
            sql: "UPDATE settlement_file SET sequence = 2 WHERE file_id = 1"),
        Damage(
            check: "settlement files are in sequence",
            sql: "UPDATE settlement_file SET first_serial = 2 WHERE file_id = 1"),
        Damage(
            check: "settlement files hold their day's transactions",
            sql: "UPDATE settlement_file SET last_serial = 2"),
        Damage(
            check: "settlement files",
            sql: "UPDATE settlement_file SET net_fen = net_fen + 1"),
        Damage(
            check: "answers agree with their transactions",
            sql: "UPDATE idempotency_key SET answer = CAST(json_replace(CAST(answer AS TEXT), "
                + "'$.amount_fen', 1) AS BLOB) WHERE outcome = 'done'"),
        Damage(
            check: "answers agree with their transactions",
            sql: "UPDATE idempotency_key SET answer = CAST(json_replace(CAST(answer AS TEXT), "
                + "'$.receipt.serial', '000000099999') AS BLOB) WHERE outcome = 'done'"),
        Damage(
            check: "answers agree with their transactions",
            sql: transaction("account_reference = 'X'", "bill_payment")),
        Damage(
            check: "payments have their answers",
            sql: "DELETE FROM idempotency_key WHERE CAST(answer AS TEXT) LIKE '%bill_payment%'"),
        Damage(
            check: "payments have their answers",
            sql: "UPDATE idempotency_key SET outcome = 'running' "
                + "WHERE CAST(answer AS TEXT) LIKE '%ticket_sale%'"),
        Damage(
            check: "withdrawals have their answers",
            sql: "DELETE FROM idempotency_key WHERE key IN (SELECT key FROM withdrawal)"),
        Damage(
            check: "withdrawals have their answers",
            sql: "UPDATE idempotency_key SET outcome = 'running'"),
        Damage(
            check: "reversals are told to the bank",
            sql: "UPDATE withdrawal SET reversal = 'none'"),
        Damage(
            check: "reversals are told to the bank",
            sql: "UPDATE withdrawal SET reversal = 'confirmed'"),
        Damage(
            check: "tickets are of the sold trip",
            sql: "UPDATE ticket_reservation SET travel_date = travel_date + 1; "
                + "UPDATE trip_day SET travel_date = travel_date + 1"),
        Damage(
            check: "shifts take up what was counted",
            sql: "UPDATE shift SET counted_fen = counted_fen + 1, book_fen = book_fen + 1"),
        Damage(
            check: "shifts take up what was counted",
            sql: "UPDATE shift SET opening_fen = opening_fen + 1"),
        Damage(
            check: "receipt numbers go on",
            sql: "UPDATE receipt_counter SET last_number = last_number - 1"),
        Damage(
            check: "shares went to those who share",
            sql: "UPDATE day_revenue SET operator_fen = operator_fen - 1, "
                + "village_fen = village_fen + 1 WHERE operator_fen > 0"),
        Damage(
            check: "prints are counted from the original on",
            sql: "DELETE FROM receipt_print WHERE copy_number = 0", row: "1"),
        Damage(
            check: "prints are counted from the original on",
            sql: "UPDATE service_transaction SET basket_serial = 2 WHERE serial = 1", row: "1"),
        Damage(
            check: "prints are as their keys remember",
            sql: "DELETE FROM receipt_print WHERE copy_number = 1", row: "1/1"),
        Damage(
            check: "prints are as their keys remember",
            sql: "UPDATE receipt_print SET printed_at = printed_at + 1 WHERE copy_number = 0",
            row: "1/0"),
        Damage(
            check: "prints are as their keys remember",
            sql: "UPDATE receipt_print SET staff_id = staff_id + 1"),
        Damage(
            check: "prints have their keys",
            sql: "DELETE FROM idempotency_key WHERE CAST(answer AS TEXT) LIKE '{\"copy_number%'"),
        Damage(
            check: "shares went to those who share",
            sql: "UPDATE station SET operator_share_account_id = "
                + "(SELECT max(share_account_id) FROM village)"),
    ]

    @Test(
        "a guard, a table or an index that was removed, changed or added is found",
        arguments: [
            ("DROP TRIGGER journal_entry_kept", "missing"),
            ("DROP INDEX shift_one_per_till", "missing"),
            ("CREATE TABLE spare (a)", "no migration"),
            (
                "CREATE TRIGGER skim AFTER INSERT ON service_transaction BEGIN "
                    + "UPDATE contract SET commission_rate_ppm = 1; END", "no migration"
            ),
            (
                "DROP TRIGGER posting_kept; CREATE TRIGGER posting_kept BEFORE DELETE ON posting "
                    + "WHEN 0 BEGIN SELECT 1; END", "differs"
            ),
        ])
    func schema(_ sql: String, _ word: String) throws {
        let test = try TestBook()
        try test.playDay()
        test.book.close()
        let copy = try BookCopy(of: test.copy.path)
        do {
            let connection = try Connection(path: copy.path + "/book.db", access: .write)
            try connection.execute(script: sql)
            try connection.checkpoint(truncating: true)
        }
        let faults = try copy.faults()
        #expect(faults.count == 1 && faults.allSatisfy { $0.contains(word) }, "\(faults)")
        // Nor is it served: what the guards refuse would pass.
        #expect(throws: MigrationError.self) {
            try TestBook(reopening: copy, at: "2026-11-20 18:00")
        }
    }

    @Test(
        "a released file finds what was altered after its day was sealed",
        arguments: [
            "UPDATE service_transaction SET account_reference = 'X' WHERE serial = 1",
            "UPDATE service_transaction SET recorded_at = recorded_at + 1000 WHERE serial = 1",
            "UPDATE service_transaction SET partner_reference = 'X' WHERE serial = 1",
            "UPDATE settlement_file SET digest = substr(digest, 2) || '0'",
            "UPDATE settlement_file SET created_at = created_at + 1000 WHERE file_id = 1",
        ])
    func settlement(_ sql: String) throws {
        let copy = try closedDay()
        #expect(try settlementFaults(copy) == [])
        try copy.damage(sql)
        #expect(try !settlementFaults(copy).isEmpty)
    }

    @Test("a clean day is clean, open as well as closed") func clean() throws {
        let test = try TestBook()
        try test.playDay()
        #expect(try test.faults() == [])
        try test.closeDay()
        #expect(try test.faults() == [])
        try test.release()
        let report = try test.book.readers.read {
            try BookAudit($0, maximumFaults: 10) { _ in }.run()
        }
        #expect(report.faults == [])
        #expect(report.transactionCount == 7)
        #expect(report.sealCount == 1)
        #expect(try report.entryCount == test.count("journal_entry"))
        #expect(try report.postingCount == test.count("posting"))
    }

    @Test("damage is found and its row is named", arguments: damages + cashDamages)
    func found(_ damage: Damage) throws {
        let check = try #require(BusinessChecks.all.first { $0.name == damage.check })
        let copy = try closedDay()
        try copy.damage(damage.sql)
        let faults = try copy.faults().filter { $0.hasSuffix(check.fault) }
        #expect(faults.first?.hasPrefix(check.table + " " + damage.row) == true)
    }

    @Test("every check has damage that it must find") func complete() {
        let damages =
            Self.damages + Self.cashDamages + Self.ticketDamages + Self.billDamages
            + Self.callDamages + Self.changeDamages + CorrectionAuditTests.damages
            + PartnerCorrectionAuditTests.damages + BankAuditTests.damages
            + StockAuditTests.damages + ReconciliationAuditTests.damages
            + ClearingAuditTests.damages
            + DeliveryAuditTests.damages
        #expect(Set(damages.map(\.check)) == Set(BusinessChecks.all.map(\.name)))
    }

    @Test("an entry that is gone is found") func missingEntry() throws {
        let copy = try closedDay()
        try copy.damage("DELETE FROM journal_entry WHERE entry_id = 1")
        #expect(try !copy.faults().isEmpty)
    }

    @Test("no more faults are listed than were asked for") func limit() throws {
        let copy = try closedDay()
        try copy.damage("UPDATE service_transaction SET amount_fen = amount_fen + 1")
        let report = try BookFolder(path: copy.path).openReaders().read {
            try BookAudit($0, maximumFaults: 3) { _ in }.run()
        }
        #expect(report.faults.count == 3)
    }

    /// A book that was closed after a day of all kinds of transactions, its files released.
    func closedDay() throws -> BookCopy {
        let test = try TestBook()
        try test.playDay()
        try test.playCash()
        try test.closeDay()
        try test.release()
        return test.copy
    }
}
