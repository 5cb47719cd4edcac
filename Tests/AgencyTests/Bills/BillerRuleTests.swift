import CivilTime
import PartnerAPI
import Testing

@testable import Agency

/// What billers take: partly, in advance, by the head, in their hours and in their zone.
@Suite struct BillerRuleTests {
    @Test("a part-paid bill is settled by several payments and not by one fen more")
    func partial() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let bill = try test.bill("HEAT")
        func part(_ amountFen: Int64, _ key: String) throws -> CommandOutcome {
            let quote = try test.quote(bill, by: teller)
            return try test.pay(
                BillPaymentRequest(target: .quote(quote), amountFen: amountFen),
                key: "heating-" + key,
                by: teller)
        }
        #expect(try part(9_999, "too-little").refusalCode == .amountMismatch)
        #expect(try part(bill.totalFen + 1, "too-much").refusalCode == .amountMismatch)
        _ = try part(bill.totalFen - 3_000, "part-one").bytes()
        let left = try Answer(test.perform { try $0.quoteBill(bill.number, by: teller) })
        #expect(try left.fen("amount_fen") == 3_000)
        #expect(try part(3_001, "too-much-now").refusalCode == .amountMismatch)
        // What is left is less than the least payment, and is taken whole.
        _ = try part(3_000, "part-two").bytes()
        #expect(try refusalCode { _ = try test.quote(bill, by: teller) } == .billAlreadyPaid)
        #expect(
            try test.integer("SELECT held_fen FROM bill WHERE bill_id = \(bill.number)")
                == bill.totalFen)
        #expect(try test.faults() == [])
    }

    @Test("an advance is taken above the arrears, and without any") func advance() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let bill = try test.bill("CABLETV")
        let quote = try test.quote(bill, by: teller)
        let above = BillPaymentRequest(target: .quote(quote), amountFen: bill.totalFen + 5_000)
        _ = try test.pay(above, key: "advance-above", by: teller).bytes()
        for key in ["advance-1", "advance-2"] {
            let request = BillPaymentRequest(
                target: .account(productCode: "CABLETV", accountNumber: bill.account),
                amountFen: 2_400)
            _ = try test.pay(request, key: key, by: teller).bytes()
        }
        #expect(try test.faults() == [])
    }

    struct Premium: Sendable, CustomTestStringConvertible {
        var amountFen: Int64
        var period: String? = "2027"
        var insured = ["A1", "A2"]
        var code: RefusalCode?
        var testDescription: String { "\(period ?? "-") \(insured) \(amountFen)" }
    }

    @Test(
        "a premium is paid by the head, for a year, each person once",
        arguments: [
            Premium(amountFen: 80_000),
            Premium(amountFen: 80_001, code: .amountMismatch),
            Premium(amountFen: 40_000, code: .amountMismatch),
            Premium(amountFen: 80_000, insured: ["A1", "A1"], code: .amountMismatch),
            Premium(amountFen: 40_000, insured: [], code: .amountMismatch),
            Premium(amountFen: 80_000, period: nil, code: .periodRequired),
            Premium(amountFen: 80_000, period: "2027-01", code: .periodRequired),
            Premium(amountFen: 80_000, period: "27", code: .periodRequired),
        ])
    func premium(_ row: Premium) throws {
        let test = try TestBook()
        let teller = try test.signOn()
        #expect(try Self.pay(row, "first", test, teller).refusalCode == row.code)
        #expect(try test.count("period_payment") == (row.code == nil ? 2 : 0))
        #expect(try test.faults() == [])
    }

    @Test("the same person's year is not paid twice, under whichever key or household")
    func premiumTwice() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        _ = try Self.pay(Premium(amountFen: 80_000), "first", test, teller).bytes()
        let again = Premium(amountFen: 80_000, insured: ["A9", "A2"])
        let refused = try Self.pay(again, "second", test, teller)
        #expect(refused.refusalCode == .periodAlreadyPaid)
        #expect(try test.count("service_transaction") == 1)
        let nextYear = Premium(amountFen: 40_000, period: "2028", insured: ["A2"])
        _ = try Self.pay(nextYear, "third", test, teller).bytes()
        // The guard holds for whoever writes to the table.
        #expect(throws: (any Error).self) {
            try test.execute("UPDATE period_payment SET is_released = 1 WHERE serial = 1")
        }
        #expect(throws: (any Error).self) {
            try test.execute(
                "INSERT INTO period_payment SELECT 2, product_id, account_number, period, "
                    + "amount_fen, guard_fen, 0 FROM period_payment WHERE serial = 1")
        }
        #expect(try test.faults() == [])
    }

    @Test("who is insured twice is named by the last four characters, also in what the key keeps")
    func premiumNamesNobody() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let people = ["990001199001010013", "990001199001010021"]
        let first = Premium(amountFen: 80_000, insured: people)
        _ = try Self.pay(first, "first", test, teller).bytes()
        let again = Premium(amountFen: 80_000, insured: ["990001199001010048", people[1]])
        guard case .refused(let refusal) = try Self.pay(again, "second", test, teller) else {
            Issue.record("the year is paid already")
            return
        }
        #expect(refusal.field == "/insured/1")
        let kept = try #require(
            test.texts(
                "SELECT CAST(answer AS TEXT) FROM idempotency_key WHERE key = 'premium-second'"
            )
            .first)
        for text in [refusal.detail, refusal.chineseDetail, kept] {
            #expect(text.contains("*0021") && !text.contains("99000"), "\(text)")
        }
        // The receipt names both in the same way.
        #expect(
            try test.sheet(1).items[0].bill
                == ReceiptSheet.BillLine(period: "2027", insured: ["*0013", "*0021"]))
    }

    private static func pay(
        _ row: Premium, _ key: String, _ test: TestBook, _ teller: Principal
    ) throws -> CommandOutcome {
        try test.pay(
            BillPaymentRequest(
                target: .account(productCode: "MEDICAL", accountNumber: "H0001"),
                amountFen: row.amountFen, period: row.period, insured: row.insured),
            key: "premium-" + key, by: teller)
    }

    @Test("a blind biller that names months takes the same amount for a month once")
    func blindMonth() throws {
        let test = try TestBook(
            preparing: "UPDATE product SET period_form = 'month' WHERE code = 'MOBILE'")
        let teller = try test.signOn()
        func pay(_ period: String?, _ amountFen: Int64, _ key: String) throws -> RefusalCode? {
            try test.pay(
                BillPaymentRequest(
                    target: .account(productCode: "MOBILE", accountNumber: "13800000001"),
                    amountFen: amountFen, period: period), key: "blind-" + key, by: teller
            ).refusalCode
        }
        #expect(try pay("2026-11", 5_000, "month-1") == nil)
        #expect(try pay("2026-11", 5_000, "month-2") == .periodAlreadyPaid)
        #expect(try pay("2026-11", 6_000, "month-3") == nil)
        #expect(try pay("2026-12", 5_000, "month-4") == nil)
        #expect(try pay("2026-13", 5_000, "month-5") == .periodRequired)
        #expect(try pay(nil, 5_000, "month-6") == .periodRequired)
        #expect(try test.faults() == [])
    }

    private static func term(_ name: String, _ value: Int, of product: String) -> String {
        "INSERT OR REPLACE INTO contract_term SELECT contract_id, '\(name)', \(value) "
            + "FROM contract WHERE code = 'CT-\(product)-2020';"
    }

    @Test(
        "a biller takes payments in its hours, unless it counts them for its next day",
        arguments: [
            ("2026-11-20 08:29", false, true), ("2026-11-20 08:30", false, false),
            ("2026-11-20 16:59:59", false, false), ("2026-11-20 17:00", false, true),
            ("2026-11-20 17:00", true, false), ("2026-11-20 03:00", true, false),
        ])
    func hours(time: String, takesNextDay: Bool, isClosed: Bool) throws {
        let terms =
            Self.term("opening_minute", 510, of: "MOBILE")
            + Self.term("cut_off_minute", 1_020, of: "MOBILE")
            + Self.term("takes_next_day", takesNextDay ? 1 : 0, of: "MOBILE")
        let test = try TestBook(at: time, preparing: terms)
        let teller = try test.signOn()
        let outcome = try test.payPhone(key: "terminal-1", by: teller)
        #expect(outcome.refusalCode == (isClosed ? .billerClosed : nil))
    }

    @Test("hours and quotes are of the biller's own zone") func zone() throws {
        // 23:50 in China is 15:50 in UTC: the quote may live its whole time.
        let utc = "UPDATE product SET zone_offset_minutes = 0 WHERE code = 'WATER';"
        let test = try TestBook(
            at: "2026-11-20 23:50",
            preparing: utc + Self.term("cut_off_minute", 970, of: "WATER"))
        let teller = try test.signOn()
        let bill = try test.bill()
        let quote = try test.quote(bill, by: teller)
        test.clock.advance(milliseconds: 14 * 60_000)
        let request = BillPaymentRequest(target: .quote(quote), amountFen: bill.totalFen)
        #expect(try test.pay(request, key: "terminal-1", by: teller).refusalCode == nil)
        // 16:10 in UTC.
        test.clock.advance(milliseconds: 6 * 60_000)
        let next = try test.bill()
        #expect(try refusalCode { _ = try test.quote(next, by: teller) } == .billerClosed)
    }

    @Test("an online biller's bills are kept as it tells them, and paid over its gateway")
    func online() throws {
        let bench = try PartnerBench()
        let teller = try bench.test.signOn()
        let product = try bench.test.book.catalogue.product("GAS", .bill)
        func inquire(_ bills: [PartnerBill]) throws -> [Bill] {
            bench.partner.set(bills)
            try bench.test.perform {
                try $0.keep(
                    PartnerBills(customerName: "张*", bills: bills), account: "G1", of: product)
            }
            return try bench.test.book.readers.read {
                try BillReader($0).arrears(of: "G1", product: product, after: 0, limit: 10)
            }
        }
        func told(_ amountFen: Int64, _ period: String) -> PartnerBill {
            PartnerBill(
                reference: "R-\(period)", period: period, amountFen: amountFen, lateFeeFen: 100,
                dueDate: nil)
        }
        let first = try inquire([told(20_000, "2026-10"), told(30_000, "2026-11")])
        #expect(first.map(\.remainingFen) == [20_100, 30_100])
        let quote = try Answer(
            bench.test.perform { session in
                try session.quoteBill(first[0].id.number, by: teller)
            })
        let number = try #require(Int64(try quote.text("quote_id")))
        let part = BillPaymentRequest(target: .quote(number), amountFen: 15_000)
        #expect(try bench.pay(part, key: "part-one", by: teller).isSettled)
        #expect(bench.partner.posts.map(\.lines.first?.reference) == ["R-2026-10"])
        // The biller tells what is left; the other bill it no longer tells.
        let second = try inquire([told(5_000, "2026-10")])
        #expect(second.map(\.remainingFen) == [5_100])
        #expect(second.map(\.heldFen) == [15_000])
        #expect(
            try refusalCode {
                _ = try bench.test.perform {
                    try $0.quoteBill(first[1].id.number, by: teller)
                }
            } == .billWithdrawn)
        #expect(try bench.test.faults() == [])
    }

    @Test("a bill whose payment is unconfirmed is not paid again, and is free once it is returned")
    func unconfirmed() throws {
        let bench = try PartnerBench(
            preparing: "UPDATE product SET payment_rule = 'exact' WHERE code = 'GAS'")
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
        func quote() throws -> Int64 {
            let answer = try Answer(bench.test.perform { try $0.quoteBill(6_001, by: teller) })
            return try #require(Int64(try answer.text("quote_id")))
        }
        bench.partner.set(.lose)
        bench.partner.set(query: .silence)
        let number = try quote()
        let request = BillPaymentRequest(target: .quote(number), amountFen: 20_000)
        #expect(try !bench.pay(request, key: "terminal-1", by: teller).isSettled)
        let (_, askAgain) = try bench.timer.next()
        #expect(try refusalCode { _ = try quote() } == .paymentUnconfirmed)
        #expect(
            try bench.pay(request, key: "terminal-2", by: teller).outcome.refusalCode
                == .paymentUnconfirmed)
        // Even what the biller tells meanwhile changes nothing.
        try bench.test.perform { try $0.keep(bills, account: "G1", of: product) }
        #expect(try refusalCode { _ = try quote() } == .paymentUnconfirmed)
        bench.partner.set(query: .truth)
        askAgain()
        try bench.wait(for: .reversed)
        bench.partner.set(.book)
        let again = BillPaymentRequest(target: .quote(try quote()), amountFen: 20_000)
        #expect(try bench.pay(again, key: "terminal-3", by: teller).isSettled)
        #expect(bench.partner.booked.keys.sorted() == ["000000000002"])
        #expect(try bench.test.faults() == [])
    }
}
