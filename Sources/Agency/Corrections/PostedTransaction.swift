import CivilTime
import Ledger
import SQL

/// A transaction that was posted, as whoever takes it back needs it.
struct PostedTransaction {
    let serial: Int64
    let kind: TransactionKind
    let product: ID<Product>
    let contract: ID<Contract>
    let station: ID<Station>
    let date: BusinessDate
    let recordedAt: Instant
    let accountReference: String
    let partnerReference: String
    let amountFen: Int64
    let feeFen: Int64
    let commissionFen: Int64
    /// Whether it takes back another one itself.
    let isCorrection: Bool
    /// The newest void or refund that took it back, wholly or in one of its items, or is about to.
    let newestCorrection: Int64?
    /// The void or refund whose partner has not confirmed it yet, or nothing.
    let openCorrection: Int64?
}

extension AgencySession {
    /// The posted transaction with a serial number, or nothing.
    func postedTransaction(_ serial: Int64) throws -> PostedTransaction? {
        try connection.prepare(
            """
            SELECT x.kind, x.product_id, x.contract_id, t.station_id, x.business_date,
                x.recorded_at, x.account_reference, x.partner_reference, x.amount_fen, x.fee_fen,
                x.commission_fen, x.original_serial IS NOT NULL, (
                    SELECT max(c.serial) FROM service_transaction c
                    WHERE c.original_serial = x.serial
                        AND c.status <> 'declined' AND c.status <> 'reversed'), (
                    SELECT max(c.serial) FROM service_transaction c
                    WHERE c.original_serial = x.serial
                        AND (c.status = 'pending' OR c.status = 'unknown'))
            FROM service_transaction x
            JOIN shift h ON h.shift_id = x.shift_id JOIN till t ON t.till_id = h.till_id
            WHERE x.serial = $1 AND x.status = 'posted'
            """
        ).first(.integer(serial)) { row in
            guard let kind = TransactionKind(rawValue: row.text(0)) else {
                throw row.damage(0, expected: "a kind")
            }
            return PostedTransaction(
                serial: serial, kind: kind, product: ID(row.integer(1)),
                contract: ID(row.integer(2)), station: ID(row.integer(3)),
                date: row.businessDate(4),
                recordedAt: Instant(millisecondsSinceEpoch: row.integer(5)),
                accountReference: row.text(6), partnerReference: row.text(7),
                amountFen: row.integer(8), feeFen: row.integer(9), commissionFen: row.integer(10),
                isCorrection: row.integer(11) != 0, newestCorrection: row.optionalInteger(12),
                openCorrection: row.optionalInteger(13))
        }
    }
}
