import PartnerAPI
import SQL
import Testing

@testable import Agency

/// Baskets of which some items ask a partner.
@Suite struct PartnerBasketTests {
    typealias Post = ControllablePartner.Post

    static let power = "52999900000001"
    static let phone = "13100000001"
    static let tenderedFen: Int64 = 20_000

    /// Serial 1: ours, 2,000. Serial 2: electricity, 10,000. Serial 3: a telephone, 3,000.
    static let items: [BasketRequest.Item] = [
        TestBook.phone(2_000),
        .bill(PartnerBench.token()),
        TestBook.phone(3_000, product: "UNICOM", account: phone),
    ]

    static func pay(_ bench: PartnerBench, by teller: Principal) throws -> PaymentOutcome {
        try bench.payBasket(items, tenderedFen: tenderedFen, key: "basket-01", by: teller)
    }

    /// The sums and the states of an answer, in one line.
    static func summary(_ outcome: PaymentOutcome) throws -> String {
        let basket = try Answer(outcome.outcome.bytes())
        let sums = ["change", "returned", "cash_back", "suspended", "return_due", "paid_back"]
        let states = try basket.objects("items").map { try $0.text("state") }
        return try ([basket.text("state")] + sums.map { "\(try basket.fen($0 + "_fen"))" } + states)
            .joined(separator: " ")
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let power: Post
        var phone = Post.book
        /// State; change, returned, cash back, suspended, return due, paid back; the items' states.
        let first: String
        /// Once the partner tells what became of it.
        var later: String?
        /// Once due cash was paid back.
        var last: String?
        /// What is in the till at the end.
        let tillFen: Int64
        var testDescription: String { name }
    }

    static let rows = [
        Row(
            name: "all are booked", power: .book,
            first: "settled 5000 0 5000 0 0 0 posted posted posted", tillFen: 15_000),
        Row(
            name: "one is refused", power: .refuse,
            first: "settled 5000 10000 15000 0 0 0 posted refused posted", tillFen: 5_000),
        Row(
            name: "one is not sent", power: .notSent,
            first: "settled 5000 10000 15000 0 0 0 posted refused posted", tillFen: 5_000),
        Row(
            name: "both are refused", power: .refuse, phone: .refuse,
            first: "settled 5000 13000 18000 0 0 0 posted refused refused", tillFen: 2_000),
        Row(
            name: "one is unknown, then booked", power: .bookSilently,
            first: "open 5000 0 5000 10000 0 0 posted waiting posted",
            later: "settled 5000 0 5000 0 0 0 posted posted posted", tillFen: 15_000),
        Row(
            name: "one is unknown, then refused", power: .lose,
            first: "open 5000 0 5000 10000 0 0 posted waiting posted",
            later: "open 5000 0 5000 0 10000 0 posted return_due posted",
            last: "settled 5000 0 5000 0 0 10000 posted returned posted", tillFen: 5_000),
        Row(
            name: "one is refused and one unknown, then refused", power: .lose, phone: .refuse,
            first: "open 5000 3000 8000 10000 0 0 posted waiting refused",
            later: "open 5000 3000 8000 0 10000 0 posted return_due refused",
            last: "settled 5000 3000 8000 0 0 10000 posted returned refused", tillFen: 2_000),
        Row(
            name: "one is unknown, then booked, and one refused", power: .bookSilently,
            phone: .refuse,
            first: "open 5000 3000 8000 10000 0 0 posted waiting refused",
            later: "settled 5000 3000 8000 0 0 0 posted posted refused", tillFen: 12_000),
        Row(
            name: "another amount was booked", power: .bookMore,
            first: "open 5000 0 5000 10000 0 0 posted waiting posted", tillFen: 15_000),
    ]

    @Test(
        "each item goes its way, and the operator is told what to do with the cash", arguments: rows
    )
    func outcomes(_ row: Row) throws {
        let bench = try PartnerBench()
        let teller = try bench.test.signOn()
        bench.partner.set(row.power, account: Self.power)
        bench.partner.set(row.phone, account: Self.phone)
        bench.partner.set(query: .silence)
        let before = try bench.test.balances()
        var first: PaymentOutcome?
        let moved = try bench.test.movement { first = try Self.pay(bench, by: teller) }
        let outcome = try #require(first)
        #expect(try Self.summary(outcome) == row.first)
        #expect(outcome.isSettled == row.first.hasPrefix("settled"))
        let isWaiting = row.first.contains("waiting")
        #expect(moved["1001.S0001-C1"] == row.tillFen + (row.last == nil ? 0 : 10_000))
        #expect(moved["2241.POWER01.SUSP"] == (isWaiting ? -10_000 : nil))
        #expect(try bench.test.faults() == [])
        // The key tells the same again, and asks nobody.
        #expect(try Self.pay(bench, by: teller) == outcome)
        #expect(bench.partner.posts.count == 2)

        if let later = row.later {
            bench.partner.set(query: .truth)
            try bench.timer.next().work()
            try bench.wait(for: row.power == .lose ? .reversed : .booked, serial: 2)
            let told = try Self.pay(bench, by: teller)
            #expect(try Self.summary(told) == later)
            #expect(told.isSettled == later.hasPrefix("settled"))
            #expect(try bench.test.faults() == [])
        }
        if let last = row.last {
            let back = try bench.giveBack(2, key: "return-01", by: teller)
            #expect(try back.answer().fen("returned_fen") == 10_000)
            let told = try Self.pay(bench, by: teller)
            #expect(try Self.summary(told) == last)
            #expect(told.isSettled)
        }
        let balances = try bench.test.balances()
        #expect(balances["1001.S0001-C1"] == (before["1001.S0001-C1"] ?? 0) + row.tillFen)
        let isDisputed = row.power == .bookMore
        #expect(balances["2241.POWER01.SUSP"] ?? 0 == (isDisputed ? -10_000 : 0))
        #expect(bench.partner.posts.count == 2)
        #expect(try bench.test.faults() == [])
        try bench.test.signOff(teller)
        #expect(try bench.test.faults() == [])
    }

