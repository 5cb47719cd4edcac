import SQL

/// Compares the balances that are kept with the sums of the pass.
extension AuditedAccounts {
    private static let dayFields = [
        "account_id", "debits", "credits", "closing_debits", "closing_credits",
        "closing_pending_debits", "closing_pending_credits",
    ]

    /// Compares the kept totals of a date that the pass has left behind with its sums.
    ///
    /// - Returns: the digest of the kept totals, or nothing when they cannot be read.
    func compareDay(_ day: Int64, place: Int, isSealed: Bool) throws -> String? {
        var digest = BalancesDigest()
        var isReadable = true
        var kept = Set<Int>()
        try connection.prepare(BalancesDigest.query).forEach(.integer(day)) { row in
            let key = "\(day)/" + (row.isInteger(0) ? "\(row.integer(0))" : "?")
            guard let numbers = dayNumbers(row, key: key) else {
                isReadable = false
                return
            }
            digest.add(row: row)
            guard isSealed else {
                faults.add(
                    .wrongDayTotals, "account_day", key, "business_date",
                    expected: "no totals before the seal", found: "a row")
                return
            }
            if let account = compareDayRow(numbers, key: key, place: place) {
                kept.insert(account)
            }
        }
        if isSealed { reportMissingDays(day, kept: kept) }
        changed.removeAll(keepingCapacity: true)
        return isReadable ? digest.finish() : nil
    }

    /// Compares the kept balances with the journal's sums.
    func compareBalances(dates: AuditedDates) throws {
        var kept = Set<Int>()
        try connection.prepare(
            """
            SELECT account_id, debits, credits, pending_debits, pending_credits, latest_date,
                date_debits, date_credits
            FROM account_balance ORDER BY account_id
            """
        ).forEach { row in
            if let place = compareBalance(row, dates: dates) { kept.insert(place) }
        }
        for (place, state) in states.enumerated() where !kept.contains(place) {
            faults.add(
                .missingBalance, "account_balance", "\(state.account)", "account_id",
                expected: "a row", found: "none")
        }
    }

    private func dayNumbers(_ row: Row, key: String) -> [Int64]? {
        var numbers: [Int64] = []
        for (index, field) in Self.dayFields.enumerated() {
            // The account's code stands between the account and the sums.
            let column = Int32(index == 0 ? 0 : index + 1)
            guard let number = faults.integer(row, column, "account_day", key, field)
            else { return nil }
            numbers.append(number)
        }
        return numbers
    }

    private func compareDayRow(_ numbers: [Int64], key: String, place: Int) -> Int? {
        guard let index = self.place(of: numbers[0]) else {
            faults.add(
                .unknownAccount, "account_day", key, "account_id", expected: "an account",
                found: "\(numbers[0])")
            return nil
        }
        let sums = states[index].sums
        let date = sums.datePlace == place ? sums.dateTotals : .zero
        let (posted, pending) = (sums.balance.posted, sums.balance.pending)
        let expected = [
            date.debits, date.credits, posted.debits, posted.credits, pending.debits,
            pending.credits,
        ]
        for (offset, sum) in expected.enumerated() {
            faults.compare(
                .wrongDayTotals, "account_day", key, Self.dayFields[offset + 1], expected: sum,
                found: numbers[offset + 1])
        }
        if sums.datePlace != place {
            faults.add(
                .wrongDayTotals, "account_day", key, "business_date",
                expected: "no row, for the account did not change", found: "a row")
        }
        return index
    }

    private func reportMissingDays(_ day: Int64, kept: Set<Int>) {
        for place in changed where !kept.contains(place) {
            faults.add(
                .wrongDayTotals, "account_day", "\(day)/\(states[place].account)",
                "business_date", expected: "a row", found: "none")
        }
    }

    private func compareBalance(_ row: Row, dates: AuditedDates) -> Int? {
        let table = "account_balance"
        guard let account = faults.integer(row, 0, table, "?", "account_id") else { return nil }
        let key = "\(account)"
        guard let place = place(of: account) else {
            faults.add(
                .unknownAccount, table, key, "account_id", expected: "an account",
                found: "\(account)")
            return nil
        }
        let sums = states[place].sums
        let (posted, pending) = (sums.balance.posted, sums.balance.pending)
        let expected: [(field: String, sum: Int64)] = [
            ("debits", posted.debits), ("credits", posted.credits),
            ("pending_debits", pending.debits), ("pending_credits", pending.credits),
            ("latest_date", dates.day(at: sums.datePlace) ?? 0),
            ("date_debits", sums.dateTotals.debits), ("date_credits", sums.dateTotals.credits),
        ]
        for (offset, item) in expected.enumerated() {
            guard let found = faults.integer(row, Int32(offset + 1), table, key, item.field)
            else { continue }
            faults.compare(
                .wrongBalance, table, key, item.field, expected: item.sum, found: found)
        }
        return place
    }
}
