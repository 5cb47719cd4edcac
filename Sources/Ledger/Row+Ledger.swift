import CivilTime
import SQL

/// The ledger's types, read from a row; a value outside a type means a damaged database.
extension Row {
    func accountCode(_ column: Int32) -> AccountCode {
        read(column, text(column), AccountCode.init)
    }

    func currency(_ column: Int32) -> Currency {
        read(column, integer(column), Currency.init(rawValue:))
    }

    func balanceLimit(_ column: Int32) -> BalanceLimit {
        read(column, text(column), BalanceLimit.init(rawValue:))
    }

    func accountType(_ column: Int32) -> AccountType {
        read(column, text(column), AccountType.init(rawValue:))
    }

    func entryPhase(_ column: Int32) -> EntryPhase {
        read(column, integer(column), EntryPhase.init(rawValue:))
    }

    /// The business date in a column of days since 1970-01-01.
    public func businessDate(_ column: Int32) -> BusinessDate {
        read(column, Int(integer(column)), BusinessDate.init(daysSinceEpoch:))
    }

    private func read<Raw, Value>(
        _ column: Int32, _ raw: Raw, _ make: (Raw) -> Value?
    ) -> Value {
        guard let value = make(raw) else {
            preconditionFailure("the database is damaged: column \(column) holds \(raw)")
        }
        return value
    }
}
