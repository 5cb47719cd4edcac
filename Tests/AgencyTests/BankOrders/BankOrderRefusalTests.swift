import CivilTime
import Testing

@testable import Agency

@Suite struct BankOrderRefusalTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let order: TestOrder
        let code: RefusalCode?
        /// Orders that were made at another station before.
        var before: [TestOrder] = []
        var isSignedOn = true
        var name: String

        var testDescription: String { "\(name): \(code?.rawValue ?? "done")" }
    }

    private static func remittance(
        _ fen: Int64, _ code: RefusalCode?, payer: IdentityDocument? = TestBook.holder,
        feeFen: Int64? = nil, product: String = "REMIT01", before: [TestOrder] = [],
        isSignedOn: Bool = true, _ name: String
    ) -> Row {
        Row(
            order: .remittance(
                TestBook.remittance(fen, payer: payer, feeFen: feeFen, product: product)),
            code: code, before: before, isSignedOn: isSignedOn, name: name)
    }

    static let rows = [
        remittance(500_000, nil, "the most"),
        remittance(100, nil, payer: nil, feeFen: 200, "the least, with its fee told"),
        remittance(49_999, nil, payer: nil, "below the threshold without document"),
        remittance(1, .notSignedOn, product: "NOPE", isSignedOn: false, "no till"),
        remittance(1, .unknownProduct, product: "NOPE", "no product"),
        remittance(1, .wrongProductKind, product: "CASH01", "a withdrawal's product"),
        remittance(99, .amountNotAllowed, payer: nil, "too little"),
        remittance(500_001, .amountNotAllowed, payer: nil, feeFen: 1, "too much"),
        remittance(50_000, .feeNotInTariff, payer: nil, feeFen: 0, "another fee"),
        remittance(50_000, .identityNotChecked, payer: nil, "at the threshold, no document"),
        remittance(
            30_000, .identityNotChecked, payer: nil,
            before: [.remittance(TestBook.remittance(20_000, payer: nil))],
            "split to stay below the threshold"),
        remittance(
            30_000, nil, payer: nil,
            before: [
                .remittance(
                    TestBook.remittance(20_000, account: "6217990000009999", payer: nil))
            ], "another account is another sum"),
        remittance(
            100_001, .payerLimitExceeded,
            before: [
                .remittance(TestBook.remittance(500_000)),
                .remittance(TestBook.remittance(400_000)),
            ], "the payer's day is full"),
        remittance(
            100_001, nil, payer: TestBook.agent,
            before: [
                .remittance(TestBook.remittance(500_000)),
                .remittance(TestBook.remittance(400_000)),
            ], "another payer has a day of its own"),
        Row(order: .transfer(TestBook.transfer()), code: nil, name: "a transfer"),
        Row(
            order: .transfer(TestBook.transfer(product: "REMIT01")), code: .wrongProductKind,
            name: "a remittance's product"),
        Row(
            order: .transfer(TestBook.transfer(99)), code: .amountNotAllowed,
            name: "too little to transfer"),
        Row(
            order: .transfer(TestBook.transfer(account: TestBook.card, feeFen: 5)),
            code: .feeNotInTariff, name: "a fee that is in no tariff"),
        Row(
            order: .transfer(TestBook.transfer(account: TestBook.card)), code: .sameAccount,
            name: "to the same card"),
        Row(
            order: .transfer(TestBook.transfer(1_000_000)), code: nil,
            before: [.transfer(TestBook.transfer(1_000_000))], name: "the card's whole day"),
        Row(
            order: .transfer(TestBook.transfer(100)), code: .transferLimitExceeded,
            before: [
                .transfer(TestBook.transfer(1_000_000)),
                .transfer(TestBook.transfer(1_000_000)),
            ], name: "more than the card's day"),
    ]

    @Test("an order is refused by the first rule that it breaks", arguments: rows)
    func refusal(_ row: Row) throws {
        let test = try TestBook()
        if !row.before.isEmpty {
            let elsewhere = try test.signOn(2)
            for (index, order) in row.before.enumerated() {
                _ = try test.pending(order, key: "elsewhere-\(index)", by: elsewhere)
            }
        }
        let teller = row.isSignedOn ? try test.signOn() : try test.operatorA()
        let counted = try test.count("bank_order")
        let started = try test.start(row.order, key: "terminal-1", by: teller)
        #expect(started.outcome?.refusalCode == row.code)
        #expect((started.serial == nil) == (row.code != nil))
        #expect(try test.count("bank_order") - counted == (row.code == nil ? 1 : 0))
        if case .refused(let refusal)? = started.outcome {
            #expect(!refusal.chineseDetail.isEmpty || row.code == .notSignedOn)
            let again = try test.start(row.order, key: "terminal-1", by: teller)
            #expect(again.outcome == started.outcome)
        }
        #expect(try test.faults() == [])
    }

    @Test("cash that would lift the till above its ceiling is refused before the bank is asked")
    func ceiling() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let administrator = try test.person("AD0001")
        let date = try #require(BusinessDate(TestNetwork.openingDate))
        _ = try test.perform {
            try $0.setTillLimit(
                TillLimit(limitFen: 550_000, ceilingFen: 560_000), for: .till("S0001-C1"),
                from: date, by: administrator)
        }
        let order = TestOrder.remittance(TestBook.remittance(59_801))
        let started = try test.start(order, key: "terminal-1", by: teller)
        #expect(started.outcome?.refusalCode == .tillCeilingReached)
        let least = TestOrder.remittance(TestBook.remittance(59_800))
        _ = try test.pending(least, key: "terminal-2", by: teller)
        // A transfer takes no cash.
        _ = try test.pending(.transfer(TestBook.transfer()), key: "terminal-3", by: teller)
        #expect(try test.faults() == [])
    }
}
