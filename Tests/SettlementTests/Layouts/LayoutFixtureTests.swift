import CivilTime
import Foundation
import Testing

@testable import Settlement

/// The published layouts with their files, which were not made by this program.
@Suite struct LayoutFixtureTests {
    struct Fixture: Sendable, CustomTestStringConvertible {
        let folder: String
        let file: String
        /// Posted, reversed and skipped lines.
        let counts: [Int]
        /// Amount, net, and commission where the layout has one, in fen.
        let sumsFen: [Int64]

        var testDescription: String { folder }
    }

    static let fixtures = [
        Fixture(
            folder: "bank-csv", file: "SETTLE_20261121.csv", counts: [4, 1, 2],
            sumsFen: [158_050, -22_000, 186]),
        Fixture(
            folder: "wechat", file: "10000100All2026-11-21.csv", counts: [3, 1, 0],
            sumsFen: [8_650, 8_650]),
        Fixture(
            folder: "alipay", file: "20880000000000000156_20261121_DETAILS.csv",
            counts: [3, 0, 0], sumsFen: [8_650, 8_650]),
        Fixture(
            folder: "fixed-width-bank", file: "DZ0042.TXT", counts: [3, 1, 0],
            sumsFen: [152_956, 152_956, 59]),
    ]

    static let folder = Example.repository.appending(path: "fixtures/layouts")

    static func check(_ fixture: Fixture) throws -> CheckedLayoutFile {
        let folder = folder.appending(path: fixture.folder)
        let json = try [UInt8](Data(contentsOf: folder.appending(path: "layout.json")))
        return try LayoutReader(PartnerLayout(json))
            .check(fixture.file, in: folder.path(percentEncoded: false))
    }

    @Test("a file becomes the published table, byte for byte", arguments: fixtures)
    func golden(_ fixture: Fixture) throws {
        let file = try Self.check(fixture)
        let path = fixture.folder + "/expected.csv"
        let expected = try [UInt8](Data(contentsOf: Self.folder.appending(path: path)))
        var table: [UInt8] = []
        try file.writeTable { table += $0 }
        #expect(String(decoding: table, as: UTF8.self) == String(decoding: expected, as: UTF8.self))
        #expect(table == expected)
        let totals = file.totals
        #expect(
            [totals.postedCount, totals.reversedCount, totals.skippedCount] == fixture.counts)
        #expect(
            [totals.amountFen, totals.netFen] + (totals.commissionFen.map { [$0] } ?? [])
                == fixture.sumsFen)
        #expect(
            file.businessDate == BusinessDate(year: 2026, month: 11, day: 21)
                || file.businessDate == nil)
        let outcome = try Outcome(
            MatchSource(MatchInput(bytes: table, format: .table)),
            MatchSource(MatchInput(bytes: expected, format: .table)))
        #expect(outcome.summary.isAllMatched)
    }

    @Test("every published folder is tested")
    func complete() throws {
        let names = try FileManager.default
            .contentsOfDirectory(atPath: Self.folder.path(percentEncoded: false))
            .filter { $0 != "README.md" }
        #expect(names.sorted() == Self.fixtures.map(\.folder).sorted())
    }

    @Test("texts that a spreadsheet of the partner quoted, and rare characters, come out whole")
    func example() throws {
        let file = try Self.check(Self.fixtures[3])
        #expect(try LayoutExample.lines(file).map(\.commissionFen) == [60, 0, 0, -1])
        #expect(try LayoutExample.lines(file).map(\.line.lineNumber) == [2, 3, 4, 5])
    }
}
