import CivilTime

/// Whose book a line comes from.
public enum MatchSide: Int, CaseIterable, Hashable, Sendable {
    case ours
    case theirs

    var other: MatchSide {
        switch self {
        case .ours: .theirs
        case .theirs: .ours
        }
    }
}

/// One line of either side, as far as it is compared.
public struct MatchLine: Hashable, Sendable {
    /// Our serial; empty where the partner does not know it.
    public var serial: String
    /// The partner's own number; may be empty.
    public var partnerReference: String
    /// Nothing where the partner's file does not tell it; it is never compared by itself.
    public var type: SettlementType?
    /// The customer's number with the partner; may be empty.
    public var accountReference: String
    public var amountFen: Int64
    public var status: SettlementStatus
    public var time: Instant
    /// The number of the line in its file, from 1.
    public var lineNumber: Int
    /// Whether the line was left from the run before, where it was TIMING.
    public var isCarried: Bool

    public init(
        serial: String, partnerReference: String = "", type: SettlementType? = nil,
        accountReference: String = "", amountFen: Int64, status: SettlementStatus = .posted,
        time: Instant, lineNumber: Int = 0, isCarried: Bool = false
    ) {
        self.serial = serial
        self.partnerReference = partnerReference
        self.type = type
        self.accountReference = accountReference
        self.amountFen = amountFen
        self.status = status
        self.time = time
        self.lineNumber = lineNumber
        self.isCarried = isCarried
    }

    /// What the line adds to its file's total: nothing once it is reversed.
    public var movedFen: Int64 {
        switch status {
        case .posted: amountFen
        case .reversed: 0
        }
    }
}

/// What became of a line.
public enum MatchClass: String, CaseIterable, Hashable, Sendable {
    /// Both sides hold it with the same amount and status.
    case matched = "MATCHED"
    /// The partner's file does not hold it.
    case oursOnly = "OURS_ONLY"
    /// Our book does not hold it.
    case partnerOnly = "PARTNER_ONLY"
    /// Both hold it, with amounts that differ by one fen or more.
    case amountDifference = "AMOUNT_DIFF"
    /// Both hold it, one as posted and one as reversed, whatever the amounts are.
    case statusDifference = "STATUS_DIFF"
    /// Its number comes twice on its side, and another line stands for it.
    case duplicate = "DUPLICATE"
    /// One side only, so near the day cut that the next file of the other may hold it.
    case timing = "TIMING"
}

/// By what two lines were found to be the same transaction.
public enum MatchBasis: String, CaseIterable, Hashable, Sendable {
    case serial = "SERIAL"
    case reference = "REFERENCE"
    case rule = "RULE"
}

/// A result that is not MATCHED: one line, or two that differ.
public struct MatchDifference: Hashable, Sendable {
    public let matchClass: MatchClass
    /// Nothing for a line without counterpart.
    public let basis: MatchBasis?
    public let ours: MatchLine?
    public let theirs: MatchLine?
    /// Why it may be so; only for lines without counterpart.
    public var explanations: [MatchExplanation] = []

    /// What the difference adds to ours less theirs, in fen.
    public var differenceFen: Int64 { (ours?.movedFen ?? 0) - (theirs?.movedFen ?? 0) }

    /// The line of one side.
    public subscript(side: MatchSide) -> MatchLine? {
        switch side {
        case .ours: ours
        case .theirs: theirs
        }
    }
}
