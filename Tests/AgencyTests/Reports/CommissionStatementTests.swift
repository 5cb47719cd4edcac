import CivilTime
import Ledger
import Testing

@testable import Agency

@Suite struct CommissionStatementTests {
    private func lines(
        _ test: TestBook, by party: CommissionParty, _ first: String = "2026-11-20",
        _ last: String = "2026-11-20",
        scope: CommissionStatement.Scope = CommissionStatement.Scope()
    ) throws -> [CommissionLine] {
        let (from, to) = (try #require(BusinessDate(first)), try #require(BusinessDate(last)))
        return try test.book.readers.read {
            try CommissionStatement($0, test.book.catalogue)
                .lines(from: from, to: to, by: party, scope: scope)
        }
    }

    private func figures(_ line: CommissionLine) -> String {
        "\(line.partyCode) \(line.productCode) \(line.transactionCount) \(line.commissionFen) "
            + "\(line.shares.operatorFen) \(line.shares.villageFen) \(line.shares.townFen) "
            + "\(line.shares.districtFen)"
    }

    @Test("a day's commission is told by party and product, and every fen of it is shared")
    func parties() throws {
        let test = try TestBook()
        try test.playDay()
        #expect(
            try lines(test, by: .village).map(figures) == [
                "V001 CASH01 1 100 50 20 15 15", "V001 COACH 1 78 39 17 11 11",
                "V001 MOBILE 1 40 20 8 6 6", "V001 POWER 1 60 30 12 9 9",
                "V001 WATER 1 50 25 11 7 7", "V002 TELECOM 1 27 13 6 4 4",
            ])
        for party in CommissionParty.allCases {
            let lines = try lines(test, by: party)
            #expect(lines.allSatisfy { $0.commissionFen == $0.shares.totalFen }, "\(party)")
        }
        #expect(Set(try lines(test, by: .operator).map(\.partyCode)).count == 2)
        #expect(Set(try lines(test, by: .station).map(\.partyCode)) == ["S0001", "S0002"])
        #expect(Set(try lines(test, by: .centre).map(\.partyCode)) == ["D01", "T01"])
        let sums = try Dictionary(grouping: lines(test, by: .centre), by: \.partyCode)
            .mapValues { $0.reduce(0) { $0 + $1.commissionFen } }
        #expect(sums == ["D01": 355, "T01": 355])
    }

    @Test(
        "the open day is shared out as its close does it, and the ledger's accounts hold the shares"
    )
    func close() throws {
        let test = try TestBook()
        try test.playDay()
        let open = try CommissionParty.allCases.map { try lines(test, by: $0) }
        let moved = try test.movement { try test.closeDay() }
        #expect(try CommissionParty.allCases.map { try lines(test, by: $0) } == open)
        let stations = try lines(test, by: .station)
        for station in ["S0001", "S0002"] {
            let share = stations.filter { $0.partyCode == station }
                .reduce(0) { $0 + $1.shares.operatorFen }
            #expect(moved["2241.\(station)"] == -share)
        }
        let villages = try lines(test, by: .village)
        for village in ["V001", "V002"] {
            let share = villages.filter { $0.partyCode == village }
                .reduce(0) { $0 + $1.shares.villageFen }
            #expect(moved["2241.\(village)"] == -share)
        }
    }

    @Test("a reader sees the own figures, or those below the own centre") func scope() throws {
        let test = try TestBook()
        try test.playDay()
        func number(_ table: String, _ column: String, _ code: String) throws -> Int64 {
            try test.integer("SELECT \(column) FROM \(table) WHERE code = '\(code)'")
        }
        let teller = try #require(try lines(test, by: .operator).first?.partyCode)
        let staff = ID<StaffMember>(try number("staff_member", "staff_id", teller))
        let own = try lines(test, by: .operator, scope: .init(staff: staff))
        #expect(Set(own.map(\.partyCode)) == [teller])
        let village = ID<Village>(try number("village", "village_id", "V002"))
        #expect(
            try lines(test, by: .village, scope: .init(village: village)).map(figures)
                == ["V002 TELECOM 1 27 13 6 4 4"])
        let town = ID<Centre>(try number("centre", "centre_id", "T01"))
        #expect(
            Set(try lines(test, by: .centre, scope: .init(centre: town)).map(\.partyCode))
                == ["T01"])
        let other = ID<Centre>(try number("centre", "centre_id", "T02"))
        #expect(try lines(test, by: .station, scope: .init(centre: other)) == [])
    }

    @Test("a range sums its days") func range() throws {
        let test = try TestBook()
        try test.playDay("day-1")
        try test.closeDay()
        test.clock.advance(milliseconds: 86_400_000)
        try test.playDay("day-2")
        let both = try lines(test, by: .village, "2026-11-20", "2026-11-21")
        #expect(both.first.map(figures) == "V001 CASH01 2 200 100 40 30 30")
        #expect(both.count == 6)
    }
}
