import CivilTime
import Ledger
import SQL
import StrictJSON

/// An offer to settle one bill for an amount, until it expires.
public struct BillQuote: Sendable {
    public let id: ID<BillQuote>
    public let bill: Bill
    /// What settles the bill, in fen: its amount and the biller's late fee, less what was paid.
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
    ///   `paymentUnconfirmed`, `billWithdrawn`, `noContract`, `billerClosed`, `amountNotAllowed`.
    public func quoteBill(_ number: Int64, by principal: Principal) throws -> [UInt8] {
        let shift = try shifts.shift(of: principal, connection)
        guard let (bill, productID) = try BillReader(connection).bill(ID(number)) else {
            throw Refusal(
                .unknownBill, "there is no such bill; query again", zh: "没有此账单；请重新查询",
                field: "/bill_id")
        }
        let product = catalogue.product(productID)
        try checkPayable(bill, product)
        let contract = try catalogue.contract(for: product, on: try journal.currentDate())
        try checkIsOpen(product, contract)
        let remainingFen = bill.remainingFen
        // What is left of a bill may be less than the least payment.
        if bill.heldFen == 0 { try contract.check(amountFen: remainingFen, field: "/bill_id") }
        let zone = product.billing?.zone ?? profile.zone
        let midnight = zone.midnight(startOf: zone.date(at: now).adding(days: 1))
        let expiresAt = min(
            now.adding(milliseconds: contract.terms[.holdMinutes] * 60_000), midnight)
        let id = try connection.prepare(
            """
            INSERT INTO bill_quote (bill_id, station_id, amount_fen, fee_fen, created_at,
                expires_at)
            VALUES ($1, $2, $3, $4, $5, $6) RETURNING quote_id
            """
        ).first(
            .integer(bill.id.number), .integer(shift.station.number), .integer(remainingFen),
            .integer(contract.serviceFeeFen), .integer(now.millisecondsSinceEpoch),
            .integer(expiresAt.millisecondsSinceEpoch)
        ) { ID<BillQuote>($0.integer(0)) }
        guard let id else { preconditionFailure("RETURNING gives a row or an error") }
        let quote = BillQuote(
            id: id, bill: bill, amountFen: remainingFen, feeFen: contract.serviceFeeFen,
            expiresAt: expiresAt)
        var writer = JSONWriter()
        quote.encode(to: &writer, zone: profile.zone)
        return writer.bytes
    }

    /// Refuses a bill of which nothing can be paid.
    ///
    /// - Throws: `Refusal` with `billAlreadyPaid`, `paymentUnconfirmed`, `billWithdrawn`.
    func checkPayable(_ bill: Bill, _ product: Product) throws {
        if bill.remainingFen == 0, product.billing?.rule != .advance {
            let payment = try BillReader(connection).standingPayment(of: bill.id)
            let serial = payment.map { Receipt.serialText($0.serial) } ?? ""
            if let payment, !payment.isConfirmed {
                throw Refusal(
                    .paymentUnconfirmed,
                    "a payment of this bill, serial \(serial), is not confirmed yet; take no money "
                        + "and wait until it is",
                    zh: "该账单的缴费（流水号 \(serial)）尚未确认；请勿再收款，等待确认结果")
            }
            throw Refusal(
                .billAlreadyPaid,
                "the bill of \(bill.period) is paid already, serial \(serial); take no money",
                zh: "\(bill.period) 的账单已缴清（流水号 \(serial)）；请勿收款")
        }
        guard bill.isListed else {
            throw Refusal(
                .billWithdrawn,
                "the biller no longer lists the bill of \(bill.period); take no money, query again",
                zh: "收费单位已撤回 \(bill.period) 的账单；请勿收款，重新查询")
        }
    }

    /// Refuses a payment outside the biller's hours, unless it counts it for its next day.
    ///
    /// - Throws: `Refusal` with `billerClosed`.
    func checkIsOpen(_ product: Product, _ contract: Contract) throws {
        let terms = contract.terms
        guard terms[.takesNextDay] == 0 else { return }
        let zone = product.billing?.zone ?? profile.zone
        let minute = Int64(zone.millisecondsOfDay(at: now) / 60_000)
        guard terms[.openingMinute] <= minute, minute < terms[.cutOffMinute] else {
            let opens = Self.timeOfDay(terms[.openingMinute])
            let closes = Self.timeOfDay(terms[.cutOffMinute])
            throw Refusal(
                .billerClosed,
                "the biller takes payments from \(opens) to \(closes); take no money, come back then",
                zh: "收费单位受理时间为 \(opens) 至 \(closes)；请勿收款，请届时再办理")
        }
    }

    private static func timeOfDay(_ minute: Int64) -> String {
        var bytes: [UInt8] = []
        appendDigits(Int(minute / 60), 2, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        appendDigits(Int(minute % 60), 2, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
