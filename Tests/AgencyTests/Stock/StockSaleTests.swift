import SQL
import Testing

@testable import Agency

/// What can be wrong with a sale, in the order in which it is refused.
enum StockSaleFlaw: Int, CaseIterable, Sendable {
    case signedOff, unknownProduct, wrongKind, wrongAmount, tooMuch, wrongFee, notOpen

    var code: RefusalCode {
        switch self {
        case .signedOff: .notSignedOn
        case .unknownProduct: .unknownProduct
        case .wrongKind: .wrongProductKind
        case .wrongAmount: .amountMismatch
        case .tooMuch: .amountNotAllowed
        case .wrongFee: .feeNotInTariff
        case .notOpen: .noOpenStockPack
        }
    }
}

@Suite("Sales from numbered stock") struct StockSaleTests {
    @Test("a sale moves face values and commission, and names the next serials")
    func postings() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let pack = try test.openPack(by: teller)
        var answer: Answer?
        let moved = try test.movement {
            answer = try test.sellTickets(3, key: "sale-0001", by: teller).answer()
        }
        #expect(
            moved == ["1001.S0001-C1": 3_000, "2202.LOTTERY01": 210 - 3_000, "6051.S0001": -210])
        let sale = try #require(answer)
        #expect(
            try sale.objects("serials").map { try $0.text("serial_number") }
                == (1...3).map { DemoStock.ticket($0) })
        let receipt = try sale.object("receipt")
        #expect(try receipt.text("kind") == "stock_sale")
        #expect(try receipt.text("account_reference") == DemoStock.ticket(1) + "+2")
        _ = try test.sellTickets(at: [4], key: "sale-0002", by: teller).bytes()
        _ = try test.sellTickets(at: [5, 6], key: "sale-0003", by: teller).bytes()
        #expect(
            try test.integer("SELECT next_number FROM stock_pack WHERE pack_id = \(pack)") == 1_007)
        #expect(try test.faults() == [])
    }

    @Test("a sale with one flaw is refused for it", arguments: StockSaleFlaw.allCases)
    func one(flaw: StockSaleFlaw) throws { try expect(flaw.code, for: [flaw]) }

    @Test("of two flaws the first one is told", arguments: StockSaleFlaw.allCases)
    func two(first: StockSaleFlaw) throws {
        for second in StockSaleFlaw.allCases where second.rawValue > first.rawValue {
            // A product is unknown or of another kind, never both.
            if first == .unknownProduct && second == .wrongKind { continue }
            try expect(first.code, for: [first, second])
        }
    }

    private func expect(_ code: RefusalCode, for flaws: Set<StockSaleFlaw>) throws {
        let test = try TestBook()
        let teller = try flaws.contains(.signedOff) ? test.operatorA() : test.signOn()
        if !flaws.contains(.signedOff), !flaws.contains(.notOpen) {
            try test.openPack(by: teller)
        }
        let count: Int64 = flaws.contains(.tooMuch) ? 51 : 2
        let request = StockSaleRequest(
            productCode: flaws.contains(.unknownProduct)
                ? "NONE" : flaws.contains(.wrongKind) ? "COACH" : "SCRATCH10",
            serials: .next(count: count),
            amountFen: count * 1_000 + (flaws.contains(.wrongAmount) ? 1 : 0),
            serviceFeeFen: flaws.contains(.wrongFee) ? 1 : nil)
        let outcome = try test.sell(request, key: "sale-0001", by: teller)
        #expect(outcome.refusalCode == code, "\(flaws)")
        guard case .refused(let refusal) = outcome else { return }
        #expect(!refusal.detail.isEmpty)
        #expect(try test.count("stock_serial") == 0)
    }

    struct Named: Sendable, CustomTestStringConvertible {
        let serials: [String]
        let code: RefusalCode
        var freezes = false
        var testDescription: String { "\(serials) \(code)" }
    }

    /// After places 1 and 2 were sold, and with 3 due.
    static let named = [
        Named(serials: ["SC0000010034"], code: .stockSerialInvalid),
        Named(serials: [DemoStock.ticket(1)], code: .stockSerialTaken),
        Named(serials: [DemoStock.ticket(3), DemoStock.ticket(2)], code: .stockSerialTaken),
        Named(serials: [DemoStock.ticket(101)], code: .stockSerialInvalid),
        Named(serials: [DemoStock.ticket(3), DemoStock.ticket(3)], code: .stockSerialInvalid),
        Named(
            serials: [DemoStock.ticket(4), DemoStock.ticket(3)], code: .stockPackFrozen,
            freezes: true),
        Named(serials: [DemoStock.ticket(4)], code: .stockPackFrozen, freezes: true),
        Named(serials: [DemoStock.ticket(100)], code: .stockPackFrozen, freezes: true),
        Named(
            serials: [DemoStock.ticket(3), DemoStock.ticket(5)], code: .stockPackFrozen,
            freezes: true),
    ]

    @Test("only the next serials are sold, and a gap freezes the pack", arguments: named)
    func notNext(_ row: Named) throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let pack = try test.openPack(by: teller)
        _ = try test.sellTickets(2, key: "sale-0001", by: teller).bytes()
        let request = TestBook.tickets(.named(row.serials))
        let moved = try test.movement { () throws in
            #expect(
                try test.sell(request, key: "sale-0002", by: teller).refusalCode == row.code)
        }
        #expect(moved == [:])
        #expect(try test.packState(pack) == (row.freezes ? .frozen : .open))
        // The refusal is the answer for ever, and a repeat freezes nothing anew.
        let events = try test.count("stock_event")
        #expect(try test.sell(request, key: "sale-0002", by: teller).refusalCode == row.code)
        #expect(try test.count("stock_event") == events)
        let next = try test.sellTickets(key: "sale-0003", by: teller)
        #expect(next.refusalCode == (row.freezes ? .stockPackFrozen : nil))
        #expect(try test.faults() == [])
    }

    struct Resolved: Sendable {
        let lines: [StockResolution.Line]
        let left: Int64
        let code: RefusalCode?
        /// The next place sold afterwards.
        var next: Int64?
    }

    /// Place 1 was sold, and 4 came where 2 was due.
    static let resolutions = [
        Resolved(lines: [], left: 99, code: .stockNotResolved),
        Resolved(lines: [TestBook.line(2, .damaged)], left: 98, code: .stockNotResolved),
        Resolved(
            lines: [TestBook.line(2, .damaged), TestBook.line(1, .found)], left: 98,
            code: .stockSerialTaken),
        Resolved(
            lines: [TestBook.line(2, .damaged), TestBook.line(101, .voided)], left: 98,
            code: .stockSerialInvalid),
        Resolved(
            lines: [TestBook.line(2, .damaged), TestBook.line(3, .voided)], left: 98,
            code: .stockCountMismatch),
        Resolved(
            lines: [TestBook.line(2, .damaged), TestBook.line(2, .damaged)], left: 98,
            code: .stockSerialTaken),
        Resolved(
            lines: [TestBook.line(2, .damaged), TestBook.line(3, .voided)], left: 97, code: nil,
            next: 4),
        Resolved(
            lines: [TestBook.line(2, .found), TestBook.line(3, .found)], left: 99, code: nil,
            next: 2),
        Resolved(
            lines: [TestBook.line(2, .found), TestBook.line(3, .damaged)], left: 98, code: nil,
            next: 2),
        Resolved(
            lines: [
                TestBook.line(2, .voided), TestBook.line(3, .found), TestBook.line(50, .damaged),
            ], left: 97, code: nil, next: 3),
    ]

    @Test(
        "a frozen pack is sold from again when all is explained and counted",
        arguments: resolutions)
    func resolution(_ row: Resolved) throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let pack = try test.openPack(by: teller)
        _ = try test.sellTickets(key: "sale-0001", by: teller).bytes()
        _ = try test.sellTickets(at: [4], key: "sale-0002", by: teller)
        let serials = try test.count("stock_serial")
        let outcome = try test.resolve(
            pack, row.lines, left: row.left, key: "resolve-1", by: test.supervisor())
        #expect(outcome.refusalCode == row.code)
        guard let next = row.next else {
            #expect(try test.packState(pack) == .frozen)
            #expect(try test.count("stock_serial") == serials)
            return
        }
        #expect(try outcome.answer().fen("left_count") == row.left)
        _ = try test.step(.opened, pack, key: "open-again", by: teller).bytes()
        let sold = try test.sellTickets(key: "sale-0003", by: teller).answer()
        #expect(
            try sold.objects("serials").map { try $0.text("serial_number") }
                == [DemoStock.ticket(next)])
        #expect(try test.faults() == [])
    }

    @Test("only a supervisor above the station resolves") func foreignSupervisor() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let pack = try test.openPack(by: teller)
        _ = try test.sellTickets(at: [2], key: "sale-0001", by: teller)
        let lines = [TestBook.line(1, .found)]
        #expect(
            try test.resolve(
                pack, lines, left: 100, key: "resolve-1", by: test.supervisor("SV-T02")
            )
            .refusalCode == .unknownStockPack)
        _ = try test.resolve(
            pack, lines, left: 100, key: "resolve-2", by: test.supervisor("SV-D01")
        ).bytes()
    }

    @Test("the last serial exhausts the pack, whatever becomes of it") func exhausted() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let pack = try test.openPack(by: teller)
        for index in 0..<2 {
            _ = try test.sellTickets(49, key: "sale-000\(index)", by: teller).bytes()
        }
        #expect(
            try test.sellTickets(3, key: "sale-0010", by: teller).refusalCode
                == .stockPackTooSmall)
        _ = try test.sellTickets(key: "sale-0011", by: teller).bytes()
        #expect(try test.packState(pack) == .open)
        let claim = try test.claim(
            "spoil-001", teller, stockPaperFingerprint("spoil", itemCode: "1", "last"))
        let last = DemoStock.ticket(100)
        _ = try test.perform {
            try $0.spoilSerial(
                last, asDamaged: true, reason: "torn", pack: pack, claim: claim, by: teller)
        }.bytes()
        #expect(try test.packState(pack) == .exhausted)
        #expect(
            try test.sellTickets(key: "sale-0012", by: teller).refusalCode == .noOpenStockPack)
        #expect(try test.faults() == [])
    }

    @Test("a sale that was taken back voids its papers, and a ticket with a prize stays sold")
    func takenBack() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        try test.openPack(by: teller)
        let first = try test.sellTickets(2, key: "sale-0001", by: teller).answer()
        let second = try test.sellTickets(key: "sale-0002", by: teller).answer()
        let serials = try [first, second].map { try #require(Int64(try $0.text("serial"))) }
        _ = try test.payPrize(
            TestBook.prize(), key: "prize-001", by: teller
        ).bytes()
        #expect(
            try refusalCode {
                try test.perform {
                    try $0.takeBackStock(ofSale: serials[0], by: teller.staff, reason: "wrong")
                }
            } == .stockNotReturnable)
        try test.perform {
            try $0.takeBackStock(ofSale: serials[1], by: teller.staff, reason: "wrong")
        }
        #expect(
            try test.texts("SELECT state FROM stock_serial ORDER BY number")
                == ["sold", "sold", "voided"])
        let next = try test.sellTickets(key: "sale-0003", by: teller).answer()
        #expect(
            try next.objects("serials").map { try $0.text("serial_number") }
                == [DemoStock.ticket(4)])
        // The check finds the void whose money has not moved.
        #expect(try test.faults().count == 1)
    }
}
