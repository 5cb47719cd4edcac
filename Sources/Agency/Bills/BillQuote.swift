import CivilTime
import Ledger
import SQL
import StrictJSON

/// An offer to settle one bill for an amount, until it expires.
public struct BillQuote: Sendable {
    public let id: ID<BillQuote>
    public let bill: Bill
    /// What settles the bill, in fen: its amount and the biller's late fee.
    public let amountFen: Int64
    /// The tariff's service fee, in fen.
    public let feeFen: Int64
    public let expiresAt: Instant

    /// Writes the quote as a JSON object.
    public func encode(to writer: inout JSONWriter, zone: ZoneOffset) {
        writer.beginObject()
        writer.field("quote_id", String(id.number))
        writer.field("bill_id", String(bill.id.number))
        writer.field("product_id", bill.productCode)
        writer.field("account_number", bill.accountNumber)
        writer.field("customer_name", bill.maskedName)
        writer.field("period", bill.period)
        writer.field("amount_fen", amountFen)
        writer.field("late_fee_fen", bill.lateFeeFen)
        writer.field("service_fee_fen", feeFen)
        writer.field("total_fen", amountFen + feeFen)
        writer.field("expires_at", zone.text(expiresAt))
        writer.endObject()
    }
}

extension AgencySession {
    /// Quotes a bill for the caller's station.
    ///
    /// A quote expires after the product's minutes and never outlives midnight, for late fees
    /// roll then.
    /// - Returns: the quote as the bytes of a JSON object.
    /// - Throws: `Refusal` with `notSignedOn`, `unknownBill`, `billAlreadyPaid`,
    ///   `noContract`, `amountNotAllowed`.
    public func quoteBill(_ number: Int64, by principal: Principal) throws -> [UInt8] {
        let shift = try shifts.shift(of: principal, connection)
        guard let (bill, productID) = try BillReader(connection).bill(ID(number)) else {
            throw Refusal(.unknownBill, "there is no such bill; query again", field: "/bill_id")
        }
        guard bill.paidSerial == nil else { throw Self.alreadyPaid(bill) }
        let product = catalogue.product(productID)
        let contract = try catalogue.contract(for: product, on: try journal.currentDate())
        try contract.check(amountFen: bill.totalFen, field: "/bill_id")
        let midnight = profile.zone.midnight(
            startOf: profile.zone.date(at: now).adding(days: 1))
        let expiresAt = min(
            now.adding(milliseconds: contract.terms[.holdMinutes] * 60_000), midnight)
        let id = try connection.prepare(
            """
            INSERT INTO bill_quote (bill_id, station_id, amount_fen, fee_fen, created_at,
                expires_at)
            VALUES ($1, $2, $3, $4, $5, $6) RETURNING quote_id
            """
        ).first(
            .integer(bill.id.number), .integer(shift.station.number), .integer(bill.totalFen),
            .integer(contract.serviceFeeFen), .integer(now.millisecondsSinceEpoch),
            .integer(expiresAt.millisecondsSinceEpoch)
        ) { ID<BillQuote>($0.integer(0)) }
        guard let id else { preconditionFailure("RETURNING gives a row or an error") }
        let quote = BillQuote(
            id: id, bill: bill, amountFen: bill.totalFen, feeFen: contract.serviceFeeFen,
            expiresAt: expiresAt)
        var writer = JSONWriter()
        quote.encode(to: &writer, zone: profile.zone)
        return writer.bytes
    }

    static func alreadyPaid(_ bill: Bill) -> Refusal {
        let serial = bill.paidSerial.map(Receipt.serialText) ?? ""
        return Refusal(
            .billAlreadyPaid,
            "the bill of \(bill.period) is paid already, serial \(serial); take no money")
    }
}
