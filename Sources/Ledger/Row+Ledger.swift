import CivilTime
import SQL

/// The ledger's types, read from a row; a value outside a type means a damaged database.
extension Row {
    func accountCode(_ column: Int32) -> AccountCode {
        checked(column, AccountCode(text(column)), expected: "an account's code", instead: .damaged)
    }

    func currency(_ column: Int32) -> Currency {
        checked(
            column, Currency(rawValue: integer(column)), expected: "a currency", instead: .renminbi)
    }

    func balanceLimit(_ column: Int32) -> BalanceLimit {
        checked(column, BalanceLimit(rawValue: text(column)), expected: "a limit", instead: .none)
    }

    func accountType(_ column: Int32) -> AccountType {
        checked(
            column, AccountType(rawValue: text(column)), expected: "an account's type",
            instead: .asset)
    }

    func entryPhase(_ column: Int32) -> EntryPhase {
        checked(
            column, EntryPhase(rawValue: integer(column)), expected: "a phase", instead: .posted)
    }

    /// Debits and credits in two columns; neither is below 0, so that their difference fits.
    func accountTotals(_ column: Int32) -> AccountTotals {
        AccountTotals(debits: total(column), credits: total(column + 1))
    }

    /// Posted and pending totals in four columns.
    func accountBalance(_ column: Int32) -> AccountBalance {
        AccountBalance(posted: accountTotals(column), pending: accountTotals(column + 2))
    }

    /// A line of an entry: its account, and its signed amount in the column after it.
    func posting(_ column: Int32) -> Posting {
        let signed = integer(column + 1)
        let isAllowed = signed != 0 && signed.magnitude <= UInt64(Posting.maximumAmount)
        let amount = checked(
            column + 1, isAllowed ? Int64(signed.magnitude) : nil, expected: "an amount",
            instead: 1)
        return Posting(
            account: ID(integer(column)), side: signed > 0 ? .debit : .credit, amount: amount)
    }

    private func total(_ column: Int32) -> Int64 {
        let total = integer(column)
        return checked(column, total >= 0 ? total : nil, expected: "a total", instead: 0)
    }

    /// The business date in a column of days since 1970-01-01.
    public func businessDate(_ column: Int32) -> BusinessDate {
        checked(
            column, BusinessDate(daysSinceEpoch: Int(integer(column))), expected: "a date",
            instead: .epoch)
    }
}
