import Testing

@testable import Agency

enum WithdrawalEvent: String, CaseIterable, Sendable {
    case approved, declined, noAnswer, cashPaid, cancelled
}

@Suite struct WithdrawalTests {
    /// What an event does in a state: the next status, and the refusal if it is one.
    static func expected(
        _ state: TransactionStatus, _ event: WithdrawalEvent
    ) -> (next: TransactionStatus, code: RefusalCode?) {
        switch (state, event) {
        case (.pending, .approved): (.authorised, nil)
        case (.pending, .declined): (.declined, .withdrawalDeclined)
        case (.pending, .noAnswer): (.reversed, .bankDidNotAnswer)
        case (.authorised, .cashPaid): (.posted, nil)
        case (.authorised, .cancelled): (.reversed, nil)
        case (_, .approved), (_, .declined), (_, .noAnswer): (state, .bankDidNotAnswer)
        case (_, .cashPaid), (_, .cancelled): (state, .withdrawalNotAuthorised)
        }
    }

    @Test(
        "every event in every state leads where the diagram says",
        arguments: reachable, WithdrawalEvent.allCases)
    func stateMachine(state: TransactionStatus, event: WithdrawalEvent) throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let serial = try reach(state, test, teller)
        let (next, code) = Self.expected(state, event)
        let moved = try test.movement { () throws in
            #expect(try apply(event, to: serial, test, teller).refusalCode == code)
        }
        #expect(try test.status(serial) == next)
        if state == .authorised, next == .posted {
            #expect(
                moved == [
                    "1001.S0001-C1": -100_000, "1122.BANK01": 100_100, "6051.S0001": -100,
                ])
        } else {
            #expect(moved == [:])
        }
        let isUsed = next == .pending || next == .authorised || next == .posted
        #expect(try test.usedAllowanceFen() == (isUsed ? 100_000 : 0))
        // A bank that says yes after its no may hold what it debited: it is told to undo it.
        let isContradicted = state == .declined && event == .approved
        #expect(
            try test.reversal(serial) == (next == .reversed || isContradicted ? "due" : "none"))
        #expect(try test.lateAnswers(serial) == Self.expectedLateAnswers(state, event))
        #expect(try test.faults() == [])
    }

    /// What is kept of an answer that comes when the matter is decided.
    static func expectedLateAnswers(
        _ state: TransactionStatus, _ event: WithdrawalEvent
    ) -> [String] {
        switch (state, event) {
        case (.reversed, .approved), (.declined, .approved): ["approved REF"]
        case (.reversed, .declined), (.posted, .declined), (.authorised, .declined):
            ["declined "]
        case (_, _): []
        }
    }

    /// What a withdrawal can be: cash that goes out is never in suspense.
    private static let reachable: [TransactionStatus] = [
        .pending, .authorised, .posted, .declined, .reversed,
    ]

    private func reach(
        _ state: TransactionStatus, _ test: TestBook, _ teller: Principal
    ) throws -> Int64 {
        let serial = try test.pending(key: "terminal-1", by: teller)
        switch state {
        case .pending: break
        case .authorised: _ = try apply(.approved, to: serial, test, teller)
        case .posted:
            _ = try apply(.approved, to: serial, test, teller)
            _ = try test.confirmCash(serial, key: "earlier-1", by: teller).bytes()
        case .declined: _ = try apply(.declined, to: serial, test, teller)
        case .reversed: _ = try apply(.noAnswer, to: serial, test, teller)
        case .unknown, .returnDue, .returned: Issue.record("no withdrawal is ever \(state)")
        }
        try #require(try test.status(serial) == state)
        return serial
    }

    private func apply(
        _ event: WithdrawalEvent, to serial: Int64, _ test: TestBook, _ teller: Principal
    ) throws -> CommandOutcome {
        switch event {
        case .approved: try test.record(.approved(reference: "REF"), serial)
        case .declined: try test.record(.declined(reason: "no"), serial)
        case .noAnswer: try test.record(.noAnswer, serial)
        case .cashPaid: try test.confirmCash(serial, key: "terminal-2", by: teller)
        case .cancelled: try test.cancel(serial, key: "terminal-2", by: teller)
        }
    }

    @Test("of a bank that babbles no more than some answers are kept") func babble() throws {
        let test = try TestBook()
        let serial = try test.pending(key: "terminal-1", by: try test.signOn())
        for number in 1...40 {
            let outcome = try test.record(
                number == 1 ? .noAnswer : .approved(reference: "R\(number)"), serial)
            #expect(outcome.refusalCode == .bankDidNotAnswer)
        }
        #expect(
            try test.lateAnswers(serial).count == Int(AgencySession.maximumLateAnswers))
        #expect(try test.reversal(serial) == "due")
        #expect(try test.faults() == [])
    }

    @Test("a second answer, even silence, never reverses what was authorised")
    func answeredTwice() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let serial = try test.pending(key: "terminal-1", by: teller)
        _ = try test.record(.approved(reference: "REF"), serial).bytes()
        #expect(try test.record(.noAnswer, serial).refusalCode == .bankDidNotAnswer)
        #expect(try test.status(serial) == .authorised)
        #expect(try test.perform { try $0.dueReversal(of: serial) == nil })
        #expect(try test.confirmCash(serial, key: "terminal-2", by: teller).refusalCode == nil)
    }
}
