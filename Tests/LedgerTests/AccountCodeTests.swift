import Ledger
import Testing

@Suite("An account's code")
struct AccountCodeTests {
    static let longest = "1001." + String(repeating: "A", count: 43)

    static let wellFormed = ["1001", "0000", "1001.S0001-C1", "2202.W001.2026", "6051.-", longest]

    static let malformed = [
        "", "1", "100", "10011", "100A", "A001", "1001.", ".1001", "1001..A", "1001.a", "1001.A_B",
        "1001 ", " 1001", "1001.站", "１００１", "1001.A B", "1001.A\n", "1001,A", "1001/A", "-001",
        longest + "A", "1001.A.",
    ]

    @Test("is four digits and sub-codes", arguments: wellFormed)
    func accepts(text: String) throws {
        let code = try #require(AccountCode(text))
        #expect(code.text == text)
        #expect("\(code)" == text)
    }

    @Test("is nothing else", arguments: malformed)
    func refuses(text: String) {
        #expect(AccountCode(text) == nil)
    }

    @Test("has a limit of 48 characters")
    func limit() {
        #expect(Self.longest.count == AccountCode.maximumLength)
    }

    @Test("is ordered as its text")
    func order() throws {
        let codes = try ["1001.B", "2202", "1001", "1001.A"].map { try #require(AccountCode($0)) }
        #expect(codes.sorted().map(\.text) == ["1001", "1001.A", "1001.B", "2202"])
    }

    @Test("keeps each type's side, and a currency its code")
    func sides() {
        let sides: [Side] = [.debit, .credit, .credit, .credit, .debit]
        #expect(AccountType.allCases.map(\.normalSide) == sides)
        #expect(Side.allCases.map(\.opposite) == [.credit, .debit])
        for currency in Currency.allCases {
            #expect(Currency(code: currency.code) == currency)
        }
        #expect(Currency(code: "cny") == nil)
        let totals = AccountTotals(debits: 7, credits: 10)
        #expect(totals.balance(on: .debit) == -3 && totals.balance(on: .credit) == 3)
    }
}
