import CivilTime
import Ledger
import SQL
import StrictJSON

/// A payment that its partner has not confirmed, as those who look after it see it.
public struct OpenPartnerCall: Sendable {
    public let serial: Int64
    let state: String
    let status: TransactionStatus
    let partnerCode: String
    let productCode: String
    let stationCode: String
    let receiptNumber: ReceiptNumber
    let amountFen: Int64
    let feeFen: Int64
    let bookedFen: Int64?
    let attemptCount: Int64
    let recordedAt: Instant
    let askedAt: Instant
    let reason: String

    /// Writes the call as a JSON object; no customer's account stands in it.
    public func encode(to writer: inout JSONWriter, zone: ZoneOffset) {
        writer.beginObject()
        writer.field("serial", Receipt.serialText(serial))
        writer.field("receipt_number", receiptNumber.text)
        writer.field("state", state)
        writer.field("status", status.rawValue)
        writer.field("partner_id", partnerCode)
        writer.field("product_id", productCode)
        writer.field("station_id", stationCode)
        writer.field("amount_fen", amountFen)
        writer.field("service_fee_fen", feeFen)
        if let bookedFen { writer.field("booked_fen", bookedFen) }
        writer.field("attempts", attemptCount)
        writer.field("recorded_at", zone.text(recordedAt))
        writer.field("asked_at", zone.text(askedAt))
        writer.field("reason", reason)
        writer.endObject()
    }
}

/// Lists what partners have not confirmed, and cash that waits for its customer.
public struct OpenPartnerCallReader {
    private let connection: Connection

    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// What is open, oldest first.
    ///
    /// - Parameters:
    ///   - partner: whose; nothing for all.
    ///   - station: at which; nothing for all.
    public func calls(
        partner: ID<Partner>?, station: ID<Station>?, after serial: Int64, limit: Int
    ) throws -> [OpenPartnerCall] {
        try connection.prepare(
            """
            SELECT c.serial, c.state, x.status, p.code, d.code, s.code, x.business_date,
                x.receipt_number, x.amount_fen, x.fee_fen, c.booked_fen, c.attempt_count,
                x.recorded_at, c.asked_at, c.reason
            FROM partner_call c JOIN service_transaction x ON x.serial = c.serial
            JOIN product d ON d.product_id = x.product_id
            JOIN partner p ON p.partner_id = d.partner_id
            JOIN shift h ON h.shift_id = x.shift_id JOIN till t ON t.till_id = h.till_id
            JOIN station s ON s.station_id = t.station_id
            WHERE (x.status IN ('pending', 'unknown', 'return_due')
                OR x.status = 'posted' AND c.cash_fen < 0 AND c.suspense_entry_id IS NOT NULL
                    AND c.return_entry_id IS NULL)
                AND c.serial > $1
                AND ifnull(p.partner_id = $2, 1) AND ifnull(s.station_id = $3, 1)
            ORDER BY c.serial LIMIT $4
            """
        ).all(
            .integer(serial), .integer(partner?.number), .integer(station?.number),
            .integer(Int64(limit))
        ) { row in
            guard let status = TransactionStatus(rawValue: row.text(2)) else {
                throw row.damage(2, expected: "a status")
            }
            return OpenPartnerCall(
                serial: row.integer(0), state: row.text(1), status: status,
                partnerCode: row.text(3), productCode: row.text(4), stationCode: row.text(5),
                receiptNumber: ReceiptNumber(
                    stationCode: row.text(5), businessDate: row.businessDate(6),
                    number: row.integer(7)),
                amountFen: row.integer(8), feeFen: row.integer(9),
                bookedFen: row.optionalInteger(10), attemptCount: row.integer(11),
                recordedAt: Instant(millisecondsSinceEpoch: row.integer(12)),
                askedAt: Instant(millisecondsSinceEpoch: row.integer(13)), reason: row.text(14))
        }
    }

    /// Whether a call is of a partner.
    public func isOf(_ partner: ID<Partner>, serial: Int64) throws -> Bool {
        try connection.prepare(
            """
            SELECT 1 FROM partner_call c JOIN service_transaction x ON x.serial = c.serial
            JOIN product d ON d.product_id = x.product_id
            WHERE c.serial = $1 AND d.partner_id = $2
            """
        ).first(.integer(serial), .integer(partner.number)) { _ in true } ?? false
    }
}
