import CivilTime
import Ledger
import Testing

@Suite("Linked entries")
struct LinkedEntryTests {
    struct Undone: Error {}

    private static let now = TestBook.instant

    let book: TestBook
    let cash: ID<Account>
    let debt: ID<Account>
    let full: LedgerError

    init() throws {
        book = try TestBook()
        try book.openFirstDate()
        cash = try book.openAccount("1001", limit: .creditsWithinDebits)
        debt = try book.openAccount("2202", .liability)
        full = .limitExceeded(try #require(AccountCode("1001")), .creditsWithinDebits)
    }

    /// An entry that takes an amount in, or pays it out when it is negative.
    private func entry(_ amount: Int64) -> NewEntry {
        TestBook.entry(
            amount > 0
                ? [.debit(cash, amount), .credit(debt, amount)]
                : [.credit(cash, -amount), .debit(debt, -amount)])
    }

    private func post(_ journal: Journal, _ amounts: Int64...) throws -> [PostedEntry] {
        try journal.post(linked: amounts.map(entry), at: Self.now)
    }

    /// The totals in cash, which the database, the journal and the tree must agree on.
    private func expect(debits: Int64, credits: Int64, entries: Int64) throws {
        let totals = AccountTotals(debits: debits, credits: credits)
        #expect(try book.journal.balance(of: cash)?.posted == totals)
        #expect(try book.reader.balance(of: cash)?.posted == totals)
        #expect(try book.number("SELECT count(*) FROM journal_entry") == entries)
        #expect(try book.number("SELECT max(entry_id) FROM journal_entry") ?? 0 == entries)
        #expect(try book.number("SELECT tree_size FROM tree_state") == entries)
    }

    @Test("are posted in order, and each tells the balances that it left")
    func posted() throws {
        let made = try book.write { try post($0, 100, -30, -70, 5) }
        #expect(made.map(\.id.number) == [1, 2, 3, 4])
        let cash = made.map { $0.balances[0].posted }
        #expect(cash.map(\.debits) == [100, 100, 100, 105])
        #expect(cash.map(\.credits) == [0, 30, 100, 100])
        #expect(try book.write { try $0.post(linked: [], at: Self.now) } == [])
        try expect(debits: 105, credits: 100, entries: 4)
    }

    @Test("fall together at the first that is refused, and the command may go on")
    func refused() throws {
        try book.write { journal in
            _ = try post(journal, 100)
            #expect(throws: LedgerError.linkedEntry(index: 2, full)) {
                try post(journal, 50, -150, -1, 7)
            }
            #expect(throws: LedgerError.linkedEntry(index: 0, .postingCount(0))) {
                try journal.post(linked: [TestBook.entry([])], at: Self.now)
            }
            let made = try post(journal, -100)
            #expect(made.map(\.id.number) == [2])
        }
        try expect(debits: 100, credits: 100, entries: 2)
    }

    @Test("nest: an inner group falls alone, an outer one with all that is in it")
    func nested() throws {
        try book.write { journal in
            try journal.together {
                _ = try post(journal, 100)
                #expect(throws: Undone.self) {
                    try journal.together {
                        _ = try post(journal, 40)
                        try journal.together { _ = try post(journal, 2) }
                        throw Undone()
                    }
                }
                _ = try post(journal, -100)
            }
            #expect(throws: full) {
                try journal.together {
                    try journal.together { _ = try post(journal, 9) }
                    _ = try journal.post(entry(-10), at: Self.now)
                }
            }
            _ = try post(journal, 1)
        }
        try expect(debits: 101, credits: 100, entries: 3)
    }

    @Test("that fall leave pending entries, their ends and other rows as they were")
    func pending() throws {
        let pending = try book.write {
            try $0.pend(entry(60), expiresAt: nil, at: Self.now).id
        }
        try book.write { journal in
            #expect(throws: Undone.self) {
                try journal.together {
                    _ = try journal.postPending(pending, at: Self.now)
                    _ = try journal.pend(entry(5), expiresAt: nil, at: Self.now)
                    try book.connection.execute(
                        script: "UPDATE ledger_account SET name = 'other' WHERE account_id = 1")
                    throw Undone()
                }
            }
            let balance = try journal.balance(of: cash)
            #expect(balance?.pending.debits == 60)
            let void = try journal.void(pending, narrative: "", at: Self.now)
            #expect(void.id.number == 2)
        }
        let names = "SELECT count(*) FROM ledger_account WHERE name = 'other'"
        #expect(try book.number(names) == 0)
        try expect(debits: 0, credits: 0, entries: 2)
    }

    @Test("that fall take an account with them that was opened among them")
    func account() throws {
        let (ghost, real) = try (
            #require(AccountCode("1009.GHOST")), #require(AccountCode("1009.REAL"))
        )
        try book.write { journal in
            var ghostID: ID<Account>?
            #expect(throws: Undone.self) {
                try journal.together {
                    let id = try journal.openAccount(
                        code: ghost, name: "", type: .asset, currency: .renminbi)
                    _ = try journal.post(
                        TestBook.entry([.debit(cash, 9), .credit(id, 9)]), at: Self.now)
                    ghostID = id
                    throw Undone()
                }
            }
            let id = try journal.openAccount(
                code: real, name: "", type: .asset, currency: .renminbi,
                limit: .creditsWithinDebits)
            #expect(id == ghostID, "the number was given again, or this tests nothing")
            #expect(try journal.balance(of: id) == .zero)
            #expect(throws: LedgerError.limitExceeded(real, .creditsWithinDebits)) {
                try journal.post(
                    TestBook.entry([.debit(cash, 9), .credit(id, 9)]), at: Self.now)
            }
            _ = try post(journal, 3)
        }
        try expect(debits: 3, credits: 0, entries: 1)
        #expect(try book.reader.account(ghost) == nil)
    }

    @Test("that fall reopen a date that was sealed among them, and close one that was opened")
    func date() throws {
        let first = TestBook.firstDate
        try book.write { journal in
            _ = try post(journal, 100)
            #expect(throws: Undone.self) {
                try journal.together {
                    _ = try post(journal, 7)
                    _ = try journal.seal(first, at: Self.now)
                    try journal.open(first.adding(days: 1), at: Self.now)
                    _ = try post(journal, 8)
                    throw Undone()
                }
            }
            #expect(try journal.currentDate() == first)
            _ = try post(journal, -30)
        }
        try expect(debits: 100, credits: 30, entries: 2)
        #expect(try book.reader.entry(ID(2))?.businessDate == first)
        #expect(try book.number("SELECT count(*) FROM account_day") == 0)
        let seal = try book.turnDay()
        #expect(seal.treeSize == 2 && seal.entryCount == 2)
    }

    @Test("fall with their command, also after their group has ended well")
    func command() throws {
        let results = try book.writeBatch([
            { journal in
                _ = try post(journal, 100, 5)
                throw Undone()
            },
            { try post($0, 3, -3) },
        ])
        #expect(throws: Undone.self) { try results[0].get() }
        #expect(try results[1].get().map(\.id.number) == [1, 2])
        try expect(debits: 3, credits: 3, entries: 2)
    }
}
