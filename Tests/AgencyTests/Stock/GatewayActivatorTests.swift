import PartnerAPI
import Testing

@testable import Agency

/// Cards whose network is asked over its line.
@Suite struct GatewayActivatorTests {
    /// A desk over the line to the telephone company, which the test controls.
    private struct Bench {
        let test: TestBook
        let partner: ControllablePartner
        let timer = ManualTimer()
        let desk: StockDesk

        init(_ test: TestBook, _ partner: ControllablePartner) throws {
            self.test = test
            self.partner = partner
            var configuration = PartnerLineConfiguration()
            configuration.maximumAttempts = 1
            configuration.failuresToOpen = 1_000
            let line = try PartnerLine(
                name: "MOBILE01", gateway: partner, configuration: configuration)
            desk = StockDesk(
                writer: test.book.writer, activator: GatewayActivator(lines: ["MOBILE01": line]),
                after: timer.timer
            ) { _ in }
        }

        func sell(by teller: Principal) throws -> PaymentOutcome {
            let heard = HeardOutcome()
            let claim = try test.claim(
                "card-0001", teller, test.book.fingerprint(of: TestBook.card()))
            try desk.sell(TestBook.card(), claim: claim, by: teller) { heard.hear($0) }
            return try heard.wait()
        }

        func state() throws -> String? { try test.texts("SELECT state FROM stock_serial").first }

        /// Waits until the card is in a state: answers are recorded on other threads.
        func wait(for state: String) throws {
            for _ in 0..<2_000 {
                if try self.state() == state { return }
                try test.settle()
            }
            Issue.record("the card is \(try self.state() ?? "nowhere"), not \(state)")
        }
    }

    private static func bench() throws -> (Bench, Principal) {
        let test = try TestBook()
        let teller = try test.signOn()
        try test.openPack("SIMCARD", by: teller)
        return (try Bench(test, ControllablePartner()), teller)
    }

    struct Row: Sendable {
        let post: ControllablePartner.Post
        /// The card when the sale is answered, and once the network tells what it knows.
        let first: String
        let last: String
    }

