import Ledger
import PartnerAPI
import Testing

@testable import Agency

@Suite struct PartnerDeskTests {
    @Test("a booked payment is posted with the partner's reference and its token")
    func booked() throws {
        let bench = try PartnerBench()
        let teller = try bench.test.signOn()
        var outcome: PaymentOutcome?
        let moved = try bench.test.movement {
            outcome = try bench.pay(key: "terminal-1", by: teller)
        }
        #expect(
            moved == ["1001.S0001-C1": 10_000, "2202.POWER01": -9_940, "6051.S0001": -60])
        let paid = try #require(outcome)
        let receipt = try paid.outcome.answer()
        #expect(paid.isSettled)
        #expect(try receipt.text("status") == "posted")
        #expect(try receipt.text("partner_reference") == "P-000000000001")
        #expect(try receipt.text("token") == "1234-5678-9012")
        #expect(try receipt.text("receipt_number") == "S0001-20261120-000001")
        #expect(bench.partner.posts.map(\.amountFen) == [10_000])
        #expect(try bench.pay(key: "terminal-1", by: teller) == paid)
        #expect(bench.partner.posts.count == 1)
        #expect(try bench.test.faults() == [])
    }

    @Test(
        "what the partner has not booked leaves no money in the till",
        arguments: [
            (ControllablePartner.Post.refuse, RefusalCode.partnerRefused),
            (.notSent, .partnerUnavailable),
        ])
    func declined(post: ControllablePartner.Post, code: RefusalCode) throws {
        let bench = try PartnerBench()
        let teller = try bench.test.signOn()
        bench.partner.set(post)
        let moved = try bench.test.movement {
            let outcome = try bench.pay(key: "terminal-1", by: teller)
            #expect(outcome.isSettled)
            #expect(outcome.outcome.refusalCode == code)
            #expect(try bench.pay(key: "terminal-1", by: teller) == outcome)
        }
        #expect(moved == [:])
        #expect(try bench.test.status(1) == .declined)
        #expect(bench.partner.posts.count == 1)
        #expect(try bench.test.faults() == [])
    }

    @Test("an unanswered payment puts its cash in suspense and is settled once it is known")
    func unknownThenBooked() throws {
        let bench = try PartnerBench()
        let teller = try bench.test.signOn()
        bench.partner.set(.bookSilently)
        bench.partner.set(query: .silence)
        let moved = try bench.test.movement {
            let outcome = try bench.pay(key: "terminal-1", by: teller)
            #expect(!outcome.isSettled)
            #expect(try outcome.outcome.answer().text("status") == "unknown")
        }
        #expect(moved == ["1001.S0001-C1": 10_000, "2241.POWER01.SUSP": -10_000])
        #expect(try bench.test.faults() == [])
        // Asked at once, and again after growing pauses.
        for milliseconds in [1_000, 2_000, 4_000] {
            let next = try bench.timer.next()
            #expect(next.milliseconds == milliseconds)
            // Asked last of all, the partner tells.
            if milliseconds == 4_000 { bench.partner.set(query: .truth) }
            next.work()
        }
        try bench.wait(for: .booked)
        #expect(bench.partner.posts.count == 1)
        let receipt = try bench.pay(key: "terminal-1", by: teller)
        #expect(receipt.isSettled)
        #expect(try receipt.outcome.answer().text("status") == "posted")
        #expect(
            try receipt.outcome.answer().text("receipt_number") == "S0001-20261120-000001")
        #expect(try bench.test.balances()["2241.POWER01.SUSP"] == 0)
        #expect(try bench.test.balances()["2202.POWER01"] == -9_940)
        #expect(try bench.test.faults() == [])
    }

    @Test("what the partner never heard of is reversed there first, then the cash goes back")
    func unknownThenReturned() throws {
        let bench = try PartnerBench()
        let teller = try bench.test.signOn()
        bench.partner.set(.lose)
        let moved = try bench.test.movement {
            #expect(try !bench.pay(key: "terminal-1", by: teller).isSettled)
            try bench.wait(for: .reversed)
            #expect(try bench.test.status(1) == .returnDue)
            #expect(bench.partner.questions.reversals == 1)
            #expect(
                try bench.pay(key: "terminal-1", by: teller).outcome.answer().text("status")
                    == "return_due")
            let back = try bench.giveBack(1, key: "return-1", by: teller)
            #expect(try back.answer().fen("returned_fen") == 10_000)
            #expect(try bench.giveBack(1, key: "return-1", by: teller) == back)
            let again = try bench.giveBack(1, key: "return-2", by: teller)
            #expect(again.refusalCode == .returnNotDue)
            if case .refused(let refusal) = again {
                #expect(refusal.chineseDetail.contains("“未成功 已退款”"))
            }
        }
        #expect(moved == [:])
        #expect(try bench.test.status(1) == .returned)
        let told = try bench.pay(key: "terminal-1", by: teller)
        #expect(told.isSettled)
        #expect(try told.outcome.answer().text("status") == "returned")
        #expect(bench.partner.booked.isEmpty)
        try bench.test.signOff(teller)
        #expect(try bench.test.faults() == [])
    }

    @Test("cash goes back from the till of whoever is there, at the same station only")
    func returnedByAnother() throws {
        let bench = try PartnerBench()
        let teller = try bench.test.signOn()
        bench.partner.set(.lose)
        _ = try bench.pay(key: "terminal-1", by: teller)
        try bench.wait(for: .reversed)
        try bench.test.signOff(teller)
        let stranger = try bench.test.signOn(2)
        #expect(
            try bench.giveBack(1, key: "return-1", by: stranger).refusalCode == .unknownReceipt)
        let other = try bench.test.principal("OP000102", at: "S0001-T1")
        #expect(try bench.giveBack(1, key: "return-2", by: other).refusalCode == .notSignedOn)
        _ = try bench.test.perform { try $0.signOn(tillCode: "S0001-C2", by: other) }
        let moved = try bench.test.movement {
            _ = try bench.giveBack(1, key: "return-3", by: other).bytes()
        }
        #expect(moved == ["1001.S0001-C2": -10_000, "2241.POWER01.SUSP": 10_000])
        try bench.test.signOff(other)
        try bench.test.signOff(stranger)
        #expect(try bench.test.faults() == [])
    }

    @Test(
        "another amount at the partner is disputed until the partner corrects it",
        arguments: [ControllablePartner.Post.bookMore, .bookMoreSilently])
    func disputed(post: ControllablePartner.Post) throws {
        let bench = try PartnerBench()
        let teller = try bench.test.signOn()
        bench.partner.set(post)
        #expect(try !bench.pay(key: "terminal-1", by: teller).isSettled)
        try bench.wait(for: .disputed)
        #expect(try bench.test.status(1) == .unknown)
        let open = try bench.test.book.readers.read {
            try OpenPartnerCallReader($0).calls(partner: nil, station: nil, after: 0, limit: 10)
        }
        #expect(open.map(\.serial) == [1])
        #expect(open.map(\.bookedFen) == [10_001])
        #expect(try bench.test.faults() == [])
        bench.partner.correct("000000000001", amountFen: 10_000)
        try bench.desk.askNow(serial: 1)
        try bench.wait(for: .booked)
        #expect(try bench.test.balances()["2241.POWER01.SUSP"] == 0)
        #expect(try bench.test.faults() == [])
        #expect(try refusalCode { try bench.desk.askNow(serial: 1) } == .unknownPartnerCall)
    }

    @Test("who has a busy partner asked now is sent away before payments are")
    func questionsAfterPayments() throws {
        let bench = try PartnerBench()
        let teller = try bench.test.signOn()
        bench.partner.set(.bookSilently)
        bench.partner.set(query: .silence)
        #expect(try !bench.pay(key: "terminal-1", by: teller).isSettled)
        try bench.wait(for: .unknown)
        try bench.partner.waitUntilAsked()
        bench.partner.set(.book)
        bench.partner.hold()
        var calls = try (2...3).map { try bench.beginPay(key: "terminal-\($0)", by: teller) }
        // Both threads of the line are at work now: what comes further waits.
        for _ in calls { try bench.partner.waitUntilAsked() }
        for _ in 0..<PartnerDesk.maximumCallsBeforeQuestions {
            try bench.desk.askNow(serial: 1)
        }
        #expect(try refusalCode { try bench.desk.askNow(serial: 1) } == .partnerUnavailable)
        calls.append(try bench.beginPay(key: "terminal-4", by: teller))
        bench.partner.set(query: .truth)
        // The last one is asked before or after both are let go; it needs a turn of its own.
        for _ in calls { bench.partner.release() }
        #expect(try calls.map { try $0.wait().isSettled } == [true, true, true])
        try bench.wait(for: .booked)
        #expect(try bench.test.faults() == [])
    }

    @Test("a partner that will not reverse is asked again what it booked")
    func notReversed() throws {
        let bench = try PartnerBench()
        let teller = try bench.test.signOn()
        bench.partner.set(.lose)
        bench.partner.set(reversal: .silence)
        _ = try bench.pay(key: "terminal-1", by: teller)
        let next = try bench.timer.next()
        #expect(try bench.state() == .reversing)
        // The post arrives late after all, and what was booked cannot be undone.
        bench.partner.correct("000000000001", amountFen: 10_000)
        bench.partner.set(reversal: .refuse)
        next.work()
        // What was refused is not asked again at once, for the two might go on so for ever.
        let query = try bench.timer.next()
        #expect(try bench.state() == .unknown)
        #expect(query.milliseconds > next.milliseconds)
        query.work()
        try bench.wait(for: .booked)
        #expect(try bench.test.status(1) == .posted)
        #expect(try bench.test.faults() == [])
    }

    @Test("a payment that was under way when the process ended is asked about, never sent again")
    func crash() throws {
        for wasBooked in [true, false] {
            let bench = try PartnerBench()
            let teller = try bench.test.signOn()
            let request = PartnerBench.token()
            let claim = try bench.test.claim("terminal-1", teller, request.fingerprint)
            _ = try bench.test.perform {
                try $0.startBillPayment(request, claim: claim, by: teller)
            }
            #expect(try bench.test.status(1) == .pending)
            if wasBooked { bench.partner.correct("000000000001", amountFen: 10_000) }
            let later = try bench.restarted()
            try later.desk.resolveInterrupted()
            try later.wait(for: wasBooked ? .booked : .reversed)
            #expect(later.partner.posts.isEmpty)
            #expect(try later.test.status(1) == (wasBooked ? .posted : .returnDue))
            let told = try later.pay(key: "terminal-1", by: teller)
            #expect(
                try told.outcome.answer().text("receipt_number") == "S0001-20261120-000001")
            #expect(later.partner.posts.isEmpty)
            #expect(try later.test.faults() == [])
        }
    }

    @Test("open questions are taken up again by the next process")
    func restartWhileUnknown() throws {
        let bench = try PartnerBench()
        let teller = try bench.test.signOn()
        bench.partner.set(.bookSilently)
        bench.partner.set(query: .silence)
        _ = try bench.pay(key: "terminal-1", by: teller)
        let later = try bench.restarted()
        bench.partner.set(query: .truth)
        try later.desk.resolveInterrupted()
        try later.wait(for: .booked)
        #expect(try later.test.faults() == [])
    }

    @Test("a shift and a day wait for an answer, and not for what is unknown")
    func dayClose() throws {
        let bench = try PartnerBench()
        let teller = try bench.test.signOn()
        let request = PartnerBench.token()
        let claim = try bench.test.claim("terminal-1", teller, request.fingerprint)
        _ = try bench.test.perform { try $0.startBillPayment(request, claim: claim, by: teller) }
        #expect(try bench.test.signOff(teller).refusalCode == .shiftHasPendingItems)
        _ = try bench.test.perform {
            try $0.record(PartnerCallNews(event: .unanswered), serial: 1)
        }
        let (shift, cash) = try bench.test.openShift(of: teller)
        let cashCount = try CashCount(fewestPiecesOf: cash)
        let sign = try bench.test.claim(
            "sign-off-again", teller, signOffFingerprint(shift: shift, count: cashCount))
        _ = try bench.test.perform {
            try $0.signOff(shift: shift, count: cashCount, claim: sign, by: teller)
        }.bytes()
        try bench.test.closeDay()
        try bench.test.release()
        #expect(try bench.test.faults() == [])
    }

    @Test("a payment known after the day cut is in the next file and in no other")
    func knownNextDay() throws {
        let bench = try PartnerBench()
        let teller = try bench.test.signOn()
        bench.partner.set(.bookSilently)
        bench.partner.set(query: .silence)
        _ = try bench.pay(key: "terminal-1", by: teller)
        let (_, askAgain) = try bench.timer.next()
        try bench.test.signOff(teller)
        try bench.test.closeDay()
        let first = try bench.test.release()
        #expect(first.map(\.detailCount).allSatisfy { $0 == 0 })
        bench.partner.set(query: .truth)
        bench.test.clock.advance(milliseconds: 86_400_000)
        askAgain()
        try bench.wait(for: .booked)
        #expect(try bench.test.faults() == [])
        try bench.test.closeDay()
        let second = try bench.test.release()
        let power = try #require(second.first { $0.partnerCode == "POWER01" })
        #expect(power.detailCount == 1)
        #expect(power.netFen == 9_940)
        #expect(try bench.test.integer("SELECT sum(commission_fen) FROM day_revenue") == 60)
        #expect(
            try bench.test.integer("SELECT count(DISTINCT business_date) FROM day_revenue") == 1)
        #expect(try bench.test.faults() == [])
        bench.test.clock.advance(milliseconds: 86_400_000)
        try bench.test.closeDay()
        #expect(try bench.test.release().map(\.detailCount).allSatisfy { $0 == 0 })
        #expect(try bench.test.faults() == [])
    }

    @Test("an online biller without a gateway is refused before any cash is taken")
    func noGateway() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let desk = PartnerDesk(writer: test.book.writer, lines: [:]) { print($0) }
        let call = PaymentCall()
        let request = PartnerBench.token()
        let claim = try test.claim("terminal-1", teller, request.fingerprint)
        try desk.pay(request, claim: claim, by: teller) { call.hear($0) }
        #expect(try call.wait().outcome.refusalCode == .partnerUnavailable)
        #expect(try test.count("service_transaction") == 0)
        #expect(
            try test.pay(request, key: "terminal-2", by: teller).refusalCode
                == .partnerUnavailable)
    }

    @Test("what asks no partner is paid at the desk as before") func local() throws {
        let bench = try PartnerBench()
        let teller = try bench.test.signOn()
        let phone = BillPaymentRequest(
            target: .account(productCode: "MOBILE", accountNumber: "13800000001"),
            amountFen: 5_000)
        let paid = try bench.pay(phone, key: "terminal-1", by: teller)
        #expect(paid.isSettled)
        #expect(try paid.outcome.answer().text("status") == "posted")
        #expect(bench.partner.posts.isEmpty)
        #expect(try bench.pay(phone, key: "terminal-1", by: teller) == paid)
    }
}
