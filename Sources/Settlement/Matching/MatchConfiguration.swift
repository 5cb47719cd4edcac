import CivilTime

/// The limits of a match.
public enum MatchLimits {
    /// The most lines of one input.
    public static let maximumLineCount = SettlementDetail.maximumCount
    /// The longest line in bytes, with its line feed.
    public static let maximumLineByteCount = RecordLine.maximumByteCount
    /// The largest input, in bytes.
    public static let maximumInputByteCount = SettlementVerifier.maximumFileByteCount
    /// The most characters of a serial.
    public static let maximumSerialCharacterCount = SettlementIdentifier.maximumCharacterCount
    /// The least memory that a match can be told to keep to, in bytes.
    public static let minimumMemoryByteCount = 262_144
    /// How many lines of each class without counterpart are explained, in the order of results.
    public static let maximumExplainedCount = 10_000
    /// The most candidates that an explanation names.
    public static let maximumCandidateCount = 3
    /// The most lines of one account and amount among which a doubled line is looked for.
    public static let maximumDoubledCount = 32
    /// The time within which an equal line of the same side is taken for a doubled one.
    public static let doubledLineMinutes = 15
    /// The longest distance that a rule may allow, in days.
    public static let maximumRuleDayDistance = 31
    /// The widest margin beside the day cut, in minutes.
    public static let maximumMarginMinutes = 720
}

/// What is compared when neither serial nor reference finds a counterpart; a contract's choice.
///
/// Lines that the rule finds are a pair only when each is the other's one candidate.
public struct MatchRule: Hashable, Sendable {
    public enum Field: String, CaseIterable, Hashable, Sendable {
        case account
        case amount
        case type
    }

    /// What must be equal; never empty, and never the type alone.
    public let fields: Set<Field>
    /// How many calendar days the two times may lie apart.
    public let maximumDayDistance: Int

    /// Makes a rule, or nothing from fields or days that are not allowed.
    public init?(fields: Set<Field>, maximumDayDistance: Int) {
        guard fields.contains(.account) || fields.contains(.amount),
            (0...MatchLimits.maximumRuleDayDistance).contains(maximumDayDistance)
        else { return nil }
        self.fields = fields
        self.maximumDayDistance = maximumDayDistance
    }

    /// Reads `account+amount`, or with a distance `account+amount+2d`.
    public init?(_ text: String) {
        var fields: Set<Field> = []
        var days: Int?
        for word in text.split(separator: "+", omittingEmptySubsequences: false) {
            if let field = Field(rawValue: String(word)) {
                guard fields.insert(field).inserted else { return nil }
            } else {
                guard days == nil, word.last == "d", let number = Int(word.dropLast()) else {
                    return nil
                }
                days = number
            }
        }
        self.init(fields: fields, maximumDayDistance: days ?? 0)
    }
}

/// The end of the business date that is matched, and how far beside it clocks may disagree.
public struct MatchCut: Hashable, Sendable {
    /// When the next business date began.
    public let end: Instant
    public let marginBeforeMinutes: Int
    public let marginAfterMinutes: Int

    /// Makes a cut, or nothing from a margin that is too wide or negative.
    public init?(end: Instant, marginBeforeMinutes: Int, marginAfterMinutes: Int) {
        let allowed = 0...MatchLimits.maximumMarginMinutes
        guard allowed.contains(marginBeforeMinutes), allowed.contains(marginAfterMinutes) else {
            return nil
        }
        self.end = end
        self.marginBeforeMinutes = marginBeforeMinutes
        self.marginAfterMinutes = marginAfterMinutes
    }

    /// Whether the other side may put a line of this time on the next date.
    func isNear(_ time: Instant) -> Bool {
        time >= end.adding(milliseconds: Int64(-marginBeforeMinutes) * 60_000)
            && time <= end.adding(milliseconds: Int64(marginAfterMinutes) * 60_000)
    }
}

/// How a match is done.
public struct MatchConfiguration: Sendable {
    /// The third step; nothing when the contract names no rule.
    public var rule: MatchRule?
    /// Nothing when no line may be called TIMING.
    public var cut: MatchCut?
    /// What lines and results may take of the memory, in bytes; the rest goes to temporary files.
    public var memoryByteCount = 134_217_728
    /// Where temporary files are made; they have no name while they are used.
    public var temporaryFolder = "/tmp"

    public init() {}
}
