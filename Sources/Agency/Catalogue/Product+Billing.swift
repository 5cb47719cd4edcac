import CivilTime
import SQL

extension Product {
    /// How a biller makes its arrears known.
    public enum BillerMode: String, CaseIterable, Sendable {
        /// The biller loads a file of arrears beforehand.
        case billFile = "bill_file"
        /// The station knows only the account number and the amount.
        case blind
        /// The biller is asked, and books each payment at once.
        case online
    }

    /// Which amounts a biller takes.
    public enum PaymentRule: String, CaseIterable, Sendable {
        /// What is owed, no more and no less.
        case exact
        /// From the minimum up to what is left of the bill; several payments settle it.
        case partial
        /// Also more than is owed, or without anything owed.
        case advance
        /// What the customer says, in the contract's range.
        case any
    }

    /// The time that a payment to a blind biller names.
    public enum PeriodForm: String, CaseIterable, Sendable {
        case month, year

        /// Whether a text is such a time: `2026-11` or `2026`.
        public func takes(_ text: String) -> Bool {
            let parts = text.split(separator: "-", omittingEmptySubsequences: false)
            guard let year = parts.first, year.utf8.count == 4,
                text.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-") }),
                let number = Int(year)
            else { return false }
            switch self {
            case .year: return parts.count == 1 && BillingPeriod(year: number, month: 1) != nil
            case .month:
                guard parts.count == 2, parts[1].utf8.count == 2, let month = Int(parts[1])
                else { return false }
                return BillingPeriod(year: number, month: month) != nil
            }
        }
    }

    /// How a biller is asked and paid.
    public struct Billing: Sendable, Equatable {
        public let mode: BillerMode
        public let rule: PaymentRule
        /// Whether the customer pays before use, such as for a token or a top-up.
        public let isPrepaid: Bool
        /// What a payment to a blind biller names; nothing where it names no time.
        public let periodForm: PeriodForm?
        /// The biller's own zone, where it differs from the agency's.
        public let zone: ZoneOffset?
    }

    public var billerMode: BillerMode? { billing?.mode }

    /// Whether the partner books each transaction at once, over its gateway.
    var isOnline: Bool { billing?.mode == .online }
}

extension Product.Billing {
    /// Reads the columns 5 to 9 of a product; nothing for what is no bill.
    init?(row: Row) throws {
        guard let mode = row.optionalText(5) else { return nil }
        guard let mode = Product.BillerMode(rawValue: mode),
            let rule = row.optionalText(6).flatMap(Product.PaymentRule.init(rawValue:))
        else { throw row.damage(5, expected: "a mode, beside a payment rule") }
        var periodForm: Product.PeriodForm?
        if let text = row.optionalText(8) {
            periodForm = Product.PeriodForm(rawValue: text)
            if periodForm == nil { throw row.damage(8, expected: "month or year") }
        }
        var zone: ZoneOffset?
        if let minutes = row.optionalInteger(9) {
            zone = ZoneOffset(minutes: Int(minutes))
            if zone == nil { throw row.damage(9, expected: "minutes of a zone") }
        }
        self.init(
            mode: mode, rule: rule, isPrepaid: row.integer(7) == 1, periodForm: periodForm,
            zone: zone)
    }
}
