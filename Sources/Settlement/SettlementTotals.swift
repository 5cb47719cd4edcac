/// Counts and sums of the detail lines of one type.
public struct SettlementSubtotal: Hashable, Sendable {
    public var postedCount = 0
    public var reversedCount = 0
    /// The sum of the posted lines' amounts, in which voids and refunds count against it.
    public var amountFen: Int64 = 0
    /// The sum of the posted lines' fees.
    public var feeFen: Int64 = 0
    /// The sum of the posted lines' commissions.
    public var commissionFen: Int64 = 0

    /// All lines of the type, posted and reversed.
    public var detailCount: Int { postedCount + reversedCount }

    public init() {}
}

/// Counts, sums and net of a settlement file.
///
/// Sums cannot overflow: ``SettlementDetail/maximumCount`` lines of at most
/// ``SettlementDetail/allowedAmountsFen`` stay below 10¹⁸ fen either way.
public struct SettlementTotals: Hashable, Sendable {
    // One entry for each type, in the order of the cases: the hot path hashes nothing.
    private var subtotals = SettlementType.allCases.map { _ in SettlementSubtotal() }

    public init() {}

    /// Counts a line, and adds its money if it is posted.
    ///
    /// - Parameter detail: A line whose amounts lie within the limits.
    public mutating func add(_ detail: SettlementDetail) {
        add(
            detail.type, detail.status, amountFen: detail.amountFen, feeFen: detail.feeFen,
            commissionFen: detail.commissionFen)
    }

    /// Counts a line of a layout, and adds its money if it is posted.
    ///
    /// - Parameter line: A line that ``LayoutReader`` gave; it has no fee.
    public mutating func add(_ line: LayoutLine, as type: SettlementType) {
        add(
            type, line.line.status, amountFen: line.line.amountFen, feeFen: 0,
            commissionFen: line.commissionFen ?? 0)
    }

    private mutating func add(
        _ type: SettlementType, _ status: SettlementStatus, amountFen: Int64, feeFen: Int64,
        commissionFen: Int64
    ) {
        precondition(detailCount < SettlementDetail.maximumCount, "too many detail lines")
        let index = Self.index(type)
        switch status {
        case .posted:
            subtotals[index].postedCount += 1
            subtotals[index].amountFen += amountFen
            subtotals[index].feeFen += feeFen
            subtotals[index].commissionFen += commissionFen
        case .reversed:
            subtotals[index].reversedCount += 1
        }
    }

    /// The counts and sums of one type.
    public subscript(type: SettlementType) -> SettlementSubtotal { subtotals[Self.index(type)] }

    /// The types with at least one line, in the order of the subtotal lines.
    public var presentTypes: [SettlementType] {
        SettlementType.allCases.filter { self[$0].detailCount > 0 }
    }

    public var detailCount: Int { postedCount + reversedCount }
    public var postedCount: Int { subtotals.reduce(0) { $0 + $1.postedCount } }
    public var reversedCount: Int { subtotals.reduce(0) { $0 + $1.reversedCount } }
    /// The control sum of all posted amounts, without regard to their direction.
    public var amountFen: Int64 { subtotals.reduce(0) { $0 + $1.amountFen } }
    public var feeFen: Int64 { subtotals.reduce(0) { $0 + $1.feeFen } }
    public var commissionFen: Int64 { subtotals.reduce(0) { $0 + $1.commissionFen } }

    /// What the agency pays the partner, or, when negative, the partner pays the agency.
    ///
    /// Collections count for it, payouts and commission against it. The fee is the agency's
    /// own income from the customer and has no part in it.
    public var netFen: Int64 { SettlementType.allCases.reduce(0) { $0 + netFen(of: $1) } }

    /// The part of the net that comes from one type.
    public func netFen(of type: SettlementType) -> Int64 {
        let subtotal = self[type]
        return type.netFen(amountFen: subtotal.amountFen, commissionFen: subtotal.commissionFen)
    }

    private static func index(_ type: SettlementType) -> Int {
        switch type {
        case .billPayment: 0
        case .ticketSale: 1
        case .withdrawal: 2
        case .stockSale: 3
        case .prizePayment: 4
        case .remittance: 5
        case .transfer: 6
        case .adjustment: 7
        }
    }
}

extension SettlementTotals {
    /// Compares a subtotal line with the details before it.
    func check(subtotal line: RecordLine, type: SettlementType) throws(SettlementError) {
        let expected = self[type]
        try line.expect(.subtotalPostedCount, count: expected.postedCount)
        try line.expect(.subtotalReversedCount, count: expected.reversedCount)
        try line.expect(.subtotalAmount, expected.amountFen)
        try line.expect(.subtotalFee, expected.feeFen)
        try line.expect(.subtotalCommission, expected.commissionFen)
    }

    /// Compares the trailer with the details before it.
    func check(trailer line: RecordLine) throws(SettlementError) {
        try line.expect(.detailCount, count: detailCount)
        try line.expect(.postedCount, count: postedCount)
        try line.expect(.reversedCount, count: reversedCount)
        try line.expect(.totalAmount, amountFen)
        try line.expect(.totalFee, feeFen)
        try line.expect(.totalCommission, commissionFen)
        try line.expect(.net, netFen, in: RecordLine.allowedNetsFen)
    }
}
