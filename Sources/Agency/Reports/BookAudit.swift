import Dispatch
import Ledger
import SQL
import Synchronization

/// What a check of the whole book found.
public struct BookAuditReport: Sendable {
    public let entryCount: Int64
    public let postingCount: Int64
    public let transactionCount: Int64
    public let sealCount: Int
    /// Entries that an earlier check had checked, of which this one went on; 0 without.
    public let resumedAfter: Int64
    /// False for a book that was made before pages held checksums; then none were compared.
    public let hasPageChecksums: Bool
    /// The first faults, each with its table, row and field.
    public let faults: [String]
}

/// Checks the whole book: the database's pages, the ledger, and every business row against it.
public struct BookAudit {
    /// Wrong pages fill no more than one in so many of the faults, when there are others.
    private static let pageShare = 4

    private let connection: Connection
    private let maximumFaults: Int
    private let resumption: LedgerAudit.Resumption?
    private let ledgerProgress: (LedgerAudit.Progress) -> Void
    private let progress: (String) -> Void

    /// - Parameters:
    ///   - maximumFaults: how many faults are listed before the check ends.
    ///   - resumption: for a check of the ledger that can be interrupted.
    ///   - ledgerProgress: hears how far the ledger's check has come.
    ///   - progress: hears what else is being checked.
    public init(
        _ connection: Connection, maximumFaults: Int, resumption: LedgerAudit.Resumption? = nil,
        ledgerProgress: @escaping (LedgerAudit.Progress) -> Void = { _ in },
        progress: @escaping (String) -> Void
    ) {
        self.connection = connection
        self.maximumFaults = maximumFaults
        self.resumption = resumption
        self.ledgerProgress = ledgerProgress
        self.progress = progress
    }

    /// Runs every check, one after the other, over the connection's snapshot.
    ///
    /// What cannot be read is a fault, and ends the part that met it.
    /// - Throws: `SQLError` when no snapshot is open and none can be taken.
    public func run() throws -> BookAuditReport {
        if connection.isInTransaction { return runInOrder() }
        return try connection.snapshot { runInOrder() }
    }

    private func runInOrder() -> BookAuditReport {
        let pages = pageFaults()
        let (ledger, faults) = ledgerFaults()
        let business = businessFaults(
            maximum: maximumFaults - faults.count)
        return report(ledger, pages, faults: faults + business)
    }

    /// Runs every check, that of the ledger at the same time as the others.
    ///
    /// The others have a connection and a snapshot of their own, which may be a moment younger
    /// while a server runs. That makes no false fault: each check compares rows of one snapshot.
    public func run(beside readers: ReaderPool) -> BookAuditReport {
        let others = OtherChecks(readers, maximumFaults: maximumFaults)
        let (ledger, faults) = ledgerFaults()
        progress("pages and business rows")
        let (pages, business) = others.wait()
        return report(ledger, pages, faults: faults + business)
    }

    /// What the checks of the database's pages found.
    private struct Pages: Sendable {
        var faults: [String] = []
        var hasChecksums = true
    }

    /// The checks of pages and business rows, on a thread and a connection of their own.
    private final class OtherChecks: Sendable {
        // A type of its own: see scripts/thread-sanitizer.suppressions.
        private struct Found: Sendable {
            var pages = Pages()
            var business: [String] = []
        }

        private let found = Mutex(Found())
        private let isDone = DispatchSemaphore(value: 0)

        init(_ readers: ReaderPool, maximumFaults: Int) {
            DispatchQueue(label: "audit of pages and business rows").async { [self] in
                defer { isDone.signal() }
                do {
                    let found = try readers.read { connection in
                        let audit = BookAudit(connection, maximumFaults: maximumFaults) { _ in }
                        return Found(
                            pages: audit.pageFaults(),
                            business: audit.businessFaults(maximum: maximumFaults))
                    }
                    self.found.withLock { $0 = found }
                } catch {
                    found.withLock { $0.pages.faults = ["database: cannot be read: \(error)"] }
                }
            }
        }

        func wait() -> (pages: Pages, business: [String]) {
            isDone.wait()
            return found.withLock { ($0.pages, $0.business) }
        }
    }

