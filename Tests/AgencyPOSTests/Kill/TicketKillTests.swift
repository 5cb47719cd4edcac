import Agency
import CivilTime
import Foundation
import SQL
import Testing

@Suite(.serialized) struct TicketKillTests {
    static let rounds = 8
    static let stations = 4
    /// How long a server is under load before it is killed, in milliseconds.
    static let loadMilliseconds = 40...400
    static let repeatedCount = 20
    static let patienceSeconds = 30.0

    @Test("a server killed amid sales, refunds and changes does each once")
    func kill() throws {
        let seed = UInt64.random(in: .min ... .max)
        print("seed of the ticket kill test: \(seed)")
        var moments = SeededMoments(seed: seed)
        let data = FileManager.default.temporaryDirectory.path + "/tickets-\(UUID().uuidString)"
        let book = PaidBook(data: data)
        defer { book.remove() }
        try #require(try Program.run(["load", PaidBook.demoFolder, "--data", data]).code == 0)
        var server = try ServedBook(data: data)
        let load = try TicketLoad(
            stations: Self.stations, port: server.port, credentials: try PaidBook.credentials())
        var unansweredCount = 0
        for round in 1...Self.rounds {
            let group = load.run(port: server.port)
            let milliseconds = Int.random(in: Self.loadMilliseconds, using: &moments)
            // Not a synchronisation: the moment of the kill is what the test is about.
            Thread.sleep(forTimeInterval: Double(milliseconds) / 1_000)
            server.kill()
            try #require(group.wait(timeout: .now() + Self.patienceSeconds) == .success)
            #expect(try book.faults() == [], "seed \(seed), round \(round)")
            server = try ServedBook(data: data)
            unansweredCount += try load.repeatUnanswered(
                port: server.port, answeredToo: Self.repeatedCount)
        }
        server.kill()
        #expect(load.unexpected == [])
        let sent = load.sent
        print("\(sent.count) requests, \(unansweredCount) of them unanswered at a kill")
        // Without these the test would have shown nothing.
        #expect(sent.count > Self.rounds * Self.stations)
        #expect(unansweredCount > 0)
        #expect(sent.allSatisfy { $0.answer != nil })
        try expectOnce(sent, book, "seed \(seed)")
        #expect(try Program.run(["verify", "--data", data]).code == 0)
    }

    /// As many sales, refunds and changes as were answered, each ticket ended once.
    private func expectOnce(
        _ sent: [SentTicketRequest], _ book: PaidBook, _ place: String
    ) throws {
        func count(_ suffix: String) -> Int { sent.count { $0.path.hasSuffix(suffix) } }
        let (sales, refunds, changes) = (count("/tickets"), count("/refund"), count("/change"))
        #expect(
            try book.rows("SELECT count(*) FROM ticket") == ["\(2 * sales + changes)"],
            "\(place)")
        #expect(
            try book.rows("SELECT count(*) FROM ticket WHERE state = 'refunded'")
                == ["\(refunds)"], "\(place)")
        #expect(
            try book.rows("SELECT count(*) FROM ticket WHERE state = 'changed'")
                == ["\(changes)"], "\(place)")
        #expect(
            try book.rows("SELECT count(*) FROM service_transaction")
                == ["\(sales + refunds + 2 * changes)"], "\(place)")
    }

    @Test("tickets paid for and not issued at a kill are asked about, and their cash goes back")
    func betweenPayingAndIssuing() throws {
        let data = FileManager.default.temporaryDirectory.path + "/tickets-\(UUID().uuidString)"
        let book = PaidBook(data: data)
        defer { book.remove() }
        try #require(try Program.run(["load", PaidBook.demoFolder, "--data", data]).code == 0)
        // The sandbox's principal loses what is asked for a fare that ends in 67.
        do {
            let connection = try Connection(path: data + "/book.db", access: .write)
            try connection.execute(
                script: """
                    INSERT INTO contract_term (contract_id, name, value)
                    SELECT c.contract_id, 'principal_issues', 1 FROM contract c
                    JOIN product p ON p.product_id = c.product_id WHERE p.code = 'RAIL';
                    UPDATE trip SET fare_fen = 9467 WHERE code = 'D5101';
                    """)
            try connection.checkpoint(truncating: true)
        }
        var server = try ServedBook(data: data)
        let client = try CounterClient(port: server.port)
        let token = try client.signOn(station: 1, try PaidBook.credentials())
        let date = ZoneOffset.china.date(at: .now).adding(days: 10).description
        let reserved = try client.post(
            "/v1/ticket-reservations",
            #"{"trip_id":"D5101","travel_date":"\#(date)","seat_count":1}"#, token: token)
        let reservation = try PaymentLoad.text("reservation_id", in: reserved.body)
        let body = #"{"reservation_id":"\#(reservation)","amount_fen":9467}"#
        let port = server.port
        let asking = DispatchGroup()
        asking.enter()
        Thread {
            do {
                let client = try CounterClient(port: port)
                _ = try client.post("/v1/tickets", body, token: token, key: "the-order-1")
            } catch {
                // The server is killed while it waits for the principal.
            }
            asking.leave()
        }.start()
        let deadline = Date.now.addingTimeInterval(Self.patienceSeconds)
        while try book.rows("SELECT count(*) FROM partner_call") == ["0"] {
            try #require(Date.now < deadline, "the order is not durable")
            Thread.sleep(forTimeInterval: 0.01)
        }
        server.kill()
        try #require(asking.wait(timeout: .now() + Self.patienceSeconds) == .success)
        #expect(try book.rows("SELECT status FROM service_transaction") == ["pending"])
        #expect(try book.faults() == [])
        server = try ServedBook(data: data)
        while try book.rows("SELECT status FROM service_transaction") != ["return_due"] {
            try #require(Date.now < deadline, "the order is not resolved")
            Thread.sleep(forTimeInterval: 0.01)
        }
        #expect(try book.rows("SELECT sum(seats_taken) FROM trip_day") == ["0"])
        let counter = try CounterClient(port: server.port)
        let again = try counter.post("/v1/tickets", body, token: token, key: "the-order-1")
        #expect(again.status == 202)
        let back = try counter.post(
            "/v1/receipts/1/return", "", token: token, key: "the-return-1")
        #expect(back.status == 200, "\(String(decoding: back.body, as: UTF8.self))")
        let told = try counter.post("/v1/tickets", body, token: token, key: "the-order-1")
        #expect(told.status == 201)
        #expect(String(decoding: told.body, as: UTF8.self).contains(#""status":"returned""#))
        server.kill()
        #expect(try book.faults() == [])
    }
}

/// SplitMix64, so that a printed seed gives the same moments again.
private struct SeededMoments: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
