import Testing

@testable import Agency

/// What the database itself refuses about money that is settled, and what `verify` finds.
@Suite struct ClearingAuditTests {
    private static func cycle(_ change: String, _ condition: String) -> String {
        "UPDATE settlement_cycle SET \(change) WHERE cycle_id = "
            + "(SELECT min(cycle_id) FROM settlement_cycle WHERE \(condition))"
    }

    private static func entry(_ change: String, _ state: String) -> String {
        "UPDATE bank_statement_entry SET \(change) WHERE state = '\(state)'"
    }

    static let damages = [
        Damage(
            check: "dates are in one cycle",
            sql: cycle("from_date = 0, to_date = 0", "cycle_id = 1")),
        Damage(check: "cycles follow each other", sql: cycle("number = 9", "number = 2")),
        Damage(
            check: "cycles follow each other", sql: cycle("from_date = from_date - 1", "number = 2")
        ),
        Damage(
            check: "cycles are due by their files",
            sql: cycle("net_fen = net_fen + 1", "number = 2")),
        Damage(
            check: "cycles are due by their files",
            sql: cycle("state = 'open'", "state = 'due'")),
        Damage(
            check: "cycles moved what they settle",
            sql: cycle("payable_fen = payable_fen + 1", "state = 'due'")),
        Damage(
            check: "cycles have their instructions",
            sql: cycle("state = 'settled'", "state = 'instructed'")),
        Damage(
            check: "cycles have their instructions",
            sql: "UPDATE settlement_instruction SET amount_fen = 1"),
        Damage(
            check: "instructions pay whom the terms name",
            sql: "UPDATE settlement_instruction SET bank_account = '1' WHERE direction = 'out'"),
        Damage(
            check: "instructions pay whom the terms name",
            sql: "UPDATE settlement_instruction SET reference = 'APS-X-' || instruction_id"),
        Damage(
            check: "instructions pay whom the terms name",
            sql: "UPDATE settlement_instruction SET centre_id = (SELECT centre_id FROM centre "
                + "WHERE level = 'town')"),
        Damage(
            check: "payments moved their cycle's sums",
            sql: "UPDATE settlement_payment SET payable_fen = payable_fen + 1"),
        Damage(
            check: "payments moved their cycle's sums",
            sql: "UPDATE settlement_payment SET entry_id = 1"),
        Damage(check: "bank entries have their rows", sql: "DELETE FROM settlement_payment"),
        Damage(
            check: "bank entries have their rows", sql: "DELETE FROM bank_statement_entry"),
        Damage(
            check: "transfers were confirmed by the bank", sql: entry("entry_id = 1", "matched")),
        Damage(
            check: "settlement files", sql: "UPDATE settlement_payment SET net_fen = net_fen + 1"),
        Damage(
            check: "statements add up", sql: "UPDATE bank_statement SET entry_count = 2"),
        Damage(
            check: "statements add up",
            sql: "UPDATE bank_statement SET opening_fen = 0, closing_fen = 1"),
        Damage(
            check: "statement entries settled what they say",
            sql: entry("amount_fen = amount_fen + 1", "matched")),
        Damage(
            check: "suspense holds what waits",
            sql: entry("amount_fen = amount_fen + 1", "suspended"), row: "3"),
        Damage(
            check: "the suspense account is what waits",
            sql: entry("state = 'unmatched'", "suspended"), row: "bank_suspense"),
        Damage(
            check: "statement entries were decided by two",
            sql: entry("state = 'suspended'", "unmatched"), row: "2"),
        Damage(
            check: "statement entries were decided by two",
            sql: "UPDATE bank_statement_event SET staff_id = 1", row: "3"),
    ]

    @Test("damage to what was settled is found and its row is named", arguments: damages)
    func found(_ damage: Damage) throws {
        let check = try #require(BusinessChecks.all.first { $0.name == damage.check })
        let copy = try Self.closedBook.get()
        let spoilt = try BookCopy(of: copy.path)
        try spoilt.damage(damage.sql)
        let faults = try spoilt.faults().filter { $0.hasSuffix(check.fault) }
        #expect(faults.first?.hasPrefix(check.table + " " + damage.row) == true)
    }

