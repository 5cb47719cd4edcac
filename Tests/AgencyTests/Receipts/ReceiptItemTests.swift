import CivilTime
import Printing
import Testing

@testable import Agency

extension TestBook {
    func sheet(_ serial: Int64) throws -> ReceiptSheet {
        try #require(try book.readers.read { try ReceiptReader($0).sheet(serial: serial) })
    }

    /// A receipt as text, on the narrow roll.
    func paper(_ serial: Int64, _ language: ReceiptLanguage = .chinese) throws -> String {
        PlainText(paper: .narrow).text(
            ReceiptDocument(profile: book.profile, language: language)
                .document(try sheet(serial), mark: .original, link: "https://a.example/r/1"))
    }
}

/// What a receipt shows comes from the book, also when it is printed again.
@Suite struct ReceiptItemTests {
    @Test("a late bill shows its period and the late fee in it, and so does its void")
    func lateBill() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let bill = try test.payBill(isLate: true, key: "water-0001", by: teller)
        let period = try #require(
            test.texts("SELECT period FROM bill WHERE bill_id = \(bill.number)").first)
        let line = ReceiptSheet.BillLine(period: period, lateFeeFen: bill.lateFeeFen)
        #expect(bill.lateFeeFen > 0)
        #expect(try test.sheet(1).items[0].bill == line)
        // The biller's fee of a later day is none of this receipt's.
        try test.execute(
            "UPDATE bill SET late_fee_fen = late_fee_fen + 7 WHERE bill_id = \(bill.number)")
        #expect(try test.sheet(1).items[0].bill == line)
        let fee = YuanText.plain(bill.lateFeeFen)
        for (language, label) in [
            (ReceiptLanguage.chinese, "其中违约金(元)"), (.english, "Late fee in it (CNY)"),
        ] {
            let lines = try test.paper(1, language).split(separator: "\n")
            #expect(lines.contains { $0.hasPrefix(label) && $0.hasSuffix(" " + fee) })
            #expect(lines.contains { $0.hasSuffix(" " + period) })
        }
        _ = try test.correct(.void, 1, key: "void-00001", by: teller).bytes()
        #expect(
            try test.sheet(2).items[0].bill
                == ReceiptSheet.BillLine(period: period, lateFeeFen: -bill.lateFeeFen))
    }

    @Test("of a bill that is paid in parts, the late fee is in the last")
    func parts() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let bill = try test.bill("HEAT", isLate: true)
        for (index, fen) in [bill.totalFen - bill.lateFeeFen - 1_000, bill.lateFeeFen + 1_000]
            .enumerated()
        {
            let quote = try test.quote(bill, by: teller)
            _ = try test.pay(
                BillPaymentRequest(target: .quote(quote), amountFen: fen),
                key: "heating-\(index)", by: teller
            ).bytes()
        }
        #expect(
            try [1, 2].map { try test.sheet($0).items[0].bill?.lateFeeFen } == [0, bill.lateFeeFen])
        #expect(try test.faults() == [])
        for fen in [bill.lateFeeFen + 1, -1] {
            #expect(throws: (any Error).self) {
                try test.execute("UPDATE bill_payment SET late_fee_fen = \(fen) WHERE serial = 2")
            }
        }
    }

    @Test("tickets show where they lead, when, and which seats; a refund shows its own")
    func tickets() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let date = try #require(BusinessDate("2026-11-22"))
        let pass = try test.reserve(
            "JQ-WANGYUN", seats: 3, children: 1, seniors: 1, on: date.description, by: teller)
        _ = try test.issue(pass, key: "terminal-1", by: teller).bytes()
        #expect(
            try test.sheet(1).items[0].journey
                == ReceiptSheet.Journey(
                    kind: .pass, origin: "望云山一日票", destination: "望云山景区", date: date,
                    time: "17:00",
                    seats: [
                        .init(fareClass: .adult, count: 1), .init(fareClass: .child, count: 1),
                        .init(fareClass: .senior, count: 1),
                    ]))
        let refund = try test.refund(1, 2, 3_000, key: "terminal-2", by: teller).answer()
        #expect(try refund.object("receipt").serial() == 2)
        #expect(
            try test.sheet(2).items[0].journey?.seats == [.init(fareClass: .child, count: 1)])
        let trip = try test.sell(
            "QC0001", seats: 2, on: "2026-11-23", key: "terminal-3", by: teller)
        let paper = try test.paper(trip)
        for text in ["白溪镇客运站 → 青川汽车站", "2026-11-23 06:10", "成人2"] {
            #expect(paper.contains(text), "\(text)")
        }
        #expect(try test.paper(trip, .english).contains("2 adult"))
    }

    @Test("scratch tickets are written out from the first to the last, a gap between apart")
    func scratchTickets() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let pack = try test.openPack(by: teller)
        _ = try test.sellTickets(3, key: "tickets-1", by: teller).bytes()
        let goods = try #require(try test.sheet(1).items[0].goods)
        #expect(goods.count == 3 && !goods.isCard)
        #expect(
            goods.ranges
                == [.init(first: DemoStock.ticket(1), last: DemoStock.ticket(3))])
        let range = "\(DemoStock.ticket(1))–\(DemoStock.ticket(3))"
        for language in ReceiptLanguage.allCases {
            let paper = try test.paper(1, language)
            #expect(paper.contains(range) && paper.contains(goods.name) && !paper.contains("+2"))
        }
        #expect(pack > 0)
    }

    @Test("what was undone is told with its receipt, whole or in part, and its total is nothing")
    func corrections() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        try test.payPhone(key: "phone-0001", by: teller)
        _ = try test.correct(.void, 1, key: "void-00001", by: teller).bytes()
        let sale = try test.sell(
            "QC0001", seats: 2, on: "2026-11-23", key: "terminal-3", by: teller)
        _ = try test.refund(sale, 2, 2_250, key: "terminal-4", by: teller).bytes()
        let receipts = try test.book.readers.read { connection in
            try [1, 2, sale].map { try ReceiptReader(connection).receipt(serial: $0) }
        }
        #expect(
            receipts.map { $0?.corrections } == [
                [.init(serial: 2, item: 0, correction: .void)], [],
                [.init(serial: sale + 1, item: 2, correction: .refund)],
            ])
        let json = String(decoding: try #require(receipts[2]).json(zone: .china), as: UTF8.self)
        #expect(
            json.hasSuffix(
                #","corrections":[{"serial":"00000000000\#(sale + 1)","correction":"refund","#
                    + #""original_item":2}]}"#))
        let papers = try ReceiptLanguage.allCases.map { try test.paper(1, $0) }
        #expect(papers[0].contains(/合计\(元\) +0\.00\n/))
        #expect(papers[1].contains(/Total \(CNY\) +0\.00\n/))
        #expect(papers[0].hasPrefix("***") && papers[0].contains("已抹账"))
        #expect(try !test.paper(sale).contains(" 0.00\n"))
    }

    @Test("a card whose network refused it is not taken for sold")
    func refusedCard() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        try test.openPack("SIMCARD", by: teller)
        _ = try test.sell(TestBook.card(), key: "card-0001", by: teller).bytes()
        #expect(try test.paper(1).contains("52.00"))
        try test.perform { try $0.recordActivation(.refused, ofSale: 1) }
        let paper = try test.paper(1)
        #expect(paper.contains("已抹账") && paper.contains(/合计\(元\) +0\.00\n/))
    }
}
