import CivilTime
import Foundation
import Ledger
import Settlement
import Testing

@testable import Agency

/// A partner's file against our own day: what is found, and that no fen is lost.
@Suite struct ReconcilerTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let exceptions: [String]
        let change: @Sendable (inout [SettlementDetail]) throws -> Void
        var testDescription: String { name }
    }

    // The day is 5,000, 3,000 and 2,000 fen; the partner owes 0.8 % of each.
    static let cases: [Case] = [
        Case(name: "the same", exceptions: []) { _ in },
        Case(name: "in another order", exceptions: []) { $0.reverse() },
        Case(name: "a line is missing", exceptions: ["OURS_ONLY 4960"]) { $0.remove(at: 0) },
        Case(name: "a line is new", exceptions: ["PARTNER_ONLY -693"]) { lines in
            var line = lines[0]
            line.serial = try #require(SettlementIdentifier("P900"))
            line.accountReference = "13999999999"
            line.amountFen = 700
            line.commissionFen = 7
            lines.append(line)
        },
        Case(name: "one fen less", exceptions: ["AMOUNT_DIFF 1"]) { $0[1].amountFen -= 1 },
        Case(name: "reversed there", exceptions: ["STATUS_DIFF 1984"]) {
            $0[2].status = .reversed
        },
        Case(name: "listed twice", exceptions: ["DUPLICATE -4960"]) { $0.append($0[0]) },
        Case(name: "another commission", exceptions: ["COMMISSION_DIFF -3"]) {
            $0[1].commissionFen -= 3
        },
        Case(
            name: "nothing at all",
            exceptions: ["OURS_ONLY 4960", "OURS_ONLY 2976", "OURS_ONLY 1984"]
        ) { $0.removeAll() },
    ]

    @Test("each difference is an exception of its own, in fen", arguments: cases)
    func differences(_ example: Case) throws {
        let bench = try ReconcilerBench()
        var lines = try bench.playDay([5_000, 3_000, 2_000])
        #expect(lines.map(\.commissionFen) == [40, 24, 16])
        try example.change(&lines)
        try bench.send(lines, for: "2026-11-20")
        let done = try #require(try bench.reconcile().first)
        #expect(try bench.unresolved() == example.exceptions)
        #expect(done.ourNetFen == 9_920 && done.ourCount == 3)
        #expect(done.theirCount == Int64(lines.count))
        let differences = try bench.test.integer(
            "SELECT ifnull(sum(difference_fen), 0) FROM settlement_exception")
        #expect(done.differenceFen == differences)
        #expect(done.exceptionCount == Int64(example.exceptions.count))
        // A file is compared once.
        #expect(try bench.reconcile() == [])
    }

    @Test("what is missing comes in a later file and clears itself, or goes on with its difference")
    func later() throws {
        let bench = try ReconcilerBench()
        let first = try bench.playDay([5_000, 3_000, 2_000])
        try bench.send([first[2]], for: "2026-11-20")
        try bench.reconcile()
        #expect(try bench.unresolved() == ["OURS_ONLY 4960", "OURS_ONLY 2976"])
        var second = try bench.playDay([1_000])
        var late = first[1]
        late.amountFen -= 100
        second += [first[0], late]
        try bench.send(second, for: "2026-11-21")
        let done = try #require(try bench.reconcile().first)
        #expect(done.clearedCount == 1)
        #expect(
            try bench.exceptions() == [
                "OURS_ONLY 4960 cleared", "OURS_ONLY 2976 continued", "AMOUNT_DIFF 100 open",
            ])
    }

    @Test("near the day cut a line is TIMING; when the next file lacks it, it is missing")
    func timing() throws {
        let bench = try ReconcilerBench()
        bench.test.clock.advance(milliseconds: 14 * 3_600_000 + 55 * 60_000)
        let first = try bench.playDay([5_000, 3_000])
        try bench.send([], for: "2026-11-20")
        try bench.reconcile()
        #expect(try bench.unresolved() == ["TIMING 4960", "TIMING 2976"])
        var second = try bench.playDay([1_000])
        second.append(first[1])
        try bench.send(second, for: "2026-11-21")
        try bench.reconcile()
        #expect(try bench.exceptions() == ["OURS_ONLY 4960 open", "TIMING 2976 cleared"])
    }

    @Test("a partner's file waits for our day, and our days wait for its file")
    func waits() throws {
        let bench = try ReconcilerBench()
        // It comes before our day is closed.
        try bench.send([], for: "2026-11-20")
        #expect(try bench.reconcile() == [])
        _ = try bench.playDay([])
        #expect(try bench.reconcile().map(\.lastDate.description) == ["2026-11-20"])
        // Two of our days have no file of their own: the next one answers them.
        let second = try bench.playDay([2_000])
        let third = try bench.playDay([3_000])
        let fourth = try bench.playDay([4_000])
        try bench.send(second + third + fourth, for: "2026-11-23")
        let done = try #require(try bench.reconcile().first)
        #expect(done.firstDate.description == "2026-11-21")
        #expect(done.ourCount == 3 && done.matchedCount == 3)
        #expect(try bench.unresolved() == [])
    }

    @Test("a partner's first file answers the days before it for which one was expected")
    func firstFile() throws {
        for isExpected in [false, true] {
            let bench = try ReconcilerBench(
                preparing: isExpected ? ReconcilerBench.terms() : "")
            _ = try bench.playDay([2_000])
            let second = try bench.playDay([3_000])
            try bench.send(second, for: "2026-11-21")
            let done = try #require(try bench.reconcile().first)
            #expect(done.ourCount == (isExpected ? 2 : 1))
            #expect(try bench.unresolved() == (isExpected ? ["OURS_ONLY 1984"] : []))
        }
    }

    @Test("where no number is right the rule of the terms finds the counterpart") func rule() throws
    {
        let bench = try ReconcilerBench(
            preparing: ReconcilerBench.terms(rule: "account+amount"))
        var lines = try bench.playDay([5_000, 3_000])
        for index in lines.indices {
            lines[index].serial = try #require(SettlementIdentifier("P\(index)"))
        }
        try bench.send(lines, for: "2026-11-20")
        #expect(try bench.reconcile().first?.matchedCount == 2)
        #expect(try bench.unresolved() == [])
    }

    @Test("a file that has nothing to do with ours is one exception over its sums")
    func otherFile() throws {
        let bench = try ReconcilerBench()
        let lines = try bench.playDay([5_000])
        let others = try (1...ReconciliationLimits.usual.maximumExceptionsPerFile + 1).map {
            number in
            var line = lines[0]
            line.serial = try #require(SettlementIdentifier("P\(number)"))
            return line
        }
        try bench.send(others, for: "2026-11-20")
        let done = try #require(try bench.reconcile().first)
        #expect(!done.isCompared)
        #expect(try bench.unresolved() == ["FILE_DIFF \(-4_960 * 10_000)"])
    }

    @Test("kept bytes that were changed are not compared") func keptBytes() throws {
        let bench = try ReconcilerBench()
        try bench.send(try bench.playDay([5_000]), for: "2026-11-20")
        let folder = bench.test.book.folder.receivedFolder(partnerCode: ReconcilerBench.partner)
        let kept = try FileManager.default.contentsOfDirectory(atPath: folder)
        let place = folder + "/" + (try #require(kept.first))
        let name = try #require(
            try FileManager.default.contentsOfDirectory(atPath: place).first {
                $0.hasSuffix(".txt")
            })
        let handle = try #require(FileHandle(forUpdatingAtPath: place + "/" + name))
        try handle.write(contentsOf: Data("h".utf8))
        try handle.close()
        let round = try Reconciler(book: bench.test.book).reconcileAll()
        #expect(round.reconciled == [] && round.faults.count == 1)
        #expect(try bench.test.count("reconciliation") == 0)
    }
}