    private func ledgerFaults() -> (LedgerAuditReport?, [String]) {
        var ledger: LedgerAuditReport?
        let faults = readable("ledger") {
            let report = try LedgerAudit(
                connection, maximumFaults: maximumFaults, resumption: resumption,
                progress: ledgerProgress
            ).run()
            ledger = report
            return report.faults.map { "\($0)" + accountName(of: $0) }
        }
        return (ledger, faults)
    }

    /// The code of the account whose row is at fault, for the reader.
    private func accountName(of fault: LedgerFault) -> String {
        guard let number = fault.accountNumber else { return "" }
        let code = try? connection.prepare("SELECT code FROM ledger_account WHERE account_id = $1")
            .first(.integer(number)) { $0.text(0) }
        return code.map { " (account \($0))" } ?? ""
    }

    private func businessFaults(maximum: Int) -> [String] {
        var faults: [String] = []
        for check in BusinessChecks.all where faults.count < maximum {
            progress("business rows: \(check.name)")
            faults += readable(check.table) {
                try businessFaults(check, maximum: maximum - faults.count)
            }
        }
        return faults
    }

    private func report(
        _ ledger: LedgerAuditReport?, _ pages: Pages, faults: [String]
    ) -> BookAuditReport {
        // Another program's write spoils many pages: they must not hide what it wrote.
        let room = max(maximumFaults / Self.pageShare, maximumFaults - faults.count)
        var faults = Array(pages.faults.prefix(room)) + faults
        var counts: [Int64] = [0, 0]
        faults += readable("counts") {
            counts[0] =
                try connection.prepare("SELECT count(*) FROM service_transaction")
                .first { $0.integer(0) } ?? 0
            counts[1] =
                try connection.prepare("SELECT count(*) FROM business_date WHERE state = 'sealed'")
                .first { $0.integer(0) } ?? 0
            return []
        }
        return BookAuditReport(
            entryCount: ledger?.entryCount ?? 0, postingCount: ledger?.postingCount ?? 0,
            transactionCount: counts[0], sealCount: Int(counts[1]),
            resumedAfter: ledger?.resumedAfter ?? 0, hasPageChecksums: pages.hasChecksums,
            faults: Array(faults.prefix(maximumFaults)))
    }

    private func pageFaults() -> Pages {
        var pages = Pages()
        progress("pages: checksums")
        let sums = readable("database pages") {
            let report = try PageAudit(connection, maximumFaults: maximumFaults) {
                progress("pages: \($0) checksums")
            }.run()
            pages.hasChecksums = report.hasChecksums
            return report.faults.map { "database pages: \($0)" }
        }
        progress("schema: tables, indexes and guards")
        let schema = readable("schema") {
            try Migrator(AgencySchema.migrations).schemaFaults(in: connection)
                .map { "schema \($0)" }
        }
        progress("pages: integrity check")
        let integrity = readable("database pages") {
            try connection.prepare(computed: "PRAGMA integrity_check(\(maximumFaults))")
                .all { $0.text(0) }.filter { $0 != "ok" }.map { "database pages: \($0)" }
        }
        progress("pages: foreign keys")
        let keys = readable("foreign keys") {
            try connection.prepare("PRAGMA foreign_key_check").all { row in
                "\(row.text(0)) row \(row.optionalInteger(1) ?? 0): "
                    + "names a missing row of \(row.text(2))"
            }
        }
        pages.faults = sums + schema + integrity + keys.prefix(maximumFaults)
        return pages
    }

    /// Runs a part of the check; one that cannot be read on is a fault and not the end.
    private func readable(_ part: String, _ check: () throws -> [String]) -> [String] {
        do {
            return try check()
        } catch {
            return ["\(part): cannot be read: \(error)"]
        }
    }

    private func businessFaults(_ check: BusinessChecks.Check, maximum: Int) throws -> [String] {
        try connection.prepare(computed: check.sql + " LIMIT $1")
            .all([.integer(Int64(maximum))]) { "\(check.table) \($0.text(0)): \(check.fault)" }
    }
}
