import Agency
import CivilTime
import Foundation
import Testing

@testable import AgencyPOS

@Suite struct FixtureGeneratorTests {
    static let fileNames = [
        "network.json", "catalogue.json", "staff.json", "demo-credentials.json", "trips.csv",
        "offers.csv", "bills.csv", "stock.json", "stock.csv", "prizes.csv",
    ]

    @Test("the demo in the repository is what the generator makes")
    func golden() throws {
        let fresh = try FixtureSandbox()
        try FixtureGenerator().write(to: fresh.path) { _ in }
        let demo = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("fixtures/demo").path
        for name in Self.fileNames {
            let kept = try Data(contentsOf: URL(fileURLWithPath: demo + "/" + name))
            #expect(
                try fresh.contents(name) == kept,
                "\(name) differs; run: agencypos fixtures --out fixtures/demo")
        }
        #expect(try fresh.names() == Self.fileNames.sorted())
    }

    @Test("the same seed gives the same bytes, another seed others")
    func seeds() throws {
        let (first, second, other) = (
            try FixtureSandbox(), try FixtureSandbox(), try FixtureSandbox()
        )
        try FixtureGenerator(seed: 7, stations: 5, bills: 300).write(to: first.path) { _ in }
        try FixtureGenerator(seed: 7, stations: 5, bills: 300).write(to: second.path) { _ in }
        try FixtureGenerator(seed: 8, stations: 5, bills: 300).write(to: other.path) { _ in }
        for name in Self.fileNames {
            let contents = try first.contents(name)
            #expect(try second.contents(name) == contents)
            // Catalogue, offers and what lies in stock are the trade's and follow from no chance.
            if !["catalogue.json", "offers.csv", "stock.json", "stock.csv"].contains(name) {
                #expect(try other.contents(name) != contents)
            }
        }
    }

    @Test("the demo has the network that was asked for")
    func demo() throws {
        let sandbox = try FixtureSandbox()
        try FixtureGenerator().write(to: sandbox.path) { _ in }
        let folder = try DataFolder.load(sandbox.path)
        let network = folder.network
        #expect(network.centres.filter { $0.level == .district }.count == 1)
        #expect(network.centres.filter { $0.level == .town }.count == 3)
        #expect(network.villages.count == 12)
        #expect(Set(network.stations.map(\.villageID)).count == 12)
        #expect(network.stations.filter(\.isServicePoint).count == 2)
        #expect(Set(network.terminals.map(\.stationID)).count == 12)
        #expect(Set(network.terminals.map(\.kind)) == Set(NetworkFile.Terminal.Kind.allCases))
        #expect(Set(network.tills.map(\.stationID)).count == 12)
        #expect(Set(network.villages.map(\.name)).count == 12)
        let roles = Dictionary(grouping: folder.staff.users, by: \.assignment.role)
            .mapValues(\.count)
        #expect(
            roles == [
                .operator: 24, .supervisor: 4, .liaison: 14, .committee: 12, .administrator: 1,
            ])
        let kinds = Dictionary(grouping: folder.catalogue.partners, by: \.kind).mapValues(\.count)
        #expect(kinds == [.biller: 9, .ticketPrincipal: 3, .bank: 2])
        #expect(
            Set(folder.catalogue.contracts.map(\.productID))
                == Set(folder.catalogue.products.map(\.id)))
        let credentials = try #require(folder.demoCredentials)
        #expect(credentials.userPINs.map(\.userID) == folder.staff.users.map(\.id))
        #expect(credentials.terminalSecrets.map(\.terminalID) == network.terminals.map(\.id))
        #expect(credentials.settlementKeys.map(\.partnerID) == folder.catalogue.partners.map(\.id))
    }

    @Test("bills are unique, in range, and some accounts owe for several months")
    func bills() throws {
        let sandbox = try FixtureSandbox()
        try FixtureGenerator().write(to: sandbox.path) { _ in }
        let reader = try DataFolder.load(sandbox.path).bills()
        let ranges: [String: ClosedRange<Int64>] = [
            "WATER": 2_000...20_000, "POWER": 3_000...60_000, "HEAT": 60_000...300_000,
            "CABLETV": 2_400...7_200,
        ]
        var keys = Set<String>()
        var accounts = Set<String>()
        var count = 0
        var late = 0
        while let bill = try reader.next() {
            count += 1
            let account = bill.productID + bill.accountNumber
            accounts.insert(account)
            keys.insert(account + bill.period.description)
            #expect(ranges[bill.productID]?.contains(bill.amountFen) == true)
            if bill.dueDate < FixtureGenerator.demoToday {
                late += 1
                #expect((1...bill.amountFen).contains(bill.lateFeeFen))
            } else {
                #expect(bill.lateFeeFen == 0)
            }
        }
        #expect(count == FixtureGenerator.demoBills)
        #expect(keys.count == count)
        #expect(accounts.count < count - 500)
        #expect(late > 500)
    }

    @Test("the timetable has trips of both principals, one of them not sold")
    func trips() throws {
        let sandbox = try FixtureSandbox()
        try FixtureGenerator().write(to: sandbox.path) { _ in }
        let reader = try DataFolder.load(sandbox.path).trips()
        var trips: [TripRow] = []
        while let trip = try reader.next() { trips.append(trip) }
        #expect(trips.count >= 40)
        #expect(Set(trips.map(\.productID)) == ["COACH", "RAIL"])
        #expect(Set(trips.map { $0.productID + $0.tripID }).count == trips.count)
        #expect(trips.filter { !$0.runsDaily }.count == 1)
    }

    @Test(
        "a network of any size holds together", arguments: [(1, 0), (2, 1), (3, 50), (400, 4_000)])
    func scales(_ stations: Int, _ bills: Int) throws {
        let sandbox = try FixtureSandbox()
        try FixtureGenerator(stations: stations, bills: bills).write(to: sandbox.path) { _ in }
        let folder = try DataFolder.load(sandbox.path)
        #expect(folder.network.stations.count == stations)
        #expect(Set(folder.network.villages.map(\.name)).count == stations)
        let towns = Set(folder.network.villages.map(\.townCentreID)).count
        #expect(towns == folder.network.centres.filter { $0.level == .town }.count)
        let reader = try folder.bills()
        var count = 0
        while try reader.next() != nil { count += 1 }
        #expect(count == bills)
    }

    @Test("names of places differ as far as numbers reach")
    func names() {
        #expect(Set((0..<9_999).map(FixtureNames.village)).count == 9_999)
        #expect(Set((0..<250).map(FixtureNames.town)).count == 250)
    }

    @Test("sizes and days out of range are refused")
    func refusesSizes() throws {
        let sandbox = try FixtureSandbox()
        let oldDay = try #require(BusinessDate("1900-12-31"))
        let attempts: [(FixtureGenerator, FixtureError)] = [
            (FixtureGenerator(stations: 0), .size(name: "stations", allowed: 1...9_999)),
            (FixtureGenerator(stations: 10_000), .size(name: "stations", allowed: 1...9_999)),
            (FixtureGenerator(bills: -1), .size(name: "bills", allowed: 0...10_000_000)),
            (FixtureGenerator(bills: 10_000_001), .size(name: "bills", allowed: 0...10_000_000)),
            (FixtureGenerator(today: oldDay), .today(allowedYears: 1_901...9_999)),
        ]
        for (generator, expected) in attempts {
            #expect(throws: expected) { try generator.write(to: sandbox.path) { _ in } }
        }
        #expect(try sandbox.names() == [])
    }

    @Test("a folder that cannot be made is an error that names it")
    func refusesFolder() throws {
        let sandbox = try FixtureSandbox()
        try Data().write(to: URL(fileURLWithPath: sandbox.path + "/file"))
        let path = sandbox.path + "/file/inside"
        #expect(throws: FixtureError.unwritable(path: path, code: ENOTDIR)) {
            try FixtureGenerator().write(to: path) { _ in }
        }
    }

    @Test("the numbers of a seed never change")
    func generatorVector() {
        var generator = SeededGenerator(seed: 1, stream: .network)
        let numbers = (0..<4).map { _ in generator.next() }
        // From a separate implementation of SplitMix64 and xoshiro256** by their authors' text.
        #expect(
            numbers == [
                10087066718538253103, 18434769775079648166,
                18112805065117759560, 14328949618264823667,
            ])
    }

    @Test("a field is quoted where a comma or a quote asks for it")
    func quoting() throws {
        let sandbox = try FixtureSandbox()
        let file = try FixtureFile(path: sandbox.path + "/x.csv")
        for field in ["a", "b,c", "d\"e"] {
            file.appendField(field)
            file.separate()
        }
        file.append(7, width: 3)
        file.append(120)
        try file.endLine()
        try file.finish()
        #expect(try sandbox.contents("x.csv") == Data("a,\"b,c\",\"d\"\"e\",007120\n".utf8))
        #expect(try sandbox.names() == ["x.csv"])
    }
}
