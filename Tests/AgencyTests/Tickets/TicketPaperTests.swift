import Testing

@testable import Agency

/// Numbered paper of tickets whose principal issues them, and of changed ones.
@Suite struct TicketPaperTests {
    @Test("a principal is asked when there is paper enough, which is taken once it has issued")
    func principal() throws {
        let bench = try PartnerBench.principal(preparing: StockPaperTests.coachPaper)
        let teller = try bench.test.signOn()
        let reservation = try bench.test.reserve("QC0009", seats: 2, by: teller)
        #expect(
            try bench.sell(reservation, key: "terminal-1", by: teller).outcome.refusalCode
                == .noOpenStockPack)
        #expect(bench.partner.posts.isEmpty)
        try bench.test.openPack("FORM", by: teller)
        let sold = try bench.sell(reservation, key: "terminal-2", by: teller).outcome.answer()
        #expect(
            try sold.objects("papers").map { try $0.text("paper_serial") }
                == ["RP00001001", "RP00001002"])
        #expect(try bench.test.count("stock_serial WHERE serial = 1") == 2)
        #expect(try bench.test.faults() == [])
    }

    @Test("when the paper is gone meanwhile, the tickets are issued all the same")
    func gone() throws {
        let bench = try PartnerBench.principal(preparing: StockPaperTests.coachPaper)
        let test = bench.test
        let teller = try test.signOn()
        let pack = try test.openPack("FORM", by: teller)
        let reservation = try test.reserve("QC0009", seats: 2, by: teller)
        let request = TicketIssueRequest(
            reservation: reservation.number, amountFen: reservation.fareFen)
        let claim = try test.claim("terminal-1", teller, request.fingerprint)
        _ = try test.perform {
            try $0.startTicketSale(request, claim: claim, by: teller).call().serial
        }
        _ = try test.step(.closed, pack, key: "close-pack", by: teller).bytes()
        _ = try test.perform { try $0.record(PartnerCallNews(event: .booked), serial: 1) }
        let sold = try bench.sell(reservation, key: "terminal-1", by: teller).outcome.answer()
        #expect(try sold.objects("tickets").count == 2)
        #expect(!sold.names.contains("papers"))
        #expect(try test.count("stock_serial WHERE serial = 1") == 0)
        #expect(try test.faults() == [])
    }

    @Test("a changed ticket takes the next paper, and without one it is not changed")
    func change() throws {
        let test = try TestBook(preparing: StockPaperTests.coachPaper)
        let teller = try test.signOn()
        try test.openPack("FORM", by: teller)
        let serial = try test.sell("QC0009", key: "terminal-1", by: teller)
        let changed = try test.change(
            serial, to: "QC0010", on: "2026-11-21", 0, key: "terminal-2", by: teller
        ).answer()
        #expect(
            try changed.objects("papers").map { try $0.text("paper_serial") } == ["RP00001002"])
        #expect(try test.faults() == [])
    }
}
