import CivilTime
import Ledger
import Testing

@testable import Agency

@Suite struct RevenueReportTests {
    private func lines(
        _ test: TestBook, _ first: String = "2026-11-20", _ last: String = "2026-11-20",
        village: Int64? = nil, centre: Int64? = nil
    ) throws -> [RevenueLine] {
        let (from, to) = (try #require(BusinessDate(first)), try #require(BusinessDate(last)))
        return try test.book.readers.read {
            try RevenueReport($0).lines(
                from: from, to: to, village: village.map { ID($0) }, centre: centre.map { ID($0) })
        }
    }

    /// All that a line says but the village's share, which only a closed day knows.
    private func figures(_ line: RevenueLine) -> String {
        "\(line.date) \(line.villageCode) \(line.stationCode) \(line.productCode) "
            + "\(line.transactionCount) \(line.amountFen) \(line.feeFen) \(line.commissionFen)"
    }

    @Test("an open day and the same day closed report the same figures") func agree() throws {
        let test = try TestBook()
        let (water, power) = (try test.bill("WATER", isLate: true), try test.bill("POWER"))
        try test.playDay()
        let open = try lines(test)
        #expect(
            open.map(figures) == [
                "2026-11-20 V001 S0001 CASH01 1 100000 0 100",
                "2026-11-20 V001 S0001 COACH 1 2600 400 78",
                "2026-11-20 V001 S0001 MOBILE 1 5000 0 40",
                "2026-11-20 V001 S0001 POWER 1 \(power.totalFen) 0 60",
                "2026-11-20 V001 S0001 WATER 1 \(water.totalFen) 0 50",
                "2026-11-20 V002 S0002 TELECOM 1 3333 0 27",
            ])
        #expect(open.allSatisfy { $0.villageShareFen == nil })
        try test.closeDay()
        let closed = try lines(test)
        #expect(closed.map(figures) == open.map(figures))
        #expect(closed.map(\.villageShareFen) == [20, 17, 8, 12, 11, 6])
    }

    @Test("a range holds closed days and the open one, each once") func range() throws {
        let test = try TestBook()
        try test.playDay("day-1")
        try test.closeDay()
        test.clock.advance(milliseconds: 86_400_000)
        try test.playDay("day-2")
        #expect(try lines(test, "2026-11-20", "2026-11-21").count == 12)
        #expect(try lines(test, "2026-11-21", "2026-11-21").count == 6)
        #expect(try lines(test, "2026-11-22", "2026-11-30") == [])
        #expect(try lines(test, "2026-11-21", "2026-11-20") == [])
    }

    @Test("a village sees its own lines, a centre those below it") func scope() throws {
        let test = try TestBook()
        try test.playDay()
        func number(_ table: String, _ code: String) throws -> Int64 {
            try test.integer("SELECT \(table)_id FROM \(table) WHERE code = '\(code)'")
        }
        #expect(try lines(test, village: number("village", "V002")).count == 1)
        #expect(try lines(test, village: number("village", "V003")) == [])
        #expect(try lines(test, centre: number("centre", "D01")).count == 6)
        #expect(try lines(test, centre: number("centre", "T01")).count == 6)
        #expect(try lines(test, centre: number("centre", "T02")) == [])
    }
}
