import Ledger
import SQL
import Testing

@Suite("The database itself")
struct DatabaseGuardTests {
    /// An attack on a `FilledBook`, and what the database says to it.
    struct Attack: Sendable, CustomTestStringConvertible {
        let name: String
        let sql: String
        let refusal: String
        var testDescription: String { name }
    }

    // Entry 5 is the last one; dates are 20778 and 20779 (sealed) and 20780 (open).
    private static func entry(
        _ number: Int, date: Int = 20_780, reverses: String = "NULL", verb: String = "INSERT"
    ) -> String {
        "\(verb) INTO journal_entry VALUES (\(number), \(date), 0, 'x', 'x', NULL, \(reverses));"
    }

    private static func posting(
        _ entry: Int, _ line: Int, _ amount: Int, account: Int = 1, currency: Int = 156
    ) -> String {
        "INSERT INTO posting VALUES (\(entry), \(line), \(account), \(amount), \(currency));"
    }

    private static let pair = posting(6, 1, 9) + posting(6, 2, -9)

    static let attacks: [Attack] = [
        .init(
            name: "change an entry", sql: "UPDATE journal_entry SET narrative = 'x'",
            refusal: "an entry is never changed"),
        .init(
            name: "change an entry, replacing",
            sql: "UPDATE OR REPLACE journal_entry SET entry_id = 1 WHERE entry_id = 2",
            refusal: "an entry is never changed"),
        .init(
            name: "delete an entry", sql: "DELETE FROM journal_entry WHERE entry_id = 5",
            refusal: "an entry is never deleted"),
        .init(
            name: "replace an entry",
            sql: entry(5, verb: "INSERT OR REPLACE"), refusal: "entry numbers have no gaps"),
        .init(
            name: "change a posting", sql: "UPDATE posting SET amount = amount * 2",
            refusal: "a posting is never changed"),
        .init(
            name: "delete postings", sql: "DELETE FROM posting",
            refusal: "a posting is never deleted"),
        .init(
            name: "replace a posting",
            sql: "INSERT OR REPLACE INTO posting VALUES (5, 1, 1, 999, 156)",
            refusal: "an entry takes no further posting"),
        .init(
            name: "add a posting to an entry", sql: posting(5, 3, 1),
            refusal: "an entry takes no further posting"),
        .init(
            name: "post an unbalanced entry",
            sql: posting(6, 1, 9) + posting(6, 2, -8) + entry(6),
            refusal: "an entry must balance"),
        .init(
            name: "post an entry that balances only across currencies",
            sql: posting(6, 1, 9) + posting(6, 2, -9, account: 3, currency: 840) + entry(6),
            refusal: "an entry must balance in each currency"),
        .init(
            name: "post to an account that does not exist",
            sql: posting(6, 1, 9, account: 99) + posting(6, 2, -9) + entry(6),
            refusal: "a posting has an account, and its currency"),
        .init(
            name: "hide an imbalance in an account that does not exist",
            sql: pair + posting(6, 3, 999, account: 99) + entry(6),
            refusal: "a posting has an account, and its currency"),
        .init(
            name: "post in another currency than the account's",
            sql: posting(6, 1, 9, currency: 840) + posting(6, 2, -9, currency: 840) + entry(6),
            refusal: "a posting has an account, and its currency"),
        .init(
            name: "post an entry without postings", sql: entry(6),
            refusal: "an entry has two or more postings"),
        .init(
            name: "post an entry of one posting", sql: posting(6, 1, 9) + entry(6),
            refusal: "an entry has two or more postings"),
        .init(
            name: "post on a sealed date", sql: pair + entry(6, date: 20_779),
            refusal: "the business date is not open"),
        .init(
            name: "post on an unknown date", sql: pair + entry(6, date: 99_999),
            refusal: "the business date is not open"),
        .init(
            name: "leave a gap in the numbers",
            sql: posting(7, 1, 9) + posting(7, 2, -9) + entry(7),
            refusal: "entry numbers have no gaps"),
        .init(
            name: "post nothing", sql: posting(6, 1, 0), refusal: "CHECK constraint failed"),
        .init(
            name: "reverse an entry twice", sql: pair + entry(6, reverses: "3"),
            refusal: "an entry is reversed once"),
        .init(
            name: "replace a reversal",
            sql: pair + entry(6, reverses: "3", verb: "INSERT OR REPLACE"),
            refusal: "an entry is reversed once"),
        .init(
            name: "reopen a sealed date",
            sql: "UPDATE business_date SET state = 'open' WHERE business_date = 20778",
            refusal: "a sealed business date is closed for good"),
        .init(
            name: "change a seal",
            sql: "UPDATE business_date SET journal_digest = 'x' WHERE business_date = 20778",
            refusal: "a sealed business date is closed for good"),
        .init(
            name: "move a date",
            sql: "UPDATE business_date SET business_date = 30000 WHERE business_date = 20780",
            refusal: "a sealed business date is closed for good"),
        .init(
            name: "delete a date", sql: "DELETE FROM business_date WHERE business_date = 20780",
            refusal: "a business date is never deleted"),
        .init(
            name: "replace a sealed date",
            sql: "INSERT OR REPLACE INTO business_date (business_date, state, opened_at) "
                + "VALUES (20778, 'open', 0)",
            refusal: "business date"),
        .init(
            name: "replace the open date by a later one",
            sql: "INSERT OR REPLACE INTO business_date (business_date, state, opened_at) "
                + "VALUES (20999, 'open', 0)",
            refusal: "one business date is open at a time"),
        .init(
            name: "change an account's limit",
            sql: "UPDATE ledger_account SET balance_limit = 'none'",
            refusal: "an account is never changed"),
        .init(
            name: "delete an account", sql: "DELETE FROM ledger_account WHERE account_id = 1",
            refusal: "an account is never deleted"),
        .init(
            name: "replace an account by its number",
            sql: "INSERT OR REPLACE INTO ledger_account "
                + "VALUES (1, '1001.X', 'x', 'asset', 156, 'none')",
            refusal: "an account is never replaced"),
        .init(
            name: "replace an account by its code",
            sql: "INSERT OR REPLACE INTO ledger_account "
                + "VALUES (9, '2202.W001', 'x', 'asset', 156, 'none')",
            refusal: "an account is never replaced"),
        .init(
            name: "change a sealed date's totals", sql: "UPDATE account_day SET debits = 1",
            refusal: "the totals of a sealed date are never changed"),
        .init(
            name: "delete a sealed date's totals", sql: "DELETE FROM account_day",
            refusal: "the totals of a sealed date are never deleted"),
        .init(
            name: "replace a sealed date's totals",
            sql: "INSERT OR REPLACE INTO account_day VALUES (20778, 1, 1, 1, 1, 1)",
            refusal: "the business date is not open"),
    ]

