import SQL

/// Checks a whole book against itself: journal, balances, totals of dates, tree, and seals.
///
/// It recomputes everything from the entries and compares. It reads one snapshot in one pass of
/// the journal, keeps a few numbers for each account, and trusts no value of the file; the tree
/// is hashed on a second thread meanwhile.
///
/// ```swift
/// let report = try LedgerAudit(connection) { print($0.entriesChecked) }.run()
/// ```
public struct LedgerAudit {
    /// How far the audit has come.
    public struct Progress: Equatable, Sendable {
        public let entriesChecked: Int64
        /// The number of the last entry, which in a sound book is the count of entries.
        public let lastEntry: Int64
        /// Entries that an earlier audit checked, of which this one goes on.
        public let resumedAfter: Int64

        public init(entriesChecked: Int64, lastEntry: Int64, resumedAfter: Int64) {
            self.entriesChecked = entriesChecked
            self.lastEntry = lastEntry
            self.resumedAfter = resumedAfter
        }
    }

    /// Where an audit goes on from, and what keeps its state on the way.
    public struct Resumption {
        /// The state of an audit that did not come to its end.
        public var start: LedgerAuditState?
        /// Asked now and then whether a state is to be kept.
        public var isDue: () -> Bool
        /// Keeps a state.
        public var keep: (LedgerAuditState) throws -> Void

        public init(
            start: LedgerAuditState?, isDue: @escaping () -> Bool,
            keep: @escaping (LedgerAuditState) throws -> Void
        ) {
            self.start = start
            self.isDue = isDue
            self.keep = keep
        }
    }

    /// How many faults a report keeps when its owner names no number.
    public static let defaultMaximumFaults = 100
    /// Entries between two calls of `progress`.
    public static let entriesPerProgress: Int64 = 4_096

    private let connection: Connection
    private let maximumFaults: Int
    private let resumption: Resumption?
    private let progress: (Progress) -> Void

    /// - Parameters:
    ///   - connection: read-only will do; a transaction that is open on it serves as the snapshot.
    ///   - maximumFaults: how many faults the report keeps; all are counted.
    ///   - resumption: for an audit that can be interrupted. A start that is not of this book is
    ///     passed over: the audit then starts from the first entry.
    ///   - progress: called every `entriesPerProgress` entries and at the end.
    public init(
        _ connection: Connection, maximumFaults: Int = LedgerAudit.defaultMaximumFaults,
        resumption: Resumption? = nil, progress: @escaping (Progress) -> Void = { _ in }
    ) {
        self.connection = connection
        self.maximumFaults = maximumFaults
        self.resumption = resumption
        self.progress = progress
    }

    /// Audits the book.
    ///
    /// - Throws: `SQLError` when accounts and dates cannot be read, and what `resumption` throws;
    ///   faults are reported, not thrown.
    public func run() throws -> LedgerAuditReport {
        if connection.isInTransaction { return try start() }
        return try connection.snapshot { try start() }
    }

    private func start() throws -> LedgerAuditReport {
        if let start = resumption?.start, try isOfThisBook(start),
            let report = try check(after: start)
        {
            return report
        }
        guard let report = try check(after: nil) else {
            preconditionFailure("an audit from the first entry needs no state")
        }
        return report
    }

    /// Whether the book's tree, where the state was kept, is the one that was checked.
    private func isOfThisBook(_ state: LedgerAuditState) throws -> Bool {
        let root = try connection.prepare("SELECT root FROM tree_head WHERE tree_size = $1")
            .first(.integer(state.entryCount)) { $0.bytes(0) }
        return root == state.treeRoot.bytes
    }

    /// - Returns: nothing when the state's accounts or dates are not of this book.
    private func check(after start: LedgerAuditState?) throws -> LedgerAuditReport? {
        let faults = FaultList(maximumFaults: maximumFaults)
        let accounts = try AuditedAccounts(connection, faults: faults)
        let tree = try TreeAudit(connection, after: start?.frontier, faults: faults)
        let dates = try AuditedDates(connection, accounts: accounts, tree: tree, faults: faults)
        if let start {
            guard dates.resume(day: start.day, entryCount: start.counts.dateEntries),
                accounts.resume(start.accounts, dates: dates),
                accounts.digest(ofFirst: start.accounts.count) == start.accountsDigest
            else { return nil }
        }
        let scan = try JournalScan(
            connection, after: start, accounts: accounts, dates: dates, tree: tree,
            faults: faults)
        do {
            try run(scan, tree, faults, resumedAfter: start?.entryCount ?? 0)
            try dates.finish(lastEntry: scan.lastEntry)
            try tree.finish(lastEntry: scan.lastEntry)
            try accounts.compareBalances(dates: dates)
            try PendingAudit(connection, faults: faults).run(resolutions: scan.resolutionCount)
        } catch let error as SQLError {
            // What was found up to there is worth more than the error alone.
            faults.add(
                .unreadable, "journal_entry", "\(scan.lastEntry)", "what follows it",
                expected: "rows that can be read", found: "\(error)")
        }
        return LedgerAuditReport(
            entryCount: scan.entryCount, postingCount: scan.postingCount,
            accountCount: accounts.count, dateCount: dates.count,
            resumedAfter: start?.entryCount ?? 0, faults: faults.kept, faultCount: faults.count)
    }

    private func run(
        _ scan: JournalScan, _ tree: TreeAudit, _ faults: FaultList, resumedAfter: Int64
    ) throws {
        let last =
            try connection.prepare("SELECT max(entry_id) FROM journal_entry")
            .first { $0.isInteger(0) ? $0.integer(0) : 0 } ?? 0
        func report() {
            progress(
                Progress(
                    entriesChecked: scan.entryCount, lastEntry: last, resumedAfter: resumedAfter))
        }
        var isStateDue = false
        if resumedAfter > 0 { report() }
        try scan.run {
            if scan.entryCount % Self.entriesPerProgress == 0 {
                report()
                // A book with faults is audited from its start the next time.
                isStateDue = isStateDue || (faults.count == 0 && resumption?.isDue() == true)
            }
            // Only a head ties a state to the book, and not every entry has one.
            guard isStateDue, tree.lastHead == scan.lastEntry else { return }
            isStateDue = false
            let state = try scan.state()
            if faults.count == 0 { try resumption?.keep(state) }
        }
        report()
    }
}
