import Settlement
import Testing

@testable import Agency

/// What is more than one comparison may take: it is told, and blocks no later file.
@Suite struct ReconciliationLimitTests {
    @Test("lines of a date without a file count as new: too many are one exception")
    func missingFile() throws {
        let bench = try ReconcilerBench()
        try bench.send(try bench.playDay([1_000]), for: "2026-11-20")
        try bench.reconcile()
        _ = try bench.playDay([5_000, 3_000, 2_000])
        _ = try bench.playDay([])
        try bench.send([], for: "2026-11-22")
        let limits = ReconciliationLimits(maximumExceptionsPerFile: 2)
        let done = try #require(try bench.reconcile(limits).first)
        #expect(!done.isCompared)
        #expect(try bench.unresolved() == ["FILE_DIFF 9920"])
    }

    @Test("exceptions that wait do not count again") func known() throws {
        let bench = try ReconcilerBench()
        _ = try bench.playDay([5_000, 3_000])
        try bench.send([], for: "2026-11-20")
        let limits = ReconciliationLimits(maximumExceptionsPerFile: 2)
        try bench.reconcile(limits)
        _ = try bench.playDay([2_000])
        try bench.send([], for: "2026-11-21")
        #expect(try bench.reconcile(limits).map(\.isCompared) == [true])
        #expect(
            try bench.unresolved() == ["OURS_ONLY 4960", "OURS_ONLY 2976", "OURS_ONLY 1984"])
    }

    @Test("a number that comes too often is one exception, and the next file is compared")
    func oneNumber() throws {
        let bench = try ReconcilerBench()
        let lines = try bench.playDay([5_000])
        try bench.send(Array(repeating: lines[0], count: 2_000), for: "2026-11-20")
        let limits = ReconciliationLimits(
            matchMemoryByteCount: MatchLimits.minimumMemoryByteCount)
        #expect(try bench.reconcile(limits).map(\.isCompared) == [false])
        #expect(try bench.unresolved() == ["FILE_DIFF \(-4_960 * 1_999)"])
        try bench.send(try bench.playDay([1_000]), for: "2026-11-21")
        #expect(try bench.reconcile(limits).map(\.isCompared) == [true])
    }

    @Test("of too many exceptions the oldest are looked for, and the others stay open")
    func tooManyOpen() throws {
        let bench = try ReconcilerBench()
        let first = try bench.playDay([5_000, 3_000])
        try bench.send([], for: "2026-11-20")
        try bench.reconcile()
        _ = try bench.playDay([])
        try bench.send(first, for: "2026-11-21")
        let round = try Reconciler(
            book: bench.test.book, limits: ReconciliationLimits(maximumCarried: 1)
        ).reconcileAll()
        #expect(round.reconciled.map(\.clearedCount) == [1])
        #expect(round.faults.count == 1)
        #expect(
            try bench.exceptions() == [
                "OURS_ONLY 4960 cleared", "OURS_ONLY 2976 open", "PARTNER_ONLY -2976 open",
            ])
        #expect(try bench.test.faults() == [])
    }

    @Test("what was not compared leaves TIMING as it is") func timing() throws {
        let bench = try ReconcilerBench()
        bench.test.clock.advance(milliseconds: 14 * 3_600_000 + 55 * 60_000)
        let first = try bench.playDay([5_000, 3_000])
        try bench.send([], for: "2026-11-20")
        try bench.reconcile()
        _ = try bench.playDay([])
        let others = try (1...3).map { number in
            var line = first[0]
            line.serial = try #require(SettlementIdentifier("P\(number)"))
            return line
        }
        try bench.send(others, for: "2026-11-21")
        try bench.reconcile(ReconciliationLimits(maximumExceptionsPerFile: 2))
        #expect(try bench.unresolved() == ["TIMING 4960", "TIMING 2976", "FILE_DIFF -14880"])
        _ = try bench.playDay([])
        try bench.send(first, for: "2026-11-22")
        try bench.reconcile()
        #expect(
            try bench.exceptions() == [
                "TIMING 4960 cleared", "TIMING 2976 cleared", "FILE_DIFF -14880 open",
            ])
    }

    @Test(
        "a difference that no settlement line can hold is not booked",
        arguments: [SettlementResolution.Kind.suspense, .writeOff])
    func tooLarge(_ kind: SettlementResolution.Kind) throws {
        let largestFen = SettlementDetail.allowedAmountsFen.upperBound
        let bench = try ReconcilerBench(
            preparing: ReconcilerBench.terms(writeOffLimitFen: 3 * largestFen))
        var line = try bench.playDay([5_000])[0]
        line.amountFen = largestFen
        line.commissionFen = 0
        let others = try (1...2).map { number in
            var other = line
            other.serial = try #require(SettlementIdentifier("P\(number)"))
            return other
        }
        try bench.send(others, for: "2026-11-20")
        try bench.reconcile(ReconciliationLimits(maximumExceptionsPerFile: 1))
        let left = ["FILE_DIFF \(4_960 - 2 * largestFen)"]
        #expect(try bench.unresolved() == left)
        do {
            _ = try bench.propose(kind, [1], by: bench.liaison())
            Issue.record("nothing was refused")
        } catch let refusal as Refusal {
            #expect(refusal.code == .resolutionNotAllowed)
        }
        #expect(try bench.unresolved() == left)
        #expect(try bench.test.count("settlement_resolution") == 0)
    }
}
