import SQL
import Testing

@testable import Ledger

/// Numbers that no arithmetic of ours can hold, as a flipped bit may leave them.
@Suite("A damaged row ends the query and not the process:")
struct DamagedRowTests {
    private let damaged: DamagedBook
    private var book: TestBook { damaged.filled.book }

    init() throws {
        damaged = try DamagedBook()
    }

    @Test(
        "an amount that no line has", arguments: [Int64.min, 0, Posting.maximumAmount + 1, .max])
    func amount(_ amount: Int64) throws {
        try damaged.damage("UPDATE posting SET amount = \(amount) WHERE entry_id = 10 AND line = 1")
        #expect(throws: SQLError.self) { try book.reader.entry(ID(10)) }
        #expect(throws: SQLError.self) {
            try book.write { try $0.reverse(ID(10), narrative: "", at: TestBook.instant) }
        }
        #expect(try book.reader.entry(ID(1)) != nil)
    }

    @Test(
        "a balance below zero",
        arguments: ["debits", "credits", "pending_debits", "pending_credits", "date_credits"])
    func negativeBalance(column: String) throws {
        try damaged.damage(
            "UPDATE account_balance SET \(column) = \(Int64.min) WHERE account_id = 1")
        // What an earlier batch has read is not read again: a new session starts with nothing.
        let journal = Journal(connection: book.connection)
        #expect(throws: SQLError.self) { try journal.balance(of: ID(1)) }
        guard column != "date_credits" else { return }
        #expect(throws: SQLError.self) { try book.reader.balance(of: ID(1)) }
        #expect(throws: SQLError.self) { try book.reader.trialBalance() }
    }

    @Test("a closing balance below zero")
    func negativeClosing() throws {
        try damaged.damage("UPDATE account_day SET closing_credits = \(Int64.min)")
        let (first, reader) = (TestBook.firstDate, book.reader)
        #expect(throws: SQLError.self) { try reader.balance(of: ID(1), asOf: first) }
        #expect(throws: SQLError.self) { try reader.trialBalance(closing: first) }
        #expect(throws: SQLError.self) { try reader.movements(from: first, to: first) }
    }

    @Test("balances whose sum passes 64 bits")
    func sum() throws {
        try damaged.damage(
            "UPDATE account_balance SET debits = \(Int64.max) WHERE account_id IN (1, 2)")
        #expect(throws: LedgerError.sumOverflow(.renminbi)) { try book.reader.trialBalance() }
    }

    @Test("a closing balance that the entries after it take past 64 bits")
    func asOfEntry() throws {
        // Entry 7, the first after the second seal, debits account 2.
        try damaged.damage(
            "UPDATE account_day SET closing_debits = \(Int64.max) WHERE account_id = 2")
        #expect(throws: SQLError.self) { try book.reader.balance(of: ID(2), asOfEntry: ID(7)) }
        #expect(try book.reader.balance(of: ID(2), asOfEntry: ID(6)).posted.debits == .max)
    }
}
