import Dispatch
import Synchronization
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

    @Test("the bank gets the card, the book its last four digits only") func cardIsNotKept() throws
    {
        let test = try TestBook()
        let teller = try test.signOn()
        let bank = ControllableBank(answering: .approved(reference: "REF-1"))
        let call = try test.withdraw(
            TestBook.withdrawal(100_000), at: test.desk(bank), key: "terminal-1", by: teller)
        let answer = try call.wait().answer()
        #expect(try answer.text("account_reference") == "************0001")
        #expect(try answer.text("partner_reference") == "REF-1")
        #expect(bank.asked.map(\.cardNumber) == [TestBook.card])
        #expect(bank.asked.map(\.encryptedPINBlock) == ["00112233AABBCCDD"])
        for file in try test.copy.names(in: ".") where file.hasPrefix("book.db") {
            let text = String(decoding: try test.copy.bytes(file), as: UTF8.self)
            #expect(!text.contains(TestBook.card), "the card number stands in \(file)")
            #expect(!text.contains("00112233AABBCCDD"), "the PIN block stands in \(file)")
        }
    }

    @Test("while the bank is silent the key is running and the card's allowance taken")
    func running() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let bank = ControllableBank()
        let desk = test.desk(bank)
        let request = TestBook.withdrawal(150_000)
        let call = try test.withdraw(request, at: desk, key: "terminal-1", by: teller)
        try bank.waitUntilAsked()
        let repeated = try test.withdraw(request, at: desk, key: "terminal-1", by: teller)
        #expect(try repeated.wait() == .running)
        let more = try test.withdraw(
            TestBook.withdrawal(51_000), at: desk, key: "terminal-2", by: teller)
        #expect(try more.wait().refusalCode == .cardLimitExceeded)
        #expect(try test.signOff(teller).refusalCode == .shiftHasPendingItems)
        try bank.answer(.approved(reference: "REF"), serial: bank.asked[0].serial)
        let first = try call.wait()
        #expect(first.refusalCode == nil)
        #expect(
            try test.withdraw(request, at: desk, key: "terminal-1", by: teller).wait() == first)
        #expect(bank.asked.count == 1)
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

    @Test("a late answer after the reversal changes nothing") func lateAnswer() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let bank = ControllableBank(answering: .noAnswer)
        let call = try test.withdraw(
            TestBook.withdrawal(100_000), at: test.desk(bank), key: "terminal-1", by: teller)
        #expect(try call.wait().refusalCode == .bankDidNotAnswer)
        try test.settle()
        let serial = try #require(bank.asked.first).serial
        #expect(bank.reversals == [serial])
        try bank.answer(.approved(reference: "LATE"), serial: serial)
        #expect(try call.wait().refusalCode == .bankDidNotAnswer)
        try test.settle()
        #expect(try test.status(serial) == .reversed)
        #expect(try test.reversal(serial) == "confirmed")
        #expect(try test.usedAllowanceFen() == 0)
        #expect(
            try test.confirmCash(serial, key: "terminal-2", by: teller).refusalCode
                == .withdrawalNotAuthorised)
        #expect(try test.faults() == [])
    }

    @Test("a second answer, even silence, never reverses what was authorised")
    func answeredTwice() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let bank = ControllableBank(answering: .approved(reference: "REF"), .noAnswer)
        let call = try test.withdraw(
            TestBook.withdrawal(100_000), at: test.desk(bank), key: "terminal-1", by: teller)
        _ = try call.wait()
        _ = try call.wait()
        try test.settle()
        let serial = try #require(bank.asked.first).serial
        #expect(try test.status(serial) == .authorised)
        #expect(bank.reversals == [])
        #expect(try test.confirmCash(serial, key: "terminal-2", by: teller).refusalCode == nil)
    }

    @Test("a cancelled withdrawal is reversed at the bank and gives the allowance back")
    func cancelled() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let bank = ControllableBank(answering: .approved(reference: "REF"))
        let desk = test.desk(bank)
        _ = try test.withdraw(
            TestBook.withdrawal(200_000), at: desk, key: "terminal-1", by: teller
        ).wait().bytes()
        let serial = try #require(bank.asked.first).serial
        let claim = try test.claim(
            "terminal-2", teller, withdrawalStepFingerprint("cancel", serial: serial))
        let call = DeskCall()
        try desk.cancel(serial: serial, claim: claim, by: teller) { call.hear($0) }
        #expect(try call.wait().answer().text("status") == "reversed")
        try test.settle()
        #expect(bank.reversals == [serial])
        #expect(try test.reversal(serial) == "confirmed")
        let again = try test.withdraw(
            TestBook.withdrawal(200_000), at: desk, key: "terminal-3", by: teller)
        #expect(try again.wait().refusalCode == nil)
    }

    @Test("what a crash leaves pending is reversed at the next start, and its key answers")
    func crashBetweenSteps() throws {
        var test: TestBook? = try TestBook()
        let copy = try #require(test).copy
        let bank = ControllableBank(confirmsReversals: false)
        let request = TestBook.withdrawal(100_000)
        var serial: Int64 = 0
        if let test {
            let teller = try test.signOn()
            _ = try test.withdraw(request, at: test.desk(bank), key: "terminal-1", by: teller)
            try bank.waitUntilAsked()
            serial = try #require(bank.asked.first).serial
        }
        test = nil
        let next = try TestBook(reopening: copy, at: "2026-11-20 10:00")
        let teller = try next.operatorA()
        #expect(try next.status(serial) == .pending)
        try next.desk(bank).resolveInterrupted()
        try next.settle()
        #expect(try next.status(serial) == .reversed)
        #expect(try next.reversal(serial) == "due")
        #expect(try next.usedAllowanceFen() == 0)
        #expect(
            try next.start(request, key: "terminal-1", by: teller).outcome?.refusalCode
                == .bankDidNotAnswer)
        // The bank did not confirm, so that each start asks it again until it does.
        let willing = ControllableBank()
        try next.desk(willing).resolveInterrupted()
        try next.settle()
        #expect(willing.reversals == [serial])
        #expect(try next.reversal(serial) == "confirmed")
        try next.desk(willing).resolveInterrupted()
        #expect(willing.reversals == [serial])
        #expect(try next.faults() == [])
    }

    @Test("of withdrawals with one card at six stations at once, one passes") func atOnce() throws {
        let test = try TestBook()
        let bank = ControllableBank(answering: .approved(reference: "REF"))
        let desk = test.desk(bank)
        let tellers = try (1...6).map { try test.signOn($0) }
        let codes = Mutex<[RefusalCode?]>([])
        DispatchQueue.concurrentPerform(iterations: tellers.count) { index in
            do {
                let code = try test.withdraw(
                    TestBook.withdrawal(101_000), at: desk, key: "terminal-1", by: tellers[index]
                ).wait().refusalCode
                codes.withLock { $0.append(code) }
            } catch {
                Issue.record(error)
            }
        }
        let heard = codes.withLock { $0 }
        #expect(heard.filter { $0 == nil }.count == 1)
        #expect(heard.filter { $0 == .cardLimitExceeded }.count == 5)
        #expect(try test.usedAllowanceFen() == 101_000)
        #expect(bank.asked.count == 1)
    }
}
