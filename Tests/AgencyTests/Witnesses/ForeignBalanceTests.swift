import Testing

@testable import Agency

@Suite struct ForeignBalanceTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let witness: Witness
        let line: String
        /// Account, amount in minor units, and currency; nothing when it is not understood.
        let balance: (account: String, amount: Int64, currency: String?)?

        var testDescription: String { "\(witness): \(line)" }
    }

    static let rows = [
        Row(witness: .hledger, line: #""A:1","50.00 CNY""#, balance: ("A:1", 5_000, "CNY")),
        Row(witness: .hledger, line: #""A:1","-0.01 CNY""#, balance: ("A:1", -1, "CNY")),
        Row(witness: .hledger, line: #""A:1","0""#, balance: ("A:1", 0, nil)),
        Row(witness: .hledger, line: #""A:1","1.00 CNY, 2.00 USD""#, balance: nil),
        Row(witness: .hledger, line: #""A:1","7""#, balance: nil),
        Row(witness: .ledger, line: "A:1\t-12.5 CNY", balance: ("A:1", -1_250, "CNY")),
        Row(witness: .ledger, line: "A:1\t0", balance: ("A:1", 0, nil)),
        Row(witness: .ledger, line: "A:1\t1.001 CNY", balance: nil),
        Row(witness: .ledger, line: "A:1\t1,000.00 CNY", balance: nil),
        Row(witness: .ledger, line: "1.00 CNY", balance: nil),
        Row(witness: .beancount, line: "A:1   , 5000.00,CNY", balance: ("A:1", 500_000, "CNY")),
        Row(
            witness: .beancount, line: "A:1,-92233720368547758.08,CNY",
            balance: ("A:1", .min, "CNY")),
        Row(witness: .beancount, line: "A:1,92233720368547758.08,CNY", balance: nil),
        Row(witness: .beancount, line: "A:1,1e3,CNY", balance: nil),
        Row(witness: .beancount, line: "A:1,,CNY", balance: nil),
    ]

    @Test("a line of balances is read exactly or not at all", arguments: rows)
    func read(_ row: Row) {
        let found = ForeignBalance(row.line[...], of: row.witness)
        #expect(found?.account == row.balance?.account)
        #expect(found?.amount == row.balance?.amount)
        #expect(found?.currency == row.balance?.currency)
    }
}
