import Ledger
import Testing

@Suite("Balances netted in a batch")
struct BalanceSheetTests {
    struct Undone: Error {}

    let book: TestBook
    let cash: ID<Account>
    let debt: ID<Account>

    init() throws {
        book = try TestBook()
        try book.openFirstDate()
        cash = try book.openAccount("1001", limit: .creditsWithinDebits)
        debt = try book.openAccount("2202", .liability)
    }

    private func post(_ journal: Journal, _ amount: Int64) throws {
        let postings: [Posting] =
            amount > 0
            ? [.debit(cash, amount), .credit(debt, amount)]
            : [.credit(cash, -amount), .debit(debt, -amount)]
        _ = try journal.post(TestBook.entry(postings), at: TestBook.instant)
    }

    /// The rows of balances as text.
    private func balances(_ book: TestBook) throws -> [String] {
        let query = "SELECT * FROM account_balance ORDER BY account_id"
        return try book.connection.prepare(computed: query).all { row in
            (0..<Int32(8)).map { "\(row.integer($0))" }.joined(separator: " ")
        }
    }

    private func expectCash(_ debits: Int64, _ credits: Int64) throws {
        #expect(
            try book.reader.balance(of: cash)?.posted
                == AccountTotals(debits: debits, credits: credits))
        #expect(try book.audit().faults == [])
    }

    @Test("are those of commands that run one by one")
    func netted() throws {
        let amounts: [Int64] = [100, 250, -50, 1, -301, 7]
        let other = try BalanceSheetTests()
        let results = try book.writeBatch(amounts.map { amount in { try post($0, amount) } })
        for result in results { try result.get() }
        for amount in amounts { try other.book.write { try other.post($0, amount) } }
        #expect(try balances(book) == balances(other.book))
        #expect(try balances(book)[0] == "1 358 351 0 0 20778 358 351")
        try expectCash(358, 351)
    }

    @Test(
        "cost a hot account one row a batch, however many entries it has", arguments: [1, 16, 300])
    func oneRowEach(entries: Int) throws {
        try book.write { try post($0, 1_000) }
        let before = book.connection.changeCount
        try book.write { journal in
            for number in 0..<entries { try post(journal, number % 3 == 2 ? -7 : 5) }
        }
        // Rows of entries and postings; then two balances, the tree's head and its state.
        var expected = Int64(entries * 3 + 2 + 2)
        let size = try #require(try book.number("SELECT tree_size FROM tree_state"))
        expected += size / 256
        #expect(book.connection.changeCount - before == expected)
        let out = Int64(entries / 3)
        try expectCash(1_000 + 5 * (Int64(entries) - out), 7 * out)
    }

    @Test("are, with the tree, the same in one batch as in a batch for each entry")
    func phases() throws {
        let pair: [Posting] = [.debit(cash, 40), .credit(debt, 40)]
        let commands: [(Journal) throws -> Void] = [
            { try post($0, 100) },
            { _ = try $0.pend(TestBook.entry(pair), expiresAt: nil, at: TestBook.instant) },
            { _ = try $0.pend(TestBook.entry(pair), expiresAt: nil, at: TestBook.instant) },
            { journal in
                let part: [Posting] = [.debit(cash, 15), .credit(debt, 15)]
                _ = try journal.postPending(ID(2), postings: part, at: TestBook.instant)
            },
            { _ = try $0.void(ID(3), narrative: "", at: TestBook.instant) },
            { _ = try $0.reverse(ID(4), narrative: "", at: TestBook.instant) },
            { _ = try $0.pend(TestBook.entry(pair), expiresAt: nil, at: TestBook.instant) },
        ]
        let other = try BalanceSheetTests()
        for result in try book.writeBatch(commands) { try result.get() }
        for command in commands { try other.book.write(command) }
        #expect(try balances(book) == balances(other.book))
        #expect(try balances(book)[0] == "1 115 15 40 0 20778 115 15")
        let state = "SELECT tree_size || ' ' || hex(peaks) FROM tree_state"
        let states = try [book, other.book].map {
            try $0.connection.prepare(computed: state).all { $0.text(0) }
        }
        #expect(states[0] == states[1])
        #expect(try book.number("SELECT count(*) FROM tree_head") == 1)
        #expect(try other.book.number("SELECT count(*) FROM tree_head") == 7)
    }

    @Test("tell a command of what those before it in its batch posted")
    func visibleInBatch() throws {
        try book.write { journal in
            try post(journal, 100)
            #expect(try journal.balance(of: cash)?.posted == AccountTotals(debits: 100, credits: 0))
            #expect(try book.reader.balance(of: cash)?.posted == .zero)
        }
        try expectCash(100, 0)
    }

    @Test("lose a command that was undone, and it alone")
    func undone() throws {
        let results = try book.writeBatch([
            { try post($0, 100) },
            { journal in
                try post(journal, 40)
                try post(journal, 2)
                throw Undone()
            },
            { try post($0, 5) },
        ])
        #expect(throws: Undone.self) { try results[1].get() }
        try expectCash(105, 0)
        #expect(try book.number("SELECT count(*) FROM journal_entry") == 2)
    }

    @Test("are checked against limits batch-wide, with undone commands left out")
    func limitsInBatch() throws {
        let results = try book.writeBatch([
            { try post($0, 100) },
            { journal in
                try post(journal, 1_000)
                throw Undone()
            },
            { try post($0, -101) },
            { try post($0, -100) },
        ])
        #expect(throws: LedgerError.self) { try results[2].get() }
        try results[3].get()
        try expectCash(100, 100)
    }

    @Test("are as before an entry that was refused, when its command goes on")
    func refusedEntryInCommand() throws {
        try book.write { journal in
            try post(journal, 100)
            #expect(throws: LedgerError.self) { try post(journal, -101) }
            try post(journal, -30)
        }
        try expectCash(100, 30)
    }

    @Test("of earlier commands survive a seal that is undone in their batch", arguments: [0, 7])
    func undoneSeal(postedBefore: Int64) throws {
        let results = try book.writeBatch([
            { try post($0, 100) },
            { journal in
                if postedBefore > 0 { try post(journal, postedBefore) }
                _ = try journal.seal(TestBook.firstDate, at: TestBook.instant)
                throw Undone()
            },
        ])
        try results[0].get()
        #expect(throws: Undone.self) { try results[1].get() }
        #expect(try book.reader.openDate() == TestBook.firstDate)
        try expectCash(100, 0)
    }

    @Test("of an account whose opening was undone are not those of the next one with its number")
    func undoneAccount() throws {
        let ghost = try #require(AccountCode("1009.GHOST"))
        let real = try #require(AccountCode("1009.REAL"))
        var numbers: [ID<Account>] = []
        let results = try book.writeBatch([
            { journal in
                let account = try journal.openAccount(
                    code: ghost, name: "", type: .asset, currency: .renminbi)
                numbers.append(account)
                _ = try journal.post(
                    TestBook.entry([.debit(cash, 9), .credit(account, 9)]), at: TestBook.instant)
                throw Undone()
            },
            { journal in
                let account = try journal.openAccount(
                    code: real, name: "", type: .asset, currency: .renminbi,
                    limit: .creditsWithinDebits)
                numbers.append(account)
                #expect(throws: LedgerError.limitExceeded(real, .creditsWithinDebits)) {
                    _ = try journal.post(
                        TestBook.entry([.debit(cash, 9), .credit(account, 9)]),
                        at: TestBook.instant)
                }
            },
        ])
        #expect(throws: Undone.self) { try results[0].get() }
        try results[1].get()
        #expect(numbers[0] == numbers[1], "the number was given again, or this tests nothing")
        try expectCash(0, 0)
    }

    @Test("are read anew by the next batch")
    func nextBatch() throws {
        try book.write { try post($0, 100) }
        #expect(throws: Undone.self) {
            try book.write { journal in
                try post(journal, 50)
                throw Undone()
            }
        }
        try book.write { try post($0, -100) }
        try expectCash(100, 100)
    }
}
