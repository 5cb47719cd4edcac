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
    }

    /// How many faults a report keeps when its owner names no number.
    public static let defaultMaximumFaults = 100
    /// Entries between two calls of `progress`.
    public static let entriesPerProgress: Int64 = 65_536

    private let connection: Connection
    private let maximumFaults: Int
    private let progress: (Progress) -> Void

    /// - Parameters:
    ///   - connection: read-only will do; a transaction that is open on it serves as the snapshot.
    ///   - maximumFaults: how many faults the report keeps; all are counted.
    ///   - progress: called every `entriesPerProgress` entries and at the end.
    public init(
        _ connection: Connection, maximumFaults: Int = LedgerAudit.defaultMaximumFaults,
        progress: @escaping (Progress) -> Void = { _ in }
    ) {
        self.connection = connection
        self.maximumFaults = maximumFaults
        self.progress = progress
    }

    /// Audits the book.
    ///
    /// - Throws: `SQLError` when the file cannot be read at all; faults are reported, not thrown.
    public func run() throws -> LedgerAuditReport {
        if connection.isInTransaction { return try check() }
        return try connection.snapshot { try check() }
    }

    private func check() throws -> LedgerAuditReport {
        let faults = FaultList(maximumFaults: maximumFaults)
        let accounts = try AuditedAccounts(connection, faults: faults)
        let tree = try TreeAudit(connection, faults: faults)
        let dates = try AuditedDates(connection, accounts: accounts, tree: tree, faults: faults)
        let scan = try JournalScan(
            connection, accounts: accounts, dates: dates, tree: tree, faults: faults,
            progress: progress)
        try scan.run()
        try dates.finish(lastEntry: scan.lastEntry)
        try tree.finish(lastEntry: scan.lastEntry)
        try accounts.compareBalances(dates: dates)
        try PendingAudit(connection, faults: faults).run(resolutions: scan.resolutionCount)
        return LedgerAuditReport(
            entryCount: scan.entryCount, postingCount: scan.postingCount,
            accountCount: accounts.count, dateCount: dates.count, faults: faults.kept,
            faultCount: faults.count)
    }
}
