import SQL

/// Checks that each reversal is the exact inverse of one earlier entry, and the only one.
struct ReversalAudit {
    private struct Line: Equatable {
        let line: Int64
        let account: Int64
        let amount: Int64
        let currency: Int64

        var inverse: Line {
            Line(line: line, account: account, amount: 0 &- amount, currency: currency)
        }
    }

    private let connection: Connection
    private let faults: FaultList

    init(_ connection: Connection, faults: FaultList) {
        self.connection = connection
        self.faults = faults
    }

    func run() throws {
        try connection.prepare(
            """
            SELECT r.entry_id, r.original_entry_id, o.entry_id, o.original_entry_id
            FROM journal_entry r LEFT JOIN journal_entry o ON o.entry_id = r.original_entry_id
            WHERE r.original_entry_id IS NOT NULL ORDER BY r.entry_id
            """
        ).forEach { row in
            // A link that is no integer was reported by the pass of the journal.
            guard row.isInteger(0), row.isInteger(1) else { return }
            try check(reversal: row.integer(0), of: row.integer(1), row)
        }
        try connection.prepare(
            """
            SELECT original_entry_id, count(*) FROM journal_entry
            WHERE original_entry_id IS NOT NULL
            GROUP BY original_entry_id HAVING count(*) > 1
            """
        ).forEach { row in
            guard row.isInteger(0) else { return }
            faults.add(
                .repeatedReversal, "journal_entry", "\(row.integer(0))", "original_entry_id",
                expected: "1 reversal", found: "\(row.integer(1)) reversals")
        }
    }

    private func check(reversal: Int64, of original: Int64, _ row: Row) throws {
        let problem: String?
        if row.isNull(2) {
            problem = "an unknown entry"
        } else if original >= reversal {
            problem = "a later entry"
        } else if !row.isNull(3) {
            problem = "a reversal"
        } else if try lines(of: reversal) != lines(of: original).map(\.inverse) {
            problem = "an entry with other postings"
        } else {
            problem = nil
        }
        guard let problem else { return }
        faults.add(
            .wrongReversal, "journal_entry", "\(reversal)", "original_entry_id",
            expected: "an earlier entry, of which this is the inverse",
            found: "\(original), \(problem)")
    }

    private func lines(of entry: Int64) throws -> [Line] {
        try connection.prepare(
            """
            SELECT line, account_id, amount, currency FROM posting
            WHERE entry_id = $1 ORDER BY line
            """
        ).all(.integer(entry)) { row -> Line? in
            // Values of another type were reported by the pass of the journal.
            guard (0..<4).allSatisfy({ row.isInteger($0) }) else { return nil }
            return Line(
                line: row.integer(0), account: row.integer(1), amount: row.integer(2),
                currency: row.integer(3))
        }.compactMap { $0 }
    }
}
