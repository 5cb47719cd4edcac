import Agency
import Foundation
import Testing

@Suite(.serialized) struct CashKillTests {
    /// How often the server is killed; `AGENCYPOS_KILL_ROUNDS` sets another number.
    static let rounds =
        ProcessInfo.processInfo.environment["AGENCYPOS_KILL_ROUNDS"].flatMap { Int($0) } ?? 12
    static let stations = 4
    /// How long a server is under load before it is killed, in milliseconds.
    static let loadMilliseconds = 20...400
    /// How long the stations may take to notice that the server is gone, in seconds.
    static let patienceSeconds = 30.0

    @Test("a server killed in the middle of handovers and transfers loses no cash and doubles none")
    func kill() throws {
        let seed = UInt64.random(in: .min ... .max)
        print("seed of the cash kill test: \(seed)")
        var moments = KillMoments(seed: seed)
        let data = FileManager.default.temporaryDirectory.path + "/cash-kill-\(UUID().uuidString)"
        let book = PaidBook(data: data)
        defer { book.remove() }
        try #require(try Program.run(["load", PaidBook.demoFolder, "--data", data]).code == 0)
        var server = try ServedBook(data: data)
        let load = try CashLoad(
            stations: Self.stations, port: server.port, credentials: try PaidBook.credentials())
        let before = try book.cashFen()
        var unansweredCount = 0
        for round in 1...Self.rounds {
            let group = load.run(port: server.port)
            let milliseconds = Int.random(in: Self.loadMilliseconds, using: &moments)
            // Not a synchronisation: the moment of the kill is what the test is about.
            Thread.sleep(forTimeInterval: Double(milliseconds) / 1_000)
            server.kill()
            try #require(group.wait(timeout: .now() + Self.patienceSeconds) == .success)
            #expect(try book.faults() == [], "seed \(seed), round \(round)")
            #expect(try book.cashFen() == before, "seed \(seed), round \(round)")
            unansweredCount += load.steps.count { $0.answer == nil }
            server = try ServedBook(data: data)
            try load.finish(port: server.port)
        }
        server.kill()
        #expect(load.unexpected == [])
        let steps = load.steps
        print("\(steps.count) steps, \(unansweredCount) of them unanswered at a kill")
        // Without these the test would have shown nothing.
        #expect(steps.count > Self.rounds * Self.stations)
        #expect(unansweredCount > 0)
        for (table, ending) in [
            ("cash_transfer", "/v1/cash-transfers"),
            ("cash_transfer WHERE state = 'received'", "/receive"),
            ("handover", "/handover"), ("handover WHERE state = 'accepted'", "/accept"),
        ] {
            let count = steps.count { $0.path.hasSuffix(ending) }
            let rows = try book.rows("SELECT count(*) FROM \(table)")
            #expect(rows == ["\(count)"], "\(table), seed \(seed)")
        }
        #expect(try Program.run(["verify", "--data", data]).code == 0)
    }
}

extension PaidBook {
    /// All cash of tills and vaults, and what is in transit, in fen.
    fileprivate func cashFen() throws -> [String] {
        try rows(
            """
            SELECT sum(b.debits - b.credits) FROM account_balance b
            JOIN ledger_account l ON l.account_id = b.account_id
            WHERE l.code LIKE '1001.%' OR l.code LIKE '1009.%'
            """)
    }
}
