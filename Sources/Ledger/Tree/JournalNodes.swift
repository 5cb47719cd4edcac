import CivilTime
import Cryptography
import SQL

/// The nodes of the tree as the book keeps them: leaves in the journal, the rest in `tree_node`.
struct JournalNodes: MerkleNodes {
    /// A node or an entry that the book should have.
    struct Missing: Error {}

    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    func digests(level: Int, positions: Range<Int64>) throws -> [SHA256Digest] {
        let digests =
            level == 0 ? try leaves(at: positions) : try kept(level: level, at: positions)
        guard digests.count == positions.count else { throw Missing() }
        return digests
    }

    private func leaves(at positions: Range<Int64>) throws -> [SHA256Digest] {
        guard !positions.isEmpty else { return [] }
        var encoder = EntryEncoder()
        let hasher = MerkleHasher()
        return try JournalEntries(connection)
            .entries(in: ID(positions.lowerBound + 1)...ID(positions.upperBound))
            .map { $0.leaf(&encoder, hasher) }
    }

    private func kept(level: Int, at positions: Range<Int64>) throws -> [SHA256Digest] {
        try connection.prepare(
            """
            SELECT digest FROM tree_node
            WHERE level = $1 AND position >= $2 AND position < $3 ORDER BY position
            """
        ).all(
            .integer(Int64(level)), .integer(positions.lowerBound), .integer(positions.upperBound)
        ) { row in
            guard let digest = SHA256Digest(bytes: row.bytes(0)) else { throw Missing() }
            return digest
        }
    }
}

/// Reads entries as their leaves have them.
struct JournalEntries {
    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    /// The entries of a range that are there, in order.
    func entries(in range: ClosedRange<ID<JournalEntry>>) throws -> [CanonicalEntry] {
        try connection.prepare(
            """
            SELECT e.entry_id, e.business_date, e.recorded_at, e.kind, e.narrative, e.source_id,
                e.phase, e.original_entry_id, e.original_date, p.expires_at
            FROM journal_entry e LEFT JOIN pending_entry p ON p.entry_id = e.entry_id
            WHERE e.entry_id BETWEEN $1 AND $2 ORDER BY e.entry_id
            """
        ).all(.integer(range.lowerBound.number), .integer(range.upperBound.number)) { row in
            CanonicalEntry(
                entry: ID(row.integer(0)), businessDate: row.businessDate(1),
                recordedAt: Instant(millisecondsSinceEpoch: row.integer(2)), kind: row.text(3),
                narrative: row.text(4), source: row.optionalInteger(5), phase: row.integer(6),
                original: row.optionalInteger(7).map { ID($0) },
                originalDate: row.isNull(8) ? nil : row.businessDate(8),
                expiresAt: row.optionalInteger(9).map { Instant(millisecondsSinceEpoch: $0) },
                lines: try lines(of: row.integer(0)))
        }
    }

    private func lines(of entry: Int64) throws -> [CanonicalEntry.Line] {
        try connection.prepare(
            """
            SELECT a.code, l.currency, l.amount FROM (
                SELECT line, account_id, currency, amount FROM posting WHERE entry_id = $1
                UNION ALL
                SELECT line, account_id, currency, amount FROM pending_posting
                WHERE entry_id = $1
            ) l JOIN ledger_account a ON a.account_id = l.account_id ORDER BY l.line
            """
        ).all(.integer(entry)) { row in
            CanonicalEntry.Line(
                account: row.text(0), currencyNumber: row.integer(1), amount: row.integer(2))
        }
    }
}
