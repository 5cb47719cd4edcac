import Agency
import StrictJSON
import Testing

@testable import AgencyPOS

/// One card at several stations at the same moment, over real connections.
@Suite struct SimultaneousWithdrawalTests {
    /// How often two stations meet at one card.
    static let rounds = 40
    static let dailyLimitFen: Int64 = 200_000

    private struct Attempt {
        let fen: Int64
        let answer: APIAnswer
    }

    @Test("of two withdrawals that pass alone and not together, exactly one passes")
    func two() throws {
        let seed = UInt64.random(in: .min ... .max)
        print("seed of the meetings: \(seed)")
        var numbers = SeededGenerator(seed: seed, stream: .network)
        let server = try LiveServer()
        let tellers = try (1...2).map { try Self.teller($0, server) }
        var passedFirst = 0
        for round in 1...Self.rounds {
            let first = Int64(numbers.number(in: 1...200)) * 1_000
            let excess = Int64(numbers.number(in: 1...Int(first) / 1_000)) * 1_000
            let amounts = [first, Self.dailyLimitFen - first + excess]
            let attempts = try attempt(amounts, card: "62284800000\(1_000 + round)", tellers)
            let passed = attempts.filter { $0.answer.status == 201 }
            #expect(passed.count == 1, "seed \(seed), round \(round): \(amounts)")
            #expect(
                attempts.filter { $0.answer.problemCode == "card-limit-exceeded" }.count == 1)
            passedFirst += attempts[0].answer.status == 201 ? 1 : 0
            try giveBack(attempts, tellers)
        }
        print("the first station was first in \(passedFirst) of \(Self.rounds) meetings")
        #expect(try Self.faults(server) == [])
    }

    @Test("two that pass together both pass") func together() throws {
        let seed = UInt64.random(in: .min ... .max)
        print("seed of the meetings: \(seed)")
        var numbers = SeededGenerator(seed: seed, stream: .network)
        let server = try LiveServer()
        let tellers = try (1...2).map { try Self.teller($0, server) }
        for round in 1...10 {
            let first = Int64(numbers.number(in: 1...199)) * 1_000
            let attempts = try attempt(
                [first, Self.dailyLimitFen - first], card: "62284800000\(2_000 + round)",
                tellers)
            #expect(attempts.allSatisfy { $0.answer.status == 201 }, "seed \(seed)")
            try giveBack(attempts, tellers)
        }
        #expect(try Self.faults(server) == [])
    }

    @Test("of many at six stations as many pass as the day's limit holds") func many() throws {
        let server = try LiveServer()
        let tellers = try (1...6).map { try Self.teller($0, server) }
        for round in 1...5 {
            let attempts = try attempt(
                Array(repeating: 60_000, count: 6), card: "62284800000\(3_000 + round)",
                tellers)
            #expect(attempts.filter { $0.answer.status == 201 }.count == 3)
            try giveBack(attempts, tellers)
        }
        #expect(try Self.faults(server) == [])
    }

    @Test("of one payer's remittances at three stations two pass") func payer() throws {
        let server = try LiveServer()
        let tellers = try (1...3).map { try Self.teller($0, server) }
        let answers = try SimultaneousRequests.run(
            tellers.map { teller in
                {
                    try teller.client.post(
                        "/v1/remittances", .remittance(amountFen: 400_000),
                        key: teller.client.freshKey())
                }
            })
        #expect(answers.filter { $0.status == 201 }.count == 2)
        #expect(answers.filter { $0.problemCode == "payer-limit-exceeded" }.count == 1)
        #expect(try Self.faults(server) == [])
    }

    /// Sends one withdrawal from each station at the same moment.
    private func attempt(
        _ amounts: [Int64], card: String, _ tellers: [TerminalClient]
    ) throws -> [Attempt] {
        let answers = try SimultaneousRequests.run(
            zip(amounts, tellers).map { fen, teller in
                {
                    try teller.client.post(
                        "/v1/withdrawals", .withdrawal(card: card, amountFen: fen),
                        key: teller.client.freshKey())
                }
            })
        return zip(amounts, answers).map { Attempt(fen: $0, answer: $1) }
    }

    /// Cancels what passed, so that the tills have cash for the next round.
    private func giveBack(_ attempts: [Attempt], _ tellers: [TerminalClient]) throws {
        for (attempt, teller) in zip(attempts, tellers) where attempt.answer.status == 201 {
            let serial = try #require(try attempt.answer.json()["serial"]?.text)
            let answer = try teller.client.post(
                "/v1/withdrawals/\(serial)/cancel", key: teller.client.freshKey())
            #expect(answer.status == 200, "\(answer)")
        }
    }

    private static func teller(_ station: Int, _ server: LiveServer) throws -> TerminalClient {
        TerminalClient(try server.counter(of: "OP000\(station)01"))
    }

    private static func faults(_ server: LiveServer) throws -> [String] {
        try server.book.folder.openReaders().read {
            try BookAudit($0, maximumFaults: 10) { _ in }.run().faults
        }
    }
}
