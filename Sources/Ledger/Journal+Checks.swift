/// What is checked of an entry before its first row is written, in the order of `LedgerError`.
extension Journal {
    /// Checks what needs no account.
    func check(_ draft: Draft) throws {
        guard draft.phase == .voidsPending || NewEntry.postingCounts.contains(draft.postings.count)
        else { throw LedgerError.postingCount(draft.postings.count) }
        // Scalars, for one visible character may be made of any number of them.
        if draft.narrative.utf8.count > NewEntry.maximumNarrativeLength {
            let length = draft.narrative.unicodeScalars.count
            guard length <= NewEntry.maximumNarrativeLength else {
                throw LedgerError.narrativeTooLong(length: length)
            }
        }
        for (index, posting) in draft.postings.enumerated() {
            guard posting.amount >= 1, posting.amount <= Posting.maximumAmount else {
                throw LedgerError.amountOutOfRange(line: index + 1, amount: posting.amount)
            }
        }
    }

    func findPlaces(_ postings: [Posting]) throws {
        places.removeAll(keepingCapacity: true)
        for (index, posting) in postings.enumerated() {
            guard let place = try balances.place(of: posting.account) else {
                throw LedgerError.unknownAccount(line: index + 1, posting.account)
            }
            places.append(place)
        }
    }

    func checkBalance(_ draft: Draft) throws {
        // 256 postings of at most 10¹² each stay far inside 64 bits.
        guard let first = places.first else { return }
        let currency = balances.currency(at: first)
        var sum: Int64 = 0
        var isMixed = false
        for (posting, place) in zip(draft.postings, places) {
            if balances.currency(at: place) != currency { isMixed = true }
            sum += posting.signedAmount
        }
        guard isMixed else {
            guard sum == 0 else { throw LedgerError.unbalanced(currency, difference: sum) }
            return
        }
        for currency in Currency.allCases {
            let difference = zip(draft.postings, places).reduce(0) {
                balances.currency(at: $1.1) == currency ? $0 + $1.0.signedAmount : $0
            }
            guard difference == 0 else {
                throw LedgerError.unbalanced(currency, difference: difference)
            }
        }
    }

    /// Changes the balances of the draft's accounts; when one is refused, none is changed.
    func changeBalances(_ draft: Draft, releasing pending: [Posting], date: Int64) throws {
        let mark = balances.mark
        do {
            for posting in pending {
                guard let place = try balances.place(of: posting.account) else {
                    throw LedgerError.unknownAccount(line: 0, posting.account)
                }
                try balances.add(
                    -posting.amount, to: .pending, on: posting.side, at: place, date: date)
            }
            let part: BalanceSheet.Part = draft.phase == .pending ? .pending : .posted
            for (posting, place) in zip(draft.postings, places) {
                try balances.add(
                    posting.amount, to: part, on: posting.side, at: place, date: date)
            }
            for place in places { try balances.checkLimit(at: place) }
        } catch {
            // The command may go on after a refusal.
            balances.restore(to: mark)
            throw error
        }
    }
}
