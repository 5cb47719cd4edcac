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

    /// The business date in a column of days since 1970-01-01.
    public func businessDate(_ column: Int32) -> BusinessDate {
        checked(
            column, BusinessDate(daysSinceEpoch: Int(integer(column))), expected: "a date",
            instead: .epoch)
    }
}