    @Test(
        "a card is usable, or its cash goes back, and it is asked for once",
        arguments: [
            Row(post: .book, first: "active", last: "active"),
            Row(post: .refuse, first: "returned", last: "returned"),
            Row(post: .notSent, first: "returned", last: "returned"),
            Row(post: .bookSilently, first: "activation_due", last: "active"),
            Row(post: .lose, first: "activation_due", last: "returned"),
            Row(post: .bookMore, first: "activation_due", last: "activation_due"),
        ])
    func outcomes(_ row: Row) throws {
        let (bench, teller) = try Self.bench()
        bench.partner.set(row.post)
        let before = try bench.test.balances()["1001.S0001-C1"] ?? 0
        let sold = try bench.sell(by: teller)
        #expect(try Told(sold) == Told(row.first))
        #expect(try bench.state() == row.first)
        #expect(try bench.sell(by: teller) == sold)
        if row.first == "activation_due" {
            try bench.timer.next().work()
            if row.last == row.first { _ = try bench.timer.next() }
            try bench.wait(for: row.last)
        }
        // The same key is told how the sale stands now.
        #expect(try Told(bench.sell(by: teller)) == Told(row.last))
        let post = try #require(bench.partner.posts.first)
        #expect(bench.partner.posts.count == 1)
        #expect(post.kind == .sale && post.product == "SIMCARD" && post.amountFen == 5_000)
        #expect(post.account == "13900000001")
        #expect(post.lines.map(\.reference) == ["898600000000100105"])
        let isPaid = row.last != "returned"
        #expect(
            try bench.test.balances()["1001.S0001-C1"] == before + (isPaid ? 5_200 : 0))
        #expect(bench.partner.booked.isEmpty == !isPaid)
        #expect(try bench.test.faults() == [])
    }

    /// What the key of a card's sale is told.
    private struct Told: Equatable {
        let state: String
        let isSettled: Bool
        /// The void that gave the cash back.
        var corrections: [String] = []

        init(_ outcome: PaymentOutcome) throws {
            let answer = try outcome.outcome.answer()
            state = try answer.objects("serials")[0].text("state")
            isSettled = outcome.isSettled
            let receipt = try answer.object("receipt")
            if receipt.names.contains("corrections") {
                corrections = try receipt.objects("corrections").map {
                    try $0.text("serial") + " " + $0.text("correction")
                }
            }
        }

        init(_ state: String) {
            self.state = state
            isSettled = state != "activation_due" && state != "failed"
            if state == "returned" { corrections = ["000000000002 void"] }
        }
    }

    @Test("cash that waits for the customer is not settled, and the key says when it went back")
    func waiting() throws {
        let (bench, teller) = try Self.bench()
        bench.partner.set(.lose)
        _ = try bench.sell(by: teller)
        _ = try bench.test.signOff(teller).bytes()
        try bench.test.perform { try $0.recordActivation(.refused, ofSale: 1) }
        #expect(try Told(bench.sell(by: teller)) == Told("failed"))
        let next = try bench.test.signOn()
        let claim = try bench.test.claim("pay-back-1", next, stockPayBackFingerprint(sale: 1))
        _ = try bench.test.perform { try $0.payBackStock(sale: 1, claim: claim, by: next) }
        #expect(try Told(bench.sell(by: teller)) == Told("returned"))
        #expect(try bench.test.faults() == [])
    }

    @Test("a card that was under way when the process ended is queried, never posted again")
    func crash() throws {
        for wasBooked in [true, false] {
            let (bench, teller) = try Self.bench()
            _ = try bench.test.sell(TestBook.card(), key: "card-0001", by: teller).bytes()
            if wasBooked { bench.partner.correct("000000000001", amountFen: 5_000) }
            try bench.desk.resolveInterrupted()
            try bench.wait(for: wasBooked ? "active" : "returned")
            #expect(bench.partner.posts.isEmpty)
            #expect(bench.partner.questions.queries == 1)
            #expect(try bench.test.faults() == [])
        }
    }

    @Test(
        "a cancellation that is not answered is repeated by the next process, and by nothing else")
    func cancelling() throws {
        let (bench, teller) = try Self.bench()
        bench.partner.set(.lose)
        bench.partner.set(reversal: .silence)
        _ = try bench.sell(by: teller).outcome.bytes()
        try bench.timer.next().work()
        // The second piece of work is the repeated cancellation.
        _ = try bench.timer.next()
        #expect(bench.partner.questions == (queries: 1, reversals: 1))
        // The post arrives late: what a query would hear now proves nothing.
        bench.partner.correct("000000000001", amountFen: 5_000)
        try bench.test.perform { try $0.recordActivation(.activated, ofSale: 1) }
        #expect(try bench.state() == "activation_due")
        #expect(try bench.test.faults() == [])
        bench.partner.set(reversal: .truth)
        let next = try Bench(bench.test, bench.partner)
        try next.desk.resolveInterrupted()
        try next.wait(for: "returned")
        #expect(bench.partner.questions == (queries: 1, reversals: 2))
        #expect(bench.partner.booked.isEmpty)
        #expect(try bench.test.faults() == [])
    }

    @Test("a network that will not cancel is asked again what became of the card")
    func notCancelled() throws {
        let (bench, teller) = try Self.bench()
        bench.partner.set(.lose)
        bench.partner.set(reversal: .refuse)
        _ = try bench.sell(by: teller).outcome.bytes()
        try bench.timer.next().work()
        let again = try bench.timer.next()
        bench.partner.correct("000000000001", amountFen: 5_000)
        again.work()
        try bench.wait(for: "active")
        #expect(bench.partner.posts.count == 1)
        #expect(try bench.test.faults() == [])
    }

    @Test(
        "the database lets no card be activated that is being cancelled",
        arguments: [
            "UPDATE stock_serial SET state = 'active', is_cancelling = 0",
            "UPDATE stock_serial SET state = 'failed'",
        ])
    func guarded(_ attack: String) throws {
        let (bench, teller) = try Self.bench()
        _ = try bench.test.sell(TestBook.card(), key: "card-0001", by: teller).bytes()
        try bench.test.perform { try $0.recordActivation(.notFound, ofSale: 1) }
        #expect(throws: (any Error).self) { try bench.test.execute(attack) }
    }

    @Test(
        "the sandbox plays a network by the telephone number",
        arguments: [
            ("13900000051", "returned"), ("13900000068", "activation_due"),
            ("13900000001", "active"),
        ])
    func sandbox(phone: String, state: String) throws {
        let test = try TestBook()
        let teller = try test.signOn()
        try test.openPack("SIMCARD", by: teller)
        let line = try PartnerLine(
            name: "MOBILE01", gateway: SandboxPartner(timeoutMilliseconds: 1),
            configuration: PartnerLineConfiguration())
        let request = TestBook.card(phone: phone)
        let heard = HeardOutcome()
        try StockDesk(
            writer: test.book.writer, activator: GatewayActivator(lines: ["MOBILE01": line]),
            after: ManualTimer().timer
        ) { _ in }.sell(
            request, claim: test.claim("card-0001", teller, test.book.fingerprint(of: request)),
            by: teller
        ) { heard.hear($0) }
        #expect(try Told(heard.wait()) == Told(state))
        #expect(try test.texts("SELECT state FROM stock_serial") == [state])
    }
}
