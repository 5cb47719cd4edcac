import Agency
import Foundation
import SQL
import Testing

@Suite(.serialized) struct KillTests {
    /// How often the server is killed; `AGENCYPOS_KILL_ROUNDS` sets another number.
    static let rounds =
        ProcessInfo.processInfo.environment["AGENCYPOS_KILL_ROUNDS"].flatMap { Int($0) } ?? 22
    static let stations = 8
    /// How long a server is under load before it is killed, in milliseconds.
    static let loadMilliseconds = 20...320
    /// Answered payments that are sent again after each kill.
    static let repeatedCount = 25
    /// How long the operators may take to notice that the server is gone, in seconds.
    static let patienceSeconds = 30.0

    @Test("a server killed at any moment loses no acknowledged payment and doubles none")
    func kill() throws {
        let seed = UInt64.random(in: .min ... .max)
        print("seed of the kill test: \(seed)")
        var moments = KillMoments(seed: seed)
        let data = FileManager.default.temporaryDirectory.path + "/kill-\(UUID().uuidString)"
        defer { remove(data) }
        let demo = Self.demoFolder
        try #require(try ServedBook.run(["load", demo, "--data", data]) == 0)
        var server = try ServedBook(data: data)
        let load = try PaymentLoad(
            stations: Self.stations, port: server.port, credentials: try Self.credentials(demo))
        var unansweredCount = 0
        for round in 1...Self.rounds {
            let group = load.run(port: server.port)
            let milliseconds = Int.random(in: Self.loadMilliseconds, using: &moments)
            // Not a synchronisation: the moment of the kill is what the test is about.
            Thread.sleep(forTimeInterval: Double(milliseconds) / 1_000)
            server.kill()
            try #require(group.wait(timeout: .now() + Self.patienceSeconds) == .success)
            #expect(try faults(data) == [], "seed \(seed), round \(round)")
            try expectAcknowledged(load.sent, in: data, "seed \(seed), round \(round)")
            server = try ServedBook(data: data)
            unansweredCount += try load.repeatUnanswered(
                port: server.port, answeredToo: Self.repeatedCount)
        }
        server.kill()
        #expect(load.unexpected == [])
        let sent = load.sent
        print("\(sent.count) payments, \(unansweredCount) of them unanswered at a kill")
        // Without these the test would have shown nothing.
        #expect(sent.count > Self.rounds * Self.stations)
        #expect(unansweredCount > 0)
        #expect(sent.allSatisfy { $0.answer != nil })
        try expectAcknowledged(sent, in: data, "seed \(seed), at the end")
        let count = try rows("SELECT count(*) FROM service_transaction", in: data)
        #expect(count == ["\(sent.count)"], "seed \(seed)")
        #expect(try ServedBook.run(["verify", "--data", data]) == 0)
    }

    /// Each acknowledged payment is there once, under the serial number that was answered.
    private func expectAcknowledged(
        _ sent: [SentPayment], in data: String, _ place: String
    ) throws {
        let blind = try rows(
            """
            SELECT x.account_reference || ' ' || x.serial FROM service_transaction x
            JOIN product p ON p.product_id = x.product_id WHERE p.biller_mode = 'blind'
            """, in: data)
        let quoted = try rows(
            "SELECT bill_id || ' ' || paid_serial FROM bill WHERE paid_serial IS NOT NULL",
            in: data)
        let (blindSet, quotedSet) = (Set(blind), Set(quoted))
        let accounts = Set(blind.map { $0.prefix { $0 != " " } })
        #expect(accounts.count == blind.count, "\(place): an account was paid twice")
        let paidCount = try rows(
            """
            SELECT count(*) FROM service_transaction x
            JOIN product p ON p.product_id = x.product_id WHERE p.biller_mode = 'bill_file'
            """, in: data)
        #expect(paidCount == ["\(quoted.count)"], "\(place): a bill was paid twice")
        for payment in sent {
            guard let answer = payment.answer else { continue }
            let serial = try #require(Int64(try PaymentLoad.text("serial", in: answer)))
            // Sets of thousands would drown the message that names the one that is missing.
            let isThere =
                switch payment.target {
                case .account(let account): blindSet.contains("\(account) \(serial)")
                case .bill(let bill): quotedSet.contains("\(bill) \(serial)")
                }
            #expect(isThere, "\(place): \(payment.key) was answered and is gone")
        }
    }

    private func faults(_ data: String) throws -> [String] {
        try BookFolder(path: data).openReaders().read {
            try BookAudit($0, maximumFaults: 10) { _ in }.run().faults
        }
    }

    private func rows(_ sql: String, in data: String) throws -> [String] {
        try BookFolder(path: data).openReaders().read {
            try $0.prepare(computed: sql).all { $0.text(0) }
        }
    }

    private func remove(_ data: String) {
        do {
            try FileManager.default.removeItem(atPath: data)
        } catch {
            print("left behind: \(data): \(error)")
        }
    }

    private static var demoFolder: String {
        var folder = URL(filePath: #filePath)
        for _ in 0..<3 { folder.deleteLastPathComponent() }
        return folder.appending(path: "fixtures/demo").path
    }

    private static func credentials(_ demo: String) throws -> [String: Any] {
        let data = try Data(contentsOf: URL(filePath: demo + "/demo-credentials.json"))
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }
}

/// SplitMix64, so that a printed seed gives the same moments again.
private struct KillMoments: RandomNumberGenerator {
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
