import CivilTime
import Ledger
import SQL

/// A book under measurement, and entries of three postings over its accounts.
final class BenchBook {
    let session: BenchSession
    private var checkpointedPages = 0
    private var entries: EntryMaker

    init(path: String) throws {
        session = try BenchSession(path: path)
        entries = try Self.entries(path: path).entries
    }

    /// What continues a book: entries after its last, over its accounts; and its tree heads.
    static func entries(path: String) throws -> (entries: EntryMaker, heads: Int64) {
        let connection = try Connection(path: path, access: .read)
        let counts = try connection.prepare(
            """
            SELECT (SELECT max(account_id) FROM ledger_account),
                (SELECT ifnull(max(entry_id), 0) FROM journal_entry),
                (SELECT count(*) FROM tree_head)
            """
        ).first { row in
            (EntryMaker(accounts: row.integer(0), last: row.integer(1)), row.integer(2))
        }
        guard let counts else { preconditionFailure("a query of counts gives one row") }
        return counts
    }

    /// Makes a book of the program's own schema with one open date, and accounts without entries.
    static func create(path: String, accounts: Int64) throws {
        let session = try BenchSession(path: path)
        try Migrator(LedgerSchema.migrations).migrate(session.connection)
        try session.connection.transaction {
            guard let date = BusinessDate("2026-01-05") else {
                preconditionFailure("a date of the calendar")
            }
            try session.journal.open(date, at: .now)
            for number in 1...accounts {
                guard let code = AccountCode("2001.B\(number)") else {
                    preconditionFailure("a code of the chart")
                }
                _ = try session.journal.openAccount(
                    code: code, name: "Account \(number)", type: .liability, currency: .renminbi)
            }
        }
        try session.connection.checkpoint(truncating: true)
    }

    /// Posts entries in one durable commit, and copies the log as the writer does.
    func post(_ count: Int64) throws {
        let (connection, journal) = (session.connection, session.journal)
        let instant = Instant.now
        try connection.prepare("BEGIN IMMEDIATE").run()
        for _ in 0..<count {
            // A refused entry leaves nothing behind, so the ledger alone needs no savepoint.
            session.commandWillBegin()
            _ = try journal.post(entries.next(), at: instant)
        }
        try session.batchWillCommit()
        try connection.prepare("COMMIT").run()
        session.batchDidEnd(isCommitted: true)
        try checkpointIfDue()
    }

    private func checkpointIfDue() throws {
        let pages = session.connection.logPages
        if pages < checkpointedPages { checkpointedPages = 0 }
        guard pages >= checkpointedPages + WriterLimits().checkpointPages else { return }
        try session.connection.checkpoint()
        checkpointedPages = pages
    }
}

/// What the writer's thread owns.
final class BenchSession: WriterSession {
    let connection: Connection
    let journal: Journal

    init(path: String) throws {
        connection = try Connection(path: path, access: .write)
        journal = Journal(connection: connection)
    }

    func commandWillBegin() { journal.commandWillBegin() }
    func commandDidRollBack() { journal.commandDidRollBack() }
    func batchWillCommit() throws { try journal.batchWillCommit() }
    func batchDidEnd(isCommitted: Bool) { journal.batchDidEnd(isCommitted: isCommitted) }
}

/// Makes entries like a bill payment's, over accounts drawn evenly; the C ceiling does the same.
struct EntryMaker: Sendable {
    private let accounts: UInt64
    private var number: Int64
    private var state: UInt64 = 88_172_645_463_325_252

    init(accounts: Int64, last: Int64) {
        precondition(accounts >= 3, "an entry needs three accounts")
        self.accounts = UInt64(accounts)
        number = last
    }

    mutating func next() -> NewEntry {
        number += 1
        let amount = 1_000 + number % 49_000
        let commission = max(10, amount * 8 / 1_000)
        let (cash, biller, share) = threeAccounts()
        return NewEntry(
            kind: Self.kind, narrative: number % 2 == 0 ? "MOBILE" : "TELECOM", source: number,
            postings: [
                .debit(ID(cash), amount), .credit(ID(biller), amount - commission),
                .credit(ID(share), commission),
            ])
    }

    private static let kind = EntryKind("bill_payment")

    private mutating func threeAccounts() -> (Int64, Int64, Int64) {
        let first = draw()
        var second = draw()
        while second == first { second = draw() }
        var third = draw()
        while third == first || third == second { third = draw() }
        return (first, second, third)
    }

    private mutating func draw() -> Int64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int64(state % accounts) + 1
    }
}
