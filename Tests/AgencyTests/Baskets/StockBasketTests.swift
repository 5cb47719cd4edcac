import Testing

@testable import Agency

/// Baskets with serials of numbered stock.
@Suite struct StockBasketTests {
    private static func tickets(_ serials: StockSaleRequest.Serials) -> BasketRequest.Item {
        .stock(TestBook.tickets(serials))
    }

    private static func tickets(at places: [Int64]) -> BasketRequest.Item {
        tickets(.named(places.map { DemoStock.ticket($0) }))
    }

    @Test("scratch tickets are sold beside a bill, and the answer names their serials")
    func sold() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        try test.openPack(by: teller)
        var answer: [UInt8] = []
        let moved = try test.movement {
            answer = try test.pay(
                [Self.tickets(.next(count: 2)), TestBook.phone(2_000), Self.tickets(at: [3])],
                tenderedFen: 6_000, key: "basket-01", by: teller
            ).bytes()
        }
        #expect(moved["1001.S0001-C1"] == 5_000)
        let items = try Answer(answer).objects("items")
        let serials = try items[0].objects("serials").map { try $0.text("serial_number") }
        #expect(serials == [DemoStock.ticket(1), DemoStock.ticket(2)])
        #expect(try items[0].objects("serials").allSatisfy { try $0.text("state") == "sold" })
        #expect(try items[2].objects("serials").count == 1)
        #expect(!items[1].names.contains("serials"))
        let numbers = try items.map { try $0.object("receipt").text("receipt_number") }
        #expect(Set(numbers).count == 1)
        #expect(try test.faults() == [])
        try test.correct(.void, 1, key: "void-0001", by: teller).bytesOrThrow()
        #expect(try test.faults() == [])
    }

    @Test("a gap refuses the whole basket, asks nobody, and freezes the pack") func gap() throws {
        let bench = try PartnerBench()
        let test = bench.test
        let teller = try test.signOn()
        let pack = try test.openPack(by: teller)
        let items = [
            TestBook.phone(2_000), .bill(PartnerBench.token()), Self.tickets(at: [1, 2]),
            Self.tickets(at: [4]),
        ]
        for turn in 0..<2 {
            var outcome: PaymentOutcome?
            let moved = try test.movement {
                outcome = try bench.payBasket(
                    items, tenderedFen: 100_000, key: "basket-01", by: teller)
            }
            guard case .refused(let refusal) = outcome?.outcome else {
                Issue.record("turn \(turn): \(String(describing: outcome))")
                return
            }
            #expect(
                refusal.code == .stockPackFrozen && refusal.field?.hasPrefix("/items/3") == true)
            #expect(moved == [:])
            #expect(try test.packState(pack) == .frozen)
        }
        #expect(bench.partner.posts.isEmpty)
        #expect(try test.count("service_transaction") + test.count("stock_serial") == 0)
        #expect(try test.count("basket") == 0)
        // Frozen once: a replay freezes nothing anew.
        #expect(
            try test.integer("SELECT count(*) FROM stock_event WHERE state = 'frozen'") == 1)
        #expect(try test.faults() == [])
        // The tickets that the same basket would have sold are back, and are told of too.
        let found = [1, 2].map { TestBook.line($0, .found) } + [TestBook.line(3, .damaged)]
        _ = try test.resolve(pack, found, left: 99, key: "resolve-1", by: test.supervisor())
            .bytes()
        try test.openPack(by: teller, again: 2)
        _ = try bench.payBasket(
            [items[1], Self.tickets(at: [1, 2, 4])], tenderedFen: 100_000, key: "basket-02",
            by: teller
        ).outcome.bytes()
        #expect(try test.faults() == [])
    }

    @Test("a card is not sold in a basket", arguments: [true, false])
    func card(hasBuyer: Bool) throws {
        let test = try TestBook()
        let teller = try test.signOn()
        try test.openPack("SIMCARD", by: teller)
        let card =
            hasBuyer
            ? TestBook.card()
            : StockSaleRequest(
                productCode: "SIMCARD", serials: .next(count: 1), amountFen: 5_000)
        let outcome = try test.pay(
            [TestBook.phone(2_000), .stock(card)], tenderedFen: 10_000, key: "basket-01",
            by: teller)
        guard case .refused(let refusal) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(refusal.code == .sellAlone && refusal.field == "/items/1/product_id")
        #expect(try test.count("service_transaction") == 0)
        #expect(try test.faults() == [])
    }

    @Test("a refused payment beside them leaves the tickets sold") func partial() throws {
        let bench = try PartnerBench()
        let teller = try bench.test.signOn()
        try bench.test.openPack(by: teller)
        bench.partner.set(.refuse)
        var answer: [UInt8] = []
        let moved = try bench.test.movement {
            answer = try bench.payBasket(
                [.bill(PartnerBench.token()), Self.tickets(.next(count: 1))], tenderedFen: 20_000,
                key: "basket-01", by: teller
            ).outcome.bytes()
        }
        let basket = try Answer(answer)
        #expect(try basket.fen("cash_back_fen") == 19_000)
        #expect(try basket.objects("items").map { try $0.text("state") } == ["refused", "posted"])
        #expect(moved["1001.S0001-C1"] == 1_000)
        #expect(try bench.test.faults() == [])
    }

    @Test("another buyer under the same key is another request") func fingerprint() throws {
        let test = try TestBook()
        let requests = ["13900000001", "13900000002"].map {
            BasketRequest(items: [.stock(TestBook.card(phone: $0))], tenderedFen: 5_000)
        }
        #expect(test.book.fingerprint(of: requests[0]) != test.book.fingerprint(of: requests[1]))
        #expect(test.book.fingerprint(of: requests[0]) == test.book.fingerprint(of: requests[0]))
    }
}
