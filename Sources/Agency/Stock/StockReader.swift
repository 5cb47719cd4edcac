import CivilTime
import Ledger
import SQL
import StrictJSON

/// What a connection can read of the stock.
public struct StockReader {
    /// The most packs on one page.
    public static let maximumPageSize = 100

    private static let columns = """
        SELECT p.pack_id, p.item_id, i.code, i.name, i.product_id, i.prefix, i.digit_count,
            i.check_digits, i.face_value_fen, i.activation, i.needs_identity, i.prizes,
            p.first_number, p.last_number, p.state, ifnull(c.code, s.code),
            ifnull(d.code, t.code), p.next_number, p.sold_count, p.damaged_count, p.voided_count,
            p.delivery_note
        FROM stock_pack p JOIN stock_item i ON i.item_id = p.item_id
        LEFT JOIN centre c ON c.centre_id = p.centre_id
        LEFT JOIN station s ON s.station_id = p.station_id
        LEFT JOIN centre d ON d.centre_id = p.to_centre_id
        LEFT JOIN station t ON t.station_id = p.to_station_id
        """

    // Stations below a centre, and the centres below it.
    private static let belowCentre = """
        (SELECT b.station_id FROM station b JOIN village v ON v.village_id = b.village_id
            JOIN centre m ON m.centre_id = v.town_centre_id
            WHERE m.centre_id = $2 OR m.parent_id = $2)
        """
    private static let centresBelow =
        "(SELECT centre_id FROM centre WHERE centre_id = $2 OR parent_id = $2)"

    private let connection: Connection

    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// Writes the packs that a person may see, after a pack's number, as a JSON array.
    ///
    /// An operator sees those at its station and on their way to it; a supervisor those of its
    /// centre and of all places below it.
    /// - Returns: the cursor of the next page.
    public func encodePacks(
        for principal: Principal, itemCode: String?, state: StockPackState?, after cursor: Int64,
        limit: Int, to writer: inout JSONWriter
    ) throws -> Int64? {
        let limit = min(limit, Self.maximumPageSize)
        var last: Int64?
        var count = 0
        writer.beginArray()
        try connection.prepare(
            computed: Self.columns + """
                 WHERE p.pack_id > $1 AND (p.centre_id IN \(Self.centresBelow)
                    OR p.to_centre_id IN \(Self.centresBelow)
                    OR p.station_id IN \(Self.belowCentre)
                    OR p.to_station_id IN \(Self.belowCentre)
                    OR p.station_id = $3 OR p.to_station_id = $3)
                    AND ($4 IS NULL OR i.code = $4) AND ($5 IS NULL OR p.state = $5)
                ORDER BY p.pack_id LIMIT $6
                """
        ).forEach(
            .integer(cursor), .integer(principal.centre?.number),
            .integer(principal.station?.number), .text(itemCode), .text(state?.rawValue),
            .integer(Int64(limit))
        ) { row in
            try encode(row, to: &writer)
            last = row.integer(0)
            count += 1
        }
        writer.endArray()
        return count == limit ? last : nil
    }

    /// Writes one pack as a JSON object.
    func encode(pack number: Int64, to writer: inout JSONWriter) throws {
        try connection.prepare(computed: Self.columns + " WHERE p.pack_id = $1")
            .forEach(.integer(number)) { try encode($0, to: &writer) }
    }

    private func encode(_ row: Row, to writer: inout JSONWriter) throws {
        guard let checkDigits = StockFormat.CheckDigits(rawValue: row.text(7)) else {
            throw row.damage(7, expected: "check digits")
        }
        let format = StockFormat(
            prefix: row.text(5), digitCount: Int(row.integer(6)), checkDigits: checkDigits)
        let last = row.integer(13)
        let next = row.integer(17)
        let gone = row.integer(18) + row.integer(19) + row.integer(20)
        writer.beginObject()
        writer.field("pack_id", String(row.integer(0)))
        writer.field("item_id", row.text(2))
        writer.field("item_name", row.text(3))
        writer.field("first_serial", format.text(row.integer(12)))
        writer.field("last_serial", format.text(last))
        writer.field("state", row.text(14))
        writer.field("held_by", row.text(15))
        writer.field("on_its_way_to", orNull: row.optionalText(16))
        writer.field("next_serial", orNull: next > last ? nil : format.text(next))
        writer.field("left_count", last - row.integer(12) + 1 - gone)
        writer.field("sold_count", row.integer(18))
        writer.field("damaged_count", row.integer(19))
        writer.field("voided_count", row.integer(20))
        writer.field("delivery_note", row.text(21))
        writer.endObject()
    }

    /// A sale as it stands now, as the bytes of a JSON object; nothing for another transaction.
    public func sale(serial: Int64, zone: ZoneOffset) throws -> [UInt8]? {
        guard let receipt = try ReceiptReader(connection).receipt(serial: serial),
            receipt.kind == .stockSale
        else { return nil }
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("serial", Receipt.serialText(serial))
        writer.key("receipt")
        receipt.encode(to: &writer, zone: zone)
        writer.key("serials")
        try encodeSerials(ofSale: serial, to: &writer)
        writer.endObject()
        return writer.bytes
    }

    /// Writes the serials of a sale with what became of each, as a JSON array.
    func encodeSerials(ofSale serial: Int64, to writer: inout JSONWriter) throws {
        let items = try StockItems.read(connection)
        writer.beginArray()
        try connection.prepare(
            "SELECT item_id, number, state FROM stock_serial WHERE serial = $1 ORDER BY number"
        ).forEach(.integer(serial)) { row in
            writer.beginObject()
            writer.field(
                "serial_number", items.item(ID(row.integer(0))).format.text(row.integer(1)))
            writer.field("state", row.text(2))
            writer.endObject()
        }
        writer.endArray()
    }
}
