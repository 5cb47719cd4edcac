import CivilTime
import Ledger
import SQL
import StrictJSON

/// Shows people and their events to those who look after them.
public struct StaffList {
    /// The most people, or events, on one page.
    public static let maximumPageSize = 200

    // A supervisor sees the operators below the own centre, an administrator everyone.
    private static let scope = """
        ($1 IS NULL OR (m.role = 'operator' AND m.station_id IN (
            SELECT s.station_id FROM station s JOIN village v ON v.village_id = s.village_id
            JOIN centre c ON c.centre_id = v.town_centre_id
            WHERE c.centre_id = $1 OR c.parent_id = $1)))
        """

    private let connection: Connection
    private let zone: ZoneOffset

    public init(_ connection: Connection, zone: ZoneOffset) {
        self.connection = connection
        self.zone = zone
    }

    /// Writes a page of people as a JSON array; gives the cursor of the next.
    public func encodeStaff(
        for principal: Principal, after cursor: Int64, limit: Int, to writer: inout JSONWriter
    ) throws -> Int64? {
        var (count, last) = (0, cursor)
        writer.beginArray()
        try connection.prepare(
            computed: """
                SELECT m.staff_id, m.code, m.name, m.role, s.code, m.is_active, m.vetted_until,
                    m.trained_until
                FROM staff_member m LEFT JOIN station s ON s.station_id = m.station_id
                WHERE \(Self.scope) AND m.staff_id > $2 ORDER BY m.staff_id LIMIT $3
                """
        ).forEach(
            .integer(principal.centre?.number), .integer(cursor), .integer(Int64(limit))
        ) { row in
            (count, last) = (count + 1, row.integer(0))
            writer.beginObject()
            writer.field("staff_id", row.text(1))
            writer.field("name", row.text(2))
            writer.field("role", row.text(3))
            writer.field("station_id", orNull: row.optionalText(4))
            writer.field("is_active", row.integer(5) == 1)
            writer.field("vetted_until", orNull: Self.date(row, 6))
            writer.field("trained_until", orNull: Self.date(row, 7))
            writer.endObject()
        }
        writer.endArray()
        return count == limit ? last : nil
    }

    /// Writes a page of a person's events as a JSON array; gives the cursor of the next.
    ///
    /// - Throws: `Refusal` with `unknownStaff`.
    public func encodeEvents(
        of code: String, for principal: Principal, after cursor: Int64, limit: Int,
        to writer: inout JSONWriter
    ) throws -> Int64? {
        let found = try connection.prepare(
            computed: "SELECT m.staff_id FROM staff_member m WHERE \(Self.scope) AND m.code = $2"
        ).first(.integer(principal.centre?.number), .text(code)) { $0.integer(0) }
        guard let staff = found else {
            throw Refusal(
                .unknownStaff, "there is no such person whom you look after",
                zh: "没有您可管理的该人员，请核对工号")
        }
        var (count, last) = (0, cursor)
        writer.beginArray()
        try connection.prepare(
            """
            SELECT e.event_id, e.event, e.vetted_until, e.trained_until, m.code, e.recorded_at,
                e.reason
            FROM staff_event e JOIN staff_member m ON m.staff_id = e.recorded_by
            WHERE e.staff_id = $1 AND e.event_id > $2 ORDER BY e.event_id LIMIT $3
            """
        ).forEach(.integer(staff), .integer(cursor), .integer(Int64(limit))) { row in
            (count, last) = (count + 1, row.integer(0))
            writer.beginObject()
            writer.field("event", row.text(1))
            writer.field("vetted_until", orNull: Self.date(row, 2))
            writer.field("trained_until", orNull: Self.date(row, 3))
            writer.field("recorded_by", row.text(4))
            writer.field(
                "recorded_at", zone.text(Instant(millisecondsSinceEpoch: row.integer(5))))
            writer.field("reason", row.text(6))
            writer.endObject()
        }
        writer.endArray()
        return count == limit ? last : nil
    }

    private static func date(_ row: Row, _ column: Int32) -> String? {
        row.isNull(column) ? nil : row.businessDate(column).description
    }
}
