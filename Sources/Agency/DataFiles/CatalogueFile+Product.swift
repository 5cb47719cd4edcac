import StrictJSON

extension CatalogueFile {
    /// Something that a customer can pay for, buy or withdraw at a counter.
    public struct Product: DataFileModel {
        public enum Kind: String, CaseIterable, Sendable {
            case bill
            case ticket
            case withdrawal

            /// The kind of partner that stands behind such a product.
            public var partnerKind: Partner.Kind {
                switch self {
                case .bill: .biller
                case .ticket: .ticketPrincipal
                case .withdrawal: .bank
                }
            }
        }

        /// How a biller is asked.
        public enum BillerMode: String, CaseIterable, Sendable {
            case billFile = "bill_file"
            case blind
        }

        /// Which amounts a biller takes.
        public enum PaymentRule: String, CaseIterable, Sendable {
            case exact
            case any
        }

        /// What holds for one kind of product only.
        public enum Terms: Sendable, Equatable {
            /// Bills of an arrears file; paid exactly, against a quote.
            case billFile(quoteMinutes: Int64)
            /// Account number and amount only; any amount in the product's range.
            case blind(quoteMinutes: Int64)
            /// Seats, held while the customer pays.
            case ticket(reservationMinutes: Int64)
            /// Cash out: multiples of a step, and a limit per card and day over all stations.
            case withdrawal(stepFen: Int64, dailyCardLimitFen: Int64)

            public var kind: Kind {
                switch self {
                case .billFile, .blind: .bill
                case .ticket: .ticket
                case .withdrawal: .withdrawal
                }
            }
        }

        /// How long a quote or reservation may hold: up to a day.
        static let holdMinutes: ClosedRange<Int64> = 1...1_440

        public var id: String
        public var partnerID: String
        public var name: String
        /// The least amount of one transaction.
        public var minimumFen: Int64
        /// The greatest amount of one transaction.
        public var maximumFen: Int64
        public var terms: Terms

        public init(
            id: String, partnerID: String, name: String, minimumFen: Int64, maximumFen: Int64,
            terms: Terms
        ) {
            self.id = id
            self.partnerID = partnerID
            self.name = name
            self.minimumFen = minimumFen
            self.maximumFen = maximumFen
            self.terms = terms
        }

        public init(decoding object: JSONObjectDecoder) throws(JSONError) {
            var object = object
            id = try object.identifier("id")
            partnerID = try object.identifier("partner_id")
            name = try object.name("name")
            let kind = try object.enumeration("kind", Kind.self)
            minimumFen = try object.amountFen("minimum_fen", atLeast: 1)
            maximumFen = try object.amountFen("maximum_fen", atLeast: 1)
            guard minimumFen <= maximumFen else {
                throw object.refusal(
                    of: "maximum_fen", .valueOutOfRange,
                    "the maximum is below the minimum; raise it to \(minimumFen) or more")
            }
            switch kind {
            case .bill: terms = try Self.billTerms(&object)
            case .ticket:
                terms = .ticket(
                    reservationMinutes: try object.integer(
                        "reservation_minutes", in: Self.holdMinutes))
            case .withdrawal:
                terms = try Self.withdrawalTerms(&object, minimumFen, maximumFen)
            }
            try object.finish()
        }

        private static func billTerms(
            _ object: inout JSONObjectDecoder
        ) throws(JSONError) -> Terms {
            let mode = try object.enumeration("biller_mode", BillerMode.self)
            let rule = try object.enumeration("payment_rule", PaymentRule.self)
            let quoteMinutes = try object.integer("quote_minutes", in: holdMinutes)
            switch (mode, rule) {
            case (.billFile, .exact): return .billFile(quoteMinutes: quoteMinutes)
            case (.blind, .any): return .blind(quoteMinutes: quoteMinutes)
            case (.billFile, .any), (.blind, .exact):
                throw object.refusal(
                    of: "payment_rule", .valueNotAllowed,
                    "bill_file products take exact and blind ones any; correct one")
            }
        }

        private static func withdrawalTerms(
            _ object: inout JSONObjectDecoder, _ minimumFen: Int64, _ maximumFen: Int64
        ) throws(JSONError) -> Terms {
            let stepFen = try object.amountFen("step_fen", atLeast: 1)
            guard minimumFen % stepFen == 0, maximumFen % stepFen == 0 else {
                throw object.refusal(
                    of: "step_fen", .valueNotAllowed,
                    "minimum_fen and maximum_fen are no multiples of the step; correct one")
            }
            let limitFen = try object.amountFen("daily_card_limit_fen", atLeast: minimumFen)
            return .withdrawal(stepFen: stepFen, dailyCardLimitFen: limitFen)
        }

        public func encode(to writer: inout JSONWriter) {
            writer.beginObject()
            writer.field("id", id)
            writer.field("partner_id", partnerID)
            writer.field("name", name)
            writer.field("kind", terms.kind.rawValue)
            writer.field("minimum_fen", minimumFen)
            writer.field("maximum_fen", maximumFen)
            switch terms {
            case .billFile(let quoteMinutes):
                writer.field("biller_mode", BillerMode.billFile.rawValue)
                writer.field("payment_rule", PaymentRule.exact.rawValue)
                writer.field("quote_minutes", quoteMinutes)
            case .blind(let quoteMinutes):
                writer.field("biller_mode", BillerMode.blind.rawValue)
                writer.field("payment_rule", PaymentRule.any.rawValue)
                writer.field("quote_minutes", quoteMinutes)
            case .ticket(let reservationMinutes):
                writer.field("reservation_minutes", reservationMinutes)
            case .withdrawal(let stepFen, let dailyCardLimitFen):
                writer.field("step_fen", stepFen)
                writer.field("daily_card_limit_fen", dailyCardLimitFen)
            }
            writer.endObject()
        }
    }
}
