import CivilTime
import Ledger
import PartnerAPI
import Printing
import Settlement
import Testing

@testable import Agency

/// What a void or refund of a partner's booking leaves in bills, files, shares and on paper.
@Suite struct PartnerCorrectionBookTests {
    /// A day of voids, confirmed, refused and left open, and the next one with what became of them.
    ///
    /// Serials: 1 is refunded on the second day by 10, 2 voided by 3, 4 late by 5; the void 7 of 6 is
    /// refused late, the void 9 of 8 at once.
    private static func playTwoDays(_ bench: PartnerBench) throws {
        let teller = try bench.test.signOn()
        func pay(_ amountFen: Int64, _ key: String) throws {
            _ = try bench.pay(PartnerBench.token(amountFen), key: key, by: teller)
        }
        func void(_ serial: Int64, _ reversal: ControllablePartner.Question) throws {
            bench.partner.set(reversal: reversal)
            try bench.correct(.void, serial, key: "void-000\(serial)", by: teller)
        }
        try pay(10_000, "paid-0001")
        try pay(20_000, "paid-0002")
        try void(2, .truth)
        try pay(30_000, "paid-0004")
        try void(4, .silence)
        let (_, askOf5) = try bench.timer.next()
        try pay(50_000, "paid-0006")
        try void(6, .silence)
        let (_, askOf7) = try bench.timer.next()
        try pay(40_000, "paid-0008")
        try void(8, .refuse)
        try bench.test.signOff(teller)
        try bench.test.nextDay()
        #expect(try bench.test.faults() == [])
        askOf7()
        try bench.wait(for: .refused, serial: 7)
        bench.partner.set(reversal: .truth)
        askOf5()
        try bench.wait(for: .booked, serial: 5)
        _ = try bench.test.signOn()
        try bench.correct(.refund, key: "refund-01", by: teller)
        _ = try bench.giveBack(5, key: "pay-out-5", by: teller).bytes()
        try bench.test.signOff(teller)
        try bench.test.nextDay()
    }

