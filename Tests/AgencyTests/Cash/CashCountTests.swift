import Ledger
import Testing

@testable import Agency

@Suite struct CashCountTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let lines: [(Int64, Int64)]
        let error: CashCountError?
        var testDescription: String { "\(lines): \(error.map { "\($0)" } ?? "a count")" }
    }

    static let rows = [
        Row(lines: [], error: nil),
        Row(lines: [(10_000, 12), (1, 3)], error: nil),
        Row(lines: [(10_000, 0)], error: nil),
        Row(lines: [(10_000, 1_000_000)], error: nil),
        Row(lines: [(10_000, 1), (300, 1)], error: .unknownDenomination(line: 1)),
        Row(lines: [(0, 1)], error: .unknownDenomination(line: 0)),
        Row(lines: [(-100, 1)], error: .unknownDenomination(line: 0)),
        Row(lines: [(100, 1), (100, 2)], error: .repeatedDenomination(line: 1)),
        Row(lines: [(100, 0), (100, 0)], error: .repeatedDenomination(line: 1)),
        Row(lines: [(100, -1)], error: .pieceCountOutOfRange(line: 0)),
        Row(lines: [(100, 1_000_001)], error: .pieceCountOutOfRange(line: 0)),
        Row(lines: [(100, .max)], error: .pieceCountOutOfRange(line: 0)),
        Row(lines: [(10_000, 1_000_000), (1, 1)], error: .totalTooLarge),
    ]

    @Test("a count holds each denomination once, and no more than can be", arguments: rows)
    func lines(_ row: Row) {
        let lines = row.lines.map { CashCount.Line(denominationFen: $0.0, pieceCount: $0.1) }
        do {
            let count = try CashCount(lines, in: .renminbi)
            #expect(row.error == nil)
            #expect(count.totalFen == row.lines.reduce(0) { $0 + $1.0 * $1.1 })
        } catch {
            #expect(error == row.error)
        }
    }

    @Test("the order in which a count is told does not matter") func order() throws {
        let up = try CashCount(
            [(1, 2), (50, 0), (100, 3)].map { .init(denominationFen: $0.0, pieceCount: $0.1) },
            in: .renminbi)
        let down = try CashCount(
            [(100, 3), (1, 2)].map { .init(denominationFen: $0.0, pieceCount: $0.1) },
            in: .renminbi)
        #expect(up == down)
        #expect(up.canonicalText == down.canonicalText)
    }

    @Test("each currency counts its own notes and coins", arguments: Currency.allCases)
    func currencies(_ currency: Currency) {
        let known = currency.denominationsFen
        #expect(known == known.sorted(by: >))
        #expect(Set(known).count == known.count)
        #expect(known.allSatisfy { $0 > 0 })
        #expect(known.contains(25) == (currency == .usDollar))
    }

    @Test(
        "the database takes a count only as the sum of its lines, and never changes it",
        arguments: [
            "INSERT INTO cash_count VALUES (900, 'sign_off', 1, 1, NULL, 0, 5)",
            "INSERT INTO cash_count_line VALUES (1, 7, 1)",
            "UPDATE cash_count SET total_fen = 0", "DELETE FROM cash_count",
            "UPDATE cash_count_line SET piece_count = 1", "DELETE FROM cash_count_line",
            "INSERT INTO cash_count_line VALUES (901, 1, 0)",
        ])
    func guards(_ sql: String) throws {
        let test = try TestBook()
        try test.signOff(try test.signOn())
        #expect(throws: (any Error).self) { try test.execute(sql) }
    }
}
