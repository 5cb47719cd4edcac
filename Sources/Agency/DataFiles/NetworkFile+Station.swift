import StrictJSON

extension NetworkFile {
    /// A counter in a village, or in a shop that hosts it.
    public struct Station: DataFileModel {
        public enum Tier: String, CaseIterable, Sendable {
            case demonstration
            case standard
            case basic
        }

        public var id: String
        public var name: String
        public var villageID: String
        public var tier: Tier
        /// Whether a shop, post office or bank hosts it.
        public var isServicePoint: Bool
        /// The host of a service point; a station of the village's own has none.
        public var host: String?

        public init(
            id: String, name: String, villageID: String, tier: Tier, isServicePoint: Bool,
            host: String?
        ) {
            self.id = id
            self.name = name
            self.villageID = villageID
            self.tier = tier
            self.isServicePoint = isServicePoint
            self.host = host
        }

        public init(decoding object: JSONObjectDecoder) throws(JSONError) {
            var object = object
            id = try object.identifier("id")
            name = try object.name("name")
            villageID = try object.identifier("village_id")
            tier = try object.enumeration("tier")
            isServicePoint = try object.bool("service_point")
            host = try object.optionalString("host", lengthIn: DataFileLimits.nameCharacters)
            if isServicePoint != (host != nil) {
                throw object.refusal(
                    of: "host", .valueNotAllowed,
                    "a service point names its host and no other station does; correct one")
            }
            try object.finish()
        }

        public func encode(to writer: inout JSONWriter) {
            writer.beginObject()
            writer.field("id", id)
            writer.field("name", name)
            writer.field("village_id", villageID)
            writer.field("tier", tier.rawValue)
            writer.field("service_point", isServicePoint)
            writer.field("host", ifPresent: host)
            writer.endObject()
        }
    }

    /// A device at a station.
    public struct Terminal: DataFileModel {
        public enum Kind: String, CaseIterable, Sendable {
            case pos
            case assistedWithdrawal = "assisted_withdrawal"
            case pc
        }

        public var id: String
        public var stationID: String
        public var kind: Kind

        public init(id: String, stationID: String, kind: Kind) {
            self.id = id
            self.stationID = stationID
            self.kind = kind
        }

        public init(decoding object: JSONObjectDecoder) throws(JSONError) {
            var object = object
            id = try object.identifier("id")
            stationID = try object.identifier("station_id")
            kind = try object.enumeration("kind")
            try object.finish()
        }

        public func encode(to writer: inout JSONWriter) {
            writer.beginObject()
            writer.field("id", id)
            writer.field("station_id", stationID)
            writer.field("kind", kind.rawValue)
            writer.endObject()
        }
    }

    /// A cash till of a station.
    public struct Till: DataFileModel {
        public var id: String
        public var stationID: String
        /// Cash in the till before its first sign-on.
        public var openingFloatFen: Int64

        public init(id: String, stationID: String, openingFloatFen: Int64) {
            self.id = id
            self.stationID = stationID
            self.openingFloatFen = openingFloatFen
        }

        public init(decoding object: JSONObjectDecoder) throws(JSONError) {
            var object = object
            id = try object.identifier("id")
            stationID = try object.identifier("station_id")
            openingFloatFen = try object.amountFen("opening_float_fen", atLeast: 0)
            try object.finish()
        }

        public func encode(to writer: inout JSONWriter) {
            writer.beginObject()
            writer.field("id", id)
            writer.field("station_id", stationID)
            writer.field("opening_float_fen", openingFloatFen)
            writer.endObject()
        }
    }
}
