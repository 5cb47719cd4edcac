import Ledger
import SQL

/// What a check of the whole book found.
public struct BookAuditReport: Sendable {
    public let entryCount: Int64
    public let postingCount: Int64
    public let transactionCount: Int64
    public let sealCount: Int
    /// The first faults, each with its table, row and field.
    public let faults: [String]
}

/// Checks the whole book: the database's pages, the ledger, and every business row against it.
public struct BookAudit {
    private let connection: Connection
    private let maximumFaults: Int
    private let progress: (String) -> Void

    /// - Parameter maximumFaults: how many faults are listed before the check ends.
    public init(
        _ connection: Connection, maximumFaults: Int, progress: @escaping (String) -> Void
    ) {
        self.connection = connection
        self.maximumFaults = maximumFaults
        self.progress = progress
    }

    /// Runs every check over the connection's snapshot.
    ///
    /// - Throws: `SQLError` when the file cannot be read on.
    public func run() throws -> BookAuditReport {
        var faults = pageFaults()
        var ledger: LedgerAuditReport?
        faults += readable("ledger") {
            let report = try LedgerAudit(connection, maximumFaults: maximumFaults) { reached in
                progress("ledger: \(reached.entriesChecked) of \(reached.lastEntry) entries")
            }.run()
            ledger = report
            return report.faults.map(\.description)
        }
        for check in BusinessChecks.all where faults.count < maximumFaults {
            progress("business rows: \(check.name)")
            faults += readable(check.table) {
                try businessFaults(check, maximum: maximumFaults - faults.count)
            }
        }
        let transactions =
            try connection.prepare("SELECT count(*) FROM service_transaction")
            .first { $0.integer(0) } ?? 0
        let seals =
            try connection.prepare("SELECT count(*) FROM business_date WHERE state = 'sealed'")
            .first { $0.integer(0) } ?? 0
        return BookAuditReport(
            entryCount: ledger?.entryCount ?? 0, postingCount: ledger?.postingCount ?? 0,
            transactionCount: transactions, sealCount: Int(seals),
            faults: Array(faults.prefix(maximumFaults)))
    }

    private func pageFaults() -> [String] {
        progress("pages: checksums")
        let sums = readable("database pages") {
            let report = try PageAudit(connection, maximumFaults: maximumFaults) {
                progress("pages: \($0) checksums")
            }.run()
            if !report.hasChecksums {
                progress("pages: no page checksums; the book was made by an older program")
            }
            return report.faults.map { "database pages: \($0)" }
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
        return sums + integrity + keys.prefix(maximumFaults)
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
