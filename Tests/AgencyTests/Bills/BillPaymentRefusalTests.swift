import Testing

@testable import Agency

/// What can be wrong with a quoted payment, in the order in which it is refused.
enum BillPaymentFlaw: Int, CaseIterable, Sendable {
    case signedOff, unknownQuote, paid, expired, noContract, wrongAmount, wrongFee

    var code: RefusalCode {
        switch self {
        case .signedOff: .notSignedOn
        case .unknownQuote: .unknownQuote
        case .paid: .billAlreadyPaid
        case .expired: .quoteExpired
        case .noContract: .noContract
        case .wrongAmount: .amountMismatch
        case .wrongFee: .feeNotInTariff
        }
    }
}

@Suite struct BillPaymentRefusalTests {
    @Test("a quoted payment with one flaw is refused for it", arguments: BillPaymentFlaw.allCases)
    func one(flaw: BillPaymentFlaw) throws {
        try expect(flaw.code, for: [flaw])
    }

    @Test("of several flaws the first in order is named", arguments: BillPaymentFlaw.allCases)
    func precedence(first: BillPaymentFlaw) throws {
        let flaws = BillPaymentFlaw.allCases.filter { $0.rawValue >= first.rawValue }
        try expect(first.code, for: Set(flaws))
    }

    @Test("without a flaw the same payment passes") func none() throws {
        try expect(nil, for: [])
    }

    private func expect(_ code: RefusalCode?, for flaws: Set<BillPaymentFlaw>) throws {
        let contractEnds = "UPDATE contract SET valid_to = 20777 WHERE code LIKE 'CT-WATER%'"
        let test = try TestBook(
            at: "2026-11-20 22:50", preparing: flaws.contains(.noContract) ? contractEnds : "")
        var teller = try test.signOn()
        let bill = try test.bill()
        let quote = try test.quote(bill, by: teller)
        if flaws.contains(.paid) {
            let fair = BillPaymentRequest(target: .quote(quote), amountFen: bill.totalFen)
            _ = try test.pay(fair, key: "paid-before", by: teller).bytes()
        }
        if flaws.contains(.noContract) {
            // The business date may change before midnight, while the quote still holds.
            try test.signOff(teller)
            try test.closeDay()
            teller = try test.signOn()
        }
        if flaws.contains(.signedOff) { try test.signOff(teller) }
        test.clock.advance(milliseconds: (flaws.contains(.expired) ? 20 : 14) * 60_000)
        let request = BillPaymentRequest(
            target: .quote(flaws.contains(.unknownQuote) ? 999_999 : quote),
            amountFen: bill.totalFen + (flaws.contains(.wrongAmount) ? 1 : 0),
            serviceFeeFen: flaws.contains(.wrongFee) ? 1 : 0)
        let before = try test.count("service_transaction")
        let moved = try test.movement {
            let outcome = try test.pay(request, key: "terminal-1", by: teller)
            #expect(outcome.refusalCode == code)
            #expect(try test.pay(request, key: "terminal-1", by: teller) == outcome)
        }
        #expect(moved.isEmpty == (code != nil))
        #expect(try test.count("service_transaction") - before == (code == nil ? 1 : 0))
        #expect(try test.faults() == [])
    }

    @Test("a quote of another station is unknown") func otherStation() throws {
        let test = try TestBook()
        let bill = try test.bill()
        let quote = try test.quote(bill, by: try test.signOn(1))
        let request = BillPaymentRequest(target: .quote(quote), amountFen: bill.totalFen)
        #expect(
            try test.pay(request, key: "terminal-1", by: try test.signOn(2)).refusalCode
                == .unknownQuote)
    }

    struct Blind: Sendable, CustomTestStringConvertible {
        let code: RefusalCode?
        var product = "MOBILE"
        var amountFen: Int64 = 5_000
        var feeFen: Int64? = 0
        var isSignedOn = true
        var preparing = ""
        var testDescription: String { "\(product) \(amountFen) fen: \(code?.rawValue ?? "done")" }
    }

    /// Ends every contract long before the opening date, which is day 20,777.
    static let contractEnded = "UPDATE contract SET valid_to = 20000"

    static let blindRows = [
        Blind(code: nil), Blind(code: nil, feeFen: nil), Blind(code: nil, amountFen: 1_000),
        Blind(code: nil, amountFen: 50_000),
        Blind(code: .notSignedOn, product: "NOPE", amountFen: 1, feeFen: 9, isSignedOn: false),
        Blind(code: .unknownProduct, product: "NOPE", amountFen: 1, feeFen: 9),
        Blind(code: .wrongProductKind, product: "COACH", amountFen: 1, feeFen: 9),
        Blind(code: .wrongProductKind, product: "CASH01", amountFen: 1, feeFen: 9),
        Blind(code: .wrongProductKind, product: "WATER", amountFen: 0, feeFen: 9),
        Blind(code: .amountNotAllowed, amountFen: 999, feeFen: 9),
        Blind(code: .amountNotAllowed, amountFen: 50_001, feeFen: 9),
        Blind(code: .amountNotAllowed, amountFen: 0), Blind(code: .amountNotAllowed, amountFen: -1),
        Blind(code: .amountNotAllowed, amountFen: .max),
        Blind(code: .noContract, amountFen: 999, feeFen: 9, preparing: contractEnded),
        Blind(
            code: .noContract,
            preparing: "UPDATE contract SET valid_from = 20778, valid_to = NULL"),
        Blind(code: .feeNotInTariff, feeFen: 9), Blind(code: .feeNotInTariff, feeFen: -1),
    ]

    @Test("a blind payment is refused by the first rule that it breaks", arguments: blindRows)
    func blind(_ row: Blind) throws {
        let test = try TestBook(preparing: row.preparing)
        let teller = row.isSignedOn ? try test.signOn() : try test.operatorA()
        let request = BillPaymentRequest(
            target: .account(productCode: row.product, accountNumber: "13800000001"),
            amountFen: row.amountFen, serviceFeeFen: row.feeFen)
        let moved = try test.movement { () throws in
            #expect(try test.pay(request, key: "terminal-1", by: teller).refusalCode == row.code)
        }
        #expect(moved.isEmpty == (row.code != nil))
        #expect(try test.count("service_transaction") == (row.code == nil ? 1 : 0))
        #expect(try test.count("idempotency_key") == 1)
    }

    @Test("a quote is refused to one who is not signed on, of no bill and without a contract")
    func quotes() throws {
        let test = try TestBook(preparing: Self.contractEnded)
        let bill = try test.bill()
        #expect(
            try refusalCode { _ = try test.quote(bill, by: try test.operatorA()) } == .notSignedOn)
        let teller = try test.signOn()
        #expect(
            try refusalCode { _ = try test.perform { try $0.quoteBill(999_999, by: teller) } }
                == .unknownBill)
        #expect(try refusalCode { _ = try test.quote(bill, by: teller) } == .noContract)
        #expect(try test.count("bill_quote") == 0)
    }
}