    /// Made once: each test spoils a copy.
    private static let closedBook = Result {
        let test = try settledBook()
        // The payments' own date is closed too, so that its files count them.
        try test.endDay()
        try #require(test.faults() == [])
        return test.copy
    }

    @Test(
        "the database keeps cycles, instructions and payments as they were decided",
        arguments: [
            "DELETE FROM settlement_cycle",
            "UPDATE settlement_cycle SET net_fen = net_fen + 1, payable_fen = payable_fen + 1"
                + " WHERE state <> 'open'",
            "UPDATE settlement_cycle SET to_date = to_date + 1",
            "UPDATE settlement_cycle SET from_date = from_date - 1",
            "UPDATE settlement_cycle SET state = 'settled', settled_at = 1 WHERE state = 'due'",
            "UPDATE settlement_cycle SET state = 'instructed' WHERE state = 'due'",
            "UPDATE settlement_cycle SET state = 'due' WHERE state = 'instructed'",
            "INSERT INTO settlement_cycle SELECT 9999, partner_id, number + 1, length, to_date + 3,"
                + " to_date + 3, 'open', NULL, NULL, NULL, NULL, NULL FROM settlement_cycle"
                + " ORDER BY number DESC LIMIT 1",
            "INSERT INTO settlement_cycle SELECT 9999, partner_id, number + 2, length, to_date + 1,"
                + " to_date + 1, 'open', NULL, NULL, NULL, NULL, NULL FROM settlement_cycle"
                + " ORDER BY number DESC LIMIT 1",
            "UPDATE settlement_instruction SET amount_fen = amount_fen + 1",
            "UPDATE settlement_instruction SET state = 'confirmed', confirmed_at = 1"
                + " WHERE state = 'proposed'",
            "UPDATE settlement_instruction SET state = 'approved', decided_by = proposed_by,"
                + " decided_at = 1 WHERE state = 'proposed'",
            "UPDATE settlement_instruction SET state = 'recalled', recalled_by = 1,"
                + " recalled_at = 1, recall_reason = 'x' WHERE state IN ('proposed', 'confirmed')",
            "UPDATE settlement_instruction SET state = 'recalled' WHERE state = 'approved'",
            "DELETE FROM settlement_instruction", "DELETE FROM settlement_payment",
            "UPDATE settlement_payment SET net_fen = 0, payable_fen = receivable_fen",
            "DELETE FROM bank_statement", "UPDATE bank_statement SET closing_fen = NULL",
            "DELETE FROM bank_statement_entry",
            "UPDATE bank_statement_entry SET amount_fen = amount_fen + 1",
            "UPDATE bank_statement_entry SET state = 'suspended', suspense_entry_id = 1"
                + " WHERE state = 'unmatched'",
        ])
    func guards(sql: String) throws {
        let test = try TestBook(
            reopening: try BookCopy(of: Self.closedBook.get().path), at: "2026-11-22 09:00")
        #expect(throws: (any Error).self) { try test.execute(sql) }
    }

    /// A book with a settled, a due, a proposed and an instructed cycle an entry that waits, and
    /// one in suspense.
    static func settledBook() throws -> TestBook {
        let test = try TestBook()
        try test.fillDeposit(1_000_000)
        try test.playSettledDay()
        try test.playSettledDay()
        let cycles = try test.cycles(state: .due)
        try #require(cycles.count == 4)
        let paid = try test.instruct(cycles[0])
        try test.instruct(cycles[1])
        let supervisor = try test.person("SV-D01")
        _ = try test.perform { try $0.proposeInstruction(of: cycles[2].id, by: supervisor) }
        try test.importLines([
            BankLine(signedFen: cycles[0].netFen.map { -$0 } ?? 0, text: paid),
            BankLine(signedFen: 38, text: "interest"), BankLine(signedFen: 76, text: "?"),
        ])
        let administrator = try test.person("AD0001")
        _ = try test.perform {
            try $0.proposeSuspense(of: 3, reason: "来源待查", by: supervisor)
        }
        let claim = try test.claim(
            "approve-3", administrator, approveStatementEntryFingerprint(3, reason: "同意"))
        _ = try test.perform {
            try $0.approveStatementEntry(3, reason: "同意", claim: claim, by: administrator)
        }.bytes()
        return test
    }
}
