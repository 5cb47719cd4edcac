import CivilTime
import StrictJSON

extension CatalogueFile {
    /// What a partner and the agency agreed on for one product and a time.
    public struct Contract: DataFileModel {
        public var id: String
        public var partnerID: String
        public var productID: String
        /// The first day on which it holds.
        public var validFrom: BusinessDate
        /// The last day on which it holds; nothing while it is open.
        public var validTo: BusinessDate?
        /// What the customer pays on top, by tariff; per ticket for tickets.
        public var serviceFeeFen: Int64
        public var commission: CommissionRule
        public var split: Split
        /// What this contract sets otherwise than its product.
        public var terms: Terms
        /// Tickets: what the principal keeps of one that is given back or exchanged.
        public var ticketRules: TicketRules

        public init(
            id: String, partnerID: String, productID: String, validFrom: BusinessDate,
            validTo: BusinessDate?, serviceFeeFen: Int64, commission: CommissionRule, split: Split,
            terms: Terms = Terms(), ticketRules: TicketRules = TicketRules()
        ) {
            self.id = id
            self.partnerID = partnerID
            self.productID = productID
            self.validFrom = validFrom
            self.validTo = validTo
            self.serviceFeeFen = serviceFeeFen
            self.commission = commission
            self.split = split
            self.terms = terms
            self.ticketRules = ticketRules
        }

        public init(decoding object: JSONObjectDecoder) throws(JSONError) {
            var object = object
            id = try object.identifier("id")
            partnerID = try object.identifier("partner_id")
            productID = try object.identifier("product_id")
            validFrom = try object.date("valid_from")
            validTo = try object.optionalDate("valid_to")
            if let validTo, validTo < validFrom {
                throw object.refusal(
                    of: "valid_to", .valueOutOfRange,
                    "the contract ends before it starts; correct one date")
            }
            serviceFeeFen = try object.amountFen("service_fee_fen", atLeast: 0)
            commission = try CommissionRule(decoding: object.object("commission"))
            split = try Split(decoding: object.object("split"))
            terms = try Self.terms(&object)
            ticketRules = try TicketRules(decoding: &object)
            try object.finish()
        }

        private static func terms(
            _ object: inout JSONObjectDecoder
        ) throws(JSONError) -> Terms {
            var terms = Terms()
            guard var values = try object.optionalObject("terms") else { return terms }
            for term in Term.allCases {
                let value = try values.optionalInteger(term.rawValue, in: term.allowedValues)
                if let value { terms[term] = value }
            }
            try values.finish()
            return terms
        }

        public func encode(to writer: inout JSONWriter) {
            writer.beginObject()
            writer.field("id", id)
            writer.field("partner_id", partnerID)
            writer.field("product_id", productID)
            writer.field("valid_from", validFrom)
            writer.field("valid_to", ifPresent: validTo?.description)
            writer.field("service_fee_fen", serviceFeeFen)
            writer.key("commission")
            commission.encode(to: &writer)
            writer.key("split")
            split.encode(to: &writer)
            if !terms.values.isEmpty {
                writer.key("terms")
                writer.beginObject()
                for term in Term.allCases {
                    guard let value = terms.values[term] else { continue }
                    writer.key(escaping: term.rawValue)
                    writer.integer(value)
                }
                writer.endObject()
            }
            ticketRules.encodeMembers(to: &writer)
            writer.endObject()
        }
    }

    /// How a commission is shared, in basis points that sum to 10,000.
    public struct Split: DataFileModel {
        /// All of a commission, in basis points.
        public static let wholeBasisPoints: Int64 = 10_000

        /// Who has a share; one of them owns what rounding leaves.
        public enum Sharer: String, CaseIterable, Sendable {
            case `operator`
            case village
            case town
            case district
        }

        public var operatorBasisPoints: Int64
        public var villageBasisPoints: Int64
        public var townBasisPoints: Int64
        public var districtBasisPoints: Int64
        public var remainderTo: Sharer

        public init(
            operatorBasisPoints: Int64, villageBasisPoints: Int64, townBasisPoints: Int64,
            districtBasisPoints: Int64, remainderTo: Sharer
        ) {
            self.operatorBasisPoints = operatorBasisPoints
            self.villageBasisPoints = villageBasisPoints
            self.townBasisPoints = townBasisPoints
            self.districtBasisPoints = districtBasisPoints
            self.remainderTo = remainderTo
        }

        public init(decoding object: JSONObjectDecoder) throws(JSONError) {
            var object = object
            let share = 0...Self.wholeBasisPoints
            operatorBasisPoints = try object.integer("operator_bp", in: share)
            villageBasisPoints = try object.integer("village_bp", in: share)
            townBasisPoints = try object.integer("town_bp", in: share)
            districtBasisPoints = try object.integer("district_bp", in: share)
            remainderTo = try object.enumeration("remainder_to")
            let sum =
                operatorBasisPoints + villageBasisPoints + townBasisPoints + districtBasisPoints
            guard sum == Self.wholeBasisPoints else {
                throw JSONError(
                    path: object.path, offset: object.offset, kind: .valueNotAllowed,
                    problem: "the shares sum to \(sum); make them sum to 10000")
            }
            try object.finish()
        }

        public func encode(to writer: inout JSONWriter) {
            writer.beginObject()
            writer.field("operator_bp", operatorBasisPoints)
            writer.field("village_bp", villageBasisPoints)
            writer.field("town_bp", townBasisPoints)
            writer.field("district_bp", districtBasisPoints)
            writer.field("remainder_to", remainderTo.rawValue)
            writer.endObject()
        }
    }
}
