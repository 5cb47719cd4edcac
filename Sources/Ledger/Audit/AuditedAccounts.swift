import SQL

/// Every account with the sums that the journal gives it, as the audit's pass goes on.
final class AuditedAccounts {
    /// What the pass knows of an account; it is all that the audit keeps for one.
    struct State {
        let account: Int64
        let currency: Int64
        let limit: BalanceLimit?
        /// Where its code lies among the bytes of all codes.
        let code: Range<Int>
        var sums = Sums()
    }

    /// What the entries up to one place in the journal make of an account.
    struct Sums: Equatable {
        var balance = AccountBalance.zero
        /// The place of the latest date on which it changed, or -1.
        var datePlace = -1
        /// What was posted on that date.
        var dateTotals = AccountTotals.zero
        /// Whether it was past its limit once, which is reported once.
        var hasPassedLimit = false
    }

    let faults: FaultList
    let connection: Connection
    var states: [State] = []
    /// The accounts that changed on the date of the pass.
    var changed: [Int] = []
    private var codes: [UInt8] = []
    private var placeOf: [Int64: Int] = [:]
    // Numbers are given one after the other, so that nearly all are found without hashing.
    private var firstPlaces: [Int32] = []

    var count: Int { states.count }

    init(_ connection: Connection, faults: FaultList) throws {
        self.connection = connection
        self.faults = faults
        try connection.prepare(
            """
            SELECT account_id, code, type, currency, balance_limit
            FROM ledger_account ORDER BY account_id
            """
        ).forEach { load($0) }
        firstPlaces = [Int32](repeating: -1, count: states.count + 1)
        for (place, state) in states.enumerated()
        where firstPlaces.indices.contains(Int(clamping: state.account)) {
            firstPlaces[Int(state.account)] = Int32(place)
        }
    }

    /// The place of an account, or nothing when there is none.
    func place(of account: Int64) -> Int? {
        if account >= 0, account < Int64(firstPlaces.count) {
            let place = Int(firstPlaces[Int(account)])
            return place < 0 ? nil : place
        }
        return placeOf[account]
    }

    /// Lends the UTF-8 bytes of an account's code.
    func withCode<T>(at place: Int, _ body: (UnsafeRawBufferPointer) -> T) -> T {
        codes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[states[place].code])) }
    }

    // MARK: - The pass

    /// Adds a line that is posted.
    ///
    /// - Parameter datePlace: nothing when the entry's date is itself at fault.
    /// - Returns: false when a sum does not fit 64 bits.
    func post(_ amount: Int64, at place: Int, datePlace: Int?) -> Bool {
        note(place, datePlace: datePlace)
        var fits = states[place].sums.balance.posted.addAudited(amount)
        if datePlace != nil { fits = states[place].sums.dateTotals.addAudited(amount) && fits }
        return fits
    }

    /// Adds a line that is pending.
    func pend(_ amount: Int64, at place: Int, datePlace: Int?) -> Bool {
        note(place, datePlace: datePlace)
        return states[place].sums.balance.pending.addAudited(amount)
    }

    /// Takes back a line that was pending; an account that does not exist was reported before.
    func release(_ line: AuditedLine, datePlace: Int?) {
        guard let place = place(of: line.account) else { return }
        note(place, datePlace: datePlace)
        states[place].sums.balance.pending.subtractAudited(line.amount)
    }

    /// Compares an account that an entry has lines of with its limit.
    func checkLimit(at place: Int, entry: Int64) {
        // An account without a limit is the common case, and needs no reckoning.
        guard let limit = states[place].limit, limit != .none else { return }
        let balance = states[place].sums.balance
        guard !limit.allows(balance), !states[place].sums.hasPassedLimit else { return }
        states[place].sums.hasPassedLimit = true
        faults.add(
            .limitPassed, "ledger_account", "\(states[place].account)", "balance_limit",
            expected: "\(limit.rawValue) after entry \(entry)",
            found: "debits \(balance.posted.debits), credits \(balance.posted.credits), "
                + "pending debits \(balance.pending.debits), "
                + "pending credits \(balance.pending.credits)")
    }

    private func note(_ place: Int, datePlace: Int?) {
        guard let datePlace, states[place].sums.datePlace != datePlace else { return }
        states[place].sums.datePlace = datePlace
        states[place].sums.dateTotals = .zero
        changed.append(place)
    }

    // MARK: - Loading

    private func load(_ row: Row) {
        let table = "ledger_account"
        guard let account = faults.integer(row, 0, table, "?", "account_id") else { return }
        let key = "\(account)"
        let start = codes.count
        if let code = faults.text(row, 1, table, key, "code") {
            if AccountCode(code) == nil {
                faults.add(
                    .damagedValue, table, key, "code", expected: "a code", found: "other text")
            }
            codes += code.utf8
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
        placeOf[account] = states.count
        states.append(
            State(
                account: account, currency: currency ?? 0, limit: limit(row, key: key),
                code: start..<codes.count))
    }

    private func limit(_ row: Row, key: String) -> BalanceLimit? {
        let (table, field) = ("ledger_account", "balance_limit")
        guard let text = faults.text(row, 4, table, key, field) else { return nil }
        let limit = BalanceLimit(rawValue: text)
        if limit == nil {
            faults.add(
                .damagedValue, table, key, field, expected: "a limit", found: "other text")
        }
        return limit
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

    /// Takes a signed amount back from its side, wrapping as the addition did.
    fileprivate mutating func subtractAudited(_ amount: Int64) {
        if amount >= 0 { debits &-= amount } else { credits &+= amount }
    }
}
