import CivilTime
import Ledger

/// A ledger that is obviously right: plain arrays, everything recomputed, copied to undo.
///
/// Entries are numbered from 1, as in the journal; account 1 is the first of `accounts`.
struct ModelBook {
    struct ModelAccount {
        let code: AccountCode
        let currency: Currency
        let limit: BalanceLimit
    }

    struct Entry {
        let date: BusinessDate
        let recordedAt: Instant
        let kind: String
        let narrative: String
        let source: Int64?
        let phase: EntryPhase
        var original: Int?
        var expiresAt: Instant?
        let postings: [Posting]
    }

    struct Seal {
        let date: BusinessDate
        let treeSize: Int
    }

    var accounts: [ModelAccount] = []
    var entries: [Entry] = []
    var openDate: BusinessDate?
    var lastDate: BusinessDate?
    var seals: [Seal] = []

    // MARK: - What is so

    /// Every account's balance after the first entries, or after all.
    func balances(after count: Int? = nil) -> [AccountBalance] {
        var balances = accounts.map { _ in AccountBalance.zero }
        for entry in entries.prefix(count ?? entries.count) {
            for posting in entry.postings {
                let place = Int(posting.account.number) - 1
                switch entry.phase {
                case .posted, .postsPending, .reversal:
                    balances[place].posted.add(posting.amount, posting.side)
                case .pending: balances[place].pending.add(posting.amount, posting.side)
                case .voidsPending: break
                }
            }
            for posting in released(by: entry) {
                let place = Int(posting.account.number) - 1
                balances[place].pending.add(-posting.amount, posting.side)
            }
        }
        return balances
    }

    /// What was posted to every account on one date.
    func movements(on date: BusinessDate) -> [AccountTotals] {
        var totals = accounts.map { _ in AccountTotals.zero }
        for entry in entries where entry.date == date && entry.phase != .pending {
            for posting in entry.postings {
                totals[Int(posting.account.number) - 1].add(posting.amount, posting.side)
            }
        }
        return totals
    }

    /// How many entries there are up to and with a date.
    func entryCount(upTo date: BusinessDate) -> Int { entries.count { $0.date <= date } }

    /// The pending lines that an entry ends.
    func released(by entry: Entry) -> [Posting] {
        switch entry.phase {
        case .postsPending, .voidsPending: entry.original.map { entries[$0 - 1].postings } ?? []
        case .posted, .pending, .reversal: []
        }
    }

    /// The entry that acts on another.
    func end(of number: Int) -> Int? {
        entries.firstIndex { $0.original == number }.map { $0 + 1 }
    }

    /// The pending entries that are not ended.
    var unresolved: [Int] {
        (1..<entries.count + 1).filter {
            entries[$0 - 1].phase == .pending && end(of: $0) == nil
        }
    }

    // MARK: - What can be done

    mutating func openAccount(
        _ code: AccountCode, _ currency: Currency, _ limit: BalanceLimit
    ) throws -> Int {
        if accounts.contains(where: { $0.code == code }) { throw LedgerError.accountExists(code) }
        accounts.append(ModelAccount(code: code, currency: currency, limit: limit))
        return accounts.count
    }

    /// Adds an entry on the open date, when it keeps the rules.
    mutating func record(
        _ entry: NewEntry, _ phase: EntryPhase, original: Int? = nil, expiresAt: Instant? = nil,
        at instant: Instant
    ) throws -> String {
        guard let openDate else { throw LedgerError.noOpenDate }
        try check(entry, phase)
        let before = entries
        entries.append(
            Entry(
                date: openDate, recordedAt: instant, kind: entry.kind.name,
                narrative: entry.narrative, source: entry.source, phase: phase,
                original: original, expiresAt: expiresAt, postings: entry.postings))
        let balances = balances()
        for posting in entry.postings {
            let account = account(of: posting)
            guard account.limit.isKept(by: balances[Int(posting.account.number) - 1]) else {
                entries = before
                throw LedgerError.limitExceeded(account.code, account.limit)
            }
        }
        let own = entry.postings.map { balances[Int($0.account.number) - 1] }
        return RandomStep.text(Int64(entries.count), own)
    }

    mutating func pend(
        _ entry: NewEntry, expiresAt: Instant?, at instant: Instant
    ) throws -> String {
        if let expiresAt, expiresAt <= instant { throw LedgerError.expiryNotAfter(instant) }
        return try record(entry, .pending, expiresAt: expiresAt, at: instant)
    }

    mutating func postPending(
        _ number: Int64, _ postings: [Posting]?, at instant: Instant
    ) throws -> String {
        let pending = try unresolvedEntry(number)
        if let end = pending.expiresAt, end <= instant {
            throw LedgerError.pendingExpired(ID(number), end)
        }
        for (index, posting) in (postings ?? []).enumerated() where posting.amount > 0 {
            let most = pending.postings.total(posting.account, posting.side)
            if (postings ?? []).total(posting.account, posting.side) > most {
                throw LedgerError.exceedsPending(
                    line: index + 1, posting.account, maximum: most)
            }
        }
        let entry = NewEntry(
            kind: EntryKind(pending.kind), narrative: pending.narrative, source: pending.source,
            postings: postings ?? pending.postings)
        return try record(entry, .postsPending, original: Int(number), at: instant)
    }

    mutating func void(
        _ number: Int64, _ narrative: String, _ kind: EntryKind = .void, at instant: Instant
    ) throws -> String {
        let pending = try unresolvedEntry(number)
        let entry = NewEntry(
            kind: kind, narrative: narrative, source: pending.source, postings: [])
        return try record(entry, .voidsPending, original: Int(number), at: instant)
    }

    mutating func voidExpired(at instant: Instant) throws -> String {
        var due: [(end: Instant, number: Int)] = []
        for number in unresolved {
            if let end = entries[number - 1].expiresAt, end <= instant { due.append((end, number)) }
        }
        due.sort { $0 < $1 }
        return try due.prefix(256).map {
            try void(Int64($0.number), "expired", .expiry, at: instant)
        }
        .joined(separator: " ")
    }

    mutating func reverse(_ number: Int64, at instant: Instant) throws -> String {
        let original = try entry(number)
        switch original.phase {
        case .posted, .postsPending: break
        case .pending, .voidsPending: throw LedgerError.notPosted(ID(number))
        case .reversal: throw LedgerError.isReversal(ID(number))
        }
        if end(of: Int(number)) != nil { throw LedgerError.alreadyReversed(ID(number)) }
        let inverse = NewEntry(
            kind: .reversal, narrative: "reversed", source: original.source,
            postings: original.postings.map {
                $0.side == .debit ? .credit($0.account, $0.amount) : .debit($0.account, $0.amount)
            })
        return try record(inverse, .reversal, original: Int(number), at: instant)
    }

    mutating func seal(_ date: BusinessDate) throws -> String {
        guard let openDate else { throw LedgerError.noOpenDate }
        guard openDate == date else { throw LedgerError.dateNotOpen(date) }
        self.openDate = nil
        seals.append(Seal(date: date, treeSize: entries.count))
        let own = entries.count { $0.date == date }
        return "\(own) of \(entries.count) \(root(of: entries.count)) \(balancesDigest(of: date))"
    }

    mutating func open(_ date: BusinessDate) throws {
        if let openDate { throw LedgerError.dateNotAfter(openDate) }
        if let lastDate, date <= lastDate { throw LedgerError.dateNotAfter(lastDate) }
        openDate = date
        lastDate = date
    }
}
