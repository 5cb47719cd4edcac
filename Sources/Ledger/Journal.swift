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
    @exclusivity(unchecked) private var places: [Int] = []

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

    // MARK: - Checking

    /// Checks what needs no account.
    private func check(_ draft: Draft) throws {
        guard draft.phase == .voidsPending || NewEntry.postingCounts.contains(draft.postings.count)
        else { throw LedgerError.postingCount(draft.postings.count) }
        // Scalars, for one visible character may be made of any number of them.
        if draft.narrative.utf8.count > NewEntry.maximumNarrativeLength {
            let length = draft.narrative.unicodeScalars.count
            guard length <= NewEntry.maximumNarrativeLength else {
                throw LedgerError.narrativeTooLong(length: length)
            }
        }
        for (index, posting) in draft.postings.enumerated() {
            guard posting.amount >= 1, posting.amount <= Posting.maximumAmount else {
                throw LedgerError.amountOutOfRange(line: index + 1, amount: posting.amount)
            }
        }
    }

    private func findPlaces(_ postings: [Posting]) throws {
        places.removeAll(keepingCapacity: true)
        for (index, posting) in postings.enumerated() {
            guard let place = try balances.place(of: posting.account) else {
                throw LedgerError.unknownAccount(line: index + 1, posting.account)
            }
            places.append(place)
        }
    }

    private func checkBalance(_ draft: Draft) throws {
        // 256 postings of at most 10¹² each stay far inside 64 bits.
        guard let first = places.first else { return }
        let currency = balances.currency(at: first)
        var sum: Int64 = 0
        var isMixed = false
        for (posting, place) in zip(draft.postings, places) {
            if balances.currency(at: place) != currency { isMixed = true }
            sum += posting.signedAmount
        }
        guard isMixed else {
            guard sum == 0 else { throw LedgerError.unbalanced(currency, difference: sum) }
            return
        }
        for currency in Currency.allCases {
            let difference = zip(draft.postings, places).reduce(0) {
                balances.currency(at: $1.1) == currency ? $0 + $1.0.signedAmount : $0
            }
            guard difference == 0 else {
                throw LedgerError.unbalanced(currency, difference: difference)
            }
        }
    }

    /// Changes the balances of the draft's accounts; when one is refused, none is changed.
    private func changeBalances(_ draft: Draft, releasing pending: [Posting], date: Int64) throws {
        let mark = balances.mark
        do {
            for posting in pending {
                guard let place = try balances.place(of: posting.account) else {
                    throw LedgerError.unknownAccount(line: 0, posting.account)
                }
                try balances.add(
                    -posting.amount, to: .pending, on: posting.side, at: place, date: date)
            }
            let part: BalanceSheet.Part = draft.phase == .pending ? .pending : .posted
            for (posting, place) in zip(draft.postings, places) {
                try balances.add(
                    posting.amount, to: part, on: posting.side, at: place, date: date)
            }
            for place in places { try balances.checkLimit(at: place) }
        } catch {
            // The command may go on after a refusal.
            balances.restore(to: mark)
            throw error
        }
    }

    // MARK: - Writing

    private func insert(
        _ draft: Draft, number: Int64, date: BusinessDate, at instant: Instant
    ) throws {
        let insert = try connection.prepare(
            """
            INSERT INTO journal_entry (entry_id, business_date, recorded_at, kind, narrative,
                source_id, phase, original_entry_id, original_date)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """)
        try insert.run {
            $0.add(number)
            $0.add(Int64(date.daysSinceEpoch))
            $0.add(instant.millisecondsSinceEpoch)
            $0.add(draft.kind.name)
            $0.add(draft.narrative)
            $0.add(draft.source)
            $0.add(draft.phase.rawValue)
            $0.add(draft.original?.id.number)
            $0.add(draft.original?.day)
        }
    }

    private func insertPostings(_ draft: Draft, entry: Int64) throws {
        // One row a statement: several would pass through a temporary table, for the table has
        // triggers.
        let insert: Statement
        if draft.phase == .pending {
            try connection.prepare(
                "INSERT INTO pending_entry (entry_id, expires_at) VALUES ($1, $2)"
            ).run(.integer(entry), .integer(draft.expiresAt?.millisecondsSinceEpoch))
            insert = try connection.prepare(
                """
                INSERT INTO pending_posting (entry_id, line, account_id, amount, currency)
                VALUES ($1, $2, $3, $4, $5)
                """)
        } else {
            insert = try connection.prepare(
                """
                INSERT INTO posting (entry_id, line, account_id, amount, currency)
                VALUES ($1, $2, $3, $4, $5)
                """)
        }
        for (index, posting) in draft.postings.enumerated() {
            let currency = balances.currency(at: places[index])
            try insert.run {
                $0.add(entry)
                $0.add(Int64(index + 1))
                $0.add(posting.account.number)
                $0.add(posting.signedAmount)
                $0.add(currency.rawValue)
            }
        }
    }

    private func appendLeaf(
        _ draft: Draft, number: Int64, date: BusinessDate, at instant: Instant
    ) {
        tree.begin(draft, number: number, date: date, at: instant)
        for (posting, place) in zip(draft.postings, places) {
            tree.add(
                code: balances.code(at: place), currency: balances.currency(at: place),
                amount: posting.signedAmount)
        }
        tree.endLeaf()
    }

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
