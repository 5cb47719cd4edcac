import CivilTime
import Dispatch
import Synchronization
import Testing

@testable import Agency

@Suite struct BillPaymentTests {
    @Test("a quoted bill moves its total, its biller's due and the commission")
    func quotedPostings() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let bill = try test.bill("WATER")
        let number = try test.quote(bill, by: teller)
        let request = BillPaymentRequest(target: .quote(number), amountFen: bill.totalFen)
        var receipt = [UInt8]()
        let moved = try test.movement {
            receipt = try test.pay(request, key: "terminal-1", by: teller).bytes()
        }
        #expect(
            moved == [
                "1001.S0001-C1": bill.totalFen, "2202.WATER01": 50 - bill.totalFen,
                "6051.S0001": -50,
            ])
        let answer = try Answer(receipt)
        #expect(try answer.text("serial") == "000000000001")
        #expect(try answer.text("receipt_number") == "S0001-20261120-000001")
        #expect(try answer.text("status") == "posted")
        #expect(try answer.text("account_reference") == bill.account)
        #expect(try answer.fen("total_fen") == bill.totalFen)
        #expect(try answer.fen("service_fee_fen") == 0)
        #expect(
            try test.integer("SELECT serial FROM bill_payment WHERE bill_id = \(bill.number)") == 1)
        #expect(try test.faults() == [])
    }

    @Test(
        "a blind payment's commission is its rate, held between minimum and maximum",
        arguments: [(1_000, 10), (5_000, 40), (3_333, 27), (50_000, 400)])
    func blindPostings(amountFen: Int64, commissionFen: Int64) throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let moved = try test.movement {
            _ = try test.payPhone("MOBILE", amountFen, key: "terminal-1", by: teller).bytes()
        }
        #expect(
            moved == [
                "1001.S0001-C1": amountFen, "2202.MOBILE01": commissionFen - amountFen,
                "6051.S0001": -commissionFen,
            ])
        #expect(try test.faults() == [])
    }

    @Test("a minimum commission above the amount leaves the biller owing us")
    func commissionAboveAmount() throws {
        let test = try TestBook(
            preparing: """
                UPDATE contract SET commission_minimum_fen = 1500, commission_maximum_fen = 1500
                WHERE code LIKE 'CT-MOBILE%'
                """)
        let teller = try test.signOn()
        let moved = try test.movement {
            _ = try test.payPhone("MOBILE", 1_000, key: "terminal-1", by: teller).bytes()
        }
        #expect(moved == ["1001.S0001-C1": 1_000, "2202.MOBILE01": 500, "6051.S0001": -1_500])
        try test.signOff(teller)
        try test.closeDay()
        try test.release()
        #expect(try test.faults() == [])
    }

    @Test("a late fee is quoted, paid and owed to the biller") func lateFee() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let bill = try test.bill("WATER", isLate: true)
        #expect(bill.lateFeeFen > 0)
        let quote = try Answer(test.perform { try $0.quoteBill(bill.number, by: teller) })
        #expect(try quote.fen("amount_fen") == bill.amountFen + bill.lateFeeFen)
        #expect(try quote.fen("late_fee_fen") == bill.lateFeeFen)
        let number = try #require(Int64(try quote.text("quote_id")))
        let moved = try test.movement {
            let short = BillPaymentRequest(target: .quote(number), amountFen: bill.amountFen)
            #expect(
                try test.pay(short, key: "terminal-1", by: teller).refusalCode == .amountMismatch)
            let whole = BillPaymentRequest(target: .quote(number), amountFen: bill.totalFen)
            _ = try test.pay(whole, key: "terminal-2", by: teller).bytes()
        }
        #expect(moved["2202.WATER01"] == 50 - bill.totalFen)
    }

    @Test("a quote and a query cover the customer's name") func maskedName() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let bill = try test.bill("WATER")
        let name = try test.texts(
            "SELECT customer_name FROM bill WHERE bill_id = \(bill.number)")[0]
        let quote = try Answer(test.perform { try $0.quoteBill(bill.number, by: teller) })
        let shown = try quote.text("customer_name")
        #expect(shown.count == max(2, name.count))
        #expect(shown.hasPrefix(String(name.prefix(1)) + "*"))
        #expect(!shown.contains(String(name.suffix(1))))
    }

    @Test(
        "a quote holds until its minute, and never past midnight",
        arguments: [
            ("2026-11-20 09:00", 15 * 60_000), ("2026-11-20 23:50", 10 * 60_000),
            ("2026-11-20 23:45", 15 * 60_000), ("2026-11-20 23:59:59", 1_000),
        ] as [(String, Int64)])
    func quoteExpiry(time: String, heldMilliseconds: Int64) throws {
        let test = try TestBook(at: time)
        let teller = try test.signOn()
        let bill = try test.bill()
        let first = BillPaymentRequest(
            target: .quote(try test.quote(bill, by: teller)), amountFen: bill.totalFen)
        test.clock.advance(milliseconds: heldMilliseconds)
        #expect(try test.pay(first, key: "terminal-1", by: teller).refusalCode == .quoteExpired)
        test.clock.advance(milliseconds: -1)
        #expect(try test.pay(first, key: "terminal-2", by: teller).refusalCode == nil)
    }

    @Test("a bill quoted twice is paid once, whatever the keys") func sameBillTwoKeys() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let other = try test.signOn(2)
        let bill = try test.bill()
        let first = BillPaymentRequest(
            target: .quote(try test.quote(bill, by: teller)), amountFen: bill.totalFen)
        let second = BillPaymentRequest(
            target: .quote(try test.quote(bill, by: other)), amountFen: bill.totalFen)
        _ = try test.pay(first, key: "terminal-1", by: teller).bytes()
        #expect(
            try test.pay(first, key: "terminal-2", by: teller).refusalCode == .billAlreadyPaid)
        #expect(
            try test.pay(second, key: "terminal-1", by: other).refusalCode == .billAlreadyPaid)
        #expect(
            try refusalCode { _ = try test.quote(bill, by: other) } == .billAlreadyPaid)
        #expect(try test.count("service_transaction") == 1)
        #expect(try test.faults() == [])
    }

    @Test("of payments for one bill that arrive at once, one passes") func atOnce() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let bill = try test.bill()
        let request = BillPaymentRequest(
            target: .quote(try test.quote(bill, by: teller)), amountFen: bill.totalFen)
        let outcomes = Mutex<[CommandOutcome]>([])
        let group = DispatchGroup()
        for index in 0..<16 {
            let claim = try test.claim("terminal-\(index)", teller, request.fingerprint)
            group.enter()
            try test.book.writer.submit({ session in
                try session.payBill(request, claim: claim, by: teller)
            }) { result in
                if case .success(let outcome) = result {
                    outcomes.withLock { $0.append(outcome) }
                }
                group.leave()
            }
        }
        #expect(group.wait(timeout: .now() + 20) == .success)
        let codes = outcomes.withLock { $0.map(\.refusalCode) }
        #expect(codes.filter { $0 == nil }.count == 1)
        #expect(codes.filter { $0 == .billAlreadyPaid }.count == 15)
        #expect(try test.count("service_transaction") == 1)
    }

    @Test("a repeat gets the first answer to the byte and pays nothing more")
    func replay() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let first = try test.payPhone(key: "terminal-1", by: teller)
        test.clock.advance(milliseconds: 3_600_000)
        let moved = try test.movement { () throws in
            #expect(try test.payPhone(key: "terminal-1", by: teller) == first)
            #expect(
                try test.payPhone("MOBILE", 5_001, key: "terminal-1", by: teller).refusalCode
                    == .idempotencyKeyReused)
        }
        #expect(moved == [:])
        #expect(try test.count("service_transaction") == 1)
        _ = try test.signOff(teller)
        #expect(try test.payPhone(key: "terminal-1", by: teller) == first)
    }

    @Test("receipt numbers run from 1 at each station and on each date")
    func receiptNumbers() throws {
        let test = try TestBook()
        var numbers: [String] = []
        for day in 1...2 {
            let tellers = [try test.signOn(1), try test.signOn(2)]
            for (index, teller) in [tellers[0], tellers[1], tellers[0]].enumerated() {
                numbers.append(
                    try test.payPhone(key: "terminal-\(day)-\(index)", by: teller).answer()
                        .text("receipt_number"))
            }
            for teller in tellers { try test.signOff(teller) }
            try test.closeDay()
            test.clock.advance(milliseconds: 86_400_000)
        }
        #expect(
            numbers == [
                "S0001-20261120-000001", "S0002-20261120-000001", "S0001-20261120-000002",
                "S0001-20261121-000001", "S0002-20261121-000001", "S0001-20261121-000002",
            ])
    }
}
