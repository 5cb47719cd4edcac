import CivilTime
import Ledger
import SQL

/// What one operator of a station earned with one product on one date; voids and refunds count against it.
struct DayRevenue {
    let station: ID<Station>
    let product: ID<Product>
    let staff: ID<StaffMember>
    private(set) var transactionCount: Int64
    private(set) var amountFen: Int64
    private(set) var feeFen: Int64
    private(set) var commissionFen: Int64
    private(set) var shares: CommissionShares

    /// Sums what became final on a date and shares out its commission by each contract's split.
    ///
    /// - Parameter serials: the date's own transactions; later ones of earlier dates are found too.
    static func reckon(
        _ connection: Connection, _ catalogue: Catalogue, serials: (first: Int64, last: Int64),
        on date: BusinessDate
    ) throws -> [DayRevenue] {
        var revenue: [DayRevenue] = []
        try connection.prepare(
            """
            WITH day AS (
                SELECT shift_id, product_id, contract_id, amount_fen, fee_fen, commission_fen
                FROM service_transaction
                WHERE serial BETWEEN $1 AND $2 AND final_date = $3 AND status = 'posted'
                UNION ALL
                SELECT shift_id, product_id, contract_id, amount_fen, fee_fen, commission_fen
                FROM service_transaction
                WHERE final_date = $3 AND final_date <> business_date AND status = 'posted'
            )
            SELECT t.station_id, x.product_id, h.staff_id, x.contract_id, count(*),
                sum(x.amount_fen), sum(x.fee_fen), sum(x.commission_fen)
            FROM day x
            JOIN shift h ON h.shift_id = x.shift_id JOIN till t ON t.till_id = h.till_id
            GROUP BY t.station_id, x.product_id, h.staff_id, x.contract_id
            ORDER BY t.station_id, x.product_id, h.staff_id, x.contract_id
            """
        ).forEach(
            .integer(serials.first), .integer(serials.last),
            .integer(Int64(date.daysSinceEpoch))
        ) { row in
            let contract = catalogue.contract(ID(row.integer(3)))
            let line = DayRevenue(
                station: ID(row.integer(0)), product: ID(row.integer(1)),
                staff: ID(row.integer(2)), transactionCount: row.integer(4),
                amountFen: row.integer(5), feeFen: row.integer(6), commissionFen: row.integer(7),
                shares: contract.split.shares(of: row.integer(7)))
            // A product may have been sold under two contracts: an old payment is refunded today.
            if let last = revenue.last, last.isSamePlace(as: line) {
                revenue[revenue.count - 1].add(line)
            } else {
                revenue.append(line)
            }
        }
        return revenue
    }

    private func isSamePlace(as other: DayRevenue) -> Bool {
        station == other.station && product == other.product && staff == other.staff
    }

    private mutating func add(_ other: DayRevenue) {
        transactionCount += other.transactionCount
        amountFen += other.amountFen
        feeFen += other.feeFen
        commissionFen += other.commissionFen
        shares = shares + other.shares
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
