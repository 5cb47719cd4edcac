import CivilTime
import SQL

/// Every account's balance at one moment, and their sums by currency, which must agree.
public struct TrialBalance: Sendable, Equatable {
    /// One account's balance, in minor units.
    public struct Line: Sendable, Equatable {
        public let code: AccountCode
        public let name: String
        public let type: AccountType
        public let currency: Currency
        public let balance: AccountBalance

        /// What is posted.
        public var totals: AccountTotals { balance.posted }
    }

    /// The sums of one currency, in minor units.
    public struct Total: Sendable, Equatable {
        public let currency: Currency
        public let debits: Int64
        public let credits: Int64
    }

    /// The accounts, in order of code; those that never moved are left out.
    public let lines: [Line]
    /// What is posted, by currency.
    public let totals: [Total]

    /// Whether debits equal credits in every currency.
    public var isBalanced: Bool { totals.allSatisfy { $0.debits == $0.credits } }

    /// - Throws: `LedgerError.sumOverflow`.
    init(lines: [Line]) throws {
        self.lines = lines
        totals = try Currency.allCases.compactMap { currency in
            let own = lines.filter { $0.currency == currency }
            guard !own.isEmpty else { return nil }
            var sum = AccountTotals.zero
            for line in own {
                guard let next = sum.adding(line.totals) else {
                    throw LedgerError.sumOverflow(currency)
                }
                sum = next
            }
            return Total(currency: currency, debits: sum.debits, credits: sum.credits)
        }
    }
}

/// What one account did over a range of business dates, in minor units.
public struct PeriodMovement: Sendable, Equatable {
    public let code: AccountCode
    public let name: String
    public let type: AccountType
    public let currency: Currency
    /// What was posted in the period.
    public let movement: AccountTotals
    /// What was posted before and in the period, at its end.
    public let closing: AccountTotals

    /// What was posted before the period.
    public var opening: AccountTotals {
        AccountTotals(
            debits: closing.debits - movement.debits, credits: closing.credits - movement.credits)
    }
}

extension LedgerReader {
    /// The trial balance of everything recorded.
    public func trialBalance() throws -> TrialBalance {
        try TrialBalance(
            lines: connection.prepare(
                """
                SELECT a.code, a.name, a.type, a.currency, b.debits, b.credits,
                    b.pending_debits, b.pending_credits
                FROM account_balance b JOIN ledger_account a ON a.account_id = b.account_id
                WHERE b.latest_date <> 0 ORDER BY a.code
                """
            ).all(read: TrialBalance.Line.init(row:)))
    }

    // One search for each account.
    static let closingQuery: StaticString = """
        SELECT a.code, a.name, a.type, a.currency, d.closing_debits, d.closing_credits,
            d.closing_pending_debits, d.closing_pending_credits
        FROM ledger_account a JOIN account_day d ON d.account_id = a.account_id
            AND d.business_date = (
                SELECT max(business_date) FROM account_day
                WHERE account_id = a.account_id AND business_date <= $1)
        ORDER BY a.code
        """
    // One range of the rows of dates.
    static let movementsQuery: StaticString = """
        SELECT a.code, a.name, a.type, a.currency, sum(d.debits), sum(d.credits),
            max(d.closing_debits), max(d.closing_credits)
        FROM account_day d JOIN ledger_account a ON a.account_id = d.account_id
        WHERE d.business_date BETWEEN $1 AND $2
        GROUP BY d.account_id ORDER BY a.code
        """

    /// The trial balance at the close of a sealed date; an account's latest sealed day counts.
    public func trialBalance(closing date: BusinessDate) throws -> TrialBalance {
        try TrialBalance(
            lines: connection.prepare(Self.closingQuery)
                .all(.integer(Int64(date.daysSinceEpoch)), read: TrialBalance.Line.init(row:)))
    }

    /// The trial balance after an entry: of the seal before it and the entries between.
    public func trialBalance(asOfEntry entry: ID<JournalEntry>) throws -> TrialBalance {
        let seal = try lastSeal(within: entry)
        var changes: [AccountCode: TrialBalance.Line] = [:]
        if let seal {
            for line in try trialBalance(closing: seal.date).lines { changes[line.code] = line }
        }
        try forEachMovement(after: seal?.treeSize ?? 0, upTo: entry) { id, adding in
            guard let account = try account(id) else { return }
            let balance = adding(changes[account.code]?.balance ?? .zero)
            changes[account.code] = TrialBalance.Line(
                code: account.code, name: account.name, type: account.type,
                currency: account.currency, balance: balance)
        }
        return try TrialBalance(lines: changes.values.sorted { $0.code < $1.code })
    }

    /// What each account did from one sealed date to another, both included.
    ///
    /// It sums the kept totals of dates: its cost is days times accounts, never entries. The open
    /// date is not part of it.
    public func movements(
        from first: BusinessDate, to last: BusinessDate
    ) throws -> [PeriodMovement] {
        try connection.prepare(Self.movementsQuery).all(
            .integer(Int64(first.daysSinceEpoch)), .integer(Int64(last.daysSinceEpoch))
        ) { row in
            // Posted totals only grow, so the largest closing total is the last one.
            PeriodMovement(
                code: row.accountCode(0), name: row.text(1), type: row.accountType(2),
                currency: row.currency(3),
                movement: row.accountTotals(4), closing: row.accountTotals(6))
        }
    }

    private func account(_ id: ID<Account>) throws -> Account? {
        try connection.prepare(
            """
            SELECT account_id, code, name, type, currency, balance_limit
            FROM ledger_account WHERE account_id = $1
            """
        ).first(.integer(id.number), read: Account.init(row:))
    }
}

extension TrialBalance.Line {
    fileprivate init(row: Row) {
        code = row.accountCode(0)
        name = row.text(1)
        type = row.accountType(2)
        currency = row.currency(3)
        balance = row.accountBalance(4)
    }
}
