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

/// An entry as the journal holds it.
public struct JournalEntry: Sendable, Equatable {
    public let id: ID<JournalEntry>
    public let businessDate: BusinessDate
    public let recordedAt: Instant
    public let kind: EntryKind
    public let narrative: String
    public let source: Int64?
    public let reverses: ID<JournalEntry>?
    public let postings: [Posting]
}
