import SQL

/// Compares, when the pass is over, what `pending_entry` says with the entries that ended some.
struct PendingAudit {
    private let connection: Connection
    private let faults: FaultList

    init(_ connection: Connection, faults: FaultList) {
        self.connection = connection
        self.faults = faults
    }

    /// Finds entries that count as ended, though nothing ended them.
    ///
    /// - Parameter resolutions: how many entries ended a pending one; each found itself named in
    ///   its row, so that counts that agree leave no other row.
    func run(resolutions: Int64) throws {
        let resolved = try connection.prepare("SELECT count(resolved_by) FROM pending_entry")
            .first { $0.integer(0) }
        // Counting is cheap, the search is not.
        guard resolved != resolutions else { return }
        try connection.prepare(
            """
            SELECT entry_id, resolved_by FROM pending_entry p WHERE resolved_by IS NOT NULL
                AND NOT EXISTS (SELECT 1 FROM journal_entry e
                    WHERE e.entry_id = p.resolved_by AND e.original_entry_id = p.entry_id)
            ORDER BY entry_id
            """
        ).forEach { row in
            faults.add(
                .wrongPendingEntry, "pending_entry",
                row.isInteger(0) ? "\(row.integer(0))" : "?", "resolved_by",
                expected: "null, or the entry that ended it",
                found: row.isInteger(1) ? "\(row.integer(1))" : row.storageType(1).rawValue)
        }
    }
}
