import PartnerAPI
import SQL
import Testing

@testable import Agency

/// Baskets whose partners answer after a crash, on a later day or at once, and what guards them.
@Suite struct PartnerBasketLaterTests {
    // MARK: - Crashes

    struct Crash: Sendable, CustomTestStringConvertible {
        let isPowerBooked: Bool
        let isPhoneBooked: Bool
        let last: String
        var testDescription: String { "power \(isPowerBooked), phone \(isPhoneBooked)" }
    }

    @Test(
        "a basket under way when the process ended is settled after the next start",
        arguments: [
            Crash(
                isPowerBooked: true, isPhoneBooked: true,
                last: "settled 5000 0 5000 0 0 0 posted posted posted"),
            Crash(
                isPowerBooked: false, isPhoneBooked: true,
                last: "settled 5000 0 5000 0 0 10000 posted returned posted"),
            Crash(
                isPowerBooked: false, isPhoneBooked: false,
                last: "settled 5000 0 5000 0 0 13000 posted returned returned"),
        ])
    func crash(_ row: Crash) throws {
        let bench = try PartnerBench()
        let teller = try bench.test.signOn()
        let request = BasketRequest(
            items: PartnerBasketTests.items, tenderedFen: PartnerBasketTests.tenderedFen)
        let claim = try bench.test.claim(
            "basket-01", teller, bench.test.book.fingerprint(of: request))
        _ = try bench.test.perform { try $0.startBasket(request, claim: claim, by: teller) }
        #expect(try PartnerBasketTests.pay(bench, by: teller).outcome == .running)
        #expect(try bench.test.signOff(teller).refusalCode == .shiftHasPendingItems)
        #expect(try bench.test.faults() == [])
        if row.isPowerBooked { bench.partner.correct("000000000002", amountFen: 10_000) }
        if row.isPhoneBooked { bench.partner.correct("000000000003", amountFen: 3_000) }
        let later = try bench.restarted()
        try later.desk.resolveInterrupted()
        try later.wait(for: row.isPowerBooked ? .booked : .reversed, serial: 2)
        try later.wait(for: row.isPhoneBooked ? .booked : .reversed, serial: 3)
        let calls: [(Int64, Bool)] = [(2, row.isPowerBooked), (3, row.isPhoneBooked)]
        for (serial, isBooked) in calls where !isBooked {
            #expect(try !PartnerBasketTests.pay(later, by: teller).isSettled)
            _ = try later.giveBack(serial, key: "return-0\(serial)", by: teller).bytes()
        }
        let told = try PartnerBasketTests.pay(later, by: teller)
        #expect(told.isSettled)
        #expect(try PartnerBasketTests.summary(told) == row.last)
        #expect(later.partner.posts.isEmpty)
        #expect(try later.test.faults() == [])
    }

    @Test("a basket that is settled on a later day is on that day's books") func nextDay() throws {
        let bench = try PartnerBench()
        let teller = try bench.test.signOn()
        bench.partner.set(.bookSilently, account: PartnerBasketTests.power)
        bench.partner.set(query: .silence)
        _ = try PartnerBasketTests.pay(bench, by: teller)
        let (_, askAgain) = try bench.timer.next()
        try bench.test.signOff(teller)
        try bench.test.nextDay()
        #expect(try bench.test.faults() == [])
        bench.partner.set(query: .truth)
        askAgain()
        try bench.wait(for: .booked, serial: 2)
        #expect(try PartnerBasketTests.pay(bench, by: teller).isSettled)
        #expect(try bench.test.faults() == [])
        try bench.test.nextDay()
        #expect(try bench.test.faults() == [])
    }

