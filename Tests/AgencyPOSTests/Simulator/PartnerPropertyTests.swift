import Foundation
import PartnerAPI
import StrictJSON
import Testing

@testable import AgencyPOS

/// However a partner misbehaves without lying, what the protocol lets us believe is what it booked.
@Suite struct PartnerPropertyTests {
    /// Transactions in one round; `AGENCYPOS_PARTNER_ROUNDS` has them made more often.
    static let transactions = 60
    /// The longest delay of a post, in milliseconds; the client waits for a part of it only.
    static let maximumDelayMilliseconds: Int64 = 300
    static let totalMilliseconds = 150
    /// How often a query or a reversal is tried before the test fails.
    static let maximumTries = 100

    static let misbehaviours = [
        "normal", "slow", "late", "late_unseen", "drop_before_booking", "drop_after_booking",
        "answer_twice", "go_away", "unavailable", "bad_signature", "unsigned", "garbage", "refuse",
    ]

    @Test func `every transaction ends known, booked at most once, as both sides believe`() throws {
        let rounds =
            ProcessInfo.processInfo.environment["AGENCYPOS_PARTNER_ROUNDS"]
            .flatMap { Int($0) } ?? 1
        let seed = UInt64.random(in: .min ... .max)
        print("seed \(seed)")
        var generator = SeededGenerator(seed: seed, stream: .bills)
        let simulator = try SimulatorProcess()
        let gateway = try simulator.gateway(totalMilliseconds: Self.totalMilliseconds)
        var believed: [Int: Bool] = [:]
        for number in 0..<(Self.transactions * rounds) {
            for operation in ["post", "query", "reverse"] where generator.next() % 3 > 0 {
                // A query that refuses what was booked lies, and no protocol helps against lies.
                let count = Self.misbehaviours.count - (operation == "query" ? 1 : 0)
                let index = Int(generator.next() % UInt64(count))
                let delay = Int64(generator.next() % UInt64(Self.maximumDelayMilliseconds))
                try simulator.behave(
                    operation, Self.misbehaviours[index],
                    ["calls": 1, "delay_ms": .integer(delay)])
            }
            believed[number] = try settle(number, gateway)
        }
        // One thread carries out what was delayed, in its time's order: after this all is done.
        try simulator.behave("any", "normal")
        try simulator.behave(
            "query", "slow",
            ["calls": 1, "delay_ms": .integer(2 * Self.maximumDelayMilliseconds)])
        _ = try simulator.gateway().query(try .sample(0))
        for (number, isBooked) in believed {
            let known = try simulator.booking(try .sample(number))
            let isBookedThere = known?["status"]?.text == "booked"
            #expect(isBookedThere == isBooked, "\(number): \(String(describing: known))")
            #expect(known?["times_booked"]?.number ?? 0 <= 1, "\(number)")
        }
    }

    /// Makes one transaction as the protocol says; whether it is booked in the end.
    private func settle(_ number: Int, _ gateway: HTTPPartnerGateway) throws -> Bool {
        switch gateway.post(try .sample(number)) {
        case .booked: return true
        case .refused, .notSent: return false
        case .disagreed(let booking): throw TestFailure("\(number): \(booking)")
        case .unknown: break
        }
        query: for _ in 0..<Self.maximumTries {
            switch gateway.query(try .sample(number)) {
            case .booked: return true
            case .refused, .reversed: return false
            case .disagreed(let booking): throw TestFailure("\(number): \(booking)")
            case .unanswered: continue
            // Not final: it may be on its way still. A reversal makes it so.
            case .notFound, .inProgress: break query
            }
        }
        // From the first reversal on only reversals settle it: while one of them may still be on
        // its way, a query that hears "booked" proves nothing.
        for _ in 0..<Self.maximumTries {
            if case .reversed = gateway.reverse(try .sample(number)) { return false }
        }
        throw TestFailure("\(number) stays unknown")
    }
}
