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
    private let progress: (LedgerAudit.Progress) -> Void
    private let actions: ActionAudit
    private let entries: Cursor
    private let postings: LineCursor
    private let pendingPostings: LineCursor
    private let pendingEntries: PendingEntryCursor
    private let lastNumber: Int64

    private(set) var entryCount: Int64 = 0
    /// Entries that posted or voided a pending one.
    private(set) var resolutionCount: Int64 = 0
    /// The number of the entry in hand; 0 before the first.
    private(set) var lastEntry: Int64 = 0

    // The lines of the entry in hand, kept to spare their allocation.
    private var lines = EntryLines()

    /// Lines of posted entries.
    var postingCount: Int64 { postings.count }

    init(
        _ connection: Connection, accounts: AuditedAccounts, dates: AuditedDates,
        tree: TreeAudit, faults: FaultList, progress: @escaping (LedgerAudit.Progress) -> Void
    ) throws {
        self.accounts = accounts
        self.dates = dates
        self.tree = tree
        self.faults = faults
        self.progress = progress
        actions = ActionAudit(connection, faults: faults)
        let last = try connection.prepare("SELECT max(entry_id) FROM journal_entry")
            .first { $0.isInteger(0) ? $0.integer(0) : 0 }
        lastNumber = last ?? 0
        entries = try connection.prepare(
            """
            SELECT entry_id, business_date, recorded_at, kind, narrative, source_id, phase,
                original_entry_id, original_date
            FROM journal_entry ORDER BY entry_id
            """
        ).cursor()
        postings = try LineCursor(
            "posting",
            connection.prepare(
                """
                SELECT entry_id, line, account_id, amount, currency FROM posting
                ORDER BY entry_id, line
                """
            ).cursor(), faults: faults)
        pendingPostings = try LineCursor(
            "pending_posting",
            connection.prepare(
                """
                SELECT entry_id, line, account_id, amount, currency FROM pending_posting
                ORDER BY entry_id, line
                """
            ).cursor(), faults: faults)
        pendingEntries = try PendingEntryCursor(
            connection.prepare("SELECT entry_id, expires_at FROM pending_entry ORDER BY entry_id")
                .cursor(), faults: faults)
    }

    func run() throws {
        while let row = try entries.next() {
            guard let entry = faults.integer(row, 0, Self.table, "?", "entry_id") else { continue }
            try check(entry, row)
            entryCount += 1
            if entryCount % LedgerAudit.entriesPerProgress == 0 { report() }
        }
        try postings.skipAll()
        try pendingPostings.skipAll()
        try pendingEntries.skipAll()
        report()
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

    private func report() {
        progress(LedgerAudit.Progress(entriesChecked: entryCount, lastEntry: lastNumber))
    }
}
