import CivilTime

/// Why the ledger refused; the first that applies, in the order of the cases.
///
/// What acts on an entry looks at that entry first: `unknownEntry` to `exceedsPending` come before
/// all others there, as `expiryNotAfter` does where an entry is made pending.
public enum LedgerError: Error, Equatable, Sendable {
    /// No business date is open.
    case noOpenDate
    /// The date is sealed, or is not the open one.
    case dateNotOpen(BusinessDate)
    /// An entry has 2 to 256 postings.
    case postingCount(Int)
    /// The narrative is longer than 200 characters.
    case narrativeTooLong(length: Int)
    /// An amount is zero, negative or above `Posting.maximumAmount`.
    case amountOutOfRange(line: Int, amount: Int64)
    /// No account has this number.
    case unknownAccount(line: Int, ID<Account>)
    /// The debits of a currency differ from its credits.
    case unbalanced(Currency, difference: Int64)
    /// A total would pass what 64 bits hold.
    case totalOverflow(AccountCode)
    /// The entry would push an account past its limit.
    case limitExceeded(AccountCode, BalanceLimit)
    /// No entry has this number.
    case unknownEntry(ID<JournalEntry>)
    /// The entry is itself a reversal.
    case isReversal(ID<JournalEntry>)
    /// The entry is pending or a void: it posted nothing that could be reversed.
    case notPosted(ID<JournalEntry>)
    /// The entry was reversed before.
    case alreadyReversed(ID<JournalEntry>)
    /// The entry is not a pending one.
    case notPending(ID<JournalEntry>)
    /// The pending entry was posted or voided before.
    case alreadyResolved(ID<JournalEntry>, by: ID<JournalEntry>)
    /// The pending entry's time has run out.
    case pendingExpired(ID<JournalEntry>, Instant)
    /// More would be posted than is pending on this side of the account.
    case exceedsPending(line: Int, ID<Account>, maximum: Int64)
    /// A pending entry must expire after it is recorded.
    case expiryNotAfter(Instant)
    /// One of several linked entries, counted from 0, was refused; none was recorded.
    indirect case linkedEntry(index: Int, LedgerError)
    /// Another account has the code.
    case accountExists(AccountCode)
    /// The books do not balance; the date cannot be sealed.
    case trialBalanceOff(Currency, difference: Int64)
    /// The sums over all accounts pass what 64 bits hold.
    case sumOverflow(Currency)
    /// A new date must follow the last one.
    case dateNotAfter(BusinessDate)
    /// The tree does not fit the journal: something else has written to the book.
    case treeOff(treeSize: Int64, lastEntry: Int64)
    /// Lines of an entry that does not exist are in the book: something else has written to it.
    case strayPosting(entry: Int64)
}

extension LedgerError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noOpenDate: "no business date is open"
        case .dateNotOpen(let date): "business date \(date) is not open"
        case .postingCount(let count):
            "an entry has \(NewEntry.postingCounts.lowerBound) to "
                + "\(NewEntry.postingCounts.upperBound) postings, not \(count)"
        case .narrativeTooLong(let length):
            "a narrative has at most \(NewEntry.maximumNarrativeLength) characters, not \(length)"
        case .amountOutOfRange(let line, let amount):
            "posting \(line): amount \(amount) is not in 1…\(Posting.maximumAmount)"
        case .unknownAccount(let line, let id): "posting \(line): there is no account \(id)"
        case .unbalanced(let currency, let difference):
            "debits exceed credits by \(difference) in \(currency.code)"
        case .totalOverflow(let code): "the totals of account \(code) would overflow"
        case .limitExceeded(let code, let limit):
            "account \(code) would pass its limit \(limit.rawValue)"
        case .unknownEntry(let id): "there is no entry \(id)"
        case .isReversal(let id): "entry \(id) is itself a reversal"
        case .notPosted(let id): "entry \(id) posted nothing that could be reversed"
        case .alreadyReversed(let id): "entry \(id) is reversed already"
        case .notPending(let id): "entry \(id) is not a pending one"
        case .alreadyResolved(let id, let end): "entry \(id) was ended by entry \(end) already"
        case .pendingExpired(let id, let instant):
            "pending entry \(id) has expired at \(instant.millisecondsSinceEpoch)"
        case .exceedsPending(let line, let id, let maximum):
            "posting \(line): at most \(maximum) is pending on this side of account \(id)"
        case .expiryNotAfter(let instant):
            "a pending entry must expire after \(instant.millisecondsSinceEpoch)"
        case .linkedEntry(let index, let error): "linked entry \(index + 1): \(error)"
        case .accountExists(let code): "account \(code) exists already"
        case .trialBalanceOff(let currency, let difference):
            "the trial balance is off by \(difference) in \(currency.code)"
        case .sumOverflow(let currency):
            "the balances in \(currency.code) sum to more than 64 bits hold; run verify"
        case .treeOff(let size, let last):
            "the tree has \(size) entries and the journal \(last); run verify"
        case .strayPosting(let entry):
            "there are postings of entry \(entry), which does not exist; run verify"
        case .dateNotAfter(let date): "the next business date must be after \(date)"
        }
    }
}
