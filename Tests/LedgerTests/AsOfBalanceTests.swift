import CivilTime
import SQL
import Testing

@testable import Ledger

/// Balances of the past, in a book of which every number can be reckoned by hand.
///
/// The dates are 0, 1 and 4 days after the first one, of which the last is open. Entries 1 and 2
/// are of the first, 3 to 6 of the second, 7 and 8 of the open date.
@Suite("A balance as of")
struct AsOfBalanceTests {
    private static let now = TestBook.instant
    private static let first = TestBook.firstDate

    let book: TestBook
    let cash: ID<Account>
    let debt: ID<Account>
    let late: ID<Account>

    init() throws {
        book = try TestBook()
        try book.openFirstDate()
        let (cash, debt, late) = try (
            book.openAccount("1001"), book.openAccount("2202", .liability),
            book.openAccount("1002")
        )
        let entry = { (amount: Int64) in
            TestBook.entry([.debit(cash, amount), .credit(debt, amount)])
        }
        let pending = try book.write { journal in
            _ = try journal.post(entry(100), at: Self.now)
            return try journal.pend(entry(70), expiresAt: nil, at: Self.now).id
        }
        try book.turnDay()
        try book.write { journal in
            _ = try journal.post(entry(5), at: Self.now)
            _ = try journal.postPending(
                pending, postings: [.debit(cash, 30), .credit(debt, 30)], at: Self.now)
            let given = try journal.pend(entry(8), expiresAt: nil, at: Self.now).id
            _ = try journal.void(given, narrative: "", at: Self.now)
        }
        try book.write { journal in
            _ = try journal.seal(Self.first.adding(days: 1), at: Self.now)
            try journal.open(Self.first.adding(days: 4), at: Self.now)
        }
        try book.write { journal in
            _ = try journal.reverse(ID(3), narrative: "", at: Self.now)
            _ = try journal.post(
                TestBook.entry([.debit(late, 1), .credit(debt, 1)]), at: Self.now)
        }
        (self.cash, self.debt, self.late) = (cash, debt, late)
    }

    private static func text(_ balance: AccountBalance) -> String {
        let (posted, pending) = (balance.posted, balance.pending)
        return "\(posted.debits) \(posted.credits) \(pending.debits) \(pending.credits)"
    }

    @Test(
        "a date: before the first, sealed, between two, open, and still to come",
        arguments: [
            (-1, "0 0 0 0", "0 0 0 0"), (0, "100 0 70 0", "0 0 0 0"),
            (1, "135 0 0 0", "0 0 0 0"), (2, "135 0 0 0", "0 0 0 0"),
            (3, "135 0 0 0", "0 0 0 0"), (4, "135 5 0 0", "1 0 0 0"),
            (9, "135 5 0 0", "1 0 0 0"),
        ])
    func date(days: Int, cash: String, late: String) throws {
        let date = Self.first.adding(days: days)
        #expect(try Self.text(book.reader.balance(of: self.cash, asOf: date)) == cash)
        #expect(try Self.text(book.reader.balance(of: self.late, asOf: date)) == late)
        #expect(try book.reader.balance(of: ID(99), asOf: date) == .zero)
    }

    @Test("a date, when none is open")
    func noneOpen() throws {
        try book.write { _ = try $0.seal(Self.first.adding(days: 4), at: Self.now) }
        for (days, text) in [(3, "135 0 0 0"), (4, "135 5 0 0"), (5, "135 5 0 0")] {
            let balance = try book.reader.balance(of: cash, asOf: Self.first.adding(days: days))
            #expect(Self.text(balance) == text)
        }
    }

