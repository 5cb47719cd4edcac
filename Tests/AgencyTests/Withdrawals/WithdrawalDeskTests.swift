import Foundation
import Synchronization
import Testing

@testable import Agency

/// Withdrawals with a bank on its line: it answers, keeps silent, and is told to undo.
@Suite struct WithdrawalDeskTests {
    @Test("the bank gets the card, the book its last four digits only") func cardIsNotKept() throws
    {
        let test = try TestBook()
        let teller = try test.signOn()
        let bank = ControllablePartner()
        let call = try test.withdraw(
            TestBook.withdrawal(100_000), at: test.desk(bank), key: "terminal-1", by: teller)
        let answer = try call.wait().answer()
        #expect(try answer.text("account_reference") == "************0001")
        #expect(try answer.text("partner_reference") == "P-000000000001")
        let post = try #require(bank.posts.first)
        #expect(bank.posts.count == 1)
        #expect(post.kind == .withdrawal && post.product == "CASH01" && post.amountFen == 100_000)
        #expect(post.card?.number == TestBook.card)
        #expect(post.card?.encryptedPINBlock == "00112233AABBCCDD")
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
        let bank = ControllablePartner()
        bank.hold()
        let desk = try test.desk(bank)
        let request = TestBook.withdrawal(150_000)
        let call = try test.withdraw(request, at: desk, key: "terminal-1", by: teller)
        try bank.waitUntilAsked()
        let repeated = try test.withdraw(request, at: desk, key: "terminal-1", by: teller)
        #expect(try repeated.wait() == .running)
        let more = try test.withdraw(
            TestBook.withdrawal(51_000), at: desk, key: "terminal-2", by: teller)
        #expect(try more.wait().refusalCode == .cardLimitExceeded)
        #expect(try test.signOff(teller).refusalCode == .shiftHasPendingItems)
        bank.release()
        let first = try call.wait()
        #expect(first.refusalCode == nil)
        #expect(
            try test.withdraw(request, at: desk, key: "terminal-1", by: teller).wait() == first)
        #expect(bank.posts.count == 1)
    }

    @Test("a late answer after the reversal changes nothing") func lateAnswer() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let bank = ControllablePartner()
        bank.set(.bookSilently)
        let call = try test.withdraw(
            TestBook.withdrawal(100_000), at: test.desk(bank), key: "terminal-1", by: teller)
        #expect(try call.wait().refusalCode == .bankDidNotAnswer)
        let serial: Int64 = 1
        try test.wait(forReversal: "confirmed", serial)
        #expect(bank.questions.reversals == 1)
        #expect(bank.booked.isEmpty)
        let late = try test.record(.approved(reference: "LATE"), serial)
        #expect(late.refusalCode == .bankDidNotAnswer)
        #expect(try test.status(serial) == .reversed)
        #expect(try test.reversal(serial) == "confirmed")
        #expect(try test.usedAllowanceFen() == 0)
        #expect(
            try test.confirmCash(serial, key: "terminal-2", by: teller).refusalCode
                == .withdrawalNotAuthorised)
        #expect(try test.faults() == [])
    }

    @Test(
        "whatever is no clear answer is reversed at the bank, and no cash goes out",
        arguments: [
            ControllablePartner.Post.lose, .bookSilently, .notSent, .bookMore, .bookMoreSilently,
        ])
    func unclear(_ post: ControllablePartner.Post) throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let bank = ControllablePartner()
        bank.set(post)
        let moved = try test.movement {
            let call = try test.withdraw(
                TestBook.withdrawal(100_000), at: test.desk(bank), key: "terminal-1", by: teller)
            #expect(try call.wait().refusalCode == .bankDidNotAnswer)
            try test.wait(forReversal: "confirmed", 1)
        }
        #expect(moved == [:])
        #expect(try test.status(1) == .reversed)
        #expect(bank.booked.isEmpty && bank.posts.count == 1)
        #expect(try test.faults() == [])
    }

    @Test("a cancelled withdrawal is reversed at the bank and gives the allowance back")
    func cancelled() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let bank = ControllablePartner()
        let desk = try test.desk(bank)
        _ = try test.withdraw(
            TestBook.withdrawal(200_000), at: desk, key: "terminal-1", by: teller
        ).wait().bytes()
        let serial: Int64 = 1
        let claim = try test.claim(
            "terminal-2", teller, withdrawalStepFingerprint("cancel", serial: serial))
        let call = DeskCall()
        try desk.cancel(serial: serial, claim: claim, by: teller) { call.hear($0) }
        #expect(try call.wait().answer().text("status") == "reversed")
        try test.wait(forReversal: "confirmed", serial)
        #expect(bank.questions.reversals == 1)
        #expect(bank.booked.isEmpty)
        let again = try test.withdraw(
            TestBook.withdrawal(200_000), at: desk, key: "terminal-3", by: teller)
        #expect(try again.wait().refusalCode == nil)
    }

    @Test("what a crash leaves pending is reversed at the next start, and its key answers")
    func crashBetweenSteps() throws {
        var test: TestBook? = try TestBook()
        let copy = try #require(test).copy
        let bank = ControllablePartner()
        bank.hold()
        bank.set(reversal: .silence)
        defer { bank.release() }
        let request = TestBook.withdrawal(100_000)
        let serial: Int64 = 1
        if let test {
            let teller = try test.signOn()
            _ = try test.withdraw(request, at: test.desk(bank), key: "terminal-1", by: teller)
            try bank.waitUntilAsked()
        }
        test = nil
        let next = try TestBook(reopening: copy, at: "2026-11-20 10:00")
        let teller = try next.operatorA()
        #expect(try next.status(serial) == .pending)
        try next.desk(bank).resolveInterrupted()
        #expect(try next.status(serial) == .reversed)
        #expect(try next.reversal(serial) == "due")
        #expect(try next.usedAllowanceFen() == 0)
        #expect(
            try next.start(request, key: "terminal-1", by: teller).outcome?.refusalCode
                == .bankDidNotAnswer)
        // The bank did not confirm, so that each start asks it again until it does.
        let willing = ControllablePartner()
        try next.desk(willing).resolveInterrupted()
        try next.wait(forReversal: "confirmed", serial)
        // The silent bank is asked on a thread of its own line, which may be slower.
        for _ in 0..<5_000 where bank.questions.reversals == 0 { usleep(1_000) }
        #expect(willing.questions.reversals == 1 && bank.questions.reversals > 0)
        try next.desk(willing).resolveInterrupted()
        try next.settle()
        #expect(willing.questions.reversals == 1)
        #expect(try next.faults() == [])
    }

    @Test("of withdrawals with one card at six stations at once, one passes") func atOnce() throws {
        let test = try TestBook()
        let bank = ControllablePartner()
        let desk = try test.desk(bank)
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
        #expect(bank.posts.count == 1)
    }
}
