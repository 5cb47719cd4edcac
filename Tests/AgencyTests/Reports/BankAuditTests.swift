import Testing

@testable import Agency

/// Damage to what is done with a bank, beside `BookAuditTests`.
@Suite struct BankAuditTests {
    private static let firstSubsidy = "(SELECT min(serial) FROM withdrawal)"

    static let damages = [
        Damage(
            check: "card allowances are used",
            sql: "UPDATE card_day SET withdrawal_count = withdrawal_count + 1"),
        Damage(
            check: "card months are used",
            sql: "UPDATE card_month SET withdrawn_fen = withdrawn_fen + 1", row: "202611"),
        Damage(
            check: "card months are used", sql: "UPDATE card_month SET free_count = 0"),
        Damage(check: "card months are used", sql: "DELETE FROM card_month"),
        Damage(
            check: "free withdrawals cost nothing",
            sql: "UPDATE withdrawal SET is_free = 1 - is_free WHERE serial = \(firstSubsidy)",
            row: "1"),
        Damage(check: "holders of cards were known", sql: "DELETE FROM identity_check"),
        Damage(
            check: "holders of cards were known",
            sql: "UPDATE identity_check SET checked_by = checked_by + 1 WHERE person = 'agent'"),
        Damage(
            check: "holders of cards were known",
            sql: "UPDATE identity_check SET person = 'payer' WHERE person = 'agent'"),
        Damage(
            check: "late answers change nothing",
            sql: "UPDATE late_bank_answer SET serial = \(firstSubsidy)", row: "1"),
        Damage(
            check: "late answers change nothing", sql: "UPDATE late_bank_answer SET serial = 999"),
        Damage(
            check: "reversals are told to the bank", sql: "DELETE FROM late_bank_answer"),
        Damage(
            check: "inquiries were made in their shifts",
            sql: "UPDATE card_inquiry SET business_date = business_date + 1", row: "1"),
        Damage(
            check: "remittances and transfers have their orders", sql: "DELETE FROM bank_order"),
        Damage(
            check: "remittances and transfers have their orders",
            sql: "UPDATE bank_order SET serial = \(firstSubsidy) "
                + "WHERE serial = (SELECT min(serial) FROM bank_order)"),
        Damage(
            check: "orders hold their cash",
            sql: "UPDATE bank_order SET pending_entry_id = pending_entry_id + 1"),
        Damage(
            check: "orders hold their cash",
            sql: "UPDATE bank_order SET taken_entry_id = pending_entry_id "
                + "WHERE taken_entry_id IS NOT NULL"),
        Damage(
            check: "orders hold their cash",
            sql: "UPDATE bank_order SET returned_entry_id = taken_entry_id "
                + "WHERE returned_entry_id IS NOT NULL"),
        Damage(
            check: "orders hold their cash",
            sql: "UPDATE bank_order SET returned_entry_id = NULL, returned_shift_id = NULL"),
        Damage(
            check: "suspense is what unanswered orders hold",
            sql: "UPDATE service_transaction SET status = 'returned' WHERE status = 'unknown'",
            row: "BANK01"),
        Damage(
            check: "orders count for their customer",
            sql: "UPDATE bank_order_day SET ordered_fen = ordered_fen + 1"),
        Damage(
            check: "orders count for their customer", sql: "DELETE FROM bank_order_day"),
        Damage(
            check: "orders have their answers",
            sql: "DELETE FROM idempotency_key WHERE key IN (SELECT key FROM bank_order)"),
        Damage(
            check: "orders have their answers",
            sql: "UPDATE idempotency_key SET outcome = 'refused' "
                + "WHERE key IN (SELECT key FROM bank_order)"),
        Damage(
            check: "orders undone are told to the bank",
            sql: "UPDATE bank_order SET reversal = 'confirmed'"),
        Damage(
            check: "amounts agree with the till",
            sql: "UPDATE service_transaction SET fee_fen = fee_fen + 1 WHERE kind = 'withdrawal' "
                + "AND status = 'posted'"),
        Damage(
            check: "shifts take up what was counted",
            sql: "UPDATE bank_order SET taken_entry_id = NULL"),
        Damage(
            check: "answers agree with their transactions",
            sql: "UPDATE service_transaction SET status = 'declined' WHERE status = 'unknown'"),
    ]

    @Test("a day with a bank is clean, open as well as closed") func clean() throws {
        let test = try TestBook()
        try test.playBankDay()
        #expect(try test.faults() == [])
        try test.closeDay()
        #expect(try test.faults() == [])
        let files = try test.release()
        #expect(files.allSatisfy { $0.state == .released })
        #expect(try test.faults() == [])
    }

    @Test("damage is found and its row is named", arguments: damages)
    func found(_ damage: Damage) throws {
        let check = try #require(BusinessChecks.all.first { $0.name == damage.check })
        let test = try TestBook()
        try test.playBankDay()
        try test.closeDay()
        try test.release()
        try test.copy.damage(damage.sql)
        let faults = try test.copy.faults().filter { $0.hasSuffix(check.fault) }
        #expect(faults.first?.hasPrefix(check.table + " " + damage.row) == true)
    }

    @Test(
        "a table of the bank's business takes no change that is none of its steps",
        arguments: [
            "DELETE FROM identity_check", "UPDATE identity_check SET number_last_four = '0000'",
            "INSERT INTO identity_check SELECT serial, 'payer', document_type, number_last_four, "
                + "number_digest, checked_by FROM identity_check WHERE person = 'agent'",
            "DELETE FROM late_bank_answer", "UPDATE late_bank_answer SET answer = 'declined'",
            "DELETE FROM card_day", "UPDATE card_day SET card_digest = 'x'",
            "DELETE FROM card_month", "UPDATE card_month SET month = 202612",
            "DELETE FROM card_inquiry", "UPDATE card_inquiry SET outcome = 'declined'",
            "DELETE FROM bank_order", "UPDATE bank_order SET taken_entry_id = NULL",
            "UPDATE bank_order SET reversal = 'none' WHERE reversal <> 'none'",
            "UPDATE bank_order SET account_digest = party_digest",
            "DELETE FROM bank_order_day", "UPDATE bank_order_day SET kind = 'transfer'",
            "UPDATE withdrawal SET is_free = 1 - is_free",
        ])
    func guarded(_ sql: String) throws {
        let test = try TestBook()
        try test.playBankDay()
        #expect(throws: (any Error).self) { try test.execute(sql) }
    }
}
