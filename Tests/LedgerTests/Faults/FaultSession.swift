import Ledger
import SQL

/// A writer's session that keeps a journal on a disk that may fail.
final class FaultSession: WriterSession {
    let connection: Connection
    let journal: Journal

    init(path: String, fileSystem: FileSystem) throws {
        connection = try Connection(path: path, access: .write, fileSystem: fileSystem)
        try Migrator(LedgerSchema.migrations).migrate(connection)
        journal = Journal(connection: connection)
    }

    func commandWillBegin() { journal.commandWillBegin() }
    func commandDidRollBack() { journal.commandDidRollBack() }
    func batchWillCommit() throws { try journal.batchWillCommit() }
    func batchDidEnd(isCommitted: Bool) { journal.batchDidEnd(isCommitted: isCommitted) }
}

/// One thing that a session is asked to do, and by which it is found in the book afterwards.
struct FaultCommand: Sendable {
    /// A query that gives a number of rows: 1 when the command was done, 0 when it was not.
    let evidence: String
    /// False for one that must always be undone.
    var isDone = true
    let run: @Sendable (FaultSession) throws -> Void
}

extension FaultCommand {
    private static let cash = "1001"
    private static let debt = "2202"

    /// A book's life in batches: accounts, entries in both phases, two seals.
    static let script: [[FaultCommand]] = [
        [opening(20_778), account(cash, .asset), account(debt, .liability)],
        [post(1), post(2), refused(3)],
        [pend(4), pend(5), post(6)],
        [act(.postsPending, on: 4) { try $0.postPending($1, at: TestBook.instant) }],
        [
            act(.voidsPending, on: 5) { try $0.void($1, narrative: "no", at: TestBook.instant) },
            act(.reversal, on: 6) { try $0.reverse($1, narrative: "no", at: TestBook.instant) },
        ],
        [turn(20_778)],
        (7...14).map { post($0) },
        [post(15), refused(16), post(17)],
        [pend(18), turn(20_779)],
        (19...22).map { post($0) },
    ]

    private static func opening(_ day: Int) -> FaultCommand {
        FaultCommand(evidence: "SELECT count(*) FROM business_date WHERE business_date = \(day)") {
            try $0.journal.open(TestBook.firstDate, at: TestBook.instant)
        }
    }

    private static func account(_ code: String, _ type: AccountType) -> FaultCommand {
        FaultCommand(evidence: "SELECT count(*) FROM ledger_account WHERE code = '\(code)'") {
            guard let accountCode = AccountCode(code) else { throw Missing(what: code) }
            _ = try $0.journal.openAccount(
                code: accountCode, name: code, type: type, currency: .renminbi)
        }
    }

    private static func post(_ number: Int64) -> FaultCommand {
        FaultCommand(evidence: evidence(.posted, number)) { session in
            let postings = try postings(session, amount: 100 + number)
            _ = try session.journal.post(entry(number, postings), at: TestBook.instant)
        }
    }

    private static func pend(_ number: Int64) -> FaultCommand {
        FaultCommand(evidence: evidence(.pending, number)) { session in
            let postings = try postings(session, amount: 100 + number)
            _ = try session.journal.pend(
                entry(number, postings), expiresAt: nil, at: TestBook.instant)
        }
    }

    /// Writes an entry and then throws, so that all of it must be undone.
    private static func refused(_ number: Int64) -> FaultCommand {
        FaultCommand(evidence: evidence(.posted, number), isDone: false) { session in
            let postings = try postings(session, amount: 100 + number)
            _ = try session.journal.post(entry(number, postings), at: TestBook.instant)
            throw Missing(what: "a reason")
        }
    }

    private static func act(
        _ phase: EntryPhase, on number: Int64,
        _ body: @escaping @Sendable (Journal, ID<JournalEntry>) throws -> PostedEntry
    ) -> FaultCommand {
        FaultCommand(evidence: evidence(phase, number)) { session in
            let id = try session.connection.prepare(
                "SELECT entry_id FROM journal_entry WHERE source_id = $1 ORDER BY entry_id"
            ).first(.integer(number)) { ID<JournalEntry>($0.integer(0)) }
            guard let id else { throw Missing(what: "entry of \(number)") }
            _ = try body(session.journal, id)
        }
    }

    /// Seals a date and opens the next one.
    private static func turn(_ day: Int) -> FaultCommand {
        FaultCommand(
            evidence: """
                SELECT count(*) FROM business_date a
                JOIN business_date b ON b.business_date = a.business_date + 1
                WHERE a.business_date = \(day) AND a.state = 'sealed'
                """
        ) { session in
            let date = TestBook.firstDate.adding(
                days: day - Int(TestBook.firstDate.daysSinceEpoch))
            _ = try session.journal.seal(date, at: TestBook.instant)
            try session.journal.open(date.adding(days: 1), at: TestBook.instant)
        }
    }

    private static func evidence(_ phase: EntryPhase, _ number: Int64) -> String {
        """
        SELECT count(*) FROM journal_entry
        WHERE source_id = \(number) AND phase = \(phase.rawValue)
        """
    }

    private static func entry(_ number: Int64, _ postings: [Posting]) -> NewEntry {
        NewEntry(
            kind: EntryKind("test"), narrative: "number \(number)", source: number,
            postings: postings)
    }

    private static func postings(_ session: FaultSession, amount: Int64) throws -> [Posting] {
        let reader = LedgerReader(session.connection)
        let accounts = try [cash, debt].map { code in
            guard let accountCode = AccountCode(code),
                let account = try reader.account(accountCode)
            else { throw Missing(what: code) }
            return account.id
        }
        return [.debit(accounts[0], amount), .credit(accounts[1], amount)]
    }

    private struct Missing: Error {
        let what: String
    }
}
