import Ledger
import SQL
import Testing

@Suite("The ledger's audit")
struct LedgerAuditTests {
    /// A damage to an `AuditBook` whose guards were dropped, and a fault that must be found.
    struct Damage: Sendable, CustomTestStringConvertible {
        let sql: String
        let kind: LedgerFault.Kind
        let key: String
        let field: String
        var expected: String?
        var found: String?
        var testDescription: String { "\(kind.rawValue): \(sql)" }
    }

    static let allDamages =
        journalDamages + actionDamages + balanceDamages + sealDamages + treeDamages

    @Test("finds nothing in a sound book, and counts what it saw")
    func sound() throws {
        let report = try AuditBook().book.audit()
        #expect(report.faults == [])
        #expect(report.isClean)
        #expect(report.entryCount == AuditBook.entryCount)
        #expect(report.postingCount == 514)
        #expect(report.accountCount == 4)
        #expect(report.dateCount == 3)
    }

    @Test("finds nothing in an empty book")
    func empty() throws {
        let report = try TestBook().audit()
        #expect(report.isClean && report.entryCount == 0 && report.dateCount == 0)
    }

    @Test(
        "finds, after a damage with the guards dropped,",
        arguments: allDamages)
    func damage(_ damage: Damage) throws {
        let book = try DamagedBook()
        #expect(try book.filled.book.audit().isClean)
        try book.damage(damage.sql)
        let report = try book.filled.book.audit()
        let matches = report.faults.filter { fault in
            fault.kind == damage.kind && fault.key == damage.key && fault.field == damage.field
        }
        #expect(!matches.isEmpty, "\(report.faults.map { "\($0)" })")
        if let expected = damage.expected { #expect(matches.first?.expected == expected) }
        if let found = damage.found { #expect(matches.first?.found == found) }
        #expect(!report.isClean)
        #expect(report.faultCount == report.faults.count)
    }

    @Test("has a damage in this table for every kind of fault")
    func everyKind() {
        // Rows that SQL can write can be read; the test below damages the file itself.
        let all = Set(LedgerFault.Kind.allCases).subtracting([.unreadable])
        #expect(Set(Self.allDamages.map(\.kind)) == all)
    }

    @Test("says after which entry the file cannot be read on, and what it had found before")
    func unreadable() throws {
        let book = try DamagedBook()
        try book.damage("UPDATE account_balance SET debits = 1")
        try book.damage("UPDATE posting SET amount = amount + 1 WHERE entry_id = 1 AND line = 1")
        try book.overwritePage(of: "posting", at: 1)
        let report = try book.filled.book.audit()
        #expect(report.faults.contains { $0.kind == .unbalanced && $0.key == "1" })
        let fault = try #require(report.faults.last)
        #expect(fault.kind == .unreadable && fault.table == "journal_entry")
        #expect(try #require(Int64(fault.key)) >= 1)
        #expect(fault.found.contains("malformed"), "\(fault)")
    }

    @Test("reports values of a wrong type, in any column, without ending the program")
    func wrongTypes() throws {
        let garbage = ["NULL", "'text'", "1.5", "x'00ff'", "''", "-9223372036854775808"]
        let tables = [
            "ledger_account": ["code", "type", "currency", "balance_limit", "account_id"],
            "business_date": [
                "business_date", "state", "sealed_at", "tree_size", "entry_count", "tree_root",
                "balances_digest",
            ],
            "journal_entry": [
                "entry_id", "business_date", "recorded_at", "kind", "narrative", "source_id",
                "phase", "original_entry_id", "original_date",
            ],
            "posting": ["entry_id", "line", "account_id", "amount", "currency"],
            "pending_posting": ["entry_id", "line", "account_id", "amount", "currency"],
            "pending_entry": ["entry_id", "expires_at", "resolved_by"],
            "account_balance": [
                "account_id", "debits", "credits", "pending_debits", "pending_credits",
                "latest_date", "date_debits", "date_credits",
            ],
            "account_day": [
                "business_date", "account_id", "debits", "credits", "closing_debits",
                "closing_credits", "closing_pending_debits", "closing_pending_credits",
            ],
            "tree_head": ["tree_size", "root"],
            "tree_state": ["tree_size", "peaks"],
            "tree_node": ["level", "position", "digest"],
        ]
        let book = try DamagedBook(keepsTypes: false)
        #expect(try book.filled.book.audit().isClean)
        for (table, columns) in tables.sorted(by: { $0.key < $1.key }) {
            for column in columns {
                for value in garbage where isDamage(value, to: column) {
                    let reports = try book.undoing(
                        "UPDATE \(table) SET \(column) = \(value) "
                            + "WHERE rowid = (SELECT min(rowid) FROM \(table))"
                    ) { try book.filled.book.audit() }
                    #expect(!reports.isClean, "\(table).\(column) = \(value)")
                }
            }
        }
    }

    // What the column holds in the sound book is no damage.
    private func isDamage(_ value: String, to column: String) -> Bool {
        switch column {
        case "original_entry_id", "original_date": value != "NULL"
        case "sealed_at": !value.hasPrefix("-")
        case _: true
        }
    }

    @Test("keeps the first faults, and counts them all")
    func maximumFaults() throws {
        let book = try DamagedBook()
        try book.damage("UPDATE posting SET amount = amount + 1")
        let all = try book.filled.book.audit()
        let few = try LedgerAudit(book.filled.book.connection, maximumFaults: 3).run()
        #expect(few.faults == Array(all.faults.prefix(3)))
        #expect(few.faultCount == all.faultCount)
        #expect(all.faultCount > 3)
        let none = try LedgerAudit(book.filled.book.connection, maximumFaults: 0).run()
        #expect(none.faults == [] && !none.isClean)
    }

    @Test("tells of its progress, the last time with everything checked")
    func progress() throws {
        let filled = try AuditBook()
        var seen: [LedgerAudit.Progress] = []
        _ = try LedgerAudit(filled.book.connection) { seen.append($0) }.run()
        #expect(seen.map(\.entriesChecked) == [AuditBook.entryCount])
        #expect(seen.map(\.lastEntry) == [AuditBook.entryCount])
    }

    @Test("reads one snapshot, also one that is open already, and writes nothing")
    func snapshot() throws {
        let filled = try FilledBook()
        let pool = ReaderPool(path: filled.book.path)
        let report = try pool.read { connection in
            _ = try LedgerReader(connection).openDate()
            try filled.book.post(.debit(filled.cash, 1), .credit(filled.payable, 1))
            return try LedgerAudit(connection).run()
        }
        #expect(report.isClean && report.entryCount == 5)
        #expect(try filled.book.audit().entryCount == 6)
    }

    @Test("says in words where a fault is")
    func words() {
        let fault = LedgerFault(
            kind: .wrongBalance, table: "account_balance", key: "7", field: "debits",
            expected: "1", found: "2")
        #expect("\(fault)" == "wrong_balance: account_balance 7, debits: expected 1, found 2")
    }
}
