import SQL

/// Every account with the sums that the journal gives it, as the audit's pass goes on.
final class AuditedAccounts {
    private struct State {
        let account: Int64
        let currency: Int64
        let limit: BalanceLimit?
        var totals = AccountTotals.zero
        /// The place of the latest date on which it moved, or -1.
        var datePlace = -1
        var dateTotals = AccountTotals.zero
        /// The place of the latest date whose kept totals name it, or -1.
        var keptPlace = -1
        var hasBalance = false
    }

    private let connection: Connection
    private let faults: FaultList
    private var states: [State] = []
    private var placeOf: [Int64: Int] = [:]
    /// The accounts that moved on the date of the pass.
    private var moved: [Int] = []

    var count: Int { states.count }

    init(_ connection: Connection, faults: FaultList) throws {
        self.connection = connection
        self.faults = faults
        try connection.prepare(
            """
            SELECT account_id, code, type, currency, balance_limit
            FROM ledger_account ORDER BY account_id
            """
        ).forEach { try load($0) }
    }

    /// Adds a posting; `datePlace` is nothing when the entry's date is itself at fault.
    func add(
        _ amount: Int64, currency: Int64, to account: Int64, datePlace: Int?,
        key: @autoclosure () -> String
    ) {
        guard let place = placeOf[account] else {
            faults.add(
                .unknownAccount, "posting", key(), "account_id", expected: "an account",
                found: "\(account)")
            return
        }
        if states[place].currency != currency {
            faults.add(
                .wrongCurrency, "posting", key(), "currency",
                expected: "\(states[place].currency)", found: "\(currency)")
        }
        if let datePlace, states[place].datePlace != datePlace {
            states[place].datePlace = datePlace
            states[place].dateTotals = .zero
            moved.append(place)
        }
        var fits = states[place].totals.addAudited(amount)
        if datePlace != nil { fits = states[place].dateTotals.addAudited(amount) && fits }
        if !fits {
            faults.add(
                .overflow, "posting", key(), "amount", expected: "a sum within 64 bits",
                found: "\(amount)")
        }
    }

    /// Compares the kept totals of a date that the pass has left behind with its sums.
    ///
    /// - Returns: the digest of the kept totals, or nothing when they cannot be read.
    func compareDay(_ day: Int64, place: Int, isSealed: Bool) throws -> String? {
        var digest = BalancesDigest()
        var isReadable = true
        try connection.prepare(BalancesDigest.query).forEach(.integer(day)) { row in
            let fields = [
                "account_id", "debits", "credits", "closing_debits", "closing_credits",
                "closing_pending_debits", "closing_pending_credits",
            ]
            let key = "\(day)/" + (row.isInteger(0) ? "\(row.integer(0))" : "?")
            var numbers: [Int64] = []
            for (index, field) in fields.enumerated() {
                let column = Int32(index == 0 ? 0 : index + 1)
                guard let number = faults.integer(row, column, "account_day", key, field)
                else {
                    isReadable = false
                    return
                }
                numbers.append(number)
            }
            digest.add(row: row)
            guard isSealed else {
                faults.add(
                    .wrongDayTotals, "account_day", key, "business_date",
                    expected: "no totals before the seal", found: "a row")
                return
            }
            compareDayRow(numbers, fields: fields, key: key, place: place)
        }
        if isSealed { reportMissingDays(day, place: place) }
        moved.removeAll(keepingCapacity: true)
        return isReadable ? digest.finish() : nil
    }

    /// Compares the kept balances with the journal's sums, and the sums with the limits.
    func compareBalances(dates: AuditedDates) throws {
        try connection.prepare(
            """
            SELECT account_id, debits, credits, latest_date, date_debits, date_credits
            FROM account_balance ORDER BY account_id
            """
        ).forEach { row in compareBalance(row, dates: dates) }
        for state in states {
            let key = "\(state.account)"
            if !state.hasBalance {
                faults.add(
                    .missingBalance, "account_balance", key, "account_id", expected: "a row",
                    found: "none")
            }
            let totals = state.totals
            if let limit = state.limit,
                !limit.allows(AccountBalance(posted: totals, pending: .zero))
            {
                faults.add(
                    .limitPassed, "ledger_account", key, "balance_limit",
                    expected: limit.rawValue,
                    found: "debits \(totals.debits), credits \(totals.credits)")
            }
        }
    }

