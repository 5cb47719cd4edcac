import Ledger
import PartnerAPI
import SQL
import StrictJSON

extension AgencySession {
    /// Pays a bill that asks no partner: cash in, business row, entry and receipt, once for each key.
    ///
    /// Refusals, in order: `notSignedOn`, those of `billOrder(_:shift:)`, and
    /// `partnerUnavailable` for a biller that must be asked: `PartnerDesk` does that.
    public func payBill(
        _ request: BillPaymentRequest, claim: IdempotencyClaim, by principal: Principal
    ) throws -> CommandOutcome {
        try once(claim) {
            let shift = try shifts.shift(of: principal, connection)
            return try collect(request, shift: shift).json(zone: profile.zone)
        }
    }

    /// Takes the cash for a bill that asks no partner.
    ///
    /// - Throws: `Refusal` with `partnerUnavailable` for one that does.
    func collect(_ request: BillPaymentRequest, shift: Shift) throws -> Receipt {
        let order = try billOrder(request, shift: shift)
        let partner = order.transaction.product.partner
        guard !order.isOnline else {
            throw Refusal(
                .partnerUnavailable,
                "\(partner.name) is asked at once and cannot be asked here; pay it by itself",
                zh: "\(partner.name)须联机受理，此处无法办理；请单独缴费", field: "/product_id")
        }
        return try post(order)
    }

    /// Pays a bill, or records its intent where the biller books it at once.
    ///
    /// Refusals are those of `payBill(_:claim:by:)`.
    func startBillPayment(
        _ request: BillPaymentRequest, claim: IdempotencyClaim, by principal: Principal
    ) throws -> PartnerStart {
        try startOnce(claim) {
            let shift = try shifts.shift(of: principal, connection)
            let order = try billOrder(request, shift: shift)
            guard order.isOnline else { return .done(try post(order).json(zone: profile.zone)) }
            return .asking([try begin(order, claim: claim)])
        }
    }

    /// Records a payment's intent, alone or as an item of a basket.
    func begin(_ order: BillOrder, claim: IdempotencyClaim?) throws -> StartedPartnerCall {
        let transaction = order.transaction
        let serial = try beginCall(transaction, claim: claim)
        try record(order, serial: serial)
        let items =
            order.billerReference.isEmpty
            ? []
            : [
                PartnerLineItem(
                    reference: order.billerReference, amountFen: transaction.amountFen)
            ]
        return StartedPartnerCall(
            serial: serial, partnerCode: transaction.product.partner.code,
            request: .post(
                PartnerPost(
                    serial: PartnerSerial(transaction: serial), kind: .payment,
                    product: transaction.product.code, account: transaction.accountReference,
                    amountFen: transaction.amountFen, lines: items)))
    }

    /// Posts a payment that asks no partner.
    func post(_ order: BillOrder) throws -> Receipt {
        let receipt = try post(order.transaction)
        try record(order, serial: receipt.serial)
        return receipt
    }

    /// Makes what was paid payable again, in the command that writes the correction of a payment.
    ///
    /// - Parameters:
    ///   - original: the payment's serial number.
    ///   - correction: that of its void or refund, which is written already.
    func reopenBill(of original: Int64, correction: Int64) throws {
        try connection.prepare(
            """
            INSERT INTO bill_payment (serial, bill_id, amount_fen, late_fee_fen)
            SELECT $1, bill_id, -amount_fen, -late_fee_fen FROM bill_payment
            WHERE serial = $2 AND is_released = 0
            """
        ).run(.integer(correction), .integer(original))
        try releasePeriods(of: original)
    }

    /// Frees what a payment was of, once it is known that it came to nothing.
    func releaseBill(of serial: Int64) throws {
        try connection.prepare("UPDATE bill_payment SET is_released = 1 WHERE serial = $1")
            .run(.integer(serial))
        try releasePeriods(of: serial)
    }

    private func releasePeriods(of serial: Int64) throws {
        try connection.prepare(
            "UPDATE period_payment SET is_released = 1 WHERE serial = $1 AND is_released = 0"
        ).run(.integer(serial))
    }
}
