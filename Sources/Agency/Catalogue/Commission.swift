/// What the agency earns with one transaction.
public enum CommissionRule: Sendable, Equatable {
    /// The same for every transaction.
    case flat(fen: Int64)
    /// A share of the amount, in parts per million, between a minimum and a maximum.
    case rate(partsPerMillion: Int64, minimumFen: Int64, maximumFen: Int64)
    /// By the band that the amount falls into, between a minimum and a maximum.
    ///
    /// The bands are in order of where they begin, the first at 0.
    case bands([CommissionBand], minimumFen: Int64, maximumFen: Int64)

    /// The commission on an amount of more than nothing, in fen; a rate is rounded half up to the fen.
    public func commissionFen(on amountFen: Int64) -> Int64 {
        switch self {
        case .flat(let fen): return fen
        case .rate(let partsPerMillion, let minimumFen, let maximumFen):
            let fen = Self.shareFen(of: amountFen, partsPerMillion: partsPerMillion)
            return min(max(fen, minimumFen), maximumFen)
        case .bands(let bands, let minimumFen, let maximumFen):
            guard let band = bands.last(where: { $0.fromFen <= amountFen }) else {
                preconditionFailure("the first band begins at 0")
            }
            let fen =
                band.flatFen
                + Self.shareFen(of: amountFen, partsPerMillion: band.ratePartsPerMillion)
            return min(max(fen, minimumFen), maximumFen)
        }
    }

    private static func shareFen(of amountFen: Int64, partsPerMillion: Int64) -> Int64 {
        // Amounts of at most 10¹² fen times 10⁶ stay inside 64 bits.
        (amountFen * partsPerMillion + 500_000) / 1_000_000
    }
}

/// Amounts from one to the next band's, and what the agency earns with such an amount.
public struct CommissionBand: Sendable, Equatable {
    /// The least amount of the band.
    public let fromFen: Int64
    /// What is earned whatever the amount.
    public let flatFen: Int64
    /// What is earned of the whole amount, in parts per million.
    public let ratePartsPerMillion: Int64

    public init(fromFen: Int64, flatFen: Int64, ratePartsPerMillion: Int64) {
        self.fromFen = fromFen
        self.flatFen = flatFen
        self.ratePartsPerMillion = ratePartsPerMillion
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
    ///
    /// What is given back is shared as the negative of what was earned: each part is rounded towards
    /// zero, and the remainder has the amount's sign.
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
