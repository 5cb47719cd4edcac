import Testing

@testable import Agency

@Suite("Prizes paid at the counter") struct PrizePaymentTests {
    @Test("a prize moves cash out and the principal owes it with its commission")
    func postings() throws {
        let test = try TestBook()
        let teller = try soldOne(test)
        let moved = try test.movement {
            let receipt = try test.payPrize(
                TestBook.prize(), key: "prize-001", by: teller
            ).answer()
            #expect(try receipt.text("kind") == "prize_payment")
            #expect(try receipt.text("account_reference") == DemoStock.winner)
        }
        #expect(
            moved == ["1001.S0001-C1": -2_000, "1122.LOTTERY01": 2_020, "6051.S0001": -20])
        #expect(try test.faults() == [])
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        var request = TestBook.prize()
        var winsFen: Int64? = 2_000
        var preparing = ""
        let code: RefusalCode?
        var testDescription: String { name }
    }

    static let rows = [
        Row(name: "a winner", code: nil),
        Row(
            name: "a misread serial", request: TestBook.prize("SC0000010018"),
            code: .stockSerialInvalid),
        Row(
            name: "a ticket that is not sold", request: TestBook.prize(DemoStock.ticket(2)),
            code: .prizeTicketNotSold),
        Row(
            name: "a ticket of nobody's pack", request: TestBook.prize(DemoStock.ticket(900)),
            code: .prizeTicketNotSold),
        Row(name: "no winner", winsFen: nil, code: .prizeNotWon),
        Row(name: "another amount", winsFen: 1_999, code: .amountMismatch),
        Row(
            name: "the ceiling", request: TestBook.prize(DemoStock.winner, 1_000),
            winsFen: 1_000, preparing: ceiling(1_000), code: nil),
        Row(
            name: "one fen above the ceiling", request: TestBook.prize(DemoStock.winner, 1_001),
            winsFen: 1_001, preparing: ceiling(1_000), code: .prizeAboveCeiling),
        Row(
            name: "more than the till holds", request: TestBook.prize(DemoStock.winner, 900_000),
            winsFen: 900_000, code: .tillShortOfCash),
        Row(
            name: "an item without prizes",
            preparing: "DROP TRIGGER stock_item_fixed; UPDATE stock_item SET prizes = 'none';"
                + fixed, code: .prizeTicketNotSold),
        Row(
            name: "an unsold ticket of an opened pack, where that is enough",
            request: TestBook.prize(DemoStock.ticket(2)),
            preparing: "DROP TRIGGER stock_item_fixed; "
                + "UPDATE stock_item SET prizes = 'activated' WHERE code = 'SCRATCH10';" + fixed,
            code: nil),
    ]

    private static let fixed = """

        CREATE TRIGGER stock_item_fixed BEFORE UPDATE ON stock_item
        BEGIN SELECT RAISE(ABORT, 'a stock item is never changed: its serials are printed'); END;
        """

    private static func ceiling(_ fen: Int64) -> String {
        "UPDATE contract_term SET value = \(fen) WHERE name = 'prize_ceiling_fen'"
    }

    @Test("a prize is paid for a sold winner up to the ceiling, once", arguments: rows)
    func paid(_ row: Row) throws {
        let test = try TestBook(preparing: row.preparing)
        let teller = try soldOne(test)
        let outcome = try test.payPrize(
            row.request, winsFen: row.winsFen, key: "prize-001", by: teller)
        #expect(outcome.refusalCode == row.code)
        #expect(try test.count("prize_payment") == (row.code == nil ? 1 : 0))
        #expect(try test.faults() == [])
    }

    @Test("the same ticket is paid once under any key, and the same key answers the same")
    func once() throws {
        let test = try TestBook()
        let teller = try soldOne(test)
        let first = try test.payPrize(TestBook.prize(), key: "prize-001", by: teller)
        #expect(
            try test.payPrize(TestBook.prize(), winsFen: nil, key: "prize-001", by: teller)
                == first)
        #expect(
            try test.payPrize(TestBook.prize(), key: "prize-002", by: teller).refusalCode
                == .prizeAlreadyPaid)
        #expect(try test.count("prize_payment") == 1)
    }

    /// Operator A of station 1 who has sold the demo's first winner.
    private func soldOne(_ test: TestBook) throws -> Principal {
        let teller = try test.signOn()
        try test.openPack(by: teller)
        _ = try test.sellTickets(key: "sale-0001", by: teller).bytes()
        return teller
    }
}

@Suite("Numbered paper") struct StockPaperTests {
    static let coachPaper = """
        INSERT INTO stock_paper (product_id, item_id) SELECT p.product_id, i.item_id
        FROM product p, stock_item i WHERE p.code = 'COACH' AND i.code = 'FORM'
        """

    @Test("each ticket takes the next paper, and a refused issue takes none") func tickets() throws
    {
        let test = try TestBook(preparing: Self.coachPaper)
        let teller = try test.signOn()
        let reservation = try test.reserve("QC0009", seats: 2, by: teller)
        #expect(
            try test.issue(reservation, key: "issue-001", by: teller).refusalCode
                == .noOpenStockPack)
        #expect(try test.count("service_transaction") == 0)
        try test.openPack("FORM", by: teller)
        let issued = try test.issue(reservation, key: "issue-002", by: teller).answer()
        #expect(
            try issued.objects("papers").map { try $0.text("paper_serial") }
                == ["RP00001001", "RP00001002"])
        #expect(try test.count("stock_serial WHERE serial = 1") == 2)
        let spoilt = try misprint("RP00001001", key: "misprint1", test, teller).answer()
        #expect(try spoilt.text("paper_serial") == "RP00001003")
        #expect(
            try misprint("RP00001001", key: "misprint2", test, teller).refusalCode
                == .stockSerialTaken)
        #expect(
            try misprint("RP00001050", key: "misprint3", test, teller).refusalCode
                == .stockSerialTaken)
        #expect(
            try test.texts("SELECT state FROM stock_serial ORDER BY number")
                == ["voided", "used", "used"])
        #expect(try test.faults() == [])
    }

    @Test("what is sold is not printed on") func notPaper() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        try test.openPack(by: teller)
        let claim = try test.claim(
            "papers-01", teller, stockPaperFingerprint("use", itemCode: "SCRATCH10", "1"))
        let outcome = try test.perform {
            try $0.takeForms(
                itemCode: "SCRATCH10", count: 1, purpose: "none", claim: claim, by: teller)
        }
        #expect(outcome.refusalCode == .unknownStockItem)
    }

    private func misprint(
        _ serial: String, key: String, _ test: TestBook, _ teller: Principal
    ) throws -> CommandOutcome {
        let claim = try test.claim(
            key, teller, stockPaperFingerprint("misprint", itemCode: "FORM", serial))
        return try test.perform {
            try $0.replacePaper(
                itemCode: "FORM", serial: serial, reason: "paper jam", claim: claim, by: teller)
        }
    }
}
