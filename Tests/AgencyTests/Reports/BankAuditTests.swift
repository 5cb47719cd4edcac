import Testing

@testable import Agency

/// Damage to what is done with a bank, beside `BookAuditTests`.
@Suite struct BankAuditTests {
    private static let firstSubsidy = "(SELECT min(serial) FROM withdrawal)"
    private static let firstOrder = "(SELECT min(serial) FROM bank_order)"

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
            check: "remittances and transfers have their orders",
            sql: "DELETE FROM partner_call WHERE serial = \(firstOrder)"),
        Damage(
            check: "orders name their accounts",
            sql: "UPDATE bank_order SET account_last_four = '0000'"),
        Damage(
            check: "calls hold their cash",
            sql: "UPDATE partner_call SET pending_entry_id = 1 WHERE serial = \(firstOrder)"),
        Damage(
            check: "calls hold their cash",
            sql: "UPDATE partner_call SET suspense_entry_id = pending_entry_id "
                + "WHERE suspense_entry_id IS NOT NULL"),
        Damage(
            check: "calls hold their cash",
            sql: "UPDATE partner_call SET return_entry_id = suspense_entry_id "
                + "WHERE return_entry_id IS NOT NULL"),
        Damage(
            check: "calls stand as their transactions",
            sql: "UPDATE partner_call SET return_entry_id = NULL, return_shift_id = NULL"),
        Damage(
            check: "calls stand as their transactions",
            sql: "UPDATE partner_call SET state = 'booked' WHERE state = 'reversed'"),
        Damage(
            check: "suspense is what is open",
            sql: "UPDATE service_transaction SET status = 'returned' WHERE status = 'unknown'"),
        Damage(
            check: "orders count for their customer",
            sql: "UPDATE bank_order_day SET ordered_fen = ordered_fen + 1"),
        Damage(
            check: "orders count for their customer", sql: "DELETE FROM bank_order_day"),
        Damage(
            check: "calls have their answers",
            sql: "DELETE FROM idempotency_key WHERE key IN (SELECT key FROM partner_call)"),
        Damage(
            check: "calls have their answers",
            sql: "UPDATE idempotency_key SET outcome = 'refused' "
                + "WHERE key IN (SELECT key FROM partner_call)"),
        Damage(
            check: "amounts agree with the till",
            sql: "UPDATE service_transaction SET fee_fen = fee_fen + 1 WHERE kind = 'withdrawal' "
                + "AND status = 'posted'"),
        Damage(
            check: "shifts take up what was counted",
            sql: "UPDATE partner_call SET suspense_entry_id = NULL"),
        Damage(
            check: "answers agree with their transactions",
            sql: "UPDATE service_transaction SET status = 'declined' "
                + "WHERE kind = 'remittance' AND status = 'posted'"),
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
            "INSERT INTO late_bank_answer (serial, recorded_at, answer, partner_reference) "
                + "SELECT min(serial), 0, 'declined', '' FROM bank_order",
            "DELETE FROM bank_order", "UPDATE bank_order SET account_digest = party_digest",
            "INSERT INTO bank_order SELECT min(w.serial), o.party_digest, o.account_digest, "
                + "o.account_last_four, o.payee_name FROM withdrawal w, bank_order o",
            "UPDATE partner_call SET suspense_entry_id = NULL",
            "UPDATE partner_call SET return_entry_id = NULL, return_shift_id = NULL",
            "UPDATE partner_call SET state = 'unknown' WHERE state = 'reversed'",
            "DELETE FROM bank_order_day", "UPDATE bank_order_day SET kind = 'transfer'",
            "UPDATE withdrawal SET is_free = 1 - is_free",
        ])
    func guarded(_ sql: String) throws {
        let test = try TestBook()
        try test.playBankDay()
        #expect(throws: (any Error).self) { try test.execute(sql) }
    }
}
