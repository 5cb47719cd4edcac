import Settlement
import Testing

@testable import Agency

/// A partner takes back a line that we do not have by a negative line in its next file.
@Suite struct TakenBackLineTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let corrections: [(original: String, amountFen: Int64)]
        let exceptions: [String]
        var testDescription: String { name }
    }

    // P900 is 700 fen, of which 7 are commission.
    static let cases: [Case] = [
        Case(
            name: "to the fen", corrections: [("P900", -700)],
            exceptions: ["PARTNER_ONLY -693 cleared"]),
        Case(
            name: "another amount", corrections: [("P900", -600)],
            exceptions: ["PARTNER_ONLY -693 open", "PARTNER_ONLY 593 open"]),
        Case(
            name: "an unknown original", corrections: [("P999", -700)],
            exceptions: ["PARTNER_ONLY -693 open", "PARTNER_ONLY 693 open"]),
        Case(
            name: "twice", corrections: [("P900", -700), ("P900", -700)],
            exceptions: ["PARTNER_ONLY -693 cleared", "PARTNER_ONLY 693 open"]),
    ]

    @Test("it clears what it takes back to the fen, and nothing else", arguments: cases)
    func corrected(_ example: Case) throws {
        let bench = try ReconcilerBench()
        let first = try bench.playDay([5_000])
        var surplus = first[0]
        surplus.serial = try #require(SettlementIdentifier("P900"))
        surplus.accountReference = "13999999999"
        surplus.amountFen = 700
        surplus.commissionFen = 7
        try bench.send(first + [surplus], for: "2026-11-20")
        try bench.reconcile()
        #expect(try bench.unresolved() == ["PARTNER_ONLY -693"])
        var second = try bench.playDay([1_000])
        for (index, correction) in example.corrections.enumerated() {
            var line = surplus
            line.serial = try #require(SettlementIdentifier("P90\(index + 1)"))
            line.amountFen = correction.amountFen
            line.commissionFen = -7
            let original = try #require(SettlementIdentifier(correction.original))
            line.originalSerial = original
            second.append(line)
        }
        try bench.send(second, for: "2026-11-21")
        let done = try #require(try bench.reconcile().first)
        #expect(try bench.exceptions() == example.exceptions)
        let isCleared = example.exceptions[0].hasSuffix("cleared")
        #expect(done.clearedCount == (isCleared ? 1 : 0))
        #expect(done.exceptionCount == Int64(example.exceptions.count - 1))
        #expect(
            try bench.test.texts("SELECT text FROM exception_event WHERE event = 'clear'")
                == (isCleared ? ["\(done.fileName) line 3"] : []))
    }
}
