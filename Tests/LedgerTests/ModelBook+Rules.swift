import CivilTime
import Ledger

/// The rules of the model, and what it hashes.
extension ModelBook {
    func entry(_ number: Int64) throws -> Entry {
        guard number >= 1, number <= Int64(entries.count) else {
            throw LedgerError.unknownEntry(ID(number))
        }
        return entries[Int(number) - 1]
    }

    func unresolvedEntry(_ number: Int64) throws -> Entry {
        let entry = try entry(number)
        guard entry.phase == .pending else { throw LedgerError.notPending(ID(number)) }
        if let end = end(of: Int(number)) {
            throw LedgerError.alreadyResolved(ID(number), by: ID(Int64(end)))
        }
        return entry
    }

    func check(_ entry: NewEntry, _ phase: EntryPhase) throws {
        if phase == .voidsPending { return }
        guard (2...256).contains(entry.postings.count) else {
            throw LedgerError.postingCount(entry.postings.count)
        }
        for (index, posting) in entry.postings.enumerated()
        where posting.amount < 1 || posting.amount > 1_000_000_000_000 {
            throw LedgerError.amountOutOfRange(line: index + 1, amount: posting.amount)
        }
        for (index, posting) in entry.postings.enumerated()
        where posting.account.number < 1 || posting.account.number > Int64(accounts.count) {
            throw LedgerError.unknownAccount(line: index + 1, posting.account)
        }
        for currency in Currency.allCases {
            let own = entry.postings.filter { account(of: $0).currency == currency }
            let difference = own.total(.debit) - own.total(.credit)
            if difference != 0 { throw LedgerError.unbalanced(currency, difference: difference) }
        }
    }

    func account(of posting: Posting) -> ModelAccount {
        accounts[Int(posting.account.number) - 1]
    }

    // MARK: - Hashes

    /// The root of the tree over the first entries, by the recursion of RFC 6962, section 2.1.
    func root(of count: Int) -> String {
        NaiveTree.root(entries.indices.prefix(count).map { canonicalBytes(at: $0) }).hex
    }

    func canonicalBytes(at place: Int) -> [UInt8] {
        let entry = entries[place]
        var bytes = CanonicalBytes()
        bytes.add([1])
        bytes.add(Int64(place + 1))
        bytes.add(Int64(entry.date.daysSinceEpoch))
        bytes.add(entry.recordedAt.millisecondsSinceEpoch)
        bytes.add(entry.kind)
        bytes.add(entry.narrative)
        bytes.add(optional: entry.source)
        bytes.add(entry.phase.rawValue)
        bytes.add(optional: entry.original.map { Int64($0) })
        bytes.add(optional: entry.original.map { Int64(entries[$0 - 1].date.daysSinceEpoch) })
        bytes.add(optional: entry.expiresAt?.millisecondsSinceEpoch)
        bytes.add(Int64(entry.postings.count))
        for posting in entry.postings {
            bytes.add(account(of: posting).code.text)
            bytes.add(account(of: posting).currency.rawValue)
            bytes.add(posting.side == .debit ? posting.amount : -posting.amount)
        }
        return bytes.bytes
    }

    /// The digest of the balances of the accounts that a date's entries touched.
    func balancesDigest(of date: BusinessDate) -> String {
        var touched: Set<Int64> = []
        for entry in entries where entry.date == date {
            for posting in entry.postings + released(by: entry) {
                touched.insert(posting.account.number)
            }
        }
        let closing = balances(after: entryCount(upTo: date))
        let movements = movements(on: date)
        var bytes = CanonicalBytes()
        for number in touched.sorted() {
            let place = Int(number) - 1
            bytes.add(accounts[place].code.text)
            for totals in [movements[place], closing[place].posted, closing[place].pending] {
                bytes.add(totals.debits)
                bytes.add(totals.credits)
            }
        }
        return NaiveTree.hash(bytes.bytes).hex
    }
}

extension AccountTotals {
    mutating func add(_ amount: Int64, _ side: Side) {
        switch side {
        case .debit: debits += amount
        case .credit: credits += amount
        }
    }
}

extension [Posting] {
    func total(_ side: Side) -> Int64 {
        reduce(0) { $1.side == side ? $0 + $1.amount : $0 }
    }

    /// The sum of what is above zero on a side of an account.
    func total(_ account: ID<Account>, _ side: Side) -> Int64 {
        filter { $0.account == account && $0.amount > 0 }.total(side)
    }
}

extension BalanceLimit {
    func isKept(by balance: AccountBalance) -> Bool {
        switch self {
        case .none: true
        case .debitsWithinCredits:
            balance.posted.debits + balance.pending.debits <= balance.posted.credits
        case .creditsWithinDebits:
            balance.posted.credits + balance.pending.credits <= balance.posted.debits
        }
    }
}
