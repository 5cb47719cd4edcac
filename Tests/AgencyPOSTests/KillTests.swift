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
        let book = PaidBook(data: data)
        defer { book.remove() }
        let demo = PaidBook.demoFolder
        try #require(try Program.run(["load", demo, "--data", data]).code == 0)
        var server = try ServedBook(data: data)
        let load = try PaymentLoad(
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
            try book.expectAcknowledged(load.sent, "seed \(seed), round \(round)")
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
        try book.expectAcknowledged(sent, "seed \(seed), at the end")
        let count = try book.rows("SELECT count(*) FROM service_transaction")
        #expect(count == ["\(sent.count)"], "seed \(seed)")
        #expect(try Program.run(["verify", "--data", data]).code == 0)
    }
}

/// SplitMix64, so that a printed seed gives the same moments again.
struct KillMoments: RandomNumberGenerator {
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
