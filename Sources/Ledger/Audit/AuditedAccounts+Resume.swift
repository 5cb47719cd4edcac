import Cryptography

/// What an audit keeps of the accounts, to go on from there.
extension AuditedAccounts {
    /// Every account's sums, in order of number.
    func states(dates: AuditedDates) -> [LedgerAuditState.AccountState] {
        states.map { state in
            LedgerAuditState.AccountState(
                account: state.account, balance: state.sums.balance,
                latestDay: dates.day(at: state.sums.datePlace) ?? LedgerAuditState.noDay,
                dateTotals: state.sums.dateTotals, hasPassedLimit: state.sums.hasPassedLimit)
        }
    }

    /// Takes up the sums of the first accounts; those that were opened later have none.
    ///
    /// - Returns: false when they are not accounts and dates of this book.
    func resume(_ kept: [LedgerAuditState.AccountState], dates: AuditedDates) -> Bool {
        let current = dates.place(of: dates.position.day)
        guard kept.count <= states.count else { return false }
        for (index, state) in kept.enumerated() {
            guard states[index].account == state.account else { return false }
            var sums = Sums()
            sums.balance = state.balance
            sums.dateTotals = state.dateTotals
            sums.hasPassedLimit = state.hasPassedLimit
            if state.latestDay != LedgerAuditState.noDay {
                guard let place = dates.place(of: state.latestDay) else { return false }
                sums.datePlace = place
                if place == current { changed.append(index) }
            }
            states[index].sums = sums
        }
        return true
    }

    /// The digest over what the first accounts are.
    func digest(ofFirst count: Int) -> SHA256Digest {
        var bytes: [UInt8] = []
        for place in states.indices.prefix(count) {
            let state = states[place]
            let numbers = [state.account, state.currency, Int64(state.code.count)]
            for number in numbers {
                withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
            }
            withCode(at: place) { bytes.append(contentsOf: $0) }
            bytes.append(contentsOf: (state.limit?.rawValue ?? "").utf8)
            bytes.append(0)
        }
        return SHA256.hash(bytes)
    }
}
