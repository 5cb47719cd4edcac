import Dispatch
import SQL
import Synchronization
import Testing

@testable import Agency

@Suite("Cards that must be activated") struct StockActivationTests {
    @Test("a card is sold to a known person, whose number is nowhere in the book")
    func buyer() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        try test.openPack("SIMCARD", by: teller)
        let sold = try test.sell(TestBook.card(), key: "card-0001", by: teller).answer()
        #expect(try sold.objects("serials").map { try $0.text("state") } == ["activation_due"])
        let row = try test.texts(
            """
            SELECT phone_number || ' ' || identity_last_four || ' ' || length(identity_digest)
            FROM stock_buyer
            """)
        #expect(row == ["13900000001 0013 64"])
        #expect(try test.faults() == [])
        test.book.close()
        let names = try test.copy.names(in: "").filter { $0.hasPrefix("book.db") }
        let secret = [UInt8](TestBook.buyerNumber.utf8)
        #expect(names.contains("book.db"))
        for name in names {
            #expect(try test.copy.bytes(name).firstRange(of: secret) == nil, "\(name)")
        }
        // The search would find it.
        #expect(try test.copy.bytes("book.db").firstRange(of: [UInt8]("13900000001".utf8)) != nil)
    }

    @Test("a card without its buyer's checked identity is not sold")
    func unchecked() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        try test.openPack("SIMCARD", by: teller)
        let requests = [
            TestBook.card(isChecked: false),
            StockSaleRequest(
                productCode: "SIMCARD", serials: .next(count: 1), amountFen: 5_000),
        ]
        for (index, request) in requests.enumerated() {
            #expect(
                try test.sell(request, key: "card-000\(index)", by: teller).refusalCode
                    == .identityNotChecked)
        }
    }

    @Test("a card that was refused gives everything back, the fee too, and only once")
    func refused() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        try test.openPack("SIMCARD", by: teller)
        let before = try test.balances()
        let sale = try sellCard(test, teller)
        let cash = try test.balances()["1001.S0001-C1"]
        #expect(cash == (before["1001.S0001-C1"] ?? 0) + 5_200)
        try record(.noAnswer, sale, test)
        #expect(try test.texts("SELECT state FROM stock_serial") == ["activation_due"])
        for _ in 0..<2 { try record(.refused, sale, test) }
        try record(.activated, sale, test)
        // An account that had no line before has one of nothing.
        for (account, fen) in try test.balances() { #expect(fen == before[account] ?? 0) }
        #expect(try test.texts("SELECT state FROM stock_serial") == ["returned"])
        #expect(
            try test.texts("SELECT correction FROM service_transaction WHERE serial > \(sale)")
                == ["void"])
        let first = try payBack(sale, "pay-back-1", test, teller).answer()
        #expect(try first.fen("total_fen") == -5_200)
        #expect(
            try payBack(sale, "pay-back-2", test, teller).answer().text("serial")
                == first.text("serial"))
        #expect(try test.faults() == [])
    }

    @Test("a card that is refused when its shift has ended is paid back when the customer comes")
    func later() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        try test.openPack("SIMCARD", by: teller)
        let sale = try sellCard(test, teller)
        #expect(try payBack(sale, "early-001", test, teller).refusalCode == .stockNotReturnable)
        _ = try test.signOff(teller).bytes()
        try record(.refused, sale, test)
        #expect(try test.texts("SELECT state FROM stock_serial") == ["failed"])
        #expect(try test.faults() == [])
        try test.closeDay()
        test.clock.advance(milliseconds: 86_400_000)
        let next = try test.signOn()
        let other = try test.signOn(2)
        #expect(try payBack(sale, "other-001", test, other).refusalCode == .unknownStockSale)
        let receipt = try payBack(sale, "pay-back-1", test, next).answer()
        #expect(try receipt.text("correction") == "refund")
        #expect(try test.texts("SELECT state FROM stock_serial") == ["returned"])
        #expect(try test.faults() == [])
    }

    @Test("a network that does not answer is asked again at the next start, not for a second card")
    func restart() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        try test.openPack("SIMCARD", by: teller)
        let silent = CountingActivator(.noAnswer)
        let sale = try sellCard(test, teller)
        let timer = ManualTimer()
        try StockDesk(writer: test.book.writer, activator: silent, after: timer.timer) { _ in }
            .resolveInterrupted()
        #expect(silent.asked.first?.sale == sale)
        #expect(try test.texts("SELECT state FROM stock_serial") == ["activation_due"])
        let willing = CountingActivator(.activated)
        let desk = StockDesk(writer: test.book.writer, activator: willing) { _ in }
        try desk.resolveInterrupted()
        try test.settle()
        #expect(willing.asked.map(\.phoneNumber) == ["13900000001"])
        #expect((silent.asked + willing.asked).map(\.question) == [.query, .query])
        #expect(try test.texts("SELECT state FROM stock_serial") == ["active"])
        try desk.resolveInterrupted()
        #expect(willing.asked.count == 1)
    }

    @Test("a card of a network that cannot be reached is not sold, and its key may be used again")
    func unreachable() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        try test.openPack("SIMCARD", by: teller)
        let claim = try test.claim(
            "card-0001", teller, test.book.fingerprint(of: TestBook.card()))
        for (activator, code) in [
            (GatewayActivator(lines: [:]), RefusalCode.partnerUnavailable),
            (CountingActivator(.activated), nil),
        ] as [(any StockActivator, RefusalCode?)] {
            let heard = HeardOutcome()
            try StockDesk(writer: test.book.writer, activator: activator) { _ in }
                .sell(TestBook.card(), claim: claim, by: teller) { heard.hear($0) }
            #expect(try heard.wait().outcome.refusalCode == code)
            let count = try test.count("service_transaction")
            #expect(count == (code == nil ? 1 : 0))
            #expect(try test.faults() == [])
        }
        // Papers of nobody's network are sold without one.
        try test.openPack(by: teller)
        let tickets = TestBook.tickets(.next(count: 1))
        let heard = HeardOutcome()
        try StockDesk(writer: test.book.writer, activator: GatewayActivator(lines: [:])) { _ in }
            .sell(
                tickets,
                claim: test.claim("tickets-1", teller, test.book.fingerprint(of: tickets)),
                by: teller
            ) { heard.hear($0) }
        _ = try heard.wait().outcome.bytes()
    }

    private func sellCard(_ test: TestBook, _ teller: Principal) throws -> Int64 {
        let sold = try test.sell(TestBook.card(), key: "card-0001", by: teller).answer()
        return try #require(Int64(try sold.text("serial")))
    }

    private func record(
        _ answer: StockActivationAnswer, _ sale: Int64, _ test: TestBook
    ) throws {
        try test.perform { try $0.recordActivation(answer, ofSale: sale) }
    }

    private func payBack(
        _ sale: Int64, _ key: String, _ test: TestBook, _ teller: Principal
    ) throws -> CommandOutcome {
        let claim = try test.claim(key, teller, stockPayBackFingerprint(sale: sale))
        return try test.perform { try $0.payBackStock(sale: sale, claim: claim, by: teller) }
    }
}

/// A network that always says the same, and notes what it was asked.
private final class CountingActivator: StockActivator {
    private let answer: StockActivationAnswer
    private let requests = Mutex<[StockActivation]>([])

    init(_ answer: StockActivationAnswer) {
        self.answer = answer
    }

    var asked: [StockActivation] { requests.withLock { $0 } }

    func reaches(_ partnerCode: String) -> Bool { true }

    func ask(
        _ activation: StockActivation,
        completion: @escaping @Sendable (StockActivationAnswer) -> Void
    ) {
        requests.withLock { $0.append(activation) }
        completion(answer)
    }
}

/// What a sale's completion heard.
final class HeardOutcome: Sendable {
    private let heard = Mutex<Result<PaymentOutcome, any Error>?>(nil)
    private let arrived = DispatchSemaphore(value: 0)

    func hear(_ result: Result<PaymentOutcome, any Error>) {
        heard.withLock { $0 = result }
        arrived.signal()
    }

    func wait() throws -> PaymentOutcome {
        try #require(
            arrived.wait(timeout: .now() + ControllablePartner.patienceSeconds) == .success)
        return try #require(heard.withLock { $0 }).get()
    }
}
