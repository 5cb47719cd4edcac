import CivilTime

/// One line of an entry: an amount on a side of an account.
public struct Posting: Equatable, Sendable {
    /// The largest amount of one posting, in minor units: ten thousand million yuan.
    public static let maximumAmount: Int64 = 1_000_000_000_000

    public let account: ID<Account>
    public let side: Side
    /// In minor units (fen), positive.
    public let amount: Int64

    public static func debit(_ account: ID<Account>, _ amount: Int64) -> Posting {
        Posting(account: account, side: .debit, amount: amount)
    }

    public static func credit(_ account: ID<Account>, _ amount: Int64) -> Posting {
        Posting(account: account, side: .credit, amount: amount)
    }

    /// The amount as the database holds it: debits positive, credits negative.
    var signedAmount: Int64 {
        switch side {
        case .debit: amount
        case .credit: -amount
        }
    }
}

/// What an entry records; its text form is lasting, for it stands in the database.
public struct EntryKind: Hashable, Sendable {
    /// Lower-case words joined by `_`, such as `bill_payment`.
    public let name: String

    public init(_ name: String) {
        self.name = name
    }

    /// The inverse of an earlier entry.
    public static let reversal = EntryKind("reversal")
    /// The end of a pending entry that someone gave up.
    public static let void = EntryKind("void")
    /// The end of a pending entry whose time had run out.
    public static let expiry = EntryKind("expiry")
}

/// What an entry does to the balances; its number is lasting, for it stands in the database.
public enum EntryPhase: Int64, CaseIterable, Sendable {
    /// It is posted at once.
    case posted = 0
    /// It is pending: it counts against limits, and moves nothing until it is posted.
    case pending = 1
    /// It posts a pending entry, wholly or in part; the rest is released.
    case postsPending = 2
    /// It voids a pending entry, and has no postings.
    case voidsPending = 3
    /// It is the exact inverse of an entry that was posted.
    case reversal = 4
}

/// An entry to be posted.
public struct NewEntry: Sendable {
    /// The fewest and most postings of an entry.
    public static let postingCounts = 2...256
    /// The longest narrative, in Unicode scalars.
    public static let maximumNarrativeLength = 200

    public var kind: EntryKind
    public var narrative: String
    /// The number of the business document that caused it; `kind` says in which table.
    public var source: Int64?
    public var postings: [Posting]

    public init(kind: EntryKind, narrative: String, source: Int64?, postings: [Posting]) {
        self.kind = kind
        self.narrative = narrative
        self.source = source
        self.postings = postings
    }
}

/// What came of an entry: its number, and the balances that it left.
public struct PostedEntry: Sendable, Equatable {
    public let id: ID<JournalEntry>
    /// Each line's account after the entry, in the order of its lines; none for a void.
    public let balances: [AccountBalance]
}

/// An entry as the journal holds it.
public struct JournalEntry: Sendable, Equatable {
    /// The entry that another one posts, voids or reverses.
    public struct Original: Sendable, Equatable {
        public let id: ID<JournalEntry>
        public let businessDate: BusinessDate

        /// The date as the database holds it, in days since 1970-01-01.
        var day: Int64 { Int64(businessDate.daysSinceEpoch) }
    }

    public let id: ID<JournalEntry>
    public let businessDate: BusinessDate
    public let recordedAt: Instant
    public let kind: EntryKind
    public let narrative: String
    public let source: Int64?
    public let phase: EntryPhase
    /// The entry that this one acts on.
    public let original: Original?
    /// The entry that acts on this one: its reversal, or what posts or voids it when pending.
    public let actedOnBy: ID<JournalEntry>?
    /// When a pending entry voids itself.
    public let expiresAt: Instant?
    public let postings: [Posting]
}