    private func load(_ row: Row) throws {
        let table = "ledger_account"
        guard let account = faults.integer(row, 0, table, "?", "account_id") else { return }
        let key = "\(account)"
        if let code = faults.text(row, 1, table, key, "code"), AccountCode(code) == nil {
            faults.add(.damagedValue, table, key, "code", expected: "a code", found: "other text")
        }
        if let type = faults.text(row, 2, table, key, "type"), AccountType(rawValue: type) == nil {
            faults.add(.damagedValue, table, key, "type", expected: "a type", found: "other text")
        }
        let currency = faults.integer(row, 3, table, key, "currency")
        if let currency, Currency(rawValue: currency) == nil {
            faults.add(
                .damagedValue, table, key, "currency", expected: "a currency that is kept",
                found: "\(currency)")
        }
        var limit: BalanceLimit?
        if let text = faults.text(row, 4, table, key, "balance_limit") {
            limit = BalanceLimit(rawValue: text)
            if limit == nil {
                faults.add(
                    .damagedValue, table, key, "balance_limit", expected: "a limit",
                    found: "other text")
            }
        }
        placeOf[account] = states.count
        states.append(State(account: account, currency: currency ?? 0, limit: limit))
    }

    private func compareDayRow(_ numbers: [Int64], fields: [String], key: String, place: Int) {
        guard let index = placeOf[numbers[0]] else {
            faults.add(
                .unknownAccount, "account_day", key, "account_id", expected: "an account",
                found: "\(numbers[0])")
            return
        }
        states[index].keptPlace = place
        let state = states[index]
        let date = state.datePlace == place ? state.dateTotals : .zero
        let sums = [date.debits, date.credits, state.totals.debits, state.totals.credits]
        for (offset, sum) in sums.enumerated() {
            faults.compare(
                .wrongDayTotals, "account_day", key, fields[offset + 1], expected: sum,
                found: numbers[offset + 1])
        }
    }

    private func reportMissingDays(_ day: Int64, place: Int) {
        for index in moved where states[index].keptPlace != place {
            faults.add(
                .wrongDayTotals, "account_day", "\(day)/\(states[index].account)",
                "business_date", expected: "a row", found: "none")
        }
    }

    private func compareBalance(_ row: Row, dates: AuditedDates) {
        let table = "account_balance"
        guard let account = faults.integer(row, 0, table, "?", "account_id") else { return }
        let key = "\(account)"
        guard let place = placeOf[account] else {
            faults.add(
                .unknownAccount, table, key, "account_id", expected: "an account",
                found: "\(account)")
            return
        }
        states[place].hasBalance = true
        let state = states[place]
        let expected: [(field: String, sum: Int64)] = [
            ("debits", state.totals.debits), ("credits", state.totals.credits),
            ("latest_date", dates.day(at: state.datePlace) ?? 0),
            ("date_debits", state.dateTotals.debits), ("date_credits", state.dateTotals.credits),
        ]
        for (offset, item) in expected.enumerated() {
            guard let found = faults.integer(row, Int32(offset + 1), table, key, item.field)
            else { continue }
            faults.compare(
                .wrongBalance, table, key, item.field, expected: item.sum, found: found)
        }
    }
}

extension AccountTotals {
    /// Adds a signed amount to its side, wrapping; false when 64 bits cannot hold the sum.
    fileprivate mutating func addAudited(_ amount: Int64) -> Bool {
        let hasOverflow: Bool
        if amount >= 0 {
            (debits, hasOverflow) = debits.addingReportingOverflow(amount)
        } else {
            (credits, hasOverflow) = credits.subtractingReportingOverflow(amount)
        }
        return !hasOverflow
    }
}
