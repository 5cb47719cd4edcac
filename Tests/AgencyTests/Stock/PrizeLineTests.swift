import PartnerAPI
import Testing

@testable import Agency

/// Prizes that the principal validates over its line.
@Suite struct PrizeLineTests {
    private static let overLine = TestBook.term(.prizesOverLine, 1, of: "SCRATCH10")
    private static let cash = "1001.S0001-C1"

    /// A bench whose operator has sold the demo's first winner.
    private static func bench() throws -> (PartnerBench, Principal) {
        let bench = try PartnerBench(preparing: overLine)
        let teller = try bench.test.signOn()
        try bench.test.openPack(by: teller)
        _ = try bench.test.sellTickets(key: "sale-0001", by: teller).bytes()
        return (bench, teller)
    }

    private static func pay(
        _ bench: PartnerBench, _ request: PrizePaymentRequest = TestBook.prize(),
        key: String = "prize-001", by teller: Principal
    ) throws -> PaymentOutcome {
        let call = PaymentCall()
        let claim = try bench.test.claim(key, teller, bench.test.book.fingerprint(of: request))
        try bench.desk.payPrize(request, claim: claim, by: teller) { call.hear($0) }
        return try call.wait()
    }

    @Test("a prize is paid out once its principal has booked it") func booked() throws {
        let (bench, teller) = try Self.bench()
        var outcome: PaymentOutcome?
        let moved = try bench.test.movement { outcome = try Self.pay(bench, by: teller) }
        #expect(outcome?.isSettled == true)
        #expect(try outcome?.outcome.answer().text("status") == "posted")
        #expect(moved == [Self.cash: -2_000, "1122.LOTTERY01": 2_020, "6051.S0001": -20])
        let post = try #require(bench.partner.posts.first)
        #expect(post.kind == .payback && post.amountFen == 2_000)
        #expect(post.lines.map(\.reference) == [DemoStock.winner])
        #expect(post.details.map(\.name) == ["validation_code"])
        #expect(post.details.map(\.value) == [DemoStock.winnerCode])
        #expect(try Self.pay(bench, by: teller) == outcome)
        let again = try Self.pay(bench, key: "prize-002", by: teller)
        #expect(again.outcome.refusalCode == .prizeAlreadyPaid)
        #expect(bench.partner.posts.count == 1)
        #expect(try bench.test.faults() == [])
        try bench.test.signOff(teller)
        bench.test.book.close()
        let secret = [UInt8](DemoStock.winnerCode.utf8)
        for name in try bench.test.copy.names(in: "").filter({ $0.hasPrefix("book.db") }) {
            #expect(try bench.test.copy.bytes(name).firstRange(of: secret) == nil, "\(name)")
        }
    }

    @Test(
        "a prize that is not booked moves nothing, and the ticket may be asked about again",
        arguments: [
            (ControllablePartner.Post.refuse, RefusalCode.partnerRefused),
            (.notSent, .partnerUnavailable),
        ])
    func refused(post: ControllablePartner.Post, code: RefusalCode) throws {
        let (bench, teller) = try Self.bench()
        bench.partner.set(post)
        let moved = try bench.test.movement {
            let outcome = try Self.pay(bench, by: teller)
            #expect(outcome.outcome.refusalCode == code)
        }
        #expect(moved == [:])
        #expect(try bench.test.faults() == [])
        bench.partner.set(.book)
        #expect(try Self.pay(bench, key: "prize-002", by: teller).isSettled)
        #expect(try bench.test.count("prize_payment") == 2)
        #expect(try bench.test.faults() == [])
    }

    @Test(
        "without an answer nothing is paid out until it is known",
        arguments: [ControllablePartner.Post.bookSilently, .lose])
    func unknown(post: ControllablePartner.Post) throws {
        let (bench, teller) = try Self.bench()
        bench.partner.set(post)
        bench.partner.set(query: .silence)
        let wasBooked = post == .bookSilently
        let moved = try bench.test.movement {
            let outcome = try Self.pay(bench, by: teller)
            #expect(!outcome.isSettled)
            #expect(try outcome.outcome.answer().text("status") == "unknown")
        }
        #expect(moved == [:])
        let other = try Self.pay(bench, key: "prize-002", by: teller)
        #expect(other.outcome.refusalCode == .paymentUnconfirmed)
        let early = try bench.giveBack(2, key: "return-01", by: teller)
        #expect(early.refusalCode == .returnNotDue)
        #expect(try bench.test.faults() == [])
        bench.partner.set(query: .truth)
        try bench.timer.next().work()
        try bench.wait(for: wasBooked ? .booked : .reversed, serial: 2)
        #expect(try bench.test.faults() == [])
        let told = try Self.pay(bench, by: teller)
        if wasBooked {
            #expect(!told.isSettled)
            #expect(try told.outcome.answer().fen("return_due_fen") == 2_000)
            let paid = try bench.test.movement {
                _ = try bench.giveBack(2, key: "return-02", by: teller).bytes()
            }
            #expect(paid == [Self.cash: -2_000, "2241.LOTTERY01.SUSP": 2_000])
            #expect(try Self.pay(bench, by: teller).isSettled)
        } else {
            #expect(told.outcome.refusalCode == .partnerUnavailable)
            bench.partner.set(.book)
            #expect(try Self.pay(bench, key: "prize-003", by: teller).isSettled)
        }
        #expect(try bench.test.balances()["2241.LOTTERY01.SUSP"] ?? 0 == 0)
        #expect(try bench.test.faults() == [])
        try bench.test.signOff(teller)
        #expect(try bench.test.faults() == [])
    }

    @Test("our own rules are asked before the principal")
    func rules() throws {
        let (bench, teller) = try Self.bench()
        for (index, row) in [
            (TestBook.prize(DemoStock.ticket(2)), RefusalCode.prizeTicketNotSold),
            (TestBook.prize(DemoStock.winner, 1_000_001), .prizeAboveCeiling),
            (TestBook.prize(DemoStock.winner, 900_000), .tillShortOfCash),
        ].enumerated() {
            let outcome = try Self.pay(bench, row.0, key: "prize-01\(index)", by: teller)
            #expect(outcome.outcome.refusalCode == row.1)
        }
        #expect(bench.partner.posts.isEmpty)
        #expect(try bench.test.count("prize_payment") == 0)
        // The sale of a ticket about which the principal is asked is not taken back meanwhile.
        bench.partner.set(.lose)
        bench.partner.set(query: .silence)
        _ = try Self.pay(bench, by: teller)
        #expect(
            try bench.test.correct(.void, 1, key: "void-0001", by: teller).refusalCode
                == .stockNotReturnable)
    }

    @Test(
        "the database holds a ticket while its prize is open",
        arguments: [
            "UPDATE prize_payment SET is_released = 1", "DELETE FROM prize_payment",
            "INSERT INTO prize_payment SELECT item_id, number, 1, amount_fen, 0 FROM prize_payment",
        ])
    func guarded(_ attack: String) throws {
        let (bench, teller) = try Self.bench()
        bench.partner.set(.lose)
        bench.partner.set(query: .silence)
        _ = try Self.pay(bench, by: teller)
        #expect(throws: (any Error).self) { try bench.test.execute(attack) }
    }
}
