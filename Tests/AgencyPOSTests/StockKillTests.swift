import Agency
import Foundation
import StrictJSON
import Testing

@testable import AgencyPOS

@Suite(.serialized) struct StockKillTests {
    static let rounds = 5
    static let stations = 6
    /// How long a server is under load before it is killed, in milliseconds.
    static let loadMilliseconds = 15...120
    /// How long the operators may take to notice that the server is gone, in seconds.
    static let patienceSeconds = 30.0

    @Test("a server killed at any moment sells no serial twice and loses none")
    func kill() throws {
        let data = FileManager.default.temporaryDirectory.path + "/stock-\(UUID().uuidString)"
        let book = PaidBook(data: data)
        defer { book.remove() }
        try #require(try Program.run(["load", PaidBook.demoFolder, "--data", data]).code == 0)
        var server = try ServedBook(data: data)
        let load = StockLoad(tokens: try Self.openCounters(port: server.port))
        var unansweredCount = 0
        for round in 1...Self.rounds {
            let group = load.run(port: server.port, round: round)
            let milliseconds = Int.random(in: Self.loadMilliseconds)
            print("stock is sold for \(milliseconds) ms in round \(round)")
            // Not a synchronisation: the moment of the kill is what the test is about.
            Thread.sleep(forTimeInterval: Double(milliseconds) / 1_000)
            server.kill()
            try #require(group.wait(timeout: .now() + Self.patienceSeconds) == .success)
            #expect(try book.faults() == [], "round \(round)")
            try Self.expectSold(load.sent, book)
            server = try ServedBook(data: data)
            unansweredCount += try load.repeatAll(port: server.port)
        }
        try Self.waitForNetworks(book)
        server.kill()
        #expect(load.unexpected == [])
        let sold = load.sent.filter { $0.status == 201 }
        print("\(load.sent.count) sales sent, \(sold.count) made, \(unansweredCount) unanswered")
        // Without these the test would have shown nothing.
        #expect(sold.count > Self.rounds * Self.stations)
        #expect(unansweredCount > 0)
        try Self.expectSold(load.sent, book)
        let serials = try Self.serials(of: sold).count
        #expect(
            try book.rows("SELECT '' || count(*) FROM stock_serial") == ["\(serials)"],
            "a serial is gone that nobody was told of")
        // Every card was answered for: it is usable, or its money went back.
        let states = try book.rows(
            "SELECT DISTINCT state FROM stock_serial WHERE item_id = 2 ORDER BY state")
        #expect(Set(states).isSubset(of: ["active", "returned"]), "\(states)")
        #expect(try book.faults() == [])
        #expect(try Program.run(["verify", "--data", data]).code == 0)
    }

    /// Waits until every card is answered for: the networks are asked beside the sales.
    private static func waitForNetworks(_ book: PaidBook) throws {
        let deadline = Date(timeIntervalSinceNow: patienceSeconds)
        let due = "SELECT '' || number FROM stock_serial WHERE state = 'activation_due'"
        while try !book.rows(due).isEmpty, Date() < deadline {
            Thread.sleep(forTimeInterval: 0.05)
        }
    }

    /// Each serial that was told of is there once, under the sale that told of it.
    private static func expectSold(_ sent: [SentStockSale], _ book: PaidBook) throws {
        let told = try serials(of: sent.filter { $0.status == 201 })
        #expect(Set(told.map(\.serial)).count == told.count, "a serial was told of twice")
        let counts = try book.rows(
            "SELECT serial || ' ' || count(*) FROM stock_serial GROUP BY serial")
        let inBook = Set(counts)
        for (sale, lines) in Dictionary(grouping: told, by: \.sale) {
            #expect(inBook.contains("\(sale) \(lines.count)"), "sale \(sale) is gone")
        }
    }

    private static func serials(
        of sales: [SentStockSale]
    ) throws -> [(sale: Int64, serial: String)] {
        try sales.flatMap { sale in
            let answer = try StrictJSONParser.parse(sale.answer ?? [])
            let number = try #require(answer["serial"]?.text.flatMap { Int64($0) })
            return try #require(answer["serials"]).items.compactMap { item in
                item["serial_number"]?.text.map { (number, $0) }
            }
        }
    }

    /// Signs operator A of each of the first stations on, and opens its packs.
    private static func openCounters(port: UInt16) throws -> [String] {
        try (1...stations).map { number in
            let client = try APIClient(port: port)
            let code = "000\(number)"
            try client.signIn("OP\(code)01")
            let shift = try client.post("/v1/shifts", ["till_id": .string("S\(code)-C1")])
            try #require(shift.status == 201)
            for item in ["SCRATCH10", "SIMCARD"] { _ = try client.openPack(item) }
            return try #require(client.token)
        }
    }
}
