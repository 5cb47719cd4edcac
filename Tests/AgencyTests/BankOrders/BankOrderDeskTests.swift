import Testing

@testable import Agency

@Suite struct BankOrderDeskTests {
    @Test("the bank gets the whole numbers, the book their last four digits") func numbers() throws
    {
        let bench = try PartnerBench()
        let teller = try bench.test.signOn()
        let answer = try bench.remit(key: "terminal-1", by: teller).outcome.answer()
        #expect(try answer.text("status") == "posted")
        #expect(try answer.text("partner_reference") == "P-000000000001")
        #expect(try answer.text("account_reference") == "************4321")
        let remitted = try #require(bench.partner.posts.first)
        #expect(remitted.kind == .remittance && remitted.product == "REMIT01")
        #expect(remitted.targetAccount == TestBook.payeeAccount && remitted.card == nil)
        #expect(remitted.details.map(\.name) == ["payee_name"])
        #expect(remitted.details.map(\.value) == ["王小明"])
        #expect(try bench.transfer(key: "terminal-2", by: teller).isSettled)
        let moved = try #require(bench.partner.posts.last)
        #expect(moved.kind == .transfer && moved.product == "TRANS01" && moved.details.isEmpty)
        #expect(moved.targetAccount == TestBook.payeeAccount && moved.amountFen == 300_000)
        #expect(moved.card?.number == TestBook.card)
        #expect(moved.card?.encryptedPINBlock == "00112233AABBCCDD")
        #expect(
            try bench.test.texts(
                "SELECT payee_name || account_last_four FROM bank_order ORDER BY serial")
                == ["王**4321", "4321"])
        for file in try bench.test.copy.names(in: ".") where file.hasPrefix("book.db") {
            let text = String(decoding: try bench.test.copy.bytes(file), as: UTF8.self)
            for secret in [TestBook.payeeAccount, "王小明", TestBook.card, "00112233AABBCCDD"] {
                #expect(!text.contains(secret), "\(secret) stands in \(file)")
            }
        }
    }

    @Test("while the bank is silent the key is running, and the shift stays open")
    func running() throws {
        let bench = try PartnerBench()
        let teller = try bench.test.signOn()
        bench.partner.hold()
        let call = try bench.beginRemittance(key: "terminal-1", by: teller)
        try bench.partner.waitUntilAsked()
        let repeated = try bench.remit(key: "terminal-1", by: teller)
        #expect(repeated.outcome == .running && !repeated.isSettled)
        #expect(try bench.test.signOff(teller).refusalCode == .shiftHasPendingItems)
        bench.partner.release()
        let first = try call.wait()
        #expect(first.isSettled)
        #expect(try bench.remit(key: "terminal-1", by: teller) == first)
        #expect(bench.partner.posts.count == 1)
        // A second answer, whatever it says, moves nothing.
        let moved = try bench.test.movement { () throws in
            #expect(try bench.test.record(.refused, order: 1) == first.outcome)
        }
        #expect(moved == [:])
        #expect(try bench.test.faults() == [])
    }

    @Test("what the bank refused, or never saw, is told at once and takes nothing off the day")
    func declined() throws {
        for (post, code) in [
            (ControllablePartner.Post.refuse, RefusalCode.partnerRefused),
            (.notSent, .partnerUnavailable),
        ] {
            let bench = try PartnerBench()
            let teller = try bench.test.signOn()
            bench.partner.set(post)
            let moved = try bench.test.movement {
                let paid = try bench.remit(key: "terminal-1", by: teller)
                #expect(paid.isSettled && paid.outcome.refusalCode == code)
                let sent = try bench.transfer(key: "terminal-2", by: teller)
                #expect(sent.isSettled && sent.outcome.refusalCode == code)
                try expectText(paid.outcome, contains: "give the cash back")
                try expectText(sent.outcome, contains: "no money was moved")
            }
            #expect(moved == [:])
            #expect(try bench.test.orderedFen(.remittance) == 0)
            #expect(try bench.test.orderedFen(.transfer) == 0)
            #expect(try bench.test.faults() == [])
        }
    }

    @Test("an unanswered order is queried until it is known, and never booked again")
    func queried() throws {
        let bench = try PartnerBench()
        let teller = try bench.test.signOn()
        bench.partner.set(.bookSilently)
        bench.partner.set(query: .silence)
        let unknown = try bench.remit(key: "terminal-1", by: teller)
        #expect(!unknown.isSettled)
        #expect(try unknown.outcome.answer().text("status") == "unknown")
        let (_, askAgain) = try bench.timer.next()
        bench.partner.set(query: .truth)
        askAgain()
        try bench.wait(for: .booked)
        #expect(bench.partner.posts.count == 1)
        #expect(bench.partner.questions.queries == 2)
        #expect(bench.partner.questions.reversals == 0)
        #expect(try bench.test.status(1) == .posted)
        #expect(try bench.test.faults() == [])
    }

    @Test("a reversal is repeated until the bank confirms, and only then is cash due back")
    func reversed() throws {
        let bench = try PartnerBench()
        let teller = try bench.test.signOn()
        bench.partner.set(.lose)
        bench.partner.set(reversal: .silence)
        _ = try bench.remit(key: "terminal-1", by: teller)
        let (_, askAgain) = try bench.timer.next()
        #expect(try bench.state() == .reversing)
        #expect(try bench.test.status(1) == .unknown)
        #expect(
            try bench.test.returnCash(order: 1, key: "return-1", by: teller).refusalCode
                == .returnNotDue)
        bench.partner.set(reversal: .truth)
        askAgain()
        try bench.wait(for: .reversed)
        #expect(bench.partner.questions.reversals == 2)
        #expect(try bench.test.status(1) == .returnDue)
        _ = try bench.test.returnCash(order: 1, key: "return-2", by: teller).bytes()
        #expect(try bench.remit(key: "terminal-1", by: teller).isSettled)
        #expect(try bench.test.faults() == [])
    }

    @Test("a transfer that took no cash is over once the bank has undone it, and its key says so")
    func reversedTransfer() throws {
        let bench = try PartnerBench()
        let teller = try bench.test.signOn()
        bench.partner.set(.lose)
        let moved = try bench.test.movement {
            #expect(try !bench.transfer(key: "terminal-1", by: teller).isSettled)
            try bench.wait(for: .reversed)
        }
        #expect(moved == [:])
        #expect(try bench.test.status(1) == .reversed)
        let told = try bench.transfer(key: "terminal-1", by: teller)
        #expect(told.isSettled && told.outcome.refusalCode == .partnerUnavailable)
        try expectText(told.outcome, contains: "nothing is booked")
        #expect(try bench.test.orderedFen(.transfer) == 0)
        #expect(try bench.test.faults() == [])
    }

    @Test("what a crash leaves is unknown, and resolved at the next start") func crash() throws {
        let bench = try PartnerBench()
        let teller = try bench.test.signOn()
        let serial = try bench.test.pending(
            .remittance(TestBook.remittance()), key: "terminal-1", by: teller)
        #expect(try bench.test.status(serial) == .pending)
        bench.partner.correct(Receipt.serialText(serial), amountFen: 80_000)
        bench.partner.set(query: .silence)
        let silent = try bench.restarted()
        try silent.desk.resolveInterrupted()
        #expect(try silent.test.status(serial) == .unknown)
        let again = try silent.remit(key: "terminal-1", by: teller)
        #expect(!again.isSettled)
        #expect(try again.outcome.answer().text("status") == "unknown")
        bench.partner.set(query: .truth)
        let later = try silent.restarted()
        try later.desk.resolveInterrupted()
        try later.wait(for: .booked)
        #expect(try later.test.status(serial) == .posted)
        #expect(later.partner.posts.isEmpty)
        #expect(try later.test.faults() == [])
    }

    @Test("without a line to the bank nothing is booked, and the key is not used up")
    func noLine() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let desk = PartnerDesk(writer: test.book.writer, lines: [:]) { print($0) }
        let (remittance, transfer) = (TestBook.remittance(), TestBook.transfer())
        let calls = (PaymentCall(), PaymentCall())
        try desk.remit(
            remittance,
            claim: test.claim("terminal-1", teller, test.book.fingerprint(of: remittance)),
            by: teller
        ) { calls.0.hear($0) }
        try desk.transfer(
            transfer, claim: test.claim("terminal-2", teller, test.book.fingerprint(of: transfer)),
            by: teller
        ) { calls.1.hear($0) }
        #expect(try calls.0.wait().outcome.refusalCode == .partnerUnavailable)
        #expect(try calls.1.wait().outcome.refusalCode == .partnerUnavailable)
        for table in ["service_transaction", "partner_call", "bank_order", "idempotency_key"] {
            #expect(try test.count(table) == 0, "\(table)")
        }
        #expect(try test.orderedFen(.remittance) + test.orderedFen(.transfer) == 0)
    }

    private func expectText(_ outcome: CommandOutcome, contains text: String) throws {
        guard case .refused(let refusal) = outcome else {
            Issue.record("\(outcome) is no refusal")
            return
        }
        #expect(refusal.detail.contains(text), "\(refusal)")
        #expect(!refusal.chineseDetail.isEmpty)
    }
}

extension PartnerBench {
    /// Sends a remittance to the desk.
    func beginRemittance(key: String, by principal: Principal) throws -> PaymentCall {
        let call = PaymentCall()
        let request = TestBook.remittance()
        let claim = try test.claim(key, principal, test.book.fingerprint(of: request))
        try desk.remit(request, claim: claim, by: principal) { call.hear($0) }
        return call
    }

    /// Sends a remittance and waits for the outcome.
    func remit(key: String, by principal: Principal) throws -> PaymentOutcome {
        try beginRemittance(key: key, by: principal).wait()
    }

    /// Sends a transfer and waits for the outcome.
    func transfer(key: String, by principal: Principal) throws -> PaymentOutcome {
        let call = PaymentCall()
        let request = TestBook.transfer()
        let claim = try test.claim(key, principal, test.book.fingerprint(of: request))
        try desk.transfer(request, claim: claim, by: principal) { call.hear($0) }
        return try call.wait()
    }
}
