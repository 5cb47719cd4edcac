import CivilTime
import SQL

/// Every account's totals at one moment, and their sums by currency, which must agree.
public struct TrialBalance: Sendable, Equatable {
    /// One account's totals, in minor units.
    public struct Line: Sendable, Equatable {
        public let code: AccountCode
        public let name: String
        public let type: AccountType
        public let currency: Currency
        public let totals: AccountTotals
    }

    /// The sums of one currency, in minor units.
    public struct Total: Sendable, Equatable {
        public let currency: Currency
        public let debits: Int64
        public let credits: Int64
    }

    /// The accounts, in order of code; those that never moved are left out.
    public let lines: [Line]
    public let totals: [Total]

    /// Whether debits equal credits in every currency.
    public var isBalanced: Bool { totals.allSatisfy { $0.debits == $0.credits } }
}

extension LedgerReader {
    /// The trial balance of everything posted.
    public func trialBalance() throws -> TrialBalance {
        try makeTrialBalance(
            connection.prepare(
                """
                SELECT a.code, a.name, a.type, a.currency, b.debits, b.credits
                FROM account_balance b JOIN ledger_account a ON a.account_id = b.account_id
                WHERE b.debits <> 0 OR b.credits <> 0 ORDER BY a.code
                """
            ).all(read: TrialBalance.Line.init(row:)))
    }

    /// The trial balance at the close of a sealed date; an account's latest sealed day counts.
    public func trialBalance(closing date: BusinessDate) throws -> TrialBalance {
        try makeTrialBalance(
            connection.prepare(
                """
                SELECT a.code, a.name, a.type, a.currency, d.closing_debits, d.closing_credits
                FROM (
                    SELECT account_id, max(business_date) AS business_date
                    FROM account_day WHERE business_date <= $1 GROUP BY account_id
                ) latest
                JOIN account_day d ON d.business_date = latest.business_date
                    AND d.account_id = latest.account_id
                JOIN ledger_account a ON a.account_id = d.account_id
                ORDER BY a.code
                """
            ).all(.integer(Int64(date.daysSinceEpoch)), read: TrialBalance.Line.init(row:)))
    }

    private func makeTrialBalance(_ lines: [TrialBalance.Line]) -> TrialBalance {
        let totals = Currency.allCases.compactMap { currency -> TrialBalance.Total? in
            let own = lines.filter { $0.currency == currency }
            guard !own.isEmpty else { return nil }
            return TrialBalance.Total(
                currency: currency, debits: own.reduce(0) { $0 + $1.totals.debits },
                credits: own.reduce(0) { $0 + $1.totals.credits })
        }
        return TrialBalance(lines: lines, totals: totals)
    }
}

extension TrialBalance.Line {
    fileprivate init(row: Row) {
        code = row.accountCode(0)
        name = row.text(1)
        type = row.accountType(2)
        currency = row.currency(3)
        totals = AccountTotals(debits: row.integer(4), credits: row.integer(5))
    }
}