    @Test("a refused item says why and what to do, in both languages") func refusals() throws {
        let bench = try PartnerBench()
        let teller = try bench.test.signOn()
        bench.partner.set(.refuse, account: Self.power)
        bench.partner.set(.notSent, account: Self.phone)
        let basket = try Answer(Self.pay(bench, by: teller).outcome.bytes())
        let items = try basket.objects("items")
        #expect(!items[0].names.contains("refusal"))
        let refused = try items[1].object("refusal")
        #expect(try refused.text("code") == "partner-refused")
        #expect(try refused.text("detail").contains("meter closed; give the cash back"))
        #expect(try refused.text("detail_zh").contains("请退还现金"))
        #expect(try items[2].object("refusal").text("code") == "partner-unavailable")
        #expect(try items[1].object("receipt").text("status") == "declined")
        for item in items {
            #expect(
                try item.object("receipt").text("receipt_number") == "S0001-20261120-000001")
        }
    }

    @Test("an item that came to nothing later names the serial whose cash is paid back")
    func advice() throws {
        let bench = try PartnerBench()
        let teller = try bench.test.signOn()
        bench.partner.set(.lose, account: Self.power)
        _ = try Self.pay(bench, by: teller)
        try bench.wait(for: .reversed, serial: 2)
        let due = try Answer(Self.pay(bench, by: teller).outcome.bytes()).objects("items")[1]
        #expect(
            try due.object("refusal").text("detail").contains("/v1/receipts/000000000002/return"))
        #expect(try due.object("receipt").fen("return_due_fen") == 10_000)
        _ = try bench.giveBack(2, key: "return-01", by: teller).bytes()
        let paid = try Answer(Self.pay(bench, by: teller).outcome.bytes()).objects("items")[1]
        #expect(!paid.names.contains("refusal"))
    }

    struct Refused: Sendable, CustomTestStringConvertible {
        let name: String
        let code: RefusalCode
        let field: String
        var tenderedFen = PartnerBasketTests.tenderedFen
        var items: [BasketRequest.Item] = PartnerBasketTests.items
        var testDescription: String { name }
    }

    static let refusedRows = [
        Refused(
            name: "the last item is below the least amount", code: .amountNotAllowed,
            field: "/items/3/amount_fen", items: items + [TestBook.phone(1)]),
        Refused(
            name: "the first item is no product", code: .unknownProduct,
            field: "/items/0/product_id",
            items: [TestBook.phone(2_000, product: "NONE")] + items),
        Refused(
            name: "the tender is a fen short", code: .tenderTooSmall, field: "/tendered_fen",
            tenderedFen: 14_999),
    ]

    @Test("what we refuse ourselves refuses all, and nobody is asked", arguments: refusedRows)
    func nobodyIsAsked(_ row: Refused) throws {
        let bench = try PartnerBench()
        let teller = try bench.test.signOn()
        for _ in 0..<2 {
            var outcome: PaymentOutcome?
            let moved = try bench.test.movement {
                outcome = try bench.payBasket(
                    row.items, tenderedFen: row.tenderedFen, key: "basket-01", by: teller)
            }
            guard case .refused(let refusal) = outcome?.outcome else {
                Issue.record("\(String(describing: outcome))")
                return
            }
            #expect(refusal.code == row.code && refusal.field == row.field, "\(refusal)")
            #expect(moved == [:])
        }
        #expect(bench.partner.posts.isEmpty)
        for table in ["service_transaction", "partner_call", "basket", "basket_item"] {
            #expect(try bench.test.count(table) == 0)
        }
        #expect(try bench.test.faults() == [])
    }

    @Test("a partner without a line refuses all, names its item, and uses up no key")
    func noLine() throws {
        let bench = try PartnerBench()
        let teller = try bench.test.signOn()
        let outcome = try bench.test.pay(
            Self.items, tenderedFen: Self.tenderedFen, key: "basket-01", by: teller)
        guard case .refused(let refusal) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(refusal.code == .partnerUnavailable && refusal.field == "/items/1", "\(refusal)")
        #expect(try bench.test.count("service_transaction") == 0)
        #expect(try bench.test.count("idempotency_key") == 0)
        #expect(try Self.pay(bench, by: teller).isSettled)
        #expect(try bench.test.faults() == [])
    }

    @Test("a till's ceiling counts what partners are still asked about") func ceiling() throws {
        let bench = try PartnerBench()
        // The basket is 15,000, of which 13,000 are pending while the partners are asked.
        let teller = try bench.test.signOn()
        let cashFen = try bench.test.balances()["1001.S0001-C1"] ?? 0
        let administrator = try bench.test.principal("AD0001", at: nil)
        let date = try bench.test.perform { try $0.journal.currentDate() }
        _ = try bench.test.perform {
            try $0.setTillLimit(
                TillLimit(limitFen: 1_000, ceilingFen: cashFen + 14_000), for: .till("S0001-C1"),
                from: date,
                by: administrator)
        }
        let refused = try Self.pay(bench, by: teller)
        #expect(refused.outcome.refusalCode == .tillCeilingReached)
        #expect(bench.partner.posts.isEmpty)
        #expect(try bench.test.faults() == [])
    }
}
