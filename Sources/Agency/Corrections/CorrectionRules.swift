import CivilTime
import Ledger

/// What keeps a transaction from being voided or refunded.
extension AgencySession {
    /// Refuses what may not be taken back so.
    ///
    /// - Throws: `Refusal` with, in order, `notCorrectable`, `alreadyCorrected`, `voidTooLate` or
    ///   `refundTooEarly`.
    func check(_ original: PostedTransaction, mayBe correction: Correction) throws {
        guard !original.isCorrection else { throw Self.isItselfACorrection }
        try checkKind(original)
        if let newest = original.newestCorrection {
            throw original.openCorrection.map(Self.beingCorrected) ?? Self.corrected(by: newest)
        }
        switch correction {
        case .void: try checkVoidIsInTime(original)
        case .refund: try checkRefundIsInTime(original)
        }
    }

    private func checkKind(_ original: PostedTransaction) throws {
        switch original.kind {
        case .billPayment, .stockSale, .remittance: break
        case .ticketSale:
            throw Refusal(
                .notCorrectable,
                "tickets are returned by the principal's own rules; refund the ticket instead",
                zh: "车票按承运方规则退票；请从退票入口办理")
        case .prizePayment, .withdrawal, .transfer:
            throw Refusal(
                .notCorrectable,
                "what was paid out or moved between accounts cannot be taken back at the "
                    + "counter; call the centre",
                zh: "已付出或已转账的业务不能在柜台撤销；请联系中心")
        }
    }

    private func checkVoidIsInTime(_ original: PostedTransaction) throws {
        let minutes = catalogue.contract(original.contract).terms[.reversalWindowMinutes]
        let end = original.recordedAt.adding(milliseconds: minutes * 60_000)
        guard try original.date == journal.currentDate(), now < end else {
            throw Refusal(
                .voidTooLate,
                "a payment is voided on its own business date and within \(minutes) minutes; "
                    + "refund it from the next business date on",
                zh: "抹账限当日且在 \(minutes) 分钟内办理；请自下一营业日起办理退款")
        }
    }

    private func checkRefundIsInTime(_ original: PostedTransaction) throws {
        guard try original.date < journal.currentDate() else {
            throw Refusal(
                .refundTooEarly,
                "a payment of this business date is voided, not refunded; void it, or come back "
                    + "on the next business date",
                zh: "当日业务应办理抹账；请抹账，或于下一营业日办理退款")
        }
    }

    /// Whether the partner must take it back before money does: it has booked it itself.
    ///
    /// A card of a network is no such thing: once it is active, it is not taken back at all.
    func needsPartner(_ original: PostedTransaction) throws -> Bool {
        switch original.kind {
        case .stockSale: return false
        case .billPayment, .ticketSale, .prizePayment, .withdrawal, .remittance, .transfer:
            return try PartnerCallReader(connection).call(original.serial)?.state == .booked
        }
    }

    private static let isItselfACorrection = Refusal(
        .notCorrectable,
        "this is a void or a refund itself and stands; take the payment again if it was a mistake",
        zh: "此笔本身为抹账或退款，不能再撤销；如有误请重新办理缴费")

    static func corrected(by serial: Int64) -> Refusal {
        let text = Receipt.serialText(serial)
        return Refusal(
            .alreadyCorrected,
            "it was voided or refunded already, serial \(text); pay out nothing and show the "
                + "customer that receipt",
            zh: "此笔已抹账或退款（流水号 \(text)）；请勿再付款，并向客户出示该票据")
    }

    private static func beingCorrected(by serial: Int64) -> Refusal {
        let text = Receipt.serialText(serial)
        return Refusal(
            .alreadyCorrected,
            "it is being voided or refunded, serial \(text), and its partner has not confirmed "
                + "yet; pay out nothing and wait until that receipt says what became of it",
            zh: "此笔正在抹账或退款（流水号 \(text)），合作方尚未确认；请勿付款，等待该票据的结果")
    }
}
