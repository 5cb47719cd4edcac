import CivilTime
import Foundation
import Ledger
import Settlement
import Testing

@testable import Agency

/// Whatever a partner sends and whoever works it, every fen of difference is accounted for.
@Suite struct ReconciliationPropertyTests {
    /// The partner's own book, which loses, doubles, delays and changes lines.
    private struct Partner {
        var numbers: SeededNumbers
        /// Lines that it books a day late.
        var late: [SettlementDetail] = []
        var invented = 0

        mutating func view(of ours: [SettlementDetail]) throws -> [SettlementDetail] {
            var lines = late
            late = []
            for original in ours where original.type != .adjustment {
                var line = original
                switch Int.random(in: 0..<16, using: &numbers) {
                case 0: continue
                case 1:
                    late.append(line)
                    continue
                case 2: line.amountFen += Int64.random(in: 1...500, using: &numbers)
                case 3: line.amountFen -= 1
                case 4: line.status = .reversed
                case 5: lines.append(line)
                case 6: line.commissionFen += 1
                case 7:
                    // It is missing, and something else is there.
                    invented += 1
                    line.serial = try #require(SettlementIdentifier("P\(invented)"))
                    line.accountReference = "139\(10_000_000 + invented)"
                case _: break
                }
                lines.append(line)
            }
            return lines.shuffled(using: &numbers)
        }
    }

    @Test(
        "over random days, files and resolutions", arguments: SeededNumbers.seeds(for: "reconcile"))
    func property(seed: UInt64) throws {
        var numbers = SeededNumbers(seed: seed)
        let bench = try ReconcilerBench(
            preparing: ReconcilerBench.terms(writeOffLimitFen: 100_000))
        var partner = Partner(numbers: SeededNumbers(seed: seed &+ 1))
        var (ourNetFen, theirNetFen) = (Int64(0), Int64(0))
        var unanswered: [SettlementDetail] = []
        for _ in 1...6 {
            let date = try bench.test.date()
            let amounts = (0..<Int.random(in: 0...12, using: &numbers)).map { _ in
                Int64.random(in: 100...20_000, using: &numbers)
            }
            unanswered += try bench.playDay(amounts)
            // Now and then the partner sends no file, and the next one answers two days.
            guard Int.random(in: 0..<5, using: &numbers) > 0 else { continue }
            let theirs = try partner.view(of: unanswered)
            ourNetFen += net(unanswered.filter { $0.type != .adjustment })
            theirNetFen += net(theirs)
            unanswered = []
            try bench.send(theirs, for: date)
            try bench.reconcile()
            try check(bench, ourNetFen - theirNetFen)
            try work(bench, &numbers)
            try check(bench, ourNetFen - theirNetFen)
        }
        #expect(try bench.test.count("settlement_exception") > 0, "seed \(seed)")
    }

    private func net(_ lines: [SettlementDetail]) -> Int64 {
        var totals = SettlementTotals()
        for line in lines { totals.add(line) }
        return totals.netFen
    }

    /// Reckons by itself what the book must hold.
    private func check(_ bench: ReconcilerBench, _ differenceFen: Int64) throws {
        let openFen = try bench.test.integer(
            """
            SELECT ifnull(sum(difference_fen), 0) FROM settlement_exception
            WHERE state = 'open'
            """)
        let adjustedFen = try bench.test.integer(
            """
            SELECT ifnull(sum(-p.amount), 0) FROM posting p
            JOIN journal_entry e ON e.entry_id = p.entry_id
            JOIN ledger_account a ON a.account_id = p.account_id
            WHERE e.kind = 'settlement_adjustment' AND a.code = '2202.MOBILE01'
            """)
        #expect(differenceFen + adjustedFen == openFen)
        #expect(try bench.test.faults() == [])
    }

    /// Two people settle some of what is open, in any way that is allowed.
    private func work(_ bench: ReconcilerBench, _ numbers: inout SeededNumbers) throws {
        let (liaison, district) = (try bench.liaison(), try bench.district())
        for number in try bench.exceptionNumbers() {
            let kind: SettlementResolution.Kind =
                Bool.random(using: &numbers) ? .writeOff : .suspense
            do {
                switch Int.random(in: 0..<4, using: &numbers) {
                case 0:
                    let proposal = try bench.propose(kind, [number], by: liaison)
                    _ = try bench.approve(proposal, by: district).bytes()
                case 1: _ = try bench.propose(kind, [number], by: liaison)
                case _: break
                }
            } catch let refusal as Refusal {
                // Suspended already, or waiting for a second person.
                #expect([.resolutionNotAllowed, .proposalPending].contains(refusal.code))
            }
        }
    }
}
