import StrictJSON

extension CatalogueFile {
    /// Something that a customer can pay for, buy or withdraw at a counter.
    public struct Product: DataFileModel {
        public enum Kind: String, CaseIterable, Sendable {
            case bill
            case ticket
            case withdrawal
            case stock
            case remittance
            case transfer

            /// The kinds of partner that may stand behind such a product.
            public var partnerKinds: [Partner.Kind] {
                switch self {
                case .bill: [.biller]
                case .ticket: [.ticketPrincipal]
                case .withdrawal, .remittance, .transfer: [.bank]
                case .stock: [.ticketPrincipal, .biller]
                }
            }
        }

        /// What holds for one kind of product only.
        public enum Details: Sendable, Equatable {
            /// Bills, by the biller's own way.
            case bill(Billing)
            /// Seats, held while the customer pays.
            case ticket(reservationMinutes: Int64)
            /// Cash out: multiples of a step, and a limit per card and day over all stations.
            case withdrawal(stepFen: Int64, dailyCardLimitFen: Int64)
            case stock
            case remittance
            case transfer

            public var kind: Kind {
                switch self {
                case .stock: .stock
                case .remittance: .remittance
                case .transfer: .transfer
                case .bill: .bill
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
        public var details: Details

        public init(
            id: String, partnerID: String, name: String, minimumFen: Int64, maximumFen: Int64,
            details: Details
        ) {
            self.id = id
            self.partnerID = partnerID
            self.name = name
            self.minimumFen = minimumFen
            self.maximumFen = maximumFen
            self.details = details
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
            case .bill: details = .bill(try Billing(decoding: &object))
            case .ticket:
                details = .ticket(
                    reservationMinutes: try object.integer(
                        "reservation_minutes", in: Self.holdMinutes))
            case .withdrawal:
                details = try Self.withdrawalDetails(&object, minimumFen, maximumFen)
            case .stock: details = .stock
            case .remittance: details = .remittance
            case .transfer: details = .transfer
            }
            try object.finish()
        }

        private static func withdrawalDetails(
            _ object: inout JSONObjectDecoder, _ minimumFen: Int64, _ maximumFen: Int64
        ) throws(JSONError) -> Details {
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
            writer.field("kind", details.kind.rawValue)
            writer.field("minimum_fen", minimumFen)
            writer.field("maximum_fen", maximumFen)
            switch details {
            case .bill(let billing): billing.encode(to: &writer)
            case .ticket(let reservationMinutes):
                writer.field("reservation_minutes", reservationMinutes)
            case .withdrawal(let stepFen, let dailyCardLimitFen):
                writer.field("step_fen", stepFen)
                writer.field("daily_card_limit_fen", dailyCardLimitFen)
            case .stock, .remittance, .transfer: break
            }
            writer.endObject()
        }
    }
}

extension CatalogueFile.Product {
    /// The terms that its contracts have unless they say otherwise.
    var usualTerms: Terms {
        var terms = Terms([.minimumFen: minimumFen, .maximumFen: maximumFen])
        switch details {
        case .bill(let billing): terms[.holdMinutes] = billing.quoteMinutes
        case .ticket(let reservationMinutes): terms[.holdMinutes] = reservationMinutes
        case .withdrawal(let stepFen, let dailyCardLimitFen):
            terms[.stepFen] = stepFen
            terms[.dailyCardLimitFen] = dailyCardLimitFen
        case .stock, .remittance, .transfer: break
        }
        return terms
    }
}
