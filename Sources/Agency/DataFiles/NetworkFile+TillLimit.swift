import CivilTime
import StrictJSON

extension NetworkFile {
    /// How much cash tills may hold: of one till, of a tier's stations, or of the whole agency.
    public struct TillLimitRow: DataFileModel {
        /// The till; nothing for a tier or the agency.
        public var tillID: String?
        /// The tier; nothing for a till or the agency.
        public var tier: Station.Tier?
        public var validFrom: BusinessDate
        /// Above it the centre is warned.
        public var limitFen: Int64
        /// Above it no cash is taken; nothing for none.
        public var ceilingFen: Int64?

        public init(
            tillID: String?, tier: Station.Tier?, validFrom: BusinessDate, limitFen: Int64,
            ceilingFen: Int64?
        ) {
            self.tillID = tillID
            self.tier = tier
            self.validFrom = validFrom
            self.limitFen = limitFen
            self.ceilingFen = ceilingFen
        }

        public init(decoding object: JSONObjectDecoder) throws(JSONError) {
            var object = object
            tillID = try object.optionalIdentifier("till_id")
            tier = try object.optionalEnumeration("tier")
            if tillID != nil, tier != nil {
                throw object.refusal(
                    of: "tier", .valueNotAllowed,
                    "a limit is of one till or of one tier; leave one out")
            }
            validFrom = try object.date("valid_from")
            limitFen = try object.amountFen("limit_fen", atLeast: 0)
            ceilingFen = try object.optionalInteger(
                "ceiling_fen", in: limitFen...DataFileLimits.maximumAmountFen)
            try object.finish()
        }

        public func encode(to writer: inout JSONWriter) {
            writer.beginObject()
            writer.field("till_id", ifPresent: tillID)
            writer.field("tier", ifPresent: tier?.rawValue)
            writer.field("valid_from", validFrom)
            writer.field("limit_fen", limitFen)
            writer.field("ceiling_fen", ifPresent: ceilingFen)
            writer.endObject()
        }
    }
}

extension JSONObjectDecoder {
    /// Takes an array of models that may be missing.
    mutating func modelsIfPresent<Model: DataFileModel>(
        _ name: String, maximumCount: Int
    ) throws(JSONError) -> [Model] {
        contains(name) ? try models(name, maximumCount: maximumCount) : []
    }
}
