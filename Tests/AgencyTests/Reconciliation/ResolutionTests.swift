import CivilTime
import Foundation
import Ledger
import Settlement
import StrictJSON
import Testing

@testable import Agency

/// Exceptions are settled by two people, and what they agree on is booked once.
@Suite struct ResolutionTests {
    /// A day on which the partner lacks 5,000 fen, has 300 fen more, and 1 fen less.
    private func bench() throws -> ReconcilerBench {
        let bench = try ReconcilerBench(preparing: ReconcilerBench.terms(writeOffLimitFen: 1_000))
        var lines = try bench.playDay([5_000, 3_000, 2_000])
        lines.remove(at: 0)
        lines[0].amountFen += 300
        lines[1].amountFen -= 1
        try bench.send(lines, for: "2026-11-20")
        try bench.reconcile()
        #expect(
            try bench.unresolved() == ["OURS_ONLY 4960", "AMOUNT_DIFF -300", "AMOUNT_DIFF 1"])
        return bench
    }

    @Test("a write-off books the partner's figure; the difference is a loss or an income")
    func writeOff() throws {
        let bench = try bench()
        let proposal = try bench.propose(.writeOff, [2, 3], by: bench.liaison())
        let moved = try bench.test.movement {
            _ = try bench.approve(proposal, by: bench.district()).bytes()
            // The same approval again books nothing more.
            _ = try bench.approve(proposal, by: bench.district()).bytes()
        }
        #expect(
            moved == [
                "2202.MOBILE01": -299, "6711.MOBILE01.DIFF": 300, "6301.MOBILE01.DIFF": -1,
            ])
        #expect(try bench.unresolved() == ["OURS_ONLY 4960"])
        #expect(try bench.test.faults() == [])
        // The next file tells the partner, and its net is the ledger's.
        let lines = try bench.playDay([])
        #expect(lines.map(\.type) == [.adjustment, .adjustment])
        #expect(lines.map(\.serial.text) == ["ADJ1", "ADJ2"])
        #expect(lines.map(\.amountFen) == [300, -1])
        #expect(lines.map(\.originalSerial?.text) == [nil, "000000000003"])
        // It is no line that the partner should have.
        try bench.send([], for: "2026-11-21")
        #expect(try bench.reconcile().first?.ourCount == 0)
        #expect(try bench.unresolved() == ["OURS_ONLY 4960"])
    }

    @Test("suspense holds a difference until it is written off or offset") func suspense() throws {
        let bench = try bench()
        let first = try bench.propose(.suspense, [2, 3], by: bench.liaison())
        let moved = try bench.test.movement {
            _ = try bench.approve(first, by: bench.district()).bytes()
        }
        #expect(moved == ["2202.MOBILE01": -299, "2241.MOBILE01.DIFF": 299])
        #expect(try bench.test.faults() == [])
        let second = try bench.propose(.writeOff, [2], by: bench.district())
        let released = try bench.test.movement {
            _ = try bench.approve(second, by: bench.administrator()).bytes()
        }
        #expect(released == ["2241.MOBILE01.DIFF": -300, "6711.MOBILE01.DIFF": 300])
        #expect(
            try bench.exceptions() == [
                "OURS_ONLY 4960 open", "AMOUNT_DIFF -300 write_off", "AMOUNT_DIFF 1 suspended",
            ])
        // What left suspense was no matter of the partner's.
        #expect(try bench.playDay([]).map(\.amountFen) == [300, -1])
        #expect(try bench.test.faults() == [])
    }

    @Test("exceptions that add up to nothing offset each other, and nothing is booked")
    func offset() throws {
        let bench = try ReconcilerBench()
        var lines = try bench.playDay([5_000, 3_000])
        lines[0].amountFen += 20
        lines[1].amountFen -= 20
        try bench.send(lines, for: "2026-11-20")
        try bench.reconcile()
        let proposal = try bench.propose(.offset, [1, 2], by: bench.liaison())
        let moved = try bench.test.movement {
            _ = try bench.approve(proposal, by: bench.district()).bytes()
        }
        #expect(moved == [:])
        #expect(try bench.unresolved() == [])
        #expect(try bench.test.faults() == [])
    }

    @Test("a late file takes the object from a proposal") func lapse() throws {
        let bench = try bench()
        let proposal = try bench.propose(.suspense, [1], by: bench.liaison())
        var late = try bench.playDay([])
        late.append(
            SettlementDetail(
                serial: try #require(SettlementIdentifier("000000000001")),
                type: .billPayment, accountReference: "13810000001", amountFen: 5_000,
                commissionFen: 40, time: bench.test.clock.now))
        try bench.send(late, for: "2026-11-21")
        try bench.reconcile()
        #expect(try bench.exceptions().first == "OURS_ONLY 4960 cleared")
        #expect(
            try bench.test.texts("SELECT state FROM settlement_resolution") == ["lapsed"])
        #expect(
            try bench.approve(proposal, by: bench.district()).refusalCode == .resolutionDecided)
    }

    struct Refused: Sendable, CustomTestStringConvertible {
        let code: RefusalCode
        let act: @Sendable (ReconcilerBench) throws -> Void
        var testDescription: String { code.rawValue }
    }

    static let refused: [Refused] = [
        Refused(code: .writeOffLimitExceeded) {
            _ = try $0.propose(.writeOff, [1], by: $0.liaison())
        },
        Refused(code: .resolutionNotAllowed) {
            _ = try $0.propose(.offset, [2, 3], by: $0.liaison())
        },
        Refused(code: .resolutionNotAllowed) {
            _ = try $0.propose(.suspense, [2, 2], by: $0.liaison())
        },
        Refused(code: .unknownException) {
            _ = try $0.propose(.suspense, [9], by: $0.liaison())
        },
        Refused(code: .unknownException) {
            _ = try $0.propose(.suspense, [1], by: $0.test.principal("LI-WATER01", at: nil))
        },
        Refused(code: .notPermitted) {
            _ = try $0.propose(.suspense, [1], by: $0.test.supervisor())
        },
        Refused(code: .proposalPending) {
            _ = try $0.propose(.suspense, [1], by: $0.liaison())
            _ = try $0.propose(.suspense, [1, 2], by: $0.liaison())
        },
        Refused(code: .samePerson) {
            let proposal = try $0.propose(.suspense, [1], by: $0.district())
            _ = try $0.approve(proposal, by: $0.district()).bytes()
        },
        Refused(code: .notPermitted) {
            let proposal = try $0.propose(.suspense, [1], by: $0.district())
            _ = try $0.approve(proposal, by: $0.liaison()).bytes()
        },
        Refused(code: .unknownResolution) {
            _ = try $0.approve(7, by: $0.district()).bytes()
        },
        Refused(code: .exceptionResolved) {
            let proposal = try $0.propose(.writeOff, [3], by: $0.liaison())
            _ = try $0.approve(proposal, by: $0.district()).bytes()
            _ = try $0.propose(.writeOff, [3], by: $0.liaison())
        },
        Refused(code: .unknownStaff) { bench in
            let liaison = try bench.liaison()
            _ = try bench.test.perform {
                try $0.assignException(1, to: "LI-WATER01", by: liaison)
            }
        },
    ]

    @Test("what may not be is refused, and changes nothing", arguments: refused)
    func refusals(_ example: Refused) throws {
        let bench = try bench()
        do {
            try example.act(bench)
            Issue.record("nothing was refused")
        } catch let refusal as Refusal {
            #expect(refusal.code == example.code)
        }
        #expect(try bench.test.faults() == [])
        #expect(try bench.exceptions().first == "OURS_ONLY 4960 open")
    }

    @Test("owner, notes and every step are in the history") func history() throws {
        let bench = try bench()
        let (liaison, district) = (try bench.liaison(), try bench.district())
        _ = try bench.test.perform { try $0.assignException(1, to: "LI-MOBILE01", by: district) }
        _ = try bench.test.perform { try $0.noteException(1, "asked by phone", by: liaison) }
        let first = try bench.propose(.suspense, [1], by: liaison)
        _ = try bench.test.perform {
            try $0.refuseResolution(first, reason: "wait a day", by: district)
        }
        let second = try bench.propose(.suspense, [1], by: liaison)
        _ = try bench.test.perform {
            try $0.withdrawResolution(second, reason: "mistaken", by: liaison)
        }
        let third = try bench.propose(.suspense, [1], by: liaison)
        _ = try bench.approve(third, by: district).bytes()
        var writer = JSONWriter()
        try bench.test.book.readers.read { connection in
            let reader = SettlementExceptionReader(connection)
            let exception = try #require(try reader.exception(1, of: nil))
            try reader.encode(
                exception, zone: .china, on: #require(BusinessDate("2026-11-25")), to: &writer)
        }
        let answer = try Answer(writer.bytes)
        #expect(try answer.text("owner_id") == "LI-MOBILE01")
        #expect(try answer.fen("age_days") == 5)
        #expect(
            try answer.objects("history").map { try $0.text("event") } == [
                "assign", "note", "propose", "refuse", "propose", "withdraw", "propose",
                "approve",
            ])
        #expect(try answer.objects("adjustments").map { try $0.fen("amount_fen") } == [-4_960])
    }
}
