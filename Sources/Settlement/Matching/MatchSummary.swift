/// How many lines, and what they moved.
public struct MatchSum: Hashable, Sendable {
    public internal(set) var count = 0
    /// The sum of the posted lines; a reversed line moves nothing.
    public internal(set) var amountFen: Int64 = 0

    mutating func add(_ movedFen: Int64) {
        count += 1
        amountFen += movedFen
    }

    mutating func add(_ other: MatchSum) {
        count += other.count
        amountFen += other.amountFen
    }
}

/// Counts and sums of both sides.
///
/// Sums cannot overflow: two inputs of ``MatchLimits/maximumLineCount`` lines stay below 2·10¹⁸ fen.
public struct MatchSums: Hashable, Sendable {
    public internal(set) var ours = MatchSum()
    public internal(set) var theirs = MatchSum()

    /// Ours less theirs, in fen.
    public var differenceFen: Int64 { ours.amountFen - theirs.amountFen }

    /// The sum of one side.
    public internal(set) subscript(side: MatchSide) -> MatchSum {
        get {
            switch side {
            case .ours: ours
            case .theirs: theirs
            }
        }
        set {
            switch side {
            case .ours: ours = newValue
            case .theirs: theirs = newValue
            }
        }
    }

    mutating func add(_ other: MatchSums) {
        ours.add(other.ours)
        theirs.add(other.theirs)
    }
}

/// The outcome of a match: every line of both sides is in exactly one class.
public struct MatchSummary: Hashable, Sendable {
    /// All lines that were read, carried ones included.
    public internal(set) var total = MatchSums()
    /// Those among them that were left from the run before.
    public internal(set) var carried = MatchSums()
    /// How many pairs were found by which number or rule, whether or not they agree.
    public internal(set) var pairCounts: [MatchBasis: Int] = [:]
    /// How many lines without counterpart were left unexplained by the limit.
    public internal(set) var unexplainedCount = 0
    private var sums = MatchClass.allCases.map { _ in MatchSums() }

    /// Counts and sums of one class.
    public internal(set) subscript(matchClass: MatchClass) -> MatchSums {
        get { sums[Self.index(matchClass)] }
        set { sums[Self.index(matchClass)] = newValue }
    }

    /// Whether each line has its counterpart.
    public var isAllMatched: Bool {
        self[.matched].ours.count == total.ours.count
            && self[.matched].theirs.count == total.theirs.count
    }

    /// The classes' sums added up: the total, or the engine is wrong.
    var sumOfClasses: MatchSums {
        sums.reduce(into: MatchSums()) { $0.add($1) }
    }

    mutating func add(_ other: MatchSummary) {
        total.add(other.total)
        carried.add(other.carried)
        for (basis, count) in other.pairCounts { pairCounts[basis, default: 0] += count }
        for matchClass in MatchClass.allCases { self[matchClass].add(other[matchClass]) }
    }

    private static func index(_ matchClass: MatchClass) -> Int {
        switch matchClass {
        case .matched: 0
        case .oursOnly: 1
        case .partnerOnly: 2
        case .amountDifference: 3
        case .statusDifference: 4
        case .duplicate: 5
        case .timing: 6
        }
    }
}
