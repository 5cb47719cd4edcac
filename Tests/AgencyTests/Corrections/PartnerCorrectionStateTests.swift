import Dispatch
import Testing

@testable import Agency

/// Each state of a void's or a refund's call with each event, and two attempts at once.
@Suite struct PartnerCorrectionStateTests {
    /// What a transition leaves of the correction.
    private static func status(
        after action: PartnerCallAction, from status: TransactionStatus
    ) -> TransactionStatus {
        switch action {
        case .nothing: status
        case .post, .settle: .posted
        case .decline: .declined
        case .suspend: .unknown
        case .comeToNothing: .reversed
        }
    }

    @Test(
        "each event leaves the book whole, pays nothing out too early, and counts once",
        arguments: [Correction.void, .refund])
    func allPairs(_ correction: Correction) throws {
        for state in PartnerCallState.allCases {
            let idle = try PartnerBench()
            let serial = try Self.bring(idle, correction, to: state)
            let (balances, status) = (try idle.test.balances(), try idle.test.status(serial))
            for event in PartnerCallEvent.allCases {
                if let (next, action) = state.transition(on: event) {
                    try Self.expect(correction, state, event, next, action)
                } else {
                    try Self.record(event, serial, idle)
                    #expect(try idle.test.balances() == balances, "\(state) + \(event)")
                    #expect(try idle.test.status(serial) == status, "\(state) + \(event)")
                }
            }
            #expect(try idle.test.faults() == [], "\(state)")
        }
    }

    private static func expect(
        _ correction: Correction, _ state: PartnerCallState, _ event: PartnerCallEvent,
        _ next: PartnerCallState, _ action: PartnerCallAction
    ) throws {
        let bench = try PartnerBench()
        let serial = try bring(bench, correction, to: state)
        let (tillFen, status) = (try bench.tillFen, try bench.test.status(serial))
        try record(event, serial, bench)
        #expect(try bench.state(serial) == next, "\(state) + \(event)")
        let expected = Self.status(after: action, from: status)
        #expect(try bench.test.status(serial) == expected, "\(state) + \(event)")
        // Only the answer to the first question lets the cash out at once.
        let isPaid = action == .post
        #expect(try bench.tillFen == tillFen - (isPaid ? 10_000 : 0), "\(state) + \(event)")
        let isDue = expected == .posted && !isPaid
        #expect(try bench.receipt(serial).returnDueFen == (isDue ? 10_000 : 0))
        #expect(try bench.test.faults() == [], "\(state) + \(event)")
    }

    private static func record(
        _ event: PartnerCallEvent, _ serial: Int64, _ bench: PartnerBench
    ) throws {
        _ = try bench.test.perform {
            try $0.record(PartnerCallNews(event: event), serial: serial)
        }
    }

    private static func bring(
        _ bench: PartnerBench, _ correction: Correction, to state: PartnerCallState
    ) throws -> Int64 {
        let teller = try bench.paid(for: correction)
        let serial = try bench.begin(correction, by: teller).serial
        for event in PartnerCallStateTests.way(to: state) { try record(event, serial, bench) }
        return serial
    }

    @Test(
        "of two operators with two good codes at once, one takes it back and the other hears of it",
        arguments: [Correction.void, .refund])
    func together(_ correction: Correction) throws {
        let bench = try PartnerBench()
        let rounds: Int64 = 8
        var tellers = try Self.signOn(bench.test)
        for round in 1...rounds {
            _ = try bench.pay(key: "paid-000\(round)", by: tellers[0])
        }
        if correction == .refund {
            for teller in tellers { try bench.test.signOff(teller) }
            try bench.test.nextDay()
            tellers = try Self.signOn(bench.test)
        }
        let people = tellers
        for serial in 1...rounds {
            let codes = [
                try bench.test.code(for: correction, of: serial),
                try bench.test.code(
                    for: correction, of: serial, by: bench.test.supervisor("SV-D01")),
            ]
            let calls = (0..<2).map { _ in PaymentCall() }
            // Both are on their way before either is waited for.
            DispatchQueue.concurrentPerform(iterations: 2) { index in
                let request = CorrectionRequest(
                    correction, serial: serial, authorisationCode: codes[index])
                do {
                    try bench.desk.correct(
                        request,
                        claim: bench.test.claim(
                            "back-\(serial)-\(index)", people[index], request.fingerprint),
                        by: people[index]
                    ) { calls[index].hear($0) }
                } catch {
                    calls[index].hear(.failure(error))
                }
            }
            let heard = try calls.map { try $0.wait() }
            #expect(heard.filter { $0.outcome.refusalCode == nil }.count == 1)
            #expect(
                heard.filter { $0.outcome.refusalCode == .alreadyCorrected }.count == 1, "\(heard)")
        }
        #expect(try bench.test.count("service_transaction") == 2 * rounds)
        #expect(
            try bench.test.integer(
                "SELECT sum(amount_fen) FROM service_transaction WHERE status = 'posted'") == 0)
        switch correction {
        case .void: #expect(bench.partner.reversedSerials.count == Int(rounds))
        case .refund: #expect(bench.partner.posts.count == 2 * Int(rounds))
        }
        #expect(try bench.test.faults() == [])
    }

    private static func signOn(_ test: TestBook) throws -> [Principal] {
        let first = try test.signOn()
        let second = try test.principal("OP000102", at: "S0001-T2")
        _ = try test.perform { try $0.signOn(tillCode: "S0001-C2", by: second) }
        return [first, second]
    }
}
