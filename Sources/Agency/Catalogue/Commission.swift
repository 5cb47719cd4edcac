/// What the agency earns with one transaction.
public struct CommissionRule: Sendable, Equatable {
    /// How it is reckoned.
    public enum Kind: String, Sendable {
        /// The same for every transaction.
        case flat
        /// A share of the amount, in parts per million, between a minimum and a maximum.
        case rate
    }

    public let kind: Kind
    public let flatFen: Int64
    public let ratePartsPerMillion: Int64
    public let minimumFen: Int64
    public let maximumFen: Int64

    /// The commission on an amount, in fen; a rate is rounded half up to the fen.
    public func commissionFen(on amountFen: Int64) -> Int64 {
        switch kind {
        case .flat: return flatFen
        case .rate:
            // Amounts of at most 10¹² fen times 10⁶ stay inside 64 bits.
            let rounded = (amountFen * ratePartsPerMillion + 500_000) / 1_000_000
            return min(max(rounded, minimumFen), maximumFen)
        }
    }
}

/// How commission is shared out, in basis points that sum to 10,000.
public struct CommissionSplit: Sendable, Equatable {
    /// Who shares.
    public enum Share: String, CaseIterable, Sendable {
        case `operator`, village, town, district
    }

    public let operatorBasisPoints: Int64
    public let villageBasisPoints: Int64
    public let townBasisPoints: Int64
    public let districtBasisPoints: Int64
    /// Who gets what rounding down leaves over.
    public let remainderTo: Share

    /// Shares out an amount in fen; the parts always sum to it.
    public func shares(of amountFen: Int64) -> CommissionShares {
        var shares = CommissionShares(
            operatorFen: amountFen * operatorBasisPoints / 10_000,
            villageFen: amountFen * villageBasisPoints / 10_000,
            townFen: amountFen * townBasisPoints / 10_000,
            districtFen: amountFen * districtBasisPoints / 10_000)
        let remainder = amountFen - shares.totalFen
        switch remainderTo {
        case .operator: shares.operatorFen += remainder
        case .village: shares.villageFen += remainder
        case .town: shares.townFen += remainder
        case .district: shares.districtFen += remainder
        }
        return shares
    }
}

/// An amount of commission as it was shared out, in fen.
public struct CommissionShares: Sendable, Equatable {
    public var operatorFen: Int64
    public var villageFen: Int64
    public var townFen: Int64
    public var districtFen: Int64

    public static let zero = CommissionShares(
        operatorFen: 0, villageFen: 0, townFen: 0, districtFen: 0)

    /// The sum of the shares.
    public var totalFen: Int64 { operatorFen + villageFen + townFen + districtFen }

    static func + (left: CommissionShares, right: CommissionShares) -> CommissionShares {
        CommissionShares(
            operatorFen: left.operatorFen + right.operatorFen,
            villageFen: left.villageFen + right.villageFen,
            townFen: left.townFen + right.townFen,
            districtFen: left.districtFen + right.districtFen)
    }
}
