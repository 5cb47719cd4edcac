import CivilTime
import SQL

/// Balances of one account: now, on a date, and after an entry.
extension LedgerReader {
    /// An account's balance of all time, or nothing when it is unknown.
    public func balance(of account: ID<Account>) throws -> AccountBalance? {
        try connection.prepare(
            """
            SELECT debits, credits, pending_debits, pending_credits
            FROM account_balance WHERE account_id = $1
            """
        ).first(.integer(account.number)) { $0.accountBalance(0) }
    }

    /// What was posted to an account on one business date, open or sealed; zero without.
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
            $0.accountTotals(0)
        } ?? .zero
    }

    /// An account's balance at the close of a business date; of the open date, as it is now.
    ///
    /// It costs one row, whatever the number of entries.
    public func balance(
        of account: ID<Account>, asOf date: BusinessDate
    ) throws -> AccountBalance {
        if let open = try openDate(), date >= open { return try balance(of: account) ?? .zero }
        return try closing(of: account, on: date)
    }

    /// An account's balance after an entry, which may be any of the journal; 0 is before the first.
    ///
    /// It costs one row of the last seal before the entry, and the entries between the two.
    public func balance(
        of account: ID<Account>, asOfEntry entry: ID<JournalEntry>
    ) throws -> AccountBalance {
        let seal = try lastSeal(within: entry)
        var balance = try seal.map { try closing(of: account, on: $0.date) } ?? .zero
        try forEachMovement(after: seal?.treeSize ?? 0, upTo: entry, of: account) { _, adding in
            balance = adding(balance)
        }
        return balance
    }

    /// The last seal whose entries are all among those up to `entry`.
    func lastSeal(within entry: ID<JournalEntry>) throws -> SealedDate? {
        try connection.prepare(
            """
            SELECT business_date, sealed_at, entry_count, tree_size, tree_root, balances_digest
            FROM business_date WHERE state = 'sealed' AND tree_size <= $1
            ORDER BY business_date DESC LIMIT 1
            """
        ).first(.integer(entry.number), read: SealedDate.init(row:))
    }

    // Only a pending entry has pending lines, so what acts on it is one that ends it.
    static let movementsOfEntriesQuery: StaticString = """
        SELECT account_id, sum(debit), sum(credit), sum(pending_debit), sum(pending_credit)
        FROM (
            SELECT account_id, max(amount, 0) AS debit, -min(amount, 0) AS credit,
                0 AS pending_debit, 0 AS pending_credit
            FROM posting WHERE entry_id > $1 AND entry_id <= $2
            UNION ALL
            SELECT account_id, 0, 0, max(amount, 0), -min(amount, 0)
            FROM pending_posting WHERE entry_id > $1 AND entry_id <= $2
            UNION ALL
            SELECT p.account_id, 0, 0, -max(p.amount, 0), min(p.amount, 0)
            FROM journal_entry e
            JOIN pending_posting p ON p.entry_id = e.original_entry_id
            WHERE e.entry_id > $1 AND e.entry_id <= $2
        )
        WHERE $3 IS NULL OR account_id = $3
        GROUP BY account_id ORDER BY account_id
        """

    /// Sums what a range of entries did to each account, or to one.
    ///
    /// - Parameter read: called once for each account, with what adds its sums to a balance.
    func forEachMovement(
        after first: Int64, upTo last: ID<JournalEntry>, of account: ID<Account>? = nil,
        read: (ID<Account>, (AccountBalance) -> AccountBalance) throws -> Void
    ) throws {
        try connection.prepare(Self.movementsOfEntriesQuery)
            .forEach(.integer(first), .integer(last.number), .integer(account?.number)) { row in
                try read(ID(row.integer(0))) { row.adding(1, to: $0) }
            }
    }

    private func closing(
        of account: ID<Account>, on date: BusinessDate
    ) throws -> AccountBalance {
        try connection.prepare(
            """
            SELECT closing_debits, closing_credits, closing_pending_debits,
                closing_pending_credits
            FROM account_day WHERE account_id = $1 AND business_date <= $2
            ORDER BY business_date DESC LIMIT 1
            """
        ).first(.integer(account.number), .integer(Int64(date.daysSinceEpoch))) {
            $0.accountBalance(0)
        } ?? .zero
    }
}

extension Row {
    /// Adds what entries did, in four columns of signed sums, to a balance.
    fileprivate func adding(_ column: Int32, to balance: AccountBalance) -> AccountBalance {
        let posted = AccountTotals(debits: integer(column), credits: integer(column + 1))
        let pending = AccountTotals(debits: integer(column + 2), credits: integer(column + 3))
        guard let posted = balance.posted.adding(posted),
            let pending = balance.pending.adding(pending)
        else { return checked(column, nil, expected: "a sum within 64 bits", instead: balance) }
        return AccountBalance(posted: posted, pending: pending)
    }
}
