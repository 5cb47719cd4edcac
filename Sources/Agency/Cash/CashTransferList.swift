import CivilTime
import Ledger
import SQL
import StrictJSON

/// Shows transfers to those at either end, and to who looks after one.
public struct CashTransferList {
    /// The most transfers on one page.
    public static let maximumPageSize = 200

    private let connection: Connection
    private let zone: ZoneOffset

    public init(_ connection: Connection, zone: ZoneOffset) {
        self.connection = connection
        self.zone = zone
    }

    // The station and the centre of each end: a till's own, or the vault's or account's centre.
    private static let query = """
        SELECT x.transfer_id, x.sender_kind, ifnull(ft.code, fc.code), x.receiver_kind,
            ifnull(tt.code, tc.code), x.amount_fen, x.state, x.bank_reference, sm.code, x.sent_at,
            rm.code, x.received_at, x.received_fen, x.resolution, x.reason
        FROM cash_transfer x
        JOIN staff_member sm ON sm.staff_id = x.sent_by
        LEFT JOIN staff_member rm ON rm.staff_id = x.received_by
        LEFT JOIN till ft ON ft.till_id = x.sender_till_id
        LEFT JOIN till tt ON tt.till_id = x.receiver_till_id
        LEFT JOIN station fs ON fs.station_id = ft.station_id
        LEFT JOIN station ts ON ts.station_id = tt.station_id
        LEFT JOIN village fv ON fv.village_id = fs.village_id
        LEFT JOIN village tv ON tv.village_id = ts.village_id
        LEFT JOIN centre fc ON fc.centre_id = ifnull(x.sender_centre_id, fv.town_centre_id)
        LEFT JOIN centre tc ON tc.centre_id = ifnull(x.receiver_centre_id, tv.town_centre_id)
        WHERE x.transfer_id > $1
            AND ($2 IS NULL OR fs.station_id = $2 OR ts.station_id = $2)
            AND ($3 IS NULL OR $3 IN (fc.centre_id, fc.parent_id, tc.centre_id, tc.parent_id))
            AND ($4 IS NULL OR x.state = $4)
        ORDER BY x.transfer_id LIMIT $5
        """

    /// Writes a page of transfers as a JSON array, oldest first; gives the cursor of the next.
    public func encodeTransfers(
        for principal: Principal, state: TransferState?, after cursor: Int64, limit: Int,
        to writer: inout JSONWriter
    ) throws -> Int64? {
        var (count, last) = (0, cursor)
        writer.beginArray()
        try connection.prepare(computed: Self.query).forEach(
            .integer(cursor),
            .integer(principal.role == .operator ? principal.station?.number : nil),
            .integer(principal.centre?.number), .text(state?.rawValue), .integer(Int64(limit))
        ) { row in
            (count, last) = (count + 1, row.integer(0))
            encode(row, to: &writer)
        }
        writer.endArray()
        return count == limit ? last : nil
    }

    private func encode(_ row: Row, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("transfer_id", String(row.integer(0)))
        writer.field("from_kind", row.text(1))
        writer.field("from_id", row.text(2))
        writer.field("to_kind", row.text(3))
        writer.field("to_id", row.text(4))
        writer.field("amount_fen", row.integer(5))
        writer.field("state", row.text(6))
        writer.field("bank_reference", orNull: row.optionalText(7))
        writer.field("sent_by", row.text(8))
        writer.field("sent_at", zone.text(Instant(millisecondsSinceEpoch: row.integer(9))))
        writer.field("received_by", orNull: row.optionalText(10))
        writer.field(
            "received_at",
            orNull: row.optionalInteger(11).map { zone.text(Instant(millisecondsSinceEpoch: $0)) })
        writer.field("received_fen", orNull: row.optionalInteger(12))
        writer.field("resolution", orNull: row.optionalText(13))
        writer.field("reason", orNull: row.optionalText(14))
        writer.endObject()
    }
}
