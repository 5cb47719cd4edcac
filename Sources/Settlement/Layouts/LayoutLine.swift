import CivilTime

/// One transaction of a partner's file, as it is compared, and what it earns.
public struct LayoutLine: Hashable, Sendable {
    public let line: MatchLine
    /// What the partner owes for the transaction; nothing when the layout has no commission.
    public let commissionFen: Int64?
}

/// Counts and sums of a partner's file.
///
/// Sums cannot overflow, as those of ``SettlementTotals`` cannot.
public struct LayoutTotals: Hashable, Sendable {
    public private(set) var postedCount = 0
    public private(set) var reversedCount = 0
    /// Lines of which a word says that they are no transactions.
    public private(set) var skippedCount = 0
    /// The control sum of the posted amounts, without regard to the direction of their types.
    public private(set) var amountFen: Int64 = 0
    /// The posted amounts that the agency owes, less those that it is owed, commission apart.
    public private(set) var netFen: Int64 = 0
    /// The sum of the posted lines' commissions; nothing when the layout has none.
    public private(set) var commissionFen: Int64?

    init(hasCommission: Bool) {
        commissionFen = hasCommission ? 0 : nil
    }

    /// The lines that are transactions.
    public var lineCount: Int { postedCount + reversedCount }

    mutating func add(_ line: LayoutLine, as type: SettlementType) {
        switch line.line.status {
        case .reversed: reversedCount += 1
        case .posted:
            postedCount += 1
            amountFen += line.line.amountFen
            switch type.direction {
            case .owedByAgency: netFen += line.line.amountFen
            case .owedToAgency: netFen -= line.line.amountFen
            case .neither: break
            }
            if let sumFen = commissionFen {
                commissionFen = sumFen + (line.commissionFen ?? 0)
            }
        }
    }

    mutating func addSkipped() { skippedCount += 1 }
}

/// What the partner's own counts and sums are compared with.
struct LayoutTally {
    private struct Sums {
        var count: Int64 = 0
        var amountFen: Int64 = 0
        var commissionFen: Int64 = 0

        mutating func add(_ amountFen: Int64, _ commissionFen: Int64) {
            count += 1
            self.amountFen += amountFen
            self.commissionFen += commissionFen
        }
    }

    private var all = Sums()
    private var posted = Sums()
    private var negative = Sums()

    mutating func add(amountFen: Int64, commissionFen: Int64, isPosted: Bool) {
        all.add(amountFen, commissionFen)
        if isPosted { posted.add(amountFen, commissionFen) }
        if amountFen < 0 { negative.add(amountFen, commissionFen) }
    }

    /// The value that a check asks for; sums of negative lines have no sign.
    func value(_ check: LayoutCheck) -> Int64 {
        switch check.lines {
        case .all: Self.value(check.measure, all)
        case .posted: Self.value(check.measure, posted)
        case .positive: Self.value(check.measure, all) - Self.value(check.measure, negative)
        case .negative: abs(Self.value(check.measure, negative))
        }
    }

    private static func value(_ measure: LayoutCheck.Measure, _ sums: Sums) -> Int64 {
        switch measure {
        case .count: sums.count
        case .amount: sums.amountFen
        case .commission: sums.commissionFen
        }
    }
}
