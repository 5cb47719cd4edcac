import Agency
import Foundation
import StrictJSON
import Testing

@testable import AgencyPOS

/// Servers that are killed in the middle of a batch.
@Suite(.serialized) struct TerminalBatchKillTests {
    static let rounds = 6
    static let itemCount: Int64 = 400
    /// Every so many items one is a ticket of the station's pack, which has a hundred.
    static let ticketStride: Int64 = 25
    /// How long a batch may take to be under way, in seconds.
    static let patienceSeconds = 60.0
    /// How often the book is looked at while a batch is under way, in seconds.
    static let lookSeconds = 0.002

    @Test("a batch whose server is killed is handed in again, and each item counts once")
    func kill() throws {
        let seed = UInt64.random(in: .min ... .max)
        print("seed of the kill test: \(seed)")
        var moments = Moments(state: seed)
        let data = FileManager.default.temporaryDirectory.path + "/kill-\(UUID().uuidString)"
        let book = PaidBook(data: data)
        defer { book.remove() }
        try #require(try Program.run(["load", PaidBook.demoFolder, "--data", data]).code == 0)
        var partialCount = 0
        var isSignedOn = false
        for round in 0..<Self.rounds {
            let first = Int64(round) * Self.itemCount + 1
            let body = try Self.batch(from: first).encoded
            let text = String(decoding: body, as: UTF8.self)
            let server = try ServedBook(data: data)
            let token = try Self.token(port: server.port, signOn: !isSignedOn)
            isSignedOn = true
            let group = DispatchGroup()
            group.enter()
            let port = server.port
            Thread {
                defer { group.leave() }
                do {
                    _ = try CounterClient(port: port)
                        .post("/v1/terminal-batches", text, token: token)
                } catch {
                    // The server is gone.
                }
            }.start()
            let wanted = first - 1 + Int64.random(in: 1...Self.itemCount / 2, using: &moments)
            try Self.wait(until: wanted, in: book)
            server.kill()
            try #require(group.wait(timeout: .now() + Self.patienceSeconds) == .success)
            #expect(try book.faults() == [], "seed \(seed), round \(round)")
            let count = try Self.paidCount(book)
            #expect(count >= wanted, "seed \(seed), round \(round)")
            if count < first - 1 + Self.itemCount { partialCount += 1 }
            try handInAgain(text, alreadyDone: count - (first - 1), book: data)
            #expect(try Self.paidCount(book) == first - 1 + Self.itemCount)
        }
        let doubled = try book.rows(
            "SELECT account_reference FROM service_transaction GROUP BY 1 HAVING count(*) > 1")
        #expect(doubled == [], "seed \(seed)")
        let tickets = try book.rows("SELECT count(*) || '|' || max(number) FROM stock_serial")
        let ticketCount = Int64(Self.rounds) * Self.itemCount / Self.ticketStride
        #expect(tickets == ["\(ticketCount)|\(1_000 + ticketCount)"], "seed \(seed)")
        #expect(try book.faults() == [], "seed \(seed)")
        print("\(partialCount) of \(Self.rounds) kills came in the middle of a batch")
        // Without these the test would have shown nothing.
        #expect(partialCount > 0)
    }

    private func handInAgain(_ text: String, alreadyDone: Int64, book data: String) throws {
        let server = try ServedBook(data: data)
        let token = try Self.token(port: server.port, signOn: false)
        let answer = try CounterClient(port: server.port)
            .post("/v1/terminal-batches", text, token: token)
        #expect(answer.status == 200)
        let report = try APIAnswer(status: 200, headers: [:], body: answer.body).json()
        #expect(report["repeated_count"]?.number == alreadyDone)
        #expect(report["applied_count"]?.number == Self.itemCount - alreadyDone)
        #expect(report["missing"]?.items.isEmpty == true)
        server.kill()
    }

    private static func batch(from first: Int64) throws -> JSONValue {
        let items = (first..<first + itemCount).map { number in
            guard number % ticketStride == 0 else {
                return SignedBatch.item(
                    number,
                    body: JSONValue.blindPayment()
                        .with("account_number", .string("1390\(1_000_000 + number)")))
            }
            return SignedBatch.item(
                number, kind: "stock_sale", body: .ticket(number / ticketStride))
        }
        return try SignedBatch(items: items).body()
    }

    private static func token(port: UInt16, signOn: Bool) throws -> String {
        let client = try APIClient(port: port)
        try client.signIn("OP000101")
        if signOn {
            let shift = try client.post("/v1/shifts", ["till_id": "S0001-C1"])
            try #require(shift.status == 201)
            _ = try client.openPack("SCRATCH10")
        }
        return try #require(client.token)
    }

    private static func paidCount(_ book: PaidBook) throws -> Int64 {
        try #require(Int64(try book.rows("SELECT count(*) FROM service_transaction")[0]))
    }

    /// Waits until so many payments are durable.
    private static func wait(until count: Int64, in book: PaidBook) throws {
        let end = Date(timeIntervalSinceNow: patienceSeconds)
        let readers = try BookFolder(path: book.data).openReaders()
        while Date() < end {
            let found = try readers.read { connection in
                try connection.prepare("SELECT count(*) FROM service_transaction")
                    .first { $0.integer(0) } ?? 0
            }
            if found >= count { return }
            Thread.sleep(forTimeInterval: lookSeconds)
        }
        Issue.record("the batch did not come under way")
    }

    private struct Moments: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }
}
