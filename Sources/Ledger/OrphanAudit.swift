import SQL

/// Finds postings without an entry, which the pass of the journal cannot meet.
struct OrphanAudit {
    private let connection: Connection
    private let faults: FaultList

    init(_ connection: Connection, faults: FaultList) {
        self.connection = connection
        self.faults = faults
    }

    /// - Parameter postingsSeen: how many postings belong to entries.
    func run(postingsSeen: Int64) throws {
        let count = try connection.prepare("SELECT count(*) FROM posting").first { $0.integer(0) }
        // Counting is cheap, the search for each posting's entry is not.
        guard count != postingsSeen else { return }
        try connection.prepare(
            """
            SELECT p.entry_id, p.line FROM posting p
            WHERE NOT EXISTS (SELECT 1 FROM journal_entry e WHERE e.entry_id = p.entry_id)
            ORDER BY p.entry_id, p.line
            """
        ).forEach { row in
            let parts = [Int32(0), 1].map { column in
                row.isInteger(column) ? "\(row.integer(column))" : "?"
            }
            faults.add(
                .orphanPosting, "posting", parts.joined(separator: "/"), "entry_id",
                expected: "an entry", found: "none")
        }
    }
}
