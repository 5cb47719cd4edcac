import Ledger
import SQL
import Testing

@Suite("The database itself")
struct DatabaseGuardTests {
    /// An attack on a `GuardedBook`, and what the database says to it.
    struct Attack: Sendable, CustomTestStringConvertible {
        let name: String
        let sql: String
        let refusal: String
        var testDescription: String { name }
    }

    static let attacks = entryAttacks + actionAttacks + pendingAttacks + keptAttacks + treeAttacks

    /// Everything that the tables hold, as one text.
    private func contents(_ connection: Connection) throws -> String {
        let tables = try connection.prepare(
            "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
        ).all { $0.text(0) }
        var text = ""
        for table in tables {
            let columns = try connection.prepare("SELECT name FROM pragma_table_info($1)")
                .all(.text(table)) { "quote(\($0.text(0)))" }
            try connection.prepare(
                computed: "SELECT \(columns.joined(separator: " || '|' || ")) FROM \(table)"
            ).forEach { text += table + "|" + $0.text(0) + "\n" }
        }
        return text
    }

    /// A stranger's connection to a book.
    private func stranger(to book: TestBook) throws -> Connection {
        let raw = try Connection(path: book.path, access: .write)
        // The guards must hold by themselves, without foreign keys to help them.
        try raw.execute(script: "PRAGMA foreign_keys = OFF")
        return raw
    }

    @Test("refuses a raw connection's attempt to", arguments: attacks)
    func rawConnection(_ attack: Attack) throws {
        let book = try GuardedBook.copy()
        let before = try contents(book.connection)
        let raw = try stranger(to: book)
        let error = try #require(throws: SQLError.self) {
            try raw.transaction { try raw.execute(script: attack.sql) }
        }
        #expect(error.message.contains(attack.refusal), "\(error)")
        #expect(error.isConstraint)
        #expect(try contents(book.connection) == before)
    }

    @Test("refuses the sqlite3 program's attempt to", arguments: attacks)
    func program(_ attack: Attack) throws {
        try #require(SQLiteTool.isInstalled, "this test needs Debian's package sqlite3")
        let book = try GuardedBook.copy()
        let before = try contents(book.connection)
        let answer = try SQLiteTool.run("BEGIN; \(attack.sql); COMMIT;", on: book.path)
        #expect(answer.status != 0)
        #expect(answer.errors.contains(attack.refusal), "\(answer.errors)")
        #expect(try contents(book.connection) == before)
    }

    @Test("has no guard that could be taken away without an attack above getting through")
    func everyGuardIsNeeded() throws {
        let book = try GuardedBook.copy()
        let raw = try stranger(to: book)
        let guards = try raw.prepare(
            """
            SELECT name, sql FROM sqlite_schema
            WHERE type = 'trigger' AND sql LIKE '%RAISE%' ORDER BY name
            """
        ).all { (name: $0.text(0), sql: $0.text(1)) }
        #expect(guards.count > 30)
        for trigger in guards {
            try raw.execute(script: "DROP TRIGGER \(trigger.name)")
            let isNeeded = Self.attacks.contains { refusal(of: $0, by: raw) == nil }
            #expect(isNeeded, "no attack gets through without the guard \(trigger.name)")
            try raw.execute(script: trigger.sql)
        }
        for attack in Self.attacks { #expect(refusal(of: attack, by: raw) != nil) }
    }

    private struct GotThrough: Error {}

    /// What the database says to an attack, or nothing when it lets it through; it is undone.
    private func refusal(of attack: Attack, by raw: Connection) -> String? {
        let outcome = Result {
            try raw.transaction { () throws -> Void in
                try raw.execute(script: attack.sql)
                throw GotThrough()
            }
        }
        switch outcome {
        case .failure(let error as SQLError): return error.message
        case .failure, .success: return nil
        }
    }

    @Test(
        "takes what keeps all the rules, so that the refusals above mean something",
        arguments: [
            pair + entry(), pair + entry() + treeHead(),
            pendingEntry() + pendingPair + entry(phase: 1) + treeHead(),
            pair + entry(phase: 2, original: GuardedBook.pending) + treeHead(),
            entry(phase: 3, original: GuardedBook.pending) + treeHead(),
            inverse(of: 150) + entry(phase: 4, original: GuardedBook.posts) + treeHead(),
            pair + entry() + treeHead() + treeState(GuardedBook.next),
            "UPDATE ledger_account SET name = 'new name' WHERE account_id = 1",
        ])
    func sound(sql: String) throws {
        let book = try GuardedBook.copy()
        let before = try contents(book.connection)
        let raw = try stranger(to: book)
        try raw.transaction { try raw.execute(script: sql) }
        #expect(try contents(book.connection) != before)
    }

    @Test("keeps which entry ended a pending one, when it is posted and when it is voided")
    func resolved() throws {
        for phase in 2...3 {
            let book = try GuardedBook.copy()
            let raw = try stranger(to: book)
            try raw.execute(
                script: (phase == 2 ? Self.pair : "")
                    + Self.entry(phase: phase, original: GuardedBook.pending))
            let end = try book.number(
                "SELECT resolved_by FROM pending_entry WHERE entry_id = \(GuardedBook.pending)")
            #expect(end == Int64(GuardedBook.next))
        }
    }

    @Test(
        "refuses with its foreign keys",
        arguments: [
            "INSERT INTO account_day VALUES (20780, 99, 0, 0, 0, 0, 0, 0)",
            "INSERT INTO account_balance VALUES (99, 0, 0, 0, 0, 0, 0, 0)",
        ])
    func foreignKeys(sql: String) throws {
        let book = try GuardedBook.copy()
        let before = try contents(book.connection)
        let raw = try Connection(path: book.path, access: .write)
        let error = try #require(throws: SQLError.self) {
            try raw.transaction { try raw.execute(script: sql) }
        }
        #expect(error.extendedCode == 787, "\(error)")
        #expect(try contents(book.connection) == before)
    }
}

