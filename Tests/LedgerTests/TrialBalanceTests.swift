import CivilTime
import Ledger
import Testing

@Suite("The trial balance")
struct TrialBalanceTests {
    @Test("lists what moved, in order of code, with sums by currency")
    func now() throws {
        let filled = try FilledBook()
        _ = try filled.book.openAccount("1003.NEVER")
        let balance = try filled.book.reader.trialBalance()
        let expected = [
            "1001.S0001-C1 5950 350", "1002.B001 30 0", "2202.B001 0 30", "2202.W001 350 5950",
        ]
        #expect(balance.lines.map(Self.text) == expected)
        #expect(balance.totals.map(\.currency) == [.renminbi, .usDollar])
        #expect(balance.totals.map(\.debits) == [6_300, 30])
        #expect(balance.totals.map(\.credits) == [6_300, 30])
        #expect(balance.isBalanced)
    }

    @Test("at the close of a sealed date is what it was then")
    func closing() throws {
        let filled = try FilledBook()
        let reader = filled.book.reader
        let first = TestBook.firstDate
        let closingFirst = [
            "1001.S0001-C1 5700 0", "1002.B001 30 0", "2202.B001 0 30", "2202.W001 0 5700",
        ]
        let closingSecond = [
            "1001.S0001-C1 5950 250", "1002.B001 30 0", "2202.B001 0 30", "2202.W001 250 5950",
        ]
        #expect(try reader.trialBalance(closing: first).lines.map(Self.text) == closingFirst)
        let second = try reader.trialBalance(closing: first.adding(days: 1))
        #expect(second.lines.map(Self.text) == closingSecond)
        #expect(second.isBalanced)
        #expect(try reader.trialBalance(closing: first.adding(days: -1)).lines == [])
    }

    @Test("of an empty book is empty, and balanced")
    func empty() throws {
        let balance = try TestBook().reader.trialBalance()
        #expect(balance.lines.isEmpty && balance.totals.isEmpty && balance.isBalanced)
    }

    @Test("shows when it is off")
    func off() throws {
        let filled = try FilledBook()
        try filled.book.connection.execute(
            script: "UPDATE account_balance SET credits = credits + 1 WHERE account_id = 3")
        let balance = try filled.book.reader.trialBalance()
        #expect(!balance.isBalanced)
        #expect(balance.totals.map { $0.debits - $0.credits } == [0, -1])
    }

    private static func text(_ line: TrialBalance.Line) -> String {
        "\(line.code) \(line.totals.debits) \(line.totals.credits)"
    }
}
