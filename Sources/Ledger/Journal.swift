import CivilTime
import SQL

/// The journal as the writer's session sees it: posts entries and keeps the balances with them.
///
/// It belongs to the writer's thread. Entries are only ever added; a mistake is corrected by a
/// reversal. Balances and the tree are netted in memory within a commit batch, so every batch
/// must end with ``batchWillCommit()`` before its commit.
public final class Journal {
    let connection: Connection
    let balances: BalanceSheet
    let tree: JournalTree
    // Nobody but the writer's thread has a journal, and none of its methods is called while another
    // one changes these: checking that at each use would cost a thirtieth of an entry's time. The
    // same holds for the balance sheet and the tree.
    @exclusivity(unchecked) var openDate: BusinessDate?
    @exclusivity(unchecked) private var lastEntry: Int64?
    @exclusivity(unchecked) private var marked = Mark()
    // The places of an entry's lines on the balance sheet, kept to spare its allocation.
    @exclusivity(unchecked) var places: [Int] = []

    /// What a command, or a part of one, can be undone to.
    private struct Mark {
        var openDate: BusinessDate?
        var lastEntry: Int64?
        var leafCount = 0
    }

    /// An entry about to be written, in whatever phase.
    struct Draft {
        let phase: EntryPhase
        let kind: EntryKind
        let narrative: String
        let source: Int64?
        var original: JournalEntry.Original?
        var expiresAt: Instant?
        let postings: [Posting]
    }

    public init(connection: Connection) {
        self.connection = connection
        balances = BalanceSheet(connection: connection)
        tree = JournalTree(connection: connection)
    }

    // MARK: - Posting

    /// Posts an entry on the open business date.
    ///
    /// Everything is checked before the first row is written, in the order of `LedgerError`.
    /// - Returns: the entry's number, which has no gaps, and the balances of its accounts.
    /// - Throws: `LedgerError`, `SQLError`.
    public func post(_ entry: NewEntry, at instant: Instant) throws -> PostedEntry {
        try record(
            Draft(
                phase: .posted, kind: entry.kind, narrative: entry.narrative,
                source: entry.source, postings: entry.postings),
            at: instant)
    }

    /// Posts several entries that stand or fall together.
    ///
    /// - Throws: `LedgerError.linkedEntry` with the place of the first that was refused.
    public func post(linked entries: [NewEntry], at instant: Instant) throws -> [PostedEntry] {
        try together {
            try entries.enumerated().map { index, entry in
                do {
                    return try post(entry, at: instant)
                } catch let error as LedgerError {
                    throw LedgerError.linkedEntry(index: index, error)
                }
            }
        }
    }

    /// Runs `body`, and undoes all that it recorded when it throws; then the command may go on.
    ///
    /// It nests. Rows that `body` wrote on the connection by itself are undone too.
    public func together<T>(_ body: () throws -> T) throws -> T {
        let (mark, balancesMark) = (currentMark, balances.mark)
        try connection.prepare("SAVEPOINT together").run()
        do {
            let value = try body()
            try connection.prepare("RELEASE together").run()
            return value
        } catch {
            // On a full disk SQLite has ended the transaction, and with it the savepoint.
            if connection.isInTransaction {
                try connection.prepare("ROLLBACK TO together").run()
                try connection.prepare("RELEASE together").run()
            }
            balances.restore(to: balancesMark)
            restore(to: mark)
            throw error
        }
    }

    /// Checks a draft, changes the balances, and writes its rows.
    ///
    /// - Parameter releasing: the lines of the pending entry that it ends.
    func record(
        _ draft: Draft, releasing pending: [Posting] = [], at instant: Instant
    ) throws -> PostedEntry {
        let date = try currentDate()
        try check(draft)
        try findPlaces(draft.postings)
        try checkBalance(draft)
        try changeBalances(draft, releasing: pending, date: Int64(date.daysSinceEpoch))
        let number = try lastEntryNumber() + 1
        try insertPostings(draft, entry: number)
        try insert(draft, number: number, date: date, at: instant)
        lastEntry = number
        appendLeaf(draft, number: number, date: date, at: instant)
        return PostedEntry(id: ID(number), balances: places.map { balances.balance(at: $0) })
    }

    // MARK: - Numbers

    private func lastEntryNumber() throws -> Int64 {
        if let lastEntry { return lastEntry }
        let found = try connection.prepare(
            """
            SELECT (SELECT ifnull(max(entry_id), 0) FROM journal_entry),
                (SELECT ifnull(max(entry_id), 0) FROM posting),
                (SELECT ifnull(max(entry_id), 0) FROM pending_posting),
                (SELECT ifnull(max(entry_id), 0) FROM pending_entry)
            """
        ).first { row in (0..<Int32(4)).map { row.integer($0) } }
        guard let found, let last = found.first else {
            preconditionFailure("a query without a table gives one row")
        }
        // Lines that wait for the next entry would become a part of it, unseen by its balances.
        if let stray = found.max(), stray > last { throw LedgerError.strayPosting(entry: stray) }
        lastEntry = last
        return last
    }

    // MARK: - Reading

    /// An entry with its postings, or nothing.
    public func entry(_ id: ID<JournalEntry>) throws -> JournalEntry? {
        try LedgerReader(connection).entry(id)
    }

    /// An account's balance, with everything that this batch has posted.
    public func balance(of account: ID<Account>) throws -> AccountBalance? {
        try balances.place(of: account).map { balances.balance(at: $0) }
    }

    // MARK: - The writer's batch

    private var currentMark: Mark {
        Mark(openDate: openDate, lastEntry: lastEntry, leafCount: tree.leafCount)
    }

    private func restore(to mark: Mark) {
        tree.restore(to: mark.leafCount)
        (openDate, lastEntry) = (mark.openDate, mark.lastEntry)
    }

    /// Marks where a command starts.
    public func commandWillBegin() {
        balances.beginCommand()
        marked = currentMark
    }

    /// Undoes what the command left in memory, in step with its savepoint.
    public func commandDidRollBack() {
        balances.undoCommand()
        restore(to: marked)
    }

    /// Writes the netted balances and the tree into the transaction that is about to commit.
    public func batchWillCommit() throws {
        try balances.write()
        try tree.write()
    }

    /// Forgets what was read for the batch; balances are kept when it was committed.
    public func batchDidEnd(isCommitted: Bool) {
        balances.batchDidEnd(isCommitted: isCommitted)
        tree.batchDidEnd(isCommitted: isCommitted)
        openDate = nil
        lastEntry = nil
    }
}
