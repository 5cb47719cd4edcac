import CivilTime
import Ledger
import SQL
import StrictJSON

/// Shows over and short: an operator its own, a supervisor those below, an administrator all.
public struct DifferenceList {
    /// The most differences on one page.
    public static let maximumPageSize = 200

    private let connection: Connection
    private let zone: ZoneOffset

    public init(_ connection: Connection, zone: ZoneOffset) {
        self.connection = connection
        self.zone = zone
    }

    /// Writes a page of differences as a JSON array, oldest first; gives the cursor of the next.
    ///
    /// - Parameters:
    ///   - state: only those in this state.
    ///   - station: only those of this station.
    public func encodeDifferences(
        for principal: Principal, state: DifferenceState?, station: String?, on date: BusinessDate,
        after cursor: Int64, limit: Int, to writer: inout JSONWriter
    ) throws -> Int64? {
        var (count, last) = (0, cursor)
        writer.beginArray()
        try connection.prepare(
            """
            SELECT d.difference_id, t.code, s.code, m.code, h.shift_id, h.business_date, d.kind,
                d.amount_fen, d.state, d.resolution, e.event, e.reason, b.code, d.raised_at
            FROM till_difference d
            JOIN shift h ON h.shift_id = d.shift_id
            JOIN till t ON t.till_id = h.till_id
            JOIN station s ON s.station_id = t.station_id
            JOIN village v ON v.village_id = s.village_id
            JOIN centre c ON c.centre_id = v.town_centre_id
            JOIN staff_member m ON m.staff_id = h.staff_id
            LEFT JOIN difference_event e ON e.event_id = (
                SELECT max(event_id) FROM difference_event WHERE difference_id = d.difference_id)
            LEFT JOIN staff_member b ON b.staff_id = e.staff_id
            WHERE d.difference_id > $1
                AND ($2 IS NULL OR h.staff_id = $2)
                AND ($3 IS NULL OR c.centre_id = $3 OR c.parent_id = $3)
                AND ($4 IS NULL OR d.state = $4) AND ($5 IS NULL OR s.code = $5)
            ORDER BY d.difference_id LIMIT $6
            """
        ).forEach(
            .integer(cursor),
            .integer(principal.role == .operator ? principal.staff.number : nil),
            .integer(principal.centre?.number), .text(state?.rawValue), .text(station),
            .integer(Int64(limit))
        ) { row in
            (count, last) = (count + 1, row.integer(0))
            encode(row, on: date, to: &writer)
        }
        writer.endArray()
        return count == limit ? last : nil
    }

    private func encode(_ row: Row, on date: BusinessDate, to writer: inout JSONWriter) {
        let raised = row.businessDate(5)
        let isSettled = row.text(8) == DifferenceState.approved.rawValue
        writer.beginObject()
        writer.field("difference_id", String(row.integer(0)))
        writer.field("till_id", row.text(1))
        writer.field("station_id", row.text(2))
        writer.field("operator_id", row.text(3))
        writer.field("shift_id", String(row.integer(4)))
        writer.field("business_date", raised.description)
        writer.field("kind", row.text(6))
        writer.field("amount_fen", row.integer(7))
        writer.field("state", row.text(8))
        writer.field("resolution", orNull: row.optionalText(9))
        writer.field("last_event", orNull: row.optionalText(10))
        writer.field("last_reason", orNull: row.optionalText(11))
        writer.field("last_event_by", orNull: row.optionalText(12))
        writer.field("raised_at", zone.text(Instant(millisecondsSinceEpoch: row.integer(13))))
        // How long it has waited; nothing once it is settled.
        writer.field(
            "age_days",
            orNull: isSettled ? nil : Int64(date.daysSinceEpoch - raised.daysSinceEpoch))
        writer.endObject()
    }
}
