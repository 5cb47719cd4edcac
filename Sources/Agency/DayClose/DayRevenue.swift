import CivilTime
import Ledger
import SQL

/// What one station earned with one product on one date.
struct DayRevenue {
    let station: ID<Station>
    let product: ID<Product>
    let transactionCount: Int64
    let amountFen: Int64
    let feeFen: Int64
    let commissionFen: Int64
    let shares: CommissionShares

    /// Sums a range of transactions by station and product and shares out their commission.
    static func reckon(
        _ connection: Connection, _ catalogue: Catalogue, serials: (first: Int64, last: Int64),
        on date: BusinessDate
    ) throws -> [DayRevenue] {
        try connection.prepare(
            """
            SELECT t.station_id, x.product_id, count(*), sum(x.amount_fen), sum(x.fee_fen),
                sum(x.commission_fen)
            FROM service_transaction x
            JOIN shift h ON h.shift_id = x.shift_id JOIN till t ON t.till_id = h.till_id
            WHERE x.serial BETWEEN $1 AND $2 AND x.status = 'posted'
            GROUP BY t.station_id, x.product_id ORDER BY t.station_id, x.product_id
            """
        ).all(.integer(serials.first), .integer(serials.last)) { row in
            let product = ID<Product>(row.integer(1))
            let contract = try catalogue.contract(for: catalogue.product(product), on: date)
            return DayRevenue(
                station: ID(row.integer(0)), product: product, transactionCount: row.integer(2),
                amountFen: row.integer(3), feeFen: row.integer(4), commissionFen: row.integer(5),
                shares: contract.split.shares(of: row.integer(5)))
        }
    }
}

/// The accounts among which a station's commission is shared out.
struct ShareAccounts {
    let stationCode: String
    let sharedOut: ID<Account>
    let operators: ID<Account>
    let village: ID<Account>
    let town: ID<Account>
    let district: ID<Account>

    static func read(_ connection: Connection, station: ID<Station>) throws -> ShareAccounts {
        let accounts = try connection.prepare(
            """
            SELECT s.code, s.shared_out_account_id, s.operator_share_account_id,
                v.share_account_id, t.share_account_id, ifnull(d.share_account_id,
                t.share_account_id)
            FROM station s JOIN village v ON v.village_id = s.village_id
            JOIN centre t ON t.centre_id = v.town_centre_id
            LEFT JOIN centre d ON d.centre_id = t.parent_id
            WHERE s.station_id = $1
            """
        ).first(.integer(station.number)) { row in
            ShareAccounts(
                stationCode: row.text(0), sharedOut: ID(row.integer(1)),
                operators: ID(row.integer(2)), village: ID(row.integer(3)),
                town: ID(row.integer(4)), district: ID(row.integer(5)))
        }
        guard let accounts else { preconditionFailure("station \(station) has transactions") }
        return accounts
    }
}