/// Statements that attacks are made of.
extension DatabaseGuardTests {
    static func entry(
        _ number: Int = GuardedBook.next, date: Int = 20_780, phase: Int = 0,
        original: Int? = nil, originalDate: Int = 20_780, verb: String = "INSERT"
    ) -> String {
        let link = original.map { "\($0), \(originalDate)" } ?? "NULL, NULL"
        return "\(verb) INTO journal_entry "
            + "VALUES (\(number), \(date), 0, 'x', 'x', NULL, \(phase), \(link));"
    }

    static func posting(
        _ line: Int, _ amount: Int64, entry: Int = GuardedBook.next, account: Int = 1,
        currency: Int = 156, table: String = "posting", verb: String = "INSERT"
    ) -> String {
        "\(verb) INTO \(table) VALUES (\(entry), \(line), \(account), \(amount), \(currency));"
    }

    static func pendingPosting(
        _ line: Int, _ amount: Int64, account: Int = 1, currency: Int = 156
    ) -> String {
        posting(line, amount, account: account, currency: currency, table: "pending_posting")
    }

    static func pendingEntry(_ number: Int = GuardedBook.next, verb: String = "INSERT") -> String {
        "\(verb) INTO pending_entry VALUES (\(number), NULL, NULL);"
    }

    /// Two lines that balance, and that post a part of `GuardedBook.pending`.
    static let pair = posting(1, 9) + posting(2, -9, account: 2)
    static let pendingPair = pendingPosting(1, 9) + pendingPosting(2, -9, account: 2)

    /// The inverse of an entry of two lines: an amount in cash, and owed.
    static func inverse(of amount: Int64) -> String {
        posting(1, -amount) + posting(2, amount, account: 2)
    }

    static func treeHead(_ size: Int = GuardedBook.next, verb: String = "INSERT") -> String {
        "\(verb) INTO tree_head VALUES (\(size), zeroblob(32));"
    }

    static func treeState(_ size: Int) -> String {
        "UPDATE tree_state SET tree_size = \(size), peaks = zeroblob(\(32 * size.nonzeroBitCount));"
    }
}
