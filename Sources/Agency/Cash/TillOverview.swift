import CivilTime
import Ledger
import SQL
import StrictJSON

/// All tills of the stations below a centre in one view, for those who look after them.
public struct TillOverview {
    /// The most tills on one page.
    public static let maximumPageSize = 200

    private static let query = """
        SELECT t.till_id, t.code, s.code, s.tier, m.code, h.state,
            b.debits - b.credits,
            (SELECT count(*) FROM till_difference d JOIN shift g ON g.shift_id = d.shift_id
                WHERE g.till_id = t.till_id AND d.state <> 'approved'),
            (SELECT ifnull(sum(x.amount_fen - ifnull(x.received_fen, 0)), 0)
                FROM cash_transfer x WHERE x.state IN ('offered', 'disputed')
                AND (x.sender_till_id = t.till_id OR x.receiver_till_id = t.till_id)),
            l.total_fen, l.counted_at
        FROM till t
        JOIN station s ON s.station_id = t.station_id
        JOIN village v ON v.village_id = s.village_id
        JOIN centre c ON c.centre_id = v.town_centre_id
        JOIN account_balance b ON b.account_id = t.cash_account_id
        LEFT JOIN shift h ON h.till_id = t.till_id AND h.state <> 'closed'
        LEFT JOIN staff_member m ON m.staff_id = h.staff_id
        LEFT JOIN cash_count l ON l.count_id = (
            SELECT max(k.count_id) FROM cash_count k JOIN shift g ON g.shift_id = k.shift_id
            WHERE g.till_id = t.till_id AND k.purpose NOT IN ('transfer_sent', 'transfer_received'))
        WHERE t.till_id > $1 AND (c.centre_id = $2 OR c.parent_id = $2)
        ORDER BY t.till_id LIMIT $3
        """

    private let connection: Connection
    private let zone: ZoneOffset

    public init(_ connection: Connection, zone: ZoneOffset) {
        self.connection = connection
        self.zone = zone
    }

    /// Writes a page of the tills as a JSON array; gives the cursor of the next.
    public func encodeTills(
        below centre: ID<Centre>, on date: BusinessDate, after cursor: Int64, limit: Int,
        to writer: inout JSONWriter
    ) throws -> Int64? {
        var tills: [(ID<Till>, Line)] = []
        try connection.prepare(computed: Self.query).forEach(
            .integer(cursor), .integer(centre.number), .integer(Int64(limit))
        ) { tills.append((ID($0.integer(0)), Line(row: $0))) }
        let limits = TillLimitReader(connection)
        writer.beginArray()
        for (till, line) in tills {
            line.encode(
                limit: try limits.limit(of: till, tier: line.tier, on: date), zone: zone,
                to: &writer)
        }
        writer.endArray()
        return tills.count == limit ? tills.last?.0.number : nil
    }

    private struct Line {
        let till: String
        let station: String
        let tier: String
        let holder: String?
        let state: String?
        let cashFen: Int64
        let differenceCount: Int64
        let inTransitFen: Int64
        let countedFen: Int64?
        let countedAt: Int64?

        init(row: Row) {
            till = row.text(1)
            station = row.text(2)
            tier = row.text(3)
            holder = row.optionalText(4)
            state = row.optionalText(5)
            cashFen = row.integer(6)
            differenceCount = row.integer(7)
            inTransitFen = row.integer(8)
            countedFen = row.optionalInteger(9)
            countedAt = row.optionalInteger(10)
        }

        func encode(limit: TillLimit?, zone: ZoneOffset, to writer: inout JSONWriter) {
            writer.beginObject()
            writer.field("till_id", till)
            writer.field("station_id", station)
            writer.field("held_by", orNull: holder)
            writer.field("state", state ?? "free")
            writer.field("book_cash_fen", cashFen)
            writer.field("limit_fen", orNull: limit?.limitFen)
            writer.field("ceiling_fen", orNull: limit?.ceilingFen)
            writer.field("is_over_limit", limit.map { cashFen > $0.limitFen } ?? false)
            writer.field("open_differences", differenceCount)
            writer.field("in_transit_fen", inTransitFen)
            writer.field("last_counted_fen", orNull: countedFen)
            writer.field(
                "last_counted_at",
                orNull: countedAt.map { zone.text(Instant(millisecondsSinceEpoch: $0)) })
            writer.endObject()
        }
    }
}
