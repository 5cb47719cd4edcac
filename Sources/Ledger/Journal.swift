import CivilTime
import SQL

/// The journal as the writer's session sees it: posts entries and keeps the balances with them.
///
/// It belongs to the writer's thread. Entries are only ever added; a mistake is corrected by a
/// reversal. Balances are netted in memory within a commit batch, so every batch must end with
/// ``batchWillCommit()`` before its commit.
public final class Journal {
    let connection: Connection
    var balances: BalanceSheet
    var openDate: BusinessDate?
    private var lastEntry: Int64?
    private var marked: (openDate: BusinessDate?, lastEntry: Int64?) = (nil, nil)

    public init(connection: Connection) {
        self.connection = connection
        balances = BalanceSheet(connection: connection)
    }

    // MARK: - Posting

    /// Posts an entry on the open business date.
    ///
    /// Everything is checked before the first row is written, in the order of `LedgerError`.
    /// - Returns: the entry's number; numbers have no gaps.
    /// - Throws: `LedgerError`, `SQLError`.
    public func post(_ entry: NewEntry, at instant: Instant) throws -> ID<JournalEntry> {
        try post(entry, reversing: nil, at: instant)
    }

    /// Posts the exact inverse of an entry on the open business date, at most once.
    ///
    /// - Throws: `LedgerError.unknownEntry`, `.isReversal`, `.alreadyReversed`, and what `post`
    ///   throws.
    public func reverse(
        _ id: ID<JournalEntry>, narrative: String, at instant: Instant
    ) throws -> ID<JournalEntry> {
        guard let original = try entry(id) else { throw LedgerError.unknownEntry(id) }
        guard original.reverses == nil else { throw LedgerError.isReversal(id) }
        let isReversed =
            try connection.prepare(
                "SELECT 1 FROM journal_entry WHERE reverses_entry_id = $1"
            ).first(.integer(id.number)) { _ in true } ?? false
        guard !isReversed else { throw LedgerError.alreadyReversed(id) }
        let inverse = NewEntry(
            kind: .reversal, narrative: narrative, source: original.source,
            postings: original.postings.map {
                Posting(account: $0.account, side: $0.side.opposite, amount: $0.amount)
            })
        return try post(inverse, reversing: id, at: instant)
    }

    private func post(
        _ entry: NewEntry, reversing original: ID<JournalEntry>?, at instant: Instant
    ) throws -> ID<JournalEntry> {
        let date = try currentDate()
        let currencies = try check(entry)
        try addToBalances(entry.postings, on: date)
        let number = try lastEntryNumber() + 1
        try insertPostings(entry.postings, currencies: currencies, entry: number)
        try connection.prepare(
            """
            INSERT INTO journal_entry (entry_id, business_date, recorded_at, kind, narrative,
                source_id, reverses_entry_id)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """
        ).run(
            .integer(number), .integer(Int64(date.daysSinceEpoch)),
            .integer(instant.millisecondsSinceEpoch), .text(entry.kind.name),
            .text(entry.narrative), .integer(entry.source), .integer(original?.number))
        lastEntry = number
        return ID(number)
    }

    /// Checks an entry by itself and gives the currency of each of its lines.
    private func check(_ entry: NewEntry) throws -> [Currency] {
        guard NewEntry.postingCounts.contains(entry.postings.count) else {
            throw LedgerError.postingCount(entry.postings.count)
        }
        // Scalars, for one visible character may be made of any number of them.
        let length = entry.narrative.unicodeScalars.count
        guard length <= NewEntry.maximumNarrativeLength else {
            throw LedgerError.narrativeTooLong(length: length)
        }
        for (index, posting) in entry.postings.enumerated() {
            guard (1...Posting.maximumAmount).contains(posting.amount) else {
                throw LedgerError.amountOutOfRange(line: index + 1, amount: posting.amount)
            }
        }
        let currencies = try entry.postings.enumerated().map { index, posting in
            guard let line = try balances.line(posting.account) else {
                throw LedgerError.unknownAccount(line: index + 1, posting.account)
            }
            return line.currency
        }
        // 256 postings of at most 10¹² each stay far inside 64 bits.
        for currency in Currency.allCases where currencies.contains(currency) {
            let difference = zip(entry.postings, currencies)
                .reduce(0) { $1.1 == currency ? $0 + $1.0.signedAmount : $0 }
            guard difference == 0 else {
                throw LedgerError.unbalanced(currency, difference: difference)
            }
        }
        return currencies
    }

    /// Adds the postings to their accounts' totals; when one is refused, none is added.
    private func addToBalances(_ postings: [Posting], on date: BusinessDate) throws {
        let changeCount = balances.changeCount
        do {
            for posting in postings { try balances.add(posting, on: date) }
            for posting in postings { try checkLimit(of: posting.account) }
        } catch {
            // The command may go on after a refusal.
            balances.restore(to: changeCount)
            throw error
        }
    }

    private func checkLimit(of account: ID<Account>) throws {
        guard let line = try balances.line(account) else { return }
        guard line.limit.allows(debits: line.totals.debits, credits: line.totals.credits) else {
            throw LedgerError.limitExceeded(line.code, line.limit)
        }
    }

    private func insertPostings(
        _ postings: [Posting], currencies: [Currency], entry: Int64
    ) throws {
        // One row a statement: several would pass through a temporary table, for the table has
        // triggers.
        let insert = try connection.prepare(
            """
            INSERT INTO posting (entry_id, line, account_id, amount, currency)
            VALUES ($1, $2, $3, $4, $5)
            """)
        for index in postings.indices {
            try insert.run(
                .integer(entry), .integer(Int64(index + 1)),
                .integer(postings[index].account.number), .integer(postings[index].signedAmount),
                .integer(currencies[index].rawValue))
        }
    }

    private func lastEntryNumber() throws -> Int64 {
        if let lastEntry { return lastEntry }
        let number =
            try connection.prepare("SELECT ifnull(max(entry_id), 0) FROM journal_entry")
            .first { $0.integer(0) } ?? 0
        lastEntry = number
        return number
    }

    // MARK: - Reading

    /// An entry with its postings, or nothing.
    public func entry(_ id: ID<JournalEntry>) throws -> JournalEntry? {
        try LedgerReader(connection).entry(id)
    }

    /// An account's totals, with everything that this batch has posted.
    public func totals(of account: ID<Account>) throws -> AccountTotals? {
        try balances.line(account)?.totals
    }

    // MARK: - The writer's batch

    /// Marks where a command starts.
    public func commandWillBegin() {
        balances.mark()
        marked = (openDate, lastEntry)
    }

    /// Undoes what the command left in memory, in step with its savepoint.
    public func commandDidRollBack() {
        balances.restore()
        (openDate, lastEntry) = marked
    }

    /// Writes the netted balances into the transaction that is about to commit.
    public func batchWillCommit() throws {
        try balances.write()
    }

    /// Forgets what was read for the batch; balances are kept when it was committed.
    public func batchDidEnd(isCommitted: Bool) {
        balances.batchDidEnd(isCommitted: isCommitted)
        openDate = nil
        lastEntry = nil
    }
}
