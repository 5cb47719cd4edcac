import Ledger

extension Currency {
    /// The notes and coins that a count may name, in minor units, the largest first.
    ///
    /// Notes and coins of one value are one denomination: what lies in a till is counted by value.
    public var denominationsFen: [Int64] {
        switch self {
        case .renminbi: [10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5, 2, 1]
        case .hongKongDollar, .macaoPataca:
            [100_000, 50_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10]
        case .usDollar: [10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 25, 10, 5, 1]
        }
    }
}
