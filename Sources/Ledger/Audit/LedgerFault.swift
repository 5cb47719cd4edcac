import CivilTime

/// One place where the book contradicts itself.
public struct LedgerFault: Error, Equatable, Sendable {
    /// What is wrong there.
    public enum Kind: String, CaseIterable, Sendable {
        /// A value has a type or content that the ledger never writes.
        case damagedValue = "damaged_value"
        /// The database ends the audit with an error: a page or a row is no longer one.
        case unreadable
        /// Entry numbers do not run from 1 without gaps.
        case entryNumberGap = "entry_number_gap"
        /// An entry has fewer than two postings.
        case tooFewPostings = "too_few_postings"
        /// An entry has more than 256 postings.
        case tooManyPostings = "too_many_postings"
        /// The lines of an entry do not run from 1 without gaps.
        case lineGap = "line_gap"
        /// A posting of zero.
        case zeroAmount = "zero_amount"
        /// An entry's postings do not sum to zero in a currency.
        case unbalanced
        /// A sum does not fit 64 bits.
        case overflow
        /// A row names an account that does not exist.
        case unknownAccount = "unknown_account"
        /// A posting is not in its account's currency.
        case wrongCurrency = "wrong_currency"
        /// A row names a business date that does not exist.
        case unknownDate = "unknown_date"
        /// An entry's business date is before that of an earlier entry.
        case dateDescends = "date_descends"
        /// An entry of a sealed date follows the last one that the seal counts.
        case entryAfterSeal = "entry_after_seal"
        /// A posting has no entry.
        case orphanPosting = "orphan_posting"
        /// An entry has postings in a table that its phase does not use.
        case misplacedPosting = "misplaced_posting"
        /// An entry acts on another that its phase does not allow, or gives it another date.
        case wrongOriginal = "wrong_original"
        /// An entry is acted on more than once, or the index knows nothing of it.
        case actedOnAgain = "acted_on_again"
        /// A reversal is not the exact inverse of its original.
        case wrongReversal = "wrong_reversal"
        /// More is posted of a pending entry than was pending.
        case exceedsPending = "exceeds_pending"
        /// A row of pending entries has no such entry, or says wrongly what ended it.
        case wrongPendingEntry = "wrong_pending_entry"
        /// The Merkle tree that is kept is not the tree of the journal.
        case wrongTree = "wrong_tree"
        /// A kept balance differs from the journal's sums.
        case wrongBalance = "wrong_balance"
        /// An account has no row of balances.
        case missingBalance = "missing_balance"
        /// An account's balance is past its limit.
        case limitPassed = "limit_passed"
        /// The kept totals of a date differ from the journal's sums.
        case wrongDayTotals = "wrong_day_totals"
        /// A business date's state contradicts itself or its neighbours.
        case wrongDateState = "wrong_date_state"
        /// A seal differs from what it seals.
        case wrongSeal = "wrong_seal"
    }

    public let kind: Kind
    /// The table that holds the row at fault.
    public let table: String
    /// The row's primary key, its parts joined by `/`; dates as days since 1970-01-01.
    public let key: String
    /// The column at fault.
    public let field: String
    /// What the field should hold; amounts in minor units.
    public let expected: String
    /// What it holds; never a text of a business document.
    public let found: String

    public init(
        kind: Kind, table: String, key: String, field: String, expected: String, found: String
    ) {
        self.kind = kind
        self.table = table
        self.key = key
        self.field = field
        self.expected = expected
        self.found = found
    }
}

extension LedgerFault: CustomStringConvertible {
    public var description: String {
        "\(kind.rawValue): \(table) \(key)\(dateText), \(field): "
            + "expected \(expected), found \(found)"
    }

    /// The business date that the key begins with, for the reader; a space before it.
    private var dateText: String {
        guard ["business_date", "account_day"].contains(table),
            let days = key.split(separator: "/").first.flatMap({ Int($0) }),
            let date = BusinessDate(daysSinceEpoch: days)
        else { return "" }
        return " (\(date))"
    }

    /// The number of the account whose row is at fault; nothing for other rows.
    public var accountNumber: Int64? {
        guard ["account_balance", "account_day", "ledger_account"].contains(table) else {
            return nil
        }
        return key.split(separator: "/").last.flatMap { Int64($0) }
    }
}

/// What an audit of the ledger looked at, and what it found.
public struct LedgerAuditReport: Equatable, Sendable {
    public let entryCount: Int64
    /// Lines of posted entries; those of pending ones are checked and not counted.
    public let postingCount: Int64
    public let accountCount: Int
    /// Business dates, open and sealed.
    public let dateCount: Int
    /// Entries that an earlier audit had checked, of which this one went on; 0 without.
    public let resumedAfter: Int64
    /// The first faults, in the order in which they were found.
    public let faults: [LedgerFault]
    /// All faults, also those beyond the number that is kept.
    public let faultCount: Int

    /// Whether the book holds together.
    public var isClean: Bool { faultCount == 0 }
}
