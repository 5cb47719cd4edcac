import Testing

@testable import Agency

/// What `verify` finds when the records of differences with partners were altered.
@Suite struct ReconciliationAuditTests {
    /// Exceptions 1 open, 2 suspended, 3 written off, 4 and 5 offset; the date after is closed too.
    private func settledBook() throws -> BookCopy {
        let bench = try ReconcilerBench(preparing: ReconcilerBench.terms())
        var lines = try bench.playDay([5_000, 3_000, 2_000, 1_000, 1_500])
        lines.remove(at: 0)
        lines[0].amountFen += 300
        lines[1].amountFen -= 1
        lines[2].amountFen += 20
        lines[3].amountFen -= 20
        try bench.send(lines, for: "2026-11-20")
        try bench.reconcile()
        let proposals: [(SettlementResolution.Kind, [Int64])] = [
            (.suspense, [2]), (.writeOff, [3]), (.offset, [4, 5]),
        ]
        for (kind, exceptions) in proposals {
            let proposal = try bench.propose(kind, exceptions, by: bench.liaison())
            _ = try bench.approve(proposal, by: bench.district()).bytes()
        }
        _ = try bench.playDay([700])
        #expect(try bench.unresolved() == ["OURS_ONLY 4960", "AMOUNT_DIFF -300"])
        return bench.test.copy
    }

    static let damages = [
        Damage(
            check: "every fen of difference is accounted for",
            sql: "UPDATE settlement_exception SET difference_fen = 4961 WHERE exception_id = 1",
            row: "MOBILE01"),
        Damage(
            check: "every fen of difference is accounted for",
            sql: "DELETE FROM settlement_exception WHERE exception_id = 1", row: "MOBILE01"),
        Damage(
            check: "every fen of difference is accounted for",
            sql: "UPDATE reconciliation SET their_net_fen = their_net_fen + 1", row: "MOBILE01"),
        Damage(
            check: "reconciled nets are those of our files",
            sql: "UPDATE reconciliation SET our_net_fen = our_net_fen + 1", row: "1"),
        Damage(
            check: "adjustments are of what was agreed",
            sql: "UPDATE settlement_adjustment SET amount_fen = 301 WHERE adjustment_id = 1",
            row: "1"),
        Damage(
            check: "adjustments are of what was agreed",
            sql:
                "UPDATE settlement_resolution SET decided_by = proposed_by WHERE resolution_id = 1",
            row: "1"),
        Damage(
            check: "adjustments are of what was agreed",
            sql: "DELETE FROM settlement_resolution_item WHERE resolution_id = 1", row: "1"),
        Damage(
            check: "adjustments were posted",
            sql: "UPDATE settlement_adjustment SET entry_id = 1 WHERE adjustment_id = 1", row: "1"),
        Damage(
            check: "adjustments were posted",
            sql: "UPDATE settlement_adjustment SET moves_partner = 0 WHERE adjustment_id = 1",
            row: "1"),
        Damage(
            check: "adjusting entries have their adjustments",
            sql: "DELETE FROM settlement_adjustment WHERE adjustment_id = 1", row: ""),
        Damage(
            check: "settled exceptions were settled",
            sql: "UPDATE settlement_resolution SET state = 'refused' WHERE resolution_id = 3",
            row: "4"),
        Damage(
            check: "settled exceptions were settled",
            sql: "DELETE FROM settlement_adjustment WHERE adjustment_id = 2", row: "3"),
        Damage(
            check: "settled exceptions were settled",
            sql: """
                UPDATE settlement_exception SET state = 'resolved', resolution = 'write_off',
                    resolved_at = 1 WHERE exception_id = 1
                """, row: "1"),
        Damage(
            check: "reconciled nets are those of our files",
            sql: "UPDATE reconciliation SET has_commission = 0", row: "1"),
        Damage(
            check: "settled exceptions were settled",
            sql: """
                UPDATE settlement_exception SET state = 'resolved', resolution = 'cleared',
                    resolved_at = 1, resolved_in = 1 WHERE exception_id = 1
                """, row: "1"),
        Damage(
            check: "suspense holds what is suspended",
            sql: """
                UPDATE settlement_exception SET state = 'resolved', resolution = 'write_off',
                    resolved_at = 1 WHERE exception_id = 2
                """, row: "MOBILE01"),
        Damage(
            check: "offsets add up to nothing",
            sql: "UPDATE settlement_exception SET difference_fen = 21 WHERE exception_id = 5",
            row: "3"),
        Damage(
            check: "files have their totals",
            sql: "UPDATE settlement_total SET amount_fen = amount_fen + 1 WHERE direction = 'in'",
            row: "in/1"),
        Damage(
            check: "files have their totals",
            sql: "DELETE FROM settlement_total WHERE direction = 'in'", row: "in/1"),
        Damage(
            check: "settlement terms can be kept",
            sql: "UPDATE settlement_terms SET file_weekdays = '0'", row: "1"),
    ]

    @Test("damage is found and its row is named", arguments: damages)
    func found(_ damage: Damage) throws {
        let check = try #require(BusinessChecks.all.first { $0.name == damage.check })
        let copy = try settledBook()
        #expect(try copy.faults() == [])
        try copy.damage(damage.sql)
        let faults = try copy.faults().filter { $0.hasSuffix(check.fault) }
        #expect(faults.first?.hasPrefix(check.table + " " + damage.row) == true, "\(faults)")
    }
}