    @Test("an entry: every one, none, and one that is still to come")
    func entry() throws {
        let expected = [
            "0 0 0 0", "100 0 0 0", "100 0 70 0", "105 0 70 0", "135 0 0 0", "135 0 8 0",
            "135 0 0 0", "135 5 0 0", "135 5 0 0", "135 5 0 0",
        ]
        for (number, text) in expected.enumerated() {
            let id = ID<JournalEntry>(Int64(number))
            #expect(try Self.text(book.reader.balance(of: cash, asOfEntry: id)) == text)
            let lines = try book.reader.trialBalance(asOfEntry: id).lines
            #expect(lines.first.map { Self.text($0.balance) } ?? "0 0 0 0" == text, "\(number)")
            #expect(
                lines.map(\.code.text)
                    == (number == 0
                        ? []
                        : number < 8
                            ? ["1001", "2202"]
                            : ["1001", "1002", "2202"]))
        }
        #expect(try book.reader.balance(of: cash, asOfEntry: ID(-1)) == .zero)
        #expect(try book.reader.trialBalance(asOfEntry: ID(8)) == book.reader.trialBalance())
    }

    @Test("a seal gives the trial balance of its close")
    func closing() throws {
        let one = try book.reader.trialBalance(closing: Self.first)
        #expect(one.lines.map { Self.text($0.balance) } == ["100 0 70 0", "0 100 0 70"])
        #expect(try book.reader.trialBalance(asOfEntry: ID(2)) == one)
        // The latest sealed date counts, also for one that is not sealed.
        for days in [1, 3, 4, 9] {
            let two = try book.reader.trialBalance(closing: Self.first.adding(days: days))
            #expect(two == (try book.reader.trialBalance(asOfEntry: ID(6))))
        }
    }

    @Test("the ends of a period tells what was posted in it")
    func movements() throws {
        let text = { (first: Int, last: Int) in
            try book.reader.movements(
                from: Self.first.adding(days: first), to: Self.first.adding(days: last)
            ).map {
                "\($0.code) \($0.opening.debits) \($0.opening.credits)"
                    + " \($0.movement.debits) \($0.movement.credits)"
                    + " \($0.closing.debits) \($0.closing.credits)"
            }
        }
        #expect(try text(0, 0) == ["1001 0 0 100 0 100 0", "2202 0 0 0 100 0 100"])
        #expect(try text(1, 1) == ["1001 100 0 35 0 135 0", "2202 0 100 0 35 0 135"])
        #expect(try text(0, 300) == ["1001 0 0 135 0 135 0", "2202 0 0 0 135 0 135"])
        // The open date has no part in it, nor has a date without entries.
        #expect(try text(2, 9) == [])
        #expect(try text(1, 0) == [])
        try book.turnDay()
        #expect(
            try text(1, 4) == [
                "1001 100 0 35 5 135 5", "1002 0 0 1 0 1 0", "2202 0 100 5 36 5 136",
            ])
    }

    // MARK: - Cost

    @Test("a date, a seal or a period never reads the journal")
    func withoutJournal() throws {
        try book.turnDay()
        let first = Self.first
        let answers = { [reader = book.reader, cash] in
            try (
                reader.movements(from: first, to: first.adding(days: 40)),
                reader.trialBalance(closing: first.adding(days: 1)),
                reader.balance(of: cash, asOf: first), reader.balance(of: cash)
            )
        }
        let before = try answers()
        let raw = try Connection(path: book.path, access: .write)
        try raw.execute(script: "PRAGMA foreign_keys = OFF")
        for table in ["posting", "pending_posting", "pending_entry", "journal_entry"] {
            try raw.execute(script: "DROP TABLE \(table)")
        }
        let after = try answers()
        #expect(before == after)
        #expect(before.0.count == 3)
    }

    @Test("a period, a seal or an entry is found by its keys, and scans no table that grows")
    func plans() throws {
        let plans: [(StaticString, Int, [String])] = [
            (
                LedgerReader.movementsQuery, 2,
                ["SEARCH d USING PRIMARY KEY (business_date>? AND business_date<?)"]
            ),
            (
                LedgerReader.closingQuery, 1,
                ["account_day_of_account", "SEARCH d USING PRIMARY KEY (business_date=?"]
            ),
            (
                LedgerReader.movementsOfEntriesQuery, 3,
                [
                    "SEARCH posting USING PRIMARY KEY (entry_id>? AND entry_id<?)",
                    "SEARCH pending_posting USING PRIMARY KEY (entry_id>? AND entry_id<?)",
                    "SEARCH e USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)",
                    "SEARCH p USING PRIMARY KEY (entry_id=?)",
                ]
            ),
        ]
        for (query, count, searches) in plans {
            let plan = try book.connection.prepare(computed: "EXPLAIN QUERY PLAN \(query)")
                .all(Array(repeating: SQLValue.integer(1), count: count)) { $0.text(3) }
            for search in searches {
                #expect(plan.contains { $0.contains(search) }, "\(plan)")
            }
            for table in ["account_day", "posting", "pending_posting", "journal_entry", "d", "e"] {
                #expect(!plan.contains { $0.hasPrefix("SCAN \(table)") }, "\(plan)")
            }
        }
    }
}