    @Test("each is in the file of the date on which it was known, with its sign, and nothing else")
    func settlement() throws {
        let bench = try PartnerBench()
        try Self.playTwoDays(bench)
        let files = try bench.test.book.readers.read {
            try SettlementFileReader($0).files(partner: nil, date: nil, after: 0, limit: 100)
        }.filter { $0.partnerCode == "POWER01" }
        var lines: [[String]] = []
        for file in files {
            let verified = try bench.test.verified(file)
            var told: [String] = []
            try verified.forEachDetail { detail in
                told.append(
                    "\(detail.serial) \(detail.amountFen) \(detail.commissionFen) "
                        + (detail.originalSerial.map { "\($0)" } ?? "-"))
            }
            lines.append(told)
            let moved = try bench.test.integer(
                """
                SELECT ifnull(sum(d.credits - d.debits), 0) FROM account_day d
                JOIN partner r ON d.account_id IN (r.payable_account_id, r.receivable_account_id)
                WHERE r.code = 'POWER01' AND d.business_date = \(file.date.daysSinceEpoch)
                """)
            #expect(verified.totals.netFen == moved)
        }
        #expect(
            lines == [
                [
                    "000000000001 10000 60 -", "000000000002 20000 60 -",
                    "000000000003 -20000 -60 000000000002", "000000000004 30000 60 -",
                    "000000000006 50000 60 -", "000000000008 40000 60 -",
                ],
                [
                    "000000000005 -30000 -60 000000000004",
                    "000000000010 -10000 -60 000000000001",
                ],
            ])
        #expect(try bench.test.faults() == [])
    }

    @Test("commission and its shares go back on that date too") func commission() throws {
        let bench = try PartnerBench()
        try Self.playTwoDays(bench)
        let days = try bench.test.texts(
            """
            SELECT sum(transaction_count) || ' ' || sum(amount_fen) || ' ' || sum(commission_fen)
            FROM day_revenue GROUP BY business_date ORDER BY business_date
            """)
        #expect(days == ["6 130000 240", "2 -40000 -120"])
        let dates = try bench.test.texts(
            "SELECT date(business_date * 86400, 'unixepoch') FROM day_revenue "
                + "GROUP BY business_date ORDER BY business_date"
        ).compactMap { BusinessDate($0) }
        #expect(dates.count == 2)
        let lines = try bench.test.book.readers.read {
            try CommissionStatement($0, bench.test.book.catalogue).lines(
                from: dates[0], to: dates[1], by: .station, scope: .init())
        }
        // What is left is what was paid and stands: serials 6 and 8.
        #expect(lines.map(\.commissionFen) == [120])
        #expect(try bench.test.balances()["2241.POWER01.SUSP"] == 0)
    }

    @Test("a bill is payable again once its void is confirmed, and stays paid when it is refused")
    func bill() throws {
        let bench = try PartnerBench()
        let teller = try bench.test.signOn()
        let product = try bench.test.book.catalogue.product("GAS", .bill)
        let bills = PartnerBills(
            customerName: "张*",
            bills: [
                PartnerBill(
                    reference: "R1", period: "2026-10", amountFen: 20_000, lateFeeFen: 0,
                    dueDate: nil)
            ])
        try bench.test.perform { try $0.keep(bills, account: "G1", of: product) }
        let number = try bench.test.integer("SELECT max(bill_id) FROM bill")
        func pay(_ key: String) throws {
            let quote = try Answer(bench.test.perform { try $0.quoteBill(number, by: teller) })
            let request = BillPaymentRequest(
                target: .quote(try #require(Int64(try quote.text("quote_id")))),
                amountFen: 20_000)
            #expect(try bench.pay(request, key: key, by: teller).isSettled)
        }
        func isPayable() throws -> Bool {
            try refusalCode {
                _ = try bench.test.perform { try $0.quoteBill(number, by: teller) }
            } == nil
        }
        try pay("paid-0001")
        bench.partner.set(reversal: .refuse)
        try bench.correct(.void, 1, key: "void-0001", by: teller)
        #expect(try !isPayable())
        bench.partner.set(reversal: .silence)
        try bench.correct(.void, 1, key: "void-0002", by: teller)
        let (_, askAgain) = try bench.timer.next()
        #expect(try !isPayable())
        bench.partner.set(reversal: .truth)
        askAgain()
        try bench.wait(for: .booked, serial: 3)
        #expect(try isPayable())
        try pay("paid-0004")
        #expect(try !isPayable())
        #expect(bench.partner.booked.keys.sorted() == ["000000000004"])
        #expect(try bench.test.faults() == [])
    }

    @Test(
        "a refund that the partner pays back opens the bill only where the contract says so",
        arguments: [true, false])
    func refundedBill(reopens: Bool) throws {
        let bench = try PartnerBench(
            preparing: """
                UPDATE product SET period_form = 'month' WHERE code = 'POWERTOKEN';
                INSERT INTO contract_term (contract_id, name, value)
                SELECT contract_id, 'refund_reopens_bill', \(reopens ? 1 : 0) FROM contract
                WHERE code LIKE 'CT-POWER%'
                """)
        let teller = try bench.test.signOn()
        let request = BillPaymentRequest(
            target: .account(productCode: "POWERTOKEN", accountNumber: "52999900000001"),
            amountFen: 10_000, period: "2026-11")
        #expect(try bench.pay(request, key: "paid-0001", by: teller).isSettled)
        try bench.test.signOff(teller)
        try bench.test.nextDay()
        _ = try bench.test.signOn()
        bench.partner.set(.bookSilently)
        bench.partner.set(query: .silence)
        try bench.correct(.refund, 1, key: "refund-01", by: teller)
        let (_, askAgain) = try bench.timer.next()
        let early = try bench.pay(request, key: "paid-0003", by: teller)
        #expect(early.outcome.refusalCode == .periodAlreadyPaid)
        bench.partner.set(query: .truth)
        askAgain()
        try bench.wait(for: .booked, serial: 2)
        bench.partner.set(.book)
        let again = try bench.pay(request, key: "paid-0004", by: teller)
        #expect(again.outcome.refusalCode == (reopens ? nil : .periodAlreadyPaid))
        #expect(try bench.test.faults() == [])
    }

    @Test("a voided remittance is undone at its bank, and counts for its payer no longer")
    func remittance() throws {
        let bench = try PartnerBench()
        let teller = try bench.test.signOn()
        let paid = try bench.test.movement { try remit(bench, by: teller) }
        #expect(try bench.test.orderedFen(.remittance) == 80_000)
        bench.partner.set(reversal: .refuse)
        let refused = try bench.correct(.void, 1, key: "void-0001", by: teller)
        #expect(refused.outcome.refusalCode == .partnerRefused)
        #expect(try bench.test.orderedFen(.remittance) == 80_000)
        bench.partner.set(reversal: .truth)
        let moved = try bench.test.movement {
            let done = try bench.correct(.void, key: "void-0002", by: teller)
            #expect(done.isSettled)
        }
        #expect(moved == paid.mapValues { -$0 })
        #expect(bench.partner.reversedSerials.last == "000000000001")
        #expect(try bench.test.orderedFen(.remittance) == 0)
        #expect(try bench.test.faults() == [])
    }

    @Test("a refunded remittance is paid back by its bank, and its date's limit stays used")
    func refundedRemittance() throws {
        let bench = try PartnerBench()
        let teller = try bench.test.signOn()
        let paid = try bench.test.movement { try remit(bench, by: teller) }
        try bench.test.signOff(teller)
        try bench.test.nextDay()
        _ = try bench.test.signOn()
        let moved = try bench.test.movement {
            let done = try bench.correct(.refund, key: "refund-01", by: teller)
            #expect(done.isSettled)
        }
        #expect(moved == paid.mapValues { -$0 })
        let post = try #require(bench.partner.posts.last)
        #expect(post.kind == .payback && post.amountFen == 80_000 && post.product == "REMIT01")
        #expect(post.account.isEmpty)
        #expect(try bench.test.orderedFen(.remittance) == 80_000)
        #expect(try bench.test.faults() == [])
    }

    /// A remittance that its bank has booked, as serial 1.
    private func remit(_ bench: PartnerBench, by teller: Principal) throws {
        let serial = try bench.test.pending(
            .remittance(TestBook.remittance()), key: "remit-001", by: teller)
        try bench.test.record(.booked("BANK-REF-1"), order: serial)
    }

    struct Paper: Sendable, CustomTestStringConvertible {
        let status: TransactionStatus
        let first: ControllablePartner.Question
        var then: ControllablePartner.Question?
        let chinese: (status: String, notice: String?)
        let english: (status: String, notice: String?)
        var testDescription: String { "\(status), \(first), \(then.map { "\($0)" } ?? "-")" }
    }

    static let papers = [
        Paper(
            status: .unknown, first: .silence,
            chinese: ("处理中 待确认", "对方尚未确认，款项尚未付出。请凭本凭条查询。"),
            english: (
                "To be confirmed",
                "It is not confirmed yet and nothing was paid out. Ask with this "
                    + "receipt."
            )),
        Paper(
            status: .posted, first: .silence, then: .truth,
            chinese: ("已确认 待付款", "对方已确认，款项尚未付出。请凭本凭条领取 100.00 元。"),
            english: (
                "Confirmed, to be paid out",
                "It is confirmed, and nothing was paid out yet: "
                    + "100.00 CNY are paid out on this receipt."
            )),
        Paper(
            status: .reversed, first: .silence, then: .refuse,
            chinese: ("对方拒绝", "对方未同意，没有付款；原业务仍然有效。"),
            english: (
                "Declined", "It was not agreed to: nothing was paid out, and the original stands."
            )),
        Paper(
            status: .declined, first: .refuse,
            chinese: ("对方拒绝", "对方未同意，没有付款；原业务仍然有效。"),
            english: (
                "Declined", "It was not agreed to: nothing was paid out, and the original stands."
            )),
        Paper(
            status: .posted, first: .truth, chinese: ("成功", nil),
            english: ("Completed", nil)),
    ]

    @Test("a void's paper and its page say plainly whether cash was paid out", arguments: papers)
    func paper(_ row: Paper) throws {
        let bench = try PartnerBench()
        let teller = try bench.paid(for: .void)
        bench.partner.set(reversal: row.first)
        try bench.correct(.void, key: "void-0001", by: teller)
        if let then = row.then {
            let (_, askAgain) = try bench.timer.next()
            bench.partner.set(reversal: then)
            askAgain()
            try bench.waitUntilSettled(2)
        }
        #expect(try bench.test.status(2) == row.status)
        for (language, words) in [
            (ReceiptLanguage.chinese, row.chinese), (.english, row.english),
        ] {
            let found = try #require(
                try bench.test.book.readers.read {
                    try ReceiptReader($0).verification(serial: 2)
                })
            let profile = bench.test.book.profile
            let paper = ReceiptDocument(profile: profile, language: language)
                .document(found.sheet, mark: .original, link: "x").elements
            let page = ReceiptVerificationDocument(profile: profile, language: language)
                .document(found).elements
            let label = language == .chinese ? "状态" : "Status"
            for elements in [paper, page] {
                let status = PaperElement.pair(
                    PrintableText(label), .text(PrintableText(words.status)))
                #expect(elements.contains(status))
                let notices = [row.chinese.notice, row.english.notice].compactMap { $0 }
                for notice in notices {
                    #expect(
                        elements.contains(.text(PrintableText(notice)))
                            == (notice == words.notice))
                }
            }
        }
        // The original's paper says that it was taken back only once it was.
        let original = try #require(
            try bench.test.book.readers.read { try ReceiptReader($0).sheet(serial: 1) })
        #expect(
            ReceiptDocument.status(of: original, .english).text
                == (row.status == .posted ? "Voided" : "Completed"))
    }
}
