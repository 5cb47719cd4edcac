import CivilTime
import SQL

extension Journal {
    /// The open business date.
    ///
    /// - Throws: `LedgerError.noOpenDate`.
    public func currentDate() throws -> BusinessDate {
        if let openDate { return openDate }
        guard let date = try LedgerReader(connection).openDate() else {
            throw LedgerError.noOpenDate
        }
        openDate = date
        return date
    }

    /// Opens a business date; none may be open, and it must follow the last one.
    public func open(_ date: BusinessDate, at instant: Instant) throws {
        if let open = try LedgerReader(connection).openDate() {
            throw LedgerError.dateNotAfter(open)
        }
        let last =
            try connection.prepare("SELECT max(business_date) FROM business_date")
            .first { $0.isNull(0) ? nil : $0.businessDate(0) } ?? nil
        if let last, date <= last { throw LedgerError.dateNotAfter(last) }
        try connection.prepare(
            "INSERT INTO business_date (business_date, state, opened_at) VALUES ($1, 'open', $2)"
        ).run(.integer(Int64(date.daysSinceEpoch)), .integer(instant.millisecondsSinceEpoch))
        openDate = date
    }

    /// Seals the open date for good: the tree's root and the closing balances are kept.
    ///
    /// - Throws: `LedgerError.dateNotOpen` when another date is open, `.trialBalanceOff`.
    public func seal(_ date: BusinessDate, at instant: Instant) throws -> SealedDate {
        guard try currentDate() == date else { throw LedgerError.dateNotOpen(date) }
        try balances.write()
        for total in try LedgerReader(connection).trialBalance().totals
        where total.debits != total.credits {
            throw LedgerError.trialBalanceOff(
                total.currency, difference: total.debits - total.credits)
        }
        let sealed = try DateSeal(connection).seal(date, head: tree.head(), at: instant)
        openDate = nil
        return sealed
    }
}
