import SQL

/// Checks entries that act on an earlier one: they post or void a pending entry, or reverse.
struct ActionAudit {
    /// An entry that acts, as the audit's pass read it.
    struct Action {
        let entry: Int64
        let phase: EntryPhase
        let original: Int64
        /// The date that it gives for the original, in days since 1970-01-01.
        let originalDate: Int64?
        let lines: [AuditedLine]
    }

    private static let table = "journal_entry"

    private let connection: Connection
    private let faults: FaultList

    init(_ connection: Connection, faults: FaultList) {
        self.connection = connection
        self.faults = faults
    }

    /// Checks an action.
    ///
    /// - Returns: the pending lines that it releases; none when its original is at fault.
    func check(_ action: Action) throws -> [AuditedLine] {
        guard try checkOriginal(action) else { return [] }
        switch action.phase {
        case .posted, .pending: return []
        case .postsPending, .voidsPending:
            try checkResolution(action)
            let pending = try lines(of: action.original, isPending: true)
            if action.phase == .postsPending, !AuditedLine.areWithin(action.lines, pending) {
                faults.add(
                    .exceedsPending, "posting", "\(action.entry)", "amount",
                    expected: "for each account and side no more than pends in entry "
                        + "\(action.original)",
                    found: "more")
            }
            return pending
        case .reversal:
            let posted = try lines(of: action.original, isPending: false)
            if action.lines != posted.map(\.inverse) {
                faults.add(
                    .wrongReversal, Self.table, "\(action.entry)", "original_entry_id",
                    expected: "an entry of which this is the inverse",
                    found: "\(action.original), an entry with other postings")
            }
            return []
        }
    }

    /// - Returns: whether the original is one that the action's phase may act on.
    private func checkOriginal(_ action: Action) throws -> Bool {
        // The index on the original says how many act on it: each of them finds itself there.
        let found = try connection.prepare(
            """
            SELECT business_date, phase,
                (SELECT count(*) FROM journal_entry WHERE original_entry_id = $1)
            FROM journal_entry WHERE entry_id = $1
            """
        ).first(.integer(action.original)) { row in
            (
                day: row.isInteger(0) ? row.integer(0) : nil,
                phase: row.isInteger(1) ? EntryPhase(rawValue: row.integer(1)) : nil,
                actionCount: row.integer(2)
            )
        }
        guard let found else { return refuse(action, "an unknown entry") }
        guard action.original < action.entry else { return refuse(action, "a later entry") }
        faults.compare(
            .actedOnAgain, Self.table, "\(action.original)", "original_entry_id",
            expected: 1, found: found.actionCount)
        if let day = found.day, let given = action.originalDate, day != given {
            faults.add(
                .wrongOriginal, Self.table, "\(action.entry)", "original_date",
                expected: "\(day)", found: "\(given)")
        }
        switch (action.phase, found.phase) {
        case (.postsPending, .pending), (.voidsPending, .pending), (.reversal, .posted),
            (.reversal, .postsPending):
            return true
        case (_, let phase):
            let text = phase.map { "of phase \($0.rawValue)" } ?? "without a phase"
            return refuse(action, "an entry \(text)")
        }
    }

    private func refuse(_ action: Action, _ problem: String) -> Bool {
        faults.add(
            .wrongOriginal, Self.table, "\(action.entry)", "original_entry_id",
            expected: "an earlier entry that phase \(action.phase.rawValue) acts on",
            found: "\(action.original), \(problem)")
        return false
    }

    private func checkResolution(_ action: Action) throws {
        let resolvedBy = try connection.prepare(
            "SELECT resolved_by FROM pending_entry WHERE entry_id = $1"
        ).first(.integer(action.original)) { row in
            row.isInteger(0) ? "\(row.integer(0))" : row.storageType(0).rawValue
        }
        // A row that is missing was reported when the pass met the pending entry.
        guard let resolvedBy, resolvedBy != "\(action.entry)" else { return }
        faults.add(
            .wrongPendingEntry, "pending_entry", "\(action.original)", "resolved_by",
            expected: "\(action.entry)", found: resolvedBy)
    }

    private func lines(of entry: Int64, isPending: Bool) throws -> [AuditedLine] {
        let query =
            isPending
            ? try connection.prepare(
                """
                SELECT line, account_id, amount, currency FROM pending_posting
                WHERE entry_id = $1 ORDER BY line LIMIT $2
                """)
            : try connection.prepare(
                """
                SELECT line, account_id, amount, currency FROM posting
                WHERE entry_id = $1 ORDER BY line LIMIT $2
                """)
        let limit = Int64(NewEntry.postingCounts.upperBound)
        return try query.all(.integer(entry), .integer(limit)) { row -> AuditedLine? in
            // Values of another type were reported by the pass of the journal.
            guard (0..<4).allSatisfy({ row.isInteger($0) }) else { return nil }
            return AuditedLine(
                line: row.integer(0), account: row.integer(1), amount: row.integer(2),
                currency: row.integer(3))
        }.compactMap { $0 }
    }
}
