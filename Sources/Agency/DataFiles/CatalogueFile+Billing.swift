import CivilTime
import StrictJSON

extension CatalogueFile.Product {
    /// How a biller is asked and paid.
    public struct Billing: Sendable, Equatable {
        public var mode: Agency.Product.BillerMode
        public var rule: Agency.Product.PaymentRule
        /// How long a quote holds, in minutes.
        public var quoteMinutes: Int64
        public var isPrepaid: Bool
        /// What a payment to a blind biller names; nothing where it names no time.
        public var periodForm: Agency.Product.PeriodForm?
        /// The biller's own zone, where it differs from the agency's.
        public var zone: ZoneOffset?

        /// When the customer pays.
        enum Time: String, CaseIterable {
            case prepaid, postpaid
        }

        public init(
            _ mode: Agency.Product.BillerMode, _ rule: Agency.Product.PaymentRule,
            quoteMinutes: Int64, isPrepaid: Bool = false,
            periodForm: Agency.Product.PeriodForm? = nil, zone: ZoneOffset? = nil
        ) {
            self.mode = mode
            self.rule = rule
            self.quoteMinutes = quoteMinutes
            self.isPrepaid = isPrepaid
            self.periodForm = periodForm
            self.zone = zone
        }

        init(decoding object: inout JSONObjectDecoder) throws(JSONError) {
            mode = try object.enumeration("biller_mode")
            rule = try object.enumeration("payment_rule")
            guard mode.rules.contains(rule) else {
                throw object.refusal(
                    of: "payment_rule", .valueNotAllowed,
                    "\(mode.rawValue) products take "
                        + mode.rules.map(\.rawValue).joined(separator: ", ")
                        + "; write one of these")
            }
            quoteMinutes = try object.integer(
                "quote_minutes", in: CatalogueFile.Product.holdMinutes)
            let time: Time? = try object.optionalEnumeration("billing")
            isPrepaid = time == .prepaid
            periodForm = try object.optionalEnumeration("period_form")
            if periodForm != nil && mode != .blind {
                throw object.refusal(
                    of: "period_form", .valueNotAllowed,
                    "only blind products have a period_form; others get it from their bills")
            }
            let minutes = try object.optionalInteger("zone_offset_minutes", in: -840...840)
            if let minutes {
                guard let offset = ZoneOffset(minutes: Int(minutes)) else {
                    throw object.refusal(
                        of: "zone_offset_minutes", .valueOutOfRange,
                        "no zone is that far from UTC; correct it")
                }
                zone = offset
            }
        }

        func encode(to writer: inout JSONWriter) {
            writer.field("biller_mode", mode.rawValue)
            writer.field("payment_rule", rule.rawValue)
            writer.field("quote_minutes", quoteMinutes)
            if isPrepaid { writer.field("billing", Time.prepaid.rawValue) }
            writer.field("period_form", ifPresent: periodForm?.rawValue)
            if let zone { writer.field("zone_offset_minutes", Int64(zone.minutes)) }
        }
    }
}

extension Product.BillerMode {
    /// The payment rules that go with it.
    var rules: [Product.PaymentRule] {
        switch self {
        case .billFile: [.exact, .partial, .advance]
        case .blind: [.any, .exact]
        case .online: [.exact, .partial, .advance, .any]
        }
    }
}
