import CivilTime
import Ledger

/// A ledger that is obviously right: plain arrays, everything recomputed, copied to undo.
struct ModelBook {
    struct ModelAccount {
        let code: AccountCode
        let currency: Currency
        let limit: BalanceLimit
    }

    struct Entry {
        let date: BusinessDate
        let postings: [Posting]
        let reverses: Int?
    }

    var accounts: [ModelAccount] = []
    var entries: [Entry] = []
    var openDate: BusinessDate?
    var lastDate: BusinessDate?
    var sealedDates: [BusinessDate] = []

    func totals(_ account: Int, on date: BusinessDate? = nil) -> AccountTotals {
        var totals = AccountTotals.zero
        for entry in entries where date == nil || entry.date == date {
            for posting in entry.postings where posting.account.number == Int64(account + 1) {
                switch posting.side {
                case .debit: totals.debits += posting.amount
                case .credit: totals.credits += posting.amount
                }
            }
        }
        return totals
    }

    mutating func openAccount(
        _ code: AccountCode, _ currency: Currency, _ limit: BalanceLimit
    ) throws -> Int64 {
        if accounts.contains(where: { $0.code == code }) { throw LedgerError.accountExists(code) }
        accounts.append(ModelAccount(code: code, currency: currency, limit: limit))
        return Int64(accounts.count)
    }

    mutating func post(_ postings: [Posting], reverses: Int? = nil) throws -> Int64 {
        guard let openDate else { throw LedgerError.noOpenDate }
        guard (2...256).contains(postings.count) else {
            throw LedgerError.postingCount(postings.count)
        }
        for (index, posting) in postings.enumerated()
        where posting.amount < 1 || posting.amount > 1_000_000_000_000 {
            throw LedgerError.amountOutOfRange(line: index + 1, amount: posting.amount)
        }
        for (index, posting) in postings.enumerated()
        where posting.account.number < 1 || posting.account.number > Int64(accounts.count) {
            throw LedgerError.unknownAccount(line: index + 1, posting.account)
        }
        for currency in Currency.allCases {
            var difference: Int64 = 0
            for posting in postings where account(of: posting).currency == currency {
                switch posting.side {
                case .debit: difference += posting.amount
                case .credit: difference -= posting.amount
                }
            }
            if difference != 0 { throw LedgerError.unbalanced(currency, difference: difference) }
        }
        entries.append(Entry(date: openDate, postings: postings, reverses: reverses))
        for posting in postings {
            let totals = totals(Int(posting.account.number) - 1)
            let account = account(of: posting)
            let isAllowed =
                switch account.limit {
                case .none: true
                case .debitsWithinCredits: totals.debits <= totals.credits
                case .creditsWithinDebits: totals.credits <= totals.debits
                }
            guard isAllowed else {
                entries.removeLast()
                throw LedgerError.limitExceeded(account.code, account.limit)
            }
        }
        return Int64(entries.count)
    }

    mutating func reverse(_ number: Int64) throws -> Int64 {
        let id = ID<JournalEntry>(number)
        guard number >= 1, number <= Int64(entries.count) else {
            throw LedgerError.unknownEntry(id)
        }
        let place = Int(number) - 1
        if entries[place].reverses != nil { throw LedgerError.isReversal(id) }
        if entries.contains(where: { $0.reverses == place }) {
            throw LedgerError.alreadyReversed(id)
        }
        let inverse = entries[place].postings.map { posting in
            switch posting.side {
            case .debit: Posting.credit(posting.account, posting.amount)
            case .credit: Posting.debit(posting.account, posting.amount)
            }
        }
        return try post(inverse, reverses: place)
    }

    mutating func seal(_ date: BusinessDate) throws -> Int64 {
        guard let openDate else { throw LedgerError.noOpenDate }
        guard openDate == date else { throw LedgerError.dateNotOpen(date) }
        self.openDate = nil
        sealedDates.append(date)
        return Int64(entries.filter { $0.date == date }.count)
    }

    mutating func open(_ date: BusinessDate) throws -> Int64 {
        if let openDate { throw LedgerError.dateNotAfter(openDate) }
        if let lastDate, date <= lastDate { throw LedgerError.dateNotAfter(lastDate) }
        openDate = date
        lastDate = date
        return 0
    }

    private func account(of posting: Posting) -> ModelAccount {
        accounts[Int(posting.account.number) - 1]
    }
}
