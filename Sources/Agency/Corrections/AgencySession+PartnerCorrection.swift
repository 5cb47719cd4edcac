import PartnerAPI
import SQL

extension PartnerDesk {
    /// Voids or refunds a receipt once for each key; `completion` hears when the outcome is durable.
    ///
    /// Refusals are those of `AgencySession.startCorrection`; then `voidNeedsPartner` where there
    /// is no line to the partner, `partnerUnavailable` and `partnerRefused`.
    /// - Throws: `WriterError` when the intent could not be queued; then nothing was begun.
    public func correct(
        _ request: CorrectionRequest, claim: IdempotencyClaim, by principal: Principal,
        completion: @escaping Completion
    ) throws {
        try lead(completion) { try $0.startCorrection(request, claim: claim, by: principal) }
    }
}

/// The taking back of what a partner has booked: a void undoes its booking, a refund is a payback.
extension AgencySession {
    /// Records the intent of taking back what a partner has booked; the till's cash is held.
    ///
    /// - Throws: `Refusal` with `tillShortOfCash`.
    func begin(
        _ correction: Correction, of original: PostedTransaction, shift: Shift,
        claim: IdempotencyClaim
    ) throws -> StartedPartnerCall {
        let transaction = try newCorrection(
            of: original, correction, part: .whole(of: original), shift: shift)
        let serial: Int64
        let request: PartnerRequest
        switch correction {
        case .void:
            serial = try beginCall(transaction, .undo, claim: claim)
            request = .undo(.void(of: original.serial, amountFen: original.amountFen))
        case .refund:
            serial = try beginCall(transaction, .post, claim: claim)
            request = .post(
                .payback(serial, of: original, product: transaction.product))
        }
        return StartedPartnerCall(
            serial: serial, partnerCode: transaction.product.partner.code, request: request)
    }

    /// Does what a void or a refund brings beside the money, once its partner has confirmed it.
    func finishCorrection(_ call: PartnerCall, of original: Int64) throws {
        switch (call.kind, call.correction) {
        case (.billPayment, let correction):
            try reopenBill(of: original, call.contract, correction, serial: call.serial)
        case (.remittance, .void): try restoreOrderDay(ofVoided: original)
        // Tickets go back by their principal's rules; the others ask no partner to take them back.
        case (.remittance, .refund), (.ticketSale, _), (.stockSale, _), (.prizePayment, _),
            (.withdrawal, _), (.transfer, _):
            break
        }
    }

    /// Gives back what a remittance had taken of its payer's date, for it was voided.
    private func restoreOrderDay(ofVoided original: Int64) throws {
        guard let order = try PartnerCallReader(connection).call(original) else { return }
        try restoreOrderDay(of: order)
    }

    /// What an operator hears of a correction that no line can carry to its partner.
    static let voidNeedsPartner = Refusal(
        .voidNeedsPartner,
        "the partner must take it back first, and cannot be asked from here; pay out nothing and "
            + "call the centre",
        zh: "须先由合作方撤销，此处无法办理；请勿付款并联系中心")
}

extension PartnerCall {
    /// Why the original is taken back: only voids undo.
    fileprivate var correction: Correction {
        switch act {
        case .undo: .void
        case .post: .refund
        }
    }
}

extension PartnerPost {
    /// Money back of a payment of an earlier date, under a serial of its own.
    fileprivate static func payback(
        _ serial: Int64, of original: PostedTransaction, product: Product
    ) -> PartnerPost {
        let reference = original.partnerReference
        return PartnerPost(
            serial: PartnerSerial(transaction: serial), kind: .payback, product: product.code,
            account: original.kind == .remittance ? "" : original.accountReference,
            amountFen: original.amountFen,
            lines: reference.isEmpty
                ? [] : [PartnerLineItem(reference: reference, amountFen: original.amountFen)],
            details: [
                PartnerDetail(
                    name: "original_serial", value: Receipt.serialText(original.serial))
            ])
    }
}
