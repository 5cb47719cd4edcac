import SQL

/// The queries of the audit's pass: each reads a table once, from its start or from an entry on.
struct JournalQueries {
    private let connection: Connection
    private let after: Int64?

    /// - Parameter after: the last entry that is left out; nothing to leave out none, not even a
    ///   number that no entry can have.
    init(_ connection: Connection, after: Int64?) {
        self.connection = connection
        self.after = after
    }

    func entries() throws -> Cursor {
        guard let after else {
            return try connection.prepare(
                """
                SELECT entry_id, business_date, recorded_at, kind, narrative, source_id, phase,
                    original_entry_id, original_date
                FROM journal_entry ORDER BY entry_id
                """
            ).cursor()
        }
        return try connection.prepare(
            """
            SELECT entry_id, business_date, recorded_at, kind, narrative, source_id, phase,
                original_entry_id, original_date
            FROM journal_entry WHERE entry_id > $1 ORDER BY entry_id
            """
        ).cursor(.integer(after))
    }

    func postings() throws -> Cursor {
        guard let after else {
            return try connection.prepare(
                """
                SELECT entry_id, line, account_id, amount, currency FROM posting
                ORDER BY entry_id, line
                """
            ).cursor()
        }
        return try connection.prepare(
            """
            SELECT entry_id, line, account_id, amount, currency FROM posting
            WHERE entry_id > $1 ORDER BY entry_id, line
            """
        ).cursor(.integer(after))
    }

    func pendingPostings() throws -> Cursor {
        guard let after else {
            return try connection.prepare(
                """
                SELECT entry_id, line, account_id, amount, currency FROM pending_posting
                ORDER BY entry_id, line
                """
            ).cursor()
        }
        return try connection.prepare(
            """
            SELECT entry_id, line, account_id, amount, currency FROM pending_posting
            WHERE entry_id > $1 ORDER BY entry_id, line
            """
        ).cursor(.integer(after))
    }

    func pendingEntries() throws -> Cursor {
        guard let after else {
            return try connection.prepare(
                "SELECT entry_id, expires_at FROM pending_entry ORDER BY entry_id"
            ).cursor()
        }
        return try connection.prepare(
            "SELECT entry_id, expires_at FROM pending_entry WHERE entry_id > $1 ORDER BY entry_id"
        ).cursor(.integer(after))
    }
}
