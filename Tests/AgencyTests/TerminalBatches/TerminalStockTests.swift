import Cryptography
import Ledger
import Testing

@testable import Agency

@Suite("Numbered stock in terminals' batches") struct TerminalStockTests {
    @Test("tickets sold without a line are booked once, however often they are handed in")
    func once() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let pack = try test.openPack(by: teller)
        let batch = try test.batch([
            .sell(1, "offline-100", at: [1]), .pay(2, "offline-200"),
            .sell(3, "offline-300", at: [2, 3]),
        ])
        var first: TerminalBatchReport?
        let moved = try test.movement { first = try test.handIn(batch, by: teller) }
        #expect(first?.words == ["1 applied", "2 applied", "3 applied"])
        #expect(moved["1001.S0001-C1"] == 4_500)
        let again = try test.handIn(batch, by: teller)
        #expect(again.words == ["1 repeated", "2 repeated", "3 repeated"])
        // The first answers, byte for byte.
        for (left, right) in zip(first?.results ?? [], again.results) {
            guard case .applied(let bytes) = left.result else { continue }
            #expect(right.result == .repeated(.done(bytes)))
        }
        #expect(try test.count("stock_serial") == 3)
        #expect(try test.next(of: pack) == 1_004)
        #expect(try test.faults() == [])
    }

    @Test("a sale that came on the line and comes again in a batch counts once, and the reverse")
    func alsoOnTheLine() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        try test.openPack(by: teller)
        let online = try test.sellTickets(at: [1], key: "offline-100", by: teller)
        let report = try test.handIn(
            [.sell(1, "offline-100", at: [1]), .sell(2, "offline-200", at: [2])], by: teller)
        #expect(report.words == ["1 repeated", "2 applied"])
        #expect(report.results[0].result == .repeated(online))
        let late = try test.sellTickets(at: [2], key: "offline-200", by: teller)
        #expect(report.results[1].result == .applied(try late.bytes()))
        // The key of another sale is no repeat.
        let other = try test.handIn([.sell(1, "offline-100", at: [3])], by: teller)
        #expect(other.words == ["1 idempotency-key-reused"])
        #expect(try test.count("stock_serial") == 2)
        #expect(try test.faults() == [])
    }

    @Test("a gap freezes the pack, and what was sold is booked once a supervisor has resolved it")
    func gap() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let pack = try test.openPack(by: teller)
        let batch = try test.batch([
            .sell(1, "offline-100", at: [1]), .sell(2, "offline-200", at: [4]),
            .sell(3, "offline-300", at: [5]), .pay(4, "offline-400"),
        ])
        let first = try test.handIn(batch, by: teller)
        let words = [
            "1 applied", "2 again stock-pack-frozen", "3 again stock-pack-frozen", "4 applied",
        ]
        #expect(first.words == words)
        #expect(first.numbers == TerminalNumbers(highest: 4, completeTo: 1, missing: [2...3]))
        #expect(try test.packState(pack) == .frozen)
        #expect(try test.texts("SELECT key FROM idempotency_key WHERE key LIKE 'offline-2%'") == [])
        let events = try test.count("stock_event")
        // Again: it stays frozen, and nothing is noted anew.
        #expect(
            try test.handIn(batch, by: teller).words.suffix(3) == [
                words[1], words[2], "4 repeated",
            ])
        #expect(try test.count("stock_event") == events)
        _ = try test.resolve(
            pack, [TestBook.line(2, .damaged), TestBook.line(3, .voided)], left: 97,
            key: "resolve-1", by: test.supervisor()
        ).bytes()
        #expect(try test.handIn(batch, by: teller).words[1] == "2 again no-open-stock-pack")
        _ = try test.step(.opened, pack, key: "open-again", by: teller).bytes()
        let last = try test.handIn(batch, by: teller)
        #expect(last.words == ["1 repeated", "2 applied", "3 applied", "4 repeated"])
        #expect(last.numbers.completeTo == 4)
        #expect(try test.next(of: pack) == 1_006)
        #expect(try test.faults() == [])
    }

    @Test("a gap that was refused on the line stays refused in a batch") func gapOnTheLine() throws
    {
        let test = try TestBook()
        let teller = try test.signOn()
        try test.openPack(by: teller)
        let online = try test.sellTickets(at: [2], key: "offline-100", by: teller)
        #expect(online.refusalCode == .stockPackFrozen)
        let report = try test.handIn([.sell(1, "offline-100", at: [2])], by: teller)
        #expect(report.results[0].result == .repeated(online))
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let request: StockSaleRequest
        let word: String
        var testDescription: String { name }
    }

    private static func named(
        _ serials: [String], product: String = "SCRATCH10", amountFen: Int64? = nil
    ) -> StockSaleRequest {
        StockSaleRequest(
            productCode: product, serials: .named(serials),
            amountFen: amountFen ?? 1_000 * Int64(serials.count))
    }

    /// With ticket 1 sold, 2 due, a pack of numbers 900,001 to 900,010 in stock at the station, and
    /// one of 910,001 to 910,010 on its way to it.
    static let rows = [
        Row(name: "misread", request: named(["SC0000010034"]), word: "stock-serial-invalid"),
        Row(name: "sold", request: named([DemoStock.ticket(1)]), word: "stock-serial-taken"),
        Row(
            name: "named twice", request: named([DemoStock.ticket(2), DemoStock.ticket(2)]),
            word: "stock-serial-invalid"),
        Row(
            name: "another station's", request: named([DemoStock.ticket(1_001)]),
            word: "stock-serial-invalid"),
        Row(
            name: "nobody's", request: named([DemoStock.scratch.text(990_001)]),
            word: "stock-serial-invalid"),
        Row(
            name: "of two packs",
            request: named([DemoStock.ticket(2), DemoStock.scratch.text(900_001)]),
            word: "stock-serial-invalid"),
        Row(
            name: "of a pack in stock", request: named([DemoStock.scratch.text(900_001)]),
            word: "again no-open-stock-pack"),
        Row(
            name: "of a pack on its way", request: named([DemoStock.scratch.text(910_001)]),
            word: "again no-open-stock-pack"),
        Row(
            name: "another price", request: named([DemoStock.ticket(2)], amountFen: 999),
            word: "amount-mismatch"),
        Row(
            name: "an unknown product", request: named([DemoStock.ticket(2)], product: "NONE"),
            word: "unknown-product"),
        Row(
            name: "a trip's seats", request: named([DemoStock.ticket(2)], product: "COACH"),
            word: "wrong-product-kind"),
        Row(
            name: "cards", request: named(["898600000000100"], product: "SIMCARD"),
            word: "not-safe-offline"),
        Row(
            name: "a card with its buyer",
            request: StockSaleRequest(
                productCode: "SIMCARD", serials: .named(["898600000000100"]), amountFen: 5_000,
                buyer: TestBook.card().buyer), word: "not-safe-offline"),
    ]

    @Test("what the station can put right is taken later, and the rest is final", arguments: rows)
    func refused(_ row: Row) throws {
        let test = try TestBook()
        let (supervisor, teller) = (try test.supervisor(), try test.signOn())
        try test.openPack(by: teller)
        try test.openPack("SIMCARD", by: teller)
        _ = try test.sellTickets(at: [1], key: "sale-0001", by: teller).bytes()
        for (first, isReceived) in [(Int64(900_001), true), (910_001, false)] {
            let outcome = try test.deliver(first, first + 9, key: "deliver-\(first)")
            let pack = try #require(Int64(try outcome.answer().text("pack_id")))
            _ = try test.step(
                .offered, pack, key: "offer-\(first)", by: supervisor, detail: "S0001"
            ).bytes()
            guard isReceived else { continue }
            _ = try test.step(.received, pack, key: "receive-\(first)", by: teller).bytes()
        }
        let batch = try test.batch([
            .sell(1, "offline-100", row.request), .sell(2, "offline-200", at: [2]),
        ])
        let isFinal = !row.word.hasPrefix("again")
        let moved = try test.movement {
            let report = try test.handIn(batch, by: teller)
            #expect(report.words == ["1 \(row.word)", "2 applied"])
            #expect(report.numbers.completeTo == (isFinal ? 2 : 0))
        }
        #expect(moved["1001.S0001-C1"] == 1_000)
        let kept = try test.texts(
            "SELECT outcome FROM idempotency_key WHERE key = 'offline-100'")
        #expect(kept == (isFinal ? ["refused"] : []))
        let again = try test.handIn(batch, by: teller)
        #expect(again.words == [isFinal ? "1 repeated" : "1 \(row.word)", "2 repeated"])
        #expect(try test.count("stock_serial") == 2)
        #expect(try test.faults() == [])
    }

    @Test("tickets of a pack that is not open yet are booked once it is") func notOpen() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let batch = try test.batch([.sell(1, "offline-100", at: [1])])
        #expect(try test.handIn(batch, by: teller).words == ["1 again no-open-stock-pack"])
        try test.openPack(by: teller)
        #expect(try test.handIn(batch, by: teller).words == ["1 applied"])
        #expect(try test.faults() == [])
    }

    @Test("tickets of two packs are booked one pack after the other") func secondPack() throws {
        let test = try TestBook()
        let (supervisor, teller) = (try test.supervisor(), try test.signOn())
        let first = try test.openPack(by: teller)
        let outcome = try test.deliver(900_001, 900_010, key: "delivery-1")
        let second = try #require(Int64(try outcome.answer().text("pack_id")))
        _ = try test.step(.offered, second, key: "offer-01", by: supervisor, detail: "S0001")
        _ = try test.step(.received, second, key: "receive-1", by: teller).bytes()
        let later = TestItem.sell(
            2, "offline-200", Self.named([DemoStock.scratch.text(900_001)]))
        let batch = try test.batch([.sell(1, "offline-100", at: [1]), later])
        #expect(
            try test.handIn(batch, by: teller).words == ["1 applied", "2 again no-open-stock-pack"])
        // The first one is frozen by hand, and what is of it waits beside the other.
        _ = try test.step(.gapFound, first, key: "freeze-1", by: teller, detail: "in doubt")
        _ = try test.step(.opened, second, key: "open-0002", by: teller).bytes()
        let third = try test.batch([later, .sell(3, "offline-300", at: [2])])
        #expect(
            try test.handIn(third, by: teller).words
                == ["2 applied", "3 again stock-pack-frozen"])
        #expect(try test.faults() == [])
    }

    @Test("a card is refused for good before it matters who sold it, unless the line sold it")
    func card() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        try test.openPack("SIMCARD", by: teller)
        let report = try test.handIn(
            [.sell(1, "offline-100", TestBook.card(), staff: "NOBODY")], by: teller)
        #expect(report.words == ["1 not-safe-offline"])
        guard case .refused(let refusal) = report.results[0].result else { return }
        #expect(refusal.field == "/product_id")
        let online = try test.sell(TestBook.card(), key: "offline-200", by: teller)
        let later = try test.handIn(
            [.sell(2, "offline-200", TestBook.card(), staff: "NOBODY")], by: teller)
        #expect(later.results[0].result == .repeated(online))
        #expect(try test.count("stock_serial") == 1)
    }

    @Test("what the book keeps of a batch tells nobody an identity number") func digests() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let batch = try test.batch([
            TestItem(
                sequence: 1, key: "offline-100", action: .refused(TerminalBatchTests.unsafe))
        ])
        _ = try test.handIn(batch, by: teller)
        let plain = SHA256.hash(batch.signedBytes + batch.signature.bytes).hex
        let kept = try test.texts("SELECT digest FROM terminal_batch")
        #expect(kept.count == 1 && kept != [plain])
        let item = try #require(batch.items.first)
        let fingerprint = SHA256.hash(item.canonicalBytes).hex
        #expect(
            try test.texts(
                "SELECT lower(hex(fingerprint)) FROM idempotency_key WHERE key = 'offline-100'")
                != [fingerprint])
    }
}

extension TestBook {
    fileprivate func next(of pack: Int64) throws -> Int64 {
        try integer("SELECT next_number FROM stock_pack WHERE pack_id = \(pack)")
    }
}
