import SQL

/// One pass of the journal in order of entry and line, which checks each entry by itself.
///
/// The tables are read side by side, each from its start to its end.
final class JournalScan {
    private static let table = "journal_entry"

    let accounts: AuditedAccounts
    let dates: AuditedDates
    let tree: TreeAudit
    private let faults: FaultList
    private let actions: ActionAudit
    private let entries: Cursor
    private let postings: LineCursor
    private let pendingPostings: LineCursor
    private let pendingEntries: PendingEntryCursor

    private(set) var entryCount: Int64
    /// Entries that posted or voided a pending one.
    private(set) var resolutionCount: Int64
    /// The number of the entry in hand; 0 before the first.
    private(set) var lastEntry: Int64

    // The lines of the entry in hand, kept to spare their allocation.
    private var lines = EntryLines()

    /// Lines of posted entries.
    var postingCount: Int64 { postings.count }

    /// - Parameter start: what is known of the entries before; nothing for a pass of all.
    init(
        _ connection: Connection, after start: LedgerAuditState?, accounts: AuditedAccounts,
        dates: AuditedDates, tree: TreeAudit, faults: FaultList
    ) throws {
        self.accounts = accounts
        self.dates = dates
        self.tree = tree
        self.faults = faults
        actions = ActionAudit(connection, faults: faults)
        let counts = start?.counts ?? LedgerAuditState.Counts()
        entryCount = counts.entries
        resolutionCount = counts.resolutions
        lastEntry = start?.entryCount ?? 0
        let queries = JournalQueries(connection, after: start?.entryCount)
        entries = try queries.entries()
        postings = try LineCursor(
            "posting", queries.postings(), count: counts.postings, faults: faults)
        pendingPostings = try LineCursor(
            "pending_posting", queries.pendingPostings(), count: counts.pendingPostings,
            faults: faults)
        pendingEntries = try PendingEntryCursor(
            queries.pendingEntries(), count: counts.pendingEntries, faults: faults)
    }

    /// Reads the journal to its end.
    ///
    /// - Parameter didCheck: called after each entry.
    func run(didCheck: () throws -> Void) throws {
        while let row = try entries.next() {
            guard let entry = faults.integer(row, 0, Self.table, "?", "entry_id") else { continue }
            try check(entry, row)
            entryCount += 1
            try didCheck()
        }
        try postings.skipAll()
        try pendingPostings.skipAll()
        try pendingEntries.skipAll()
    }

    /// What the pass knows, when the tree over the entries so far is known to be right.
    func state() throws -> LedgerAuditState {
        var state = LedgerAuditState()
        state.frontier = try tree.drain()
        let (day, dateEntries) = dates.position
        state.counts = LedgerAuditState.Counts(
            entries: entryCount, resolutions: resolutionCount, postings: postings.count,
            pendingPostings: pendingPostings.count, pendingEntries: pendingEntries.count,
            dateEntries: dateEntries)
        state.day = day
        state.accounts = accounts.states(dates: dates)
        state.accountsDigest = accounts.digest(ofFirst: accounts.count)
        return state
    }

    // MARK: - One entry

    private func check(_ entry: Int64, _ row: Row) throws {
        if entry != lastEntry &+ 1 {
            faults.add(
                .entryNumberGap, Self.table, "\(entry)", "entry_id",
                expected: "\(lastEntry &+ 1)", found: "\(entry)")
            tree.lose()
        }
        let head = EntryHead(row, entry: entry, faults: faults)
        let datePlace = try head.day.flatMap {
            try dates.enter($0, entry: entry, lastEntry: lastEntry)
        }
        lastEntry = entry
        try readLines(of: head, datePlace: datePlace)
        let pending = try pendingEntries.take(of: entry, isPending: head.phase == .pending)
        try act(head, datePlace: datePlace)
        for place in lines.places { accounts.checkLimit(at: place, entry: entry) }
        if head.isReadable, lines.areReadable, pending.isReadable {
            tree.add(head, row, lines, expiresAt: pending.expiresAt, accounts: accounts)
        } else {
            tree.lose()
        }
        try tree.endEntry(entry)
    }

    private func readLines(of head: EntryHead, datePlace: Int?) throws {
        try postings.skip(before: head.entry)
        try pendingPostings.skip(before: head.entry)
        lines.begin(head.entry)
        let isPending = head.phase == .pending
        let own = isPending ? pendingPostings : postings
        let other = isPending ? postings : pendingPostings
        try own.take(of: head.entry) { row in
            if head.phase == .voidsPending {
                misplaced(row, own.table, head)
            } else {
                lines.add(
                    row, table: own.table, isPending: isPending, datePlace: datePlace,
                    accounts: accounts, faults: faults)
            }
        }
        try other.take(of: head.entry) { misplaced($0, other.table, head) }
        if head.phase != .voidsPending { lines.finish(faults: faults) }
    }

    private func misplaced(_ row: Row, _ table: String, _ head: EntryHead) {
        let line = row.isInteger(1) ? "\(row.integer(1))" : "?"
        faults.add(
            .misplacedPosting, table, "\(head.entry)/\(line)", "entry_id",
            expected: "no row for an entry of phase \(head.phase.map { "\($0.rawValue)" } ?? "?")",
            found: "a row")
    }

    private func act(_ head: EntryHead, datePlace: Int?) throws {
        guard let phase = head.phase, let original = head.original else { return }
        switch phase {
        case .posted, .pending: return
        case .postsPending, .voidsPending: resolutionCount += 1
        case .reversal: break
        }
        let released = try actions.check(
            ActionAudit.Action(
                entry: head.entry, phase: phase, original: original,
                originalDate: head.originalDate, lines: lines.all))
        for line in released { accounts.release(line, datePlace: datePlace) }
    }
}
