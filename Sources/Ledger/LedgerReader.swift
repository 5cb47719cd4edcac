import CivilTime
import SQL

/// What a connection can read of the ledger; it sees what is committed, or its own transaction.
public struct LedgerReader {
    let connection: Connection

    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// The open business date, or nothing before the first and after a seal.
    public func openDate() throws -> BusinessDate? {
        try connection.prepare("SELECT business_date FROM business_date WHERE state = 'open'")
            .first { $0.businessDate(0) }
    }

    /// The seal of a date, or nothing while it is open or unknown.
    public func seal(of date: BusinessDate) throws -> SealedDate? {
        try connection.prepare(
            """
            SELECT business_date, sealed_at, entry_count, tree_size, tree_root, balances_digest
            FROM business_date WHERE state = 'sealed' AND business_date = $1
            """
        ).first(.integer(Int64(date.daysSinceEpoch)), read: SealedDate.init(row:))
    }

    /// All seals, in order of date.
    public func seals() throws -> [SealedDate] {
        try seals(after: nil, limit: .max)
    }

    /// Seals after a date, in order of date, and at most `limit`; all of them after nothing.
    public func seals(after date: BusinessDate?, limit: Int) throws -> [SealedDate] {
        try connection.prepare(
            """
            SELECT business_date, sealed_at, entry_count, tree_size, tree_root, balances_digest
            FROM business_date WHERE state = 'sealed' AND ($1 IS NULL OR business_date > $1)
            ORDER BY business_date LIMIT $2
            """
        ).all(
            .integer(date.map { Int64($0.daysSinceEpoch) }), .integer(Int64(limit)),
            read: SealedDate.init(row:))
    }

    /// The seal of the last closed date, or nothing before the first.
    public func lastSeal() throws -> SealedDate? {
        try lastSeal(within: ID(.max))
    }

    /// The account with a code, or nothing.
    public func account(_ code: AccountCode) throws -> Account? {
        try connection.prepare(
            """
            SELECT account_id, code, name, type, currency, balance_limit
            FROM ledger_account WHERE code = $1
            """
        ).first(.text(code.text), read: Account.init(row:))
    }

    /// An entry with its postings, or nothing.
    public func entry(_ id: ID<JournalEntry>) throws -> JournalEntry? {
        let postings = try connection.prepare(
            """
            SELECT account_id, amount, line FROM posting WHERE entry_id = $1
            UNION ALL SELECT account_id, amount, line FROM pending_posting WHERE entry_id = $1
            ORDER BY line
            """
        ).all(.integer(id.number)) { $0.posting(0) }
        return try connection.prepare(
            """
            SELECT e.business_date, e.recorded_at, e.kind, e.narrative, e.source_id, e.phase,
                e.original_entry_id, e.original_date,
                (SELECT entry_id FROM journal_entry WHERE original_entry_id = e.entry_id),
                (SELECT expires_at FROM pending_entry WHERE entry_id = e.entry_id)
            FROM journal_entry e WHERE e.entry_id = $1
            """
        ).first(.integer(id.number)) { row in
            JournalEntry(
                id: id, businessDate: row.businessDate(0),
                recordedAt: Instant(millisecondsSinceEpoch: row.integer(1)),
                kind: EntryKind(row.text(2)), narrative: row.text(3),
                source: row.optionalInteger(4), phase: row.entryPhase(5),
                original: row.optionalInteger(6).map {
                    JournalEntry.Original(id: ID($0), businessDate: row.businessDate(7))
                },
                actedOnBy: row.optionalInteger(8).map { ID($0) },
                expiresAt: row.optionalInteger(9).map { Instant(millisecondsSinceEpoch: $0) },
                postings: postings)
        }
    }

    /// When the next pending entry expires, or nothing when none does.
    public func nextExpiry() throws -> Instant? {
        try connection.prepare(
            """
            SELECT expires_at FROM pending_entry
            WHERE resolved_by IS NULL AND expires_at IS NOT NULL ORDER BY expires_at LIMIT 1
            """
        ).first { Instant(millisecondsSinceEpoch: $0.integer(0)) }
    }
}

extension Account {
    /// Reads number, code, name, type, currency and limit, from the first column on.
    init(row: Row) {
        self.init(
            id: ID(row.integer(0)), code: row.accountCode(1), name: row.text(2),
            type: row.accountType(3), currency: row.currency(4), limit: row.balanceLimit(5))
    }
}