    /// Everything that the tables hold, as one text.
    private func contents(_ book: TestBook) throws -> String {
        var text = ""
        for (table, columns) in [
            ("journal_entry", 7), ("posting", 5), ("business_date", 8), ("ledger_account", 6),
            ("account_day", 6), ("account_balance", 6),
        ] {
            try book.connection.prepare(computed: "SELECT * FROM \(table) ORDER BY 1, 2")
                .forEach { row in
                    for column in 0..<Int32(columns) {
                        text += (row.optionalText(column) ?? "-") + "|"
                    }
                    text += "\n"
                }
        }
        return text
    }

    @Test("refuses a raw connection's attempt to", arguments: attacks)
    func rawConnection(_ attack: Attack) throws {
        let filled = try FilledBook()
        let before = try contents(filled.book)
        let raw = try Connection(path: filled.book.path, access: .write)
        // The guards must hold by themselves, without foreign keys to help them.
        try raw.execute(script: "PRAGMA foreign_keys = OFF")
        let error = try #require(throws: SQLError.self) {
            try raw.transaction { try raw.execute(script: attack.sql) }
        }
        #expect(error.message.contains(attack.refusal), "\(error)")
        #expect(error.isConstraint)
        #expect(try contents(filled.book) == before)
        #expect(try filled.book.audit().faults == [])
    }

    @Test("refuses the sqlite3 program's attempt to", arguments: attacks)
    func program(_ attack: Attack) throws {
        try #require(SQLiteTool.isInstalled, "this test needs Debian's package sqlite3")
        let filled = try FilledBook()
        let before = try contents(filled.book)
        let answer = try SQLiteTool.run("BEGIN; \(attack.sql); COMMIT;", on: filled.book.path)
        #expect(answer.status != 0)
        #expect(answer.errors.contains(attack.refusal), "\(answer.errors)")
        #expect(try contents(filled.book) == before)
        #expect(try filled.book.audit().faults == [])
    }

    @Test("takes an entry that keeps all the rules, so that the refusals above mean something")
    func soundEntry() throws {
        let filled = try FilledBook()
        let raw = try Connection(path: filled.book.path, access: .write)
        try raw.transaction {
            try raw.execute(script: Self.pair + Self.entry(6))
        }
        #expect(try filled.book.number("SELECT count(*) FROM journal_entry") == 6)
        try raw.execute(script: "UPDATE ledger_account SET name = 'new name' WHERE account_id = 1")
    }

    @Test(
        "refuses with its foreign keys",
        arguments: [
            posting(6, 1, 9, account: 99) + posting(6, 2, -9) + entry(6),
            pair, pair + entry(6, reverses: "77"),
            "INSERT INTO account_day VALUES (20780, 99, 0, 0, 0, 0)",
        ])
    func foreignKeys(sql: String) throws {
        let filled = try FilledBook()
        let before = try contents(filled.book)
        let raw = try Connection(path: filled.book.path, access: .write)
        let error = try #require(throws: SQLError.self) {
            try raw.transaction { try raw.execute(script: sql) }
        }
        #expect(error.extendedCode == 787, "\(error)")
        #expect(try contents(filled.book) == before)
    }
}
