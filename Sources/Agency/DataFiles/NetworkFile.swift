import CivilTime
import StrictJSON

/// `network.json`: the agency, its centres and villages, and the stations with their equipment.
public struct NetworkFile: DataFileModel {
    /// The file's name in a data folder.
    public static let fileName = "network.json"

    public var agency: Institution
    public var centres: [Centre]
    public var villages: [Village]
    public var stations: [Station]
    public var terminals: [Terminal]
    public var tills: [Till]
    /// How much cash tills may hold; may be left out.
    public var tillLimits: [TillLimitRow]

    public init(
        agency: Institution, centres: [Centre], villages: [Village], stations: [Station],
        terminals: [Terminal], tills: [Till], tillLimits: [TillLimitRow] = []
    ) {
        self.agency = agency
        self.centres = centres
        self.villages = villages
        self.stations = stations
        self.terminals = terminals
        self.tills = tills
        self.tillLimits = tillLimits
    }

    public init(decoding object: JSONObjectDecoder) throws(JSONError) {
        var object = object
        agency = try Institution(decoding: object.object("agency"))
        centres = try object.models("centres", maximumCount: DataFileLimits.maximumCentres)
        villages = try object.models("villages", maximumCount: DataFileLimits.maximumStations)
        stations = try object.models("stations", maximumCount: DataFileLimits.maximumStations)
        terminals = try object.models("terminals", maximumCount: DataFileLimits.maximumTerminals)
        tills = try object.models("tills", maximumCount: DataFileLimits.maximumTerminals)
        tillLimits = try object.modelsIfPresent(
            "till_limits", maximumCount: DataFileLimits.maximumTerminals)
        try object.finish()
    }

    public func encode(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.lineBreak()
        writer.key("agency")
        agency.encode(to: &writer)
        writer.rows("centres", centres)
        writer.rows("villages", villages)
        writer.rows("stations", stations)
        writer.rows("terminals", terminals)
        writer.rows("tills", tills)
        if !tillLimits.isEmpty { writer.rows("till_limits", tillLimits) }
        writer.lineBreak()
        writer.endObject()
    }

    /// The institution whose book this is.
    public struct Institution: DataFileModel {
        public var id: String
        public var name: String
        /// ISO 4217; the book keeps one currency.
        public var currency: String
        /// The zone in which business dates are counted.
        public var zoneOffset: ZoneOffset

        public init(id: String, name: String, currency: String, zoneOffset: ZoneOffset) {
            self.id = id
            self.name = name
            self.currency = currency
            self.zoneOffset = zoneOffset
        }

        public init(decoding object: JSONObjectDecoder) throws(JSONError) {
            var object = object
            id = try object.identifier("id")
            name = try object.name("name")
            currency = try object.string("currency", lengthIn: 3...3)
            guard currency.utf8.allSatisfy((UInt8(ascii: "A")...UInt8(ascii: "Z")).contains) else {
                throw object.refusal(
                    of: "currency", .valueNotAllowed, "a currency is three capitals; write CNY")
            }
            let supported = ZoneOffset.supportedMinutes
            let minutes = try object.integer(
                "zone_offset_minutes", in: Int64(supported.lowerBound)...Int64(supported.upperBound)
            )
            guard let zoneOffset = ZoneOffset(minutes: Int(minutes)) else {
                preconditionFailure("the range checked is the range supported")
            }
            self.zoneOffset = zoneOffset
            try object.finish()
        }

        public func encode(to writer: inout JSONWriter) {
            writer.beginObject()
            writer.field("id", id)
            writer.field("name", name)
            writer.field("currency", currency)
            writer.field("zone_offset_minutes", zoneOffset.minutes)
            writer.endObject()
        }
    }

    /// A district or town centre.
    public struct Centre: DataFileModel {
        public enum Level: String, CaseIterable, Sendable {
            case district
            case town
        }

        public var id: String
        public var name: String
        public var level: Level
        /// The district centre above a town centre; nothing above a district.
        public var parentID: String?
        /// Cash in the vault at the start; may be left out.
        public var openingCashFen: Int64
        /// What the bank holds for the centre at the start; may be left out.
        public var openingDepositFen: Int64
        /// The account at the bank, as its statements name it; may be left out.
        public var bank: CentreBank?

        public init(
            id: String, name: String, level: Level, parentID: String?,
            openingCashFen: Int64 = 0, openingDepositFen: Int64 = 0, bank: CentreBank? = nil
        ) {
            self.bank = bank
            self.openingCashFen = openingCashFen
            self.openingDepositFen = openingDepositFen
            self.id = id
            self.name = name
            self.level = level
            self.parentID = parentID
        }

        public init(decoding object: JSONObjectDecoder) throws(JSONError) {
            var object = object
            id = try object.identifier("id")
            name = try object.name("name")
            level = try object.enumeration("level")
            parentID = try object.optionalIdentifier("parent_id")
            let amounts = 0...DataFileLimits.maximumAmountFen
            openingCashFen = try object.optionalInteger("opening_cash_fen", in: amounts) ?? 0
            openingDepositFen = try object.optionalInteger("opening_deposit_fen", in: amounts) ?? 0
            bank = try CentreBank(decodingMembersOf: &object)
            try object.finish()
        }

        public func encode(to writer: inout JSONWriter) {
            writer.beginObject()
            writer.field("id", id)
            writer.field("name", name)
            writer.field("level", level.rawValue)
            writer.field("parent_id", ifPresent: parentID)
            // Left out when nothing, so that older files keep their digest.
            writer.field(
                "opening_cash_fen", ifPresent: openingCashFen == 0 ? nil : openingCashFen)
            writer.field(
                "opening_deposit_fen",
                ifPresent: openingDepositFen == 0 ? nil : openingDepositFen)
            writer.field("bank_name", ifPresent: bank?.name)
            writer.field("bank_account", ifPresent: bank?.account)
            writer.endObject()
        }
    }

    /// A village below a town centre.
    public struct Village: DataFileModel {
        public var id: String
        public var name: String
        public var townCentreID: String

        public init(id: String, name: String, townCentreID: String) {
            self.id = id
            self.name = name
            self.townCentreID = townCentreID
        }

        public init(decoding object: JSONObjectDecoder) throws(JSONError) {
            var object = object
            id = try object.identifier("id")
            name = try object.name("name")
            townCentreID = try object.identifier("town_centre_id")
            try object.finish()
        }

        public func encode(to writer: inout JSONWriter) {
            writer.beginObject()
            writer.field("id", id)
            writer.field("name", name)
            writer.field("town_centre_id", townCentreID)
            writer.endObject()
        }
    }
}
