import Testing

@testable import Ledger

@Suite struct ExportNameTests {
    @Test(
        "a code's name holds its type, its head's title and its sub-codes",
        arguments: [
            ("1001.S0001-C1", AccountType.asset, "Assets:1001-Cash:S0001-C1"),
            ("4001", .equity, "Equity:4001-PaidInCapital"),
            ("6051.S0001.FEE", .income, "Income:6051-OtherIncome:S0001:FEE"),
            ("6601.S0001", .expense, "Expenses:6601-SellingExpenses:S0001"),
            ("9876.0-", .liability, "Liabilities:9876:0-"),
            ("1002.-A", .asset, "Assets:1002-BankDeposits:Dash-A"),
            ("1002.DASH-A", .asset, "Assets:1002-BankDeposits:DASH-A"),
        ])
    func table(_ code: String, _ type: AccountType, _ name: String) throws {
        #expect(ExportName(try #require(AccountCode(code)), type).text == name)
    }

    @Test("no two accounts share a name, and beancount takes every name")
    func names() throws {
        let seed = UInt64.random(in: .min ... .max)
        print("seed of names: \(seed)")
        var numbers = Seeded(state: seed)
        // Few characters and short parts, so that collisions would be found.
        let signs = Array("-A0D")
        var codesByName: [String: String] = [:]
        var faults: [String] = []
        for _ in 0..<4_000 {
            var text = ["1001", "1002", "7777"].randomElement(using: &numbers) ?? ""
            for _ in 0..<Int.random(in: 0...3, using: &numbers) {
                let count = Int.random(in: 1...3, using: &numbers)
                text +=
                    "."
                    + (0..<count).map { _ in String(signs.randomElement(using: &numbers) ?? "A") }
                    .joined()
            }
            let code = try #require(AccountCode(text))
            for type in AccountType.allCases {
                let name = ExportName(code, type).text
                let known = codesByName.updateValue("\(type) \(text)", forKey: name)
                if let known, known != "\(type) \(text)" { faults.append(name) }
                let parts = name.split(separator: ":", omittingEmptySubsequences: false)
                let isSound = parts.count >= 2 && parts.allSatisfy(Self.isPart)
                if !isSound { faults.append(name) }
            }
        }
        #expect(faults == [])
        #expect(codesByName.count > 2_000)
    }

    /// Whether beancount takes a part of a name.
    private static func isPart(_ part: Substring) -> Bool {
        guard let first = part.utf8.first else { return false }
        let isUpper = { (byte: UInt8) in (0x41...0x5A).contains(byte) }
        let isDigit = { (byte: UInt8) in (0x30...0x39).contains(byte) }
        return (isUpper(first) || isDigit(first))
            && part.utf8.allSatisfy { byte in
                isUpper(byte) || isDigit(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D
            }
    }

    private struct Seeded: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 33)
        }
    }
}
