import CivilTime
import Ledger
import SQL
import StrictJSON

/// One line of the revenue report: a village's station, a product and a day.
public struct RevenueLine: Sendable, Equatable {
    public let date: BusinessDate
    public let villageCode: String
    public let villageName: String
    public let stationCode: String
    public let productCode: String
    public let productName: String
    public let transactionCount: Int64
    public let amountFen: Int64
    public let feeFen: Int64
    public let commissionFen: Int64
    /// The village committee's share of the commission; nothing until the day is closed.
    public let villageShareFen: Int64?

    /// Writes the line as a JSON object.
    public func encode(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("business_date", date.description)
        writer.field("village_id", villageCode)
        writer.field("village_name", villageName)
        writer.field("station_id", stationCode)
        writer.field("product_id", productCode)
        writer.field("product_name", productName)
        writer.field("transaction_count", transactionCount)
        writer.field("amount_fen", amountFen)
        writer.field("service_fee_fen", feeFen)
        writer.field("commission_fen", commissionFen)
        writer.field("village_share_fen", orNull: villageShareFen)
        writer.endObject()
    }
}

/// Reports revenue by village, product and day; it names no customer.
///
/// Closed days come from their kept totals, so that a year costs its days and not its
/// transactions; only the open day is summed.
public struct RevenueReport {
    /// The most days of one report.
    public static let maximumDays = 366

    private let connection: Connection

    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// The lines of the dates from `first` to `last`, both included.
    ///
    /// - Parameters:
    ///   - village: only this village.
    ///   - centre: only stations below this centre.
    public func lines(
        from first: BusinessDate, to last: BusinessDate, village: ID<Village>? = nil,
        centre: ID<Centre>? = nil
    ) throws -> [RevenueLine] {
        try connection.prepare(
            """
            WITH line AS (
                SELECT business_date, station_id, product_id,
                    sum(transaction_count) AS transaction_count, sum(amount_fen) AS amount_fen,
                    sum(fee_fen) AS fee_fen, sum(commission_fen) AS commission_fen,
                    sum(village_fen) AS village_fen
                FROM day_revenue WHERE business_date BETWEEN $1 AND $2
                GROUP BY business_date, station_id, product_id
                UNION ALL
                SELECT x.final_date, t.station_id, x.product_id, count(*), sum(x.amount_fen),
                    sum(x.fee_fen), sum(x.commission_fen), NULL
                FROM (
                    SELECT shift_id, product_id, final_date, amount_fen, fee_fen, commission_fen
                    FROM service_transaction
                    WHERE serial > (SELECT ifnull(max(last_serial), 0) FROM settlement_file)
                        AND status = 'posted'
                    UNION ALL
                    SELECT shift_id, product_id, final_date, amount_fen, fee_fen, commission_fen
                    FROM service_transaction
                    WHERE final_date = (SELECT max(business_date) FROM business_date)
                        AND final_date <> business_date AND status = 'posted'
                ) x
                JOIN shift h ON h.shift_id = x.shift_id JOIN till t ON t.till_id = h.till_id
                WHERE x.final_date BETWEEN $1 AND $2
                GROUP BY x.final_date, t.station_id, x.product_id
            )
            SELECT line.business_date, v.code, v.name, s.code, p.code, p.name,
                line.transaction_count, line.amount_fen, line.fee_fen, line.commission_fen,
                line.village_fen
            FROM line JOIN station s ON s.station_id = line.station_id
            JOIN village v ON v.village_id = s.village_id
            JOIN centre c ON c.centre_id = v.town_centre_id
            JOIN product p ON p.product_id = line.product_id
            WHERE ($3 IS NULL OR v.village_id = $3)
                AND ($4 IS NULL OR c.centre_id = $4 OR c.parent_id = $4)
            ORDER BY line.business_date, v.code, s.code, p.code
            """
        ).all(
            .integer(Int64(first.daysSinceEpoch)), .integer(Int64(last.daysSinceEpoch)),
            .integer(village?.number), .integer(centre?.number)
        ) { row in
            RevenueLine(
                date: row.businessDate(0), villageCode: row.text(1), villageName: row.text(2),
                stationCode: row.text(3), productCode: row.text(4), productName: row.text(5),
                transactionCount: row.integer(6), amountFen: row.integer(7),
                feeFen: row.integer(8), commissionFen: row.integer(9),
                villageShareFen: row.optionalInteger(10))
        }
    }
}
