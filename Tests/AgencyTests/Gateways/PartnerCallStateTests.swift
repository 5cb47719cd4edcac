import Testing

@testable import Agency

@Suite struct PartnerCallStateTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let state: PartnerCallState
        let event: PartnerCallEvent
        let next: PartnerCallState
        let action: PartnerCallAction
        var testDescription: String { "\(state) + \(event) → \(next)" }
    }

    private static func row(
        _ state: PartnerCallState, _ event: PartnerCallEvent, _ next: PartnerCallState,
        _ action: PartnerCallAction
    ) -> Row {
        Row(state: state, event: event, next: next, action: action)
    }

    /// Every pair that changes something; all others change nothing.
    static let rows = [
        row(.posting, .booked, .booked, .post),
        row(.posting, .bookedOtherwise, .disputed, .suspend),
        row(.posting, .refused, .refused, .decline),
        row(.posting, .notSent, .refused, .decline),
        row(.posting, .unanswered, .unknown, .suspend),
        row(.unknown, .booked, .booked, .settle),
        row(.unknown, .bookedOtherwise, .disputed, .nothing),
        row(.unknown, .refused, .refused, .comeToNothing),
        row(.unknown, .notFound, .reversing, .nothing),
        row(.unknown, .reversed, .reversed, .comeToNothing),
        row(.disputed, .booked, .booked, .settle),
        row(.disputed, .refused, .refused, .comeToNothing),
        row(.disputed, .notFound, .reversing, .nothing),
        row(.disputed, .reversed, .reversed, .comeToNothing),
        row(.reversing, .reversed, .reversed, .comeToNothing),
        row(.reversing, .notReversed, .unknown, .nothing),
    ]

    @Test("each pair of state and event leads where the table says, or nowhere")
    func allPairs() {
        for state in PartnerCallState.allCases {
            for event in PartnerCallEvent.allCases {
                let expected = Self.rows.first { $0.state == state && $0.event == event }
                let transition = state.transition(on: event)
                #expect(transition?.next == expected?.next, "\(state) + \(event)")
                #expect(transition?.action == expected?.action, "\(state) + \(event)")
            }
        }
    }

    @Test("each transition leaves the book whole, and each other event changes nothing")
    func inTheBook() throws {
        for state in PartnerCallState.allCases {
            for event in PartnerCallEvent.allCases {
                let bench = try PartnerBench()
                let serial = try Self.bring(bench, to: state)
                let before = try bench.test.balances()
                let status = try bench.test.status(serial)
                _ = try bench.test.perform {
                    try $0.record(PartnerCallNews(event: event), serial: serial)
                }
                let expected = Self.rows.first { $0.state == state && $0.event == event }
                #expect(try bench.state(serial) == expected?.next ?? state, "\(state) + \(event)")
                if expected == nil {
                    #expect(try bench.test.balances() == before, "\(state) + \(event)")
                    #expect(try bench.test.status(serial) == status)
                }
                #expect(try bench.test.faults() == [], "\(state) + \(event)")
            }
        }
    }

    /// The events that lead from the beginning to each state.
    static func way(to state: PartnerCallState) -> [PartnerCallEvent] {
        switch state {
        case .posting: []
        case .unknown: [.unanswered]
        case .reversing: [.unanswered, .notFound]
        case .disputed: [.bookedOtherwise]
        case .booked: [.booked]
        case .refused: [.refused]
        case .reversed: [.unanswered, .notFound, .reversed]
        }
    }

    private static func bring(_ bench: PartnerBench, to state: PartnerCallState) throws -> Int64 {
        let teller = try bench.test.signOn()
        let request = PartnerBench.token()
        let claim = try bench.test.claim("terminal-1", teller, request.fingerprint)
        return try bench.test.perform { session in
            guard
                case .asking(let calls) = try session.startBillPayment(
                    request, claim: claim, by: teller), let call = calls.first
            else { throw CommandOutcome.Unfinished() }
            for event in way(to: state) {
                _ = try session.record(PartnerCallNews(event: event), serial: call.serial)
            }
            return call.serial
        }
    }
}
