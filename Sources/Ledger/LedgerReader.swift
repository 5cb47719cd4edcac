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
            SELECT business_date, sealed_at, last_entry_id, entry_count, journal_digest,
                balances_digest
            FROM business_date WHERE state = 'sealed' AND business_date = $1
            """
        ).first(.integer(Int64(date.daysSinceEpoch)), read: SealedDate.init(row:))
    }

    /// All seals, in order of date.
    public func seals() throws -> [SealedDate] {
        try connection.prepare(
            """
            SELECT business_date, sealed_at, last_entry_id, entry_count, journal_digest,
                balances_digest
            FROM business_date WHERE state = 'sealed' ORDER BY business_date
            """
        ).all(read: SealedDate.init(row:))
    }

    /// The account with a code, or nothing.
    public func account(_ code: AccountCode) throws -> Account? {
        try connection.prepare(
            """
            SELECT account_id, code, name, type, currency, balance_limit
            FROM ledger_account WHERE code = $1
            """
        ).first(.text(code.text)) { row in
            Account(
                id: ID(row.integer(0)), code: row.accountCode(1), name: row.text(2),
                type: row.accountType(3), currency: row.currency(4), limit: row.balanceLimit(5))
        }
    }

    /// An entry with its postings, or nothing.
    public func entry(_ id: ID<JournalEntry>) throws -> JournalEntry? {
        let postings = try connection.prepare(
            "SELECT account_id, amount FROM posting WHERE entry_id = $1 ORDER BY line"
        ).all(.integer(id.number)) { row in
            let amount = row.integer(1)
            return Posting(
                account: ID(row.integer(0)), side: amount > 0 ? .debit : .credit,
                amount: abs(amount))
        }
        return try connection.prepare(
            """
            SELECT business_date, recorded_at, kind, narrative, source_id, reverses_entry_id
            FROM journal_entry WHERE entry_id = $1
            """
        ).first(.integer(id.number)) { row in
            JournalEntry(
                id: id, businessDate: row.businessDate(0),
                recordedAt: Instant(millisecondsSinceEpoch: row.integer(1)),
                kind: EntryKind(row.text(2)), narrative: row.text(3),
                source: row.optionalInteger(4), reverses: row.optionalInteger(5).map { ID($0) },
                postings: postings)
        }
    }

    /// An account's totals of all time, or nothing when it is unknown.
    public func totals(of account: ID<Account>) throws -> AccountTotals? {
        try connection.prepare(
            "SELECT debits, credits FROM account_balance WHERE account_id = $1"
        ).first(.integer(account.number)) {
            AccountTotals(debits: $0.integer(0), credits: $0.integer(1))
        }
    }

    /// An account's movement on one business date, open or sealed; zero when there was none.
    public func movement(of account: ID<Account>, on date: BusinessDate) throws -> AccountTotals {
        try connection.prepare(
            """
            SELECT debits, credits FROM account_day WHERE business_date = $1 AND account_id = $2
            UNION ALL
            SELECT b.date_debits, b.date_credits FROM account_balance b
            JOIN business_date d ON d.business_date = b.latest_date AND d.state = 'open'
            WHERE b.latest_date = $1 AND b.account_id = $2
            """
        ).first(.integer(Int64(date.daysSinceEpoch)), .integer(account.number)) {
            AccountTotals(debits: $0.integer(0), credits: $0.integer(1))
        } ?? .zero
    }
}
