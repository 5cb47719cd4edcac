/// A currency that the ledger keeps, by its ISO 4217 code and number.
public enum Currency: Int64, CaseIterable, Sendable {
    case renminbi = 156
    case hongKongDollar = 344
    case macaoPataca = 446
    case usDollar = 840

    /// The three-letter code, such as `CNY`.
    public var code: String {
        switch self {
        case .renminbi: "CNY"
        case .hongKongDollar: "HKD"
        case .macaoPataca: "MOP"
        case .usDollar: "USD"
        }
    }

    /// Finds a currency by its three-letter code, or gives nothing.
    public init?(code: String) {
        guard let currency = Self.allCases.first(where: { $0.code == code }) else { return nil }
        self = currency
    }
}