    @Test("answers that come at once settle each basket once, to the fen") func concurrent() throws
    {
        let bench = try PartnerBench()
        let teller = try bench.test.signOn()
        let openingFen = try bench.test.balances()["1001.S0001-C1"] ?? 0
        var numbers = SeededNumbers(seed: 20_261_120)
        var calls: [PaymentCall] = []
        for index in 0..<12 {
            let items = (0..<5).map { place -> BasketRequest.Item in
                let account = "1310000\(1_000 + index * 10 + place)"
                let post = [ControllablePartner.Post.book, .refuse, .bookSilently, .lose, .notSent]
                    .randomElement(using: &numbers)
                bench.partner.set(post ?? .book, account: account)
                return TestBook.phone(
                    1_000 + Int64(index * 10 + place), product: "UNICOM", account: account)
            }
            calls.append(
                try bench.beginBasket(
                    items + [TestBook.phone(1_500)], tenderedFen: 9_000,
                    key: "basket-\(100 + index)", by: teller))
        }
        for call in calls {
            let basket = try Answer(call.wait().outcome.bytes())
            let parts = try ["returned", "suspended", "return_due"].map {
                try basket.fen($0 + "_fen")
            }
            let posted = try basket.objects("items").filter { try $0.text("state") == "posted" }
                .reduce(0) { try $0 + $1.object("receipt").fen("total_fen") }
            #expect(try basket.fen("total_fen") == posted + parts.reduce(0, +))
        }
        // Whatever is still asked about is known in a moment: nobody is silent to a query.
        for _ in 0..<2_000 {
            let asking =
                "SELECT count(*) FROM partner_call WHERE state IN ('unknown', 'reversing')"
            if try bench.test.integer(asking) == 0 { break }
            try bench.test.settle()
        }
        let due = try bench.test.book.readers.read {
            try $0.prepare("SELECT serial FROM basket_item WHERE state = 'return_due'")
                .all { $0.integer(0) }
        }
        #expect(!due.isEmpty)
        for serial in due {
            _ = try bench.giveBack(serial, key: "return-\(serial)", by: teller).bytes()
        }
        #expect(
            try bench.test.texts("SELECT DISTINCT state FROM basket") == ["settled"])
        #expect(
            try bench.test.texts("SELECT DISTINCT outcome FROM idempotency_key") == ["done"])
        #expect(bench.partner.posts.count == 60)
        let postedFen = try bench.test.integer(
            "SELECT sum(amount_fen + fee_fen) FROM service_transaction WHERE status = 'posted'")
        #expect(try bench.test.balances()["1001.S0001-C1"] == openingFen + postedFen)
        #expect(try bench.test.balances()["2241.UNICOM01.SUSP"] == 0)
        #expect(try bench.test.faults() == [])
    }

    // MARK: - Guards

    static let attacks = [
        "UPDATE basket SET state = 'settled', returned_fen = 0",
        "UPDATE basket SET key = 'another-key'",
        "UPDATE basket SET credential = 99",
        "UPDATE basket_item SET state = 'posted' WHERE serial = 2",
        "UPDATE basket_item SET state = 'refused' WHERE serial = 2",
        "UPDATE basket_item SET state = 'waiting', refusal = NULL WHERE serial = 3",
        "UPDATE basket_item SET position = 9 WHERE serial = 2",
        "DELETE FROM basket_item WHERE serial = 2",
        "UPDATE partner_call SET key = 'a-key-12', credential = 1 WHERE serial = 2",
    ]

    @Test("the database keeps an open basket from being settled by hand", arguments: attacks)
    func guarded(_ attack: String) throws {
        let bench = try PartnerBench()
        let teller = try bench.test.signOn()
        bench.partner.set(.lose, account: PartnerBasketTests.power)
        bench.partner.set(.refuse, account: PartnerBasketTests.phone)
        bench.partner.set(query: .silence)
        _ = try PartnerBasketTests.pay(bench, by: teller)
        #expect(throws: (any Error).self) { try bench.test.execute(attack) }
        #expect(try bench.test.faults() == [])
    }

    @Test("a call without a key is refused unless it is of a basket") func keyless() throws {
        let bench = try PartnerBench()
        let teller = try bench.test.signOn()
        let request = PartnerBench.token()
        #expect(throws: (any Error).self) {
            try bench.test.perform { session in
                let shift = try session.shifts.shift(of: teller, session.connection)
                _ = try session.begin(session.billOrder(request, shift: shift), claim: nil)
            }
        }
        #expect(try bench.test.count("partner_call") == 0)
    }
}
