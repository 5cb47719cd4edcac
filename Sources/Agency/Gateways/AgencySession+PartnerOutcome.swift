import Ledger
import Printing
import SQL

/// What a partner's answer means beside the money, for each kind of transaction.
extension AgencySession {
    /// Does what a booking brings, and gives the answer of its key.
    func finishBooked(_ call: PartnerCall, _ news: PartnerCallNews) throws -> [UInt8] {
        if let refund = call.refundSerial { return try finishChange(call, refund, news) }
        if call.kind == .ticketSale { return try finishTickets(call, news) }
        if let original = call.originalSerial {
            try finishCorrection(call, of: original)
            return try receiptJSON(call.serial)
        }
        switch call.kind {
        case .billPayment: try keepToken(news.token, of: call)
        case .ticketSale, .prizePayment, .remittance, .transfer: break
        case .stockSale, .withdrawal:
            preconditionFailure("\(call.kind) asks its partner otherwise")
        }
        return try receiptJSON(call.serial)
    }

    /// Frees what a transaction held that came to nothing.
    func comeToNothing(_ call: PartnerCall) throws {
        if let refund = call.refundSerial { return try releaseChange(call, refund) }
        if call.kind == .ticketSale { return try releaseTickets(call) }
        guard call.originalSerial == nil else { return }
        switch call.kind {
        case .billPayment: try releaseBill(of: call.serial)
        case .remittance, .transfer: try restoreOrderDay(of: call)
        case .prizePayment: try releasePrize(of: call.serial)
        case .ticketSale: break
        case .stockSale, .withdrawal:
            preconditionFailure("\(call.kind) asks its partner otherwise")
        }
    }

    /// What the key of a call is told as it stands: its receipt, and of tickets what is theirs.
    func standing(_ call: PartnerCall) throws -> [UInt8] {
        if let refund = call.refundSerial { return try changeAsItStands(call, refund) }
        return call.kind == .ticketSale
            ? try ticketsAsTheyStand(call) : try receiptJSON(call.serial)
    }

    /// What the key of a call is told that came to nothing.
    func refusal(of call: PartnerCall, _ news: PartnerCallNews) -> Refusal {
        let partner = catalogue.product(call.product).partner
        let isTicketSale =
            call.kind == .ticketSale && call.originalSerial == nil && call.refundSerial == nil
        var (act, chineseAct) =
            isTicketSale
            ? ("give back all of the cash, the service fee too", "请退还全部现金（含服务费）")
            : Self.act(cashFen: call.cashFen)
        if call.refundSerial != nil {
            act = "the old ticket is valid as before; " + act
            chineseAct = "原票仍然有效；" + chineseAct
        }
        if news.event == .notSent { return Self.unreachable(partner, act, zh: chineseAct) }
        if news.event == .reversed {
            return Refusal(
                .partnerUnavailable,
                "\(partner.name) did not answer and has confirmed that nothing is booked; \(act) "
                    + "and try again",
                zh: "\(partner.name)未应答，已确认未入账；\(chineseAct)，可重新办理")
        }
        let reason = Self.told(news.reason)
        let chineseReason = Self.toldInChinese(news.reason)
        guard !isTicketSale else {
            return Refusal(
                .ticketsNotIssued,
                "\(partner.name) did not issue the tickets: \(reason); \(act)",
                zh: "\(partner.name)未能出票：\(chineseReason)；\(chineseAct)")
        }
        guard !reason.isEmpty else {
            return Refusal(
                .partnerRefused, "\(partner.name) did not book it; \(act)",
                zh: "\(partner.name)未入账；\(chineseAct)")
        }
        return Refusal(
            .partnerRefused, "\(partner.name) refused: \(reason); \(act)",
            zh: "\(partner.name)拒绝受理：\(chineseReason)；\(chineseAct)")
    }

    /// What the operator is told of an item whose cash waits for the customer.
    func returnAdvice(of call: PartnerCall) -> Refusal {
        let partner = catalogue.product(call.product).partner
        let serial = Receipt.serialText(call.serial)
        return Refusal(
            .partnerRefused,
            "\(partner.name) did not book it; pay the \(call.cashFen) fen back with "
                + "POST /v1/receipts/\(serial)/return",
            zh: "\(partner.name)未入账；请按流水号 \(serial) 办理退款 \(YuanText.plain(call.cashFen)) 元")
    }

    /// What is told when a partner certainly saw nothing of a transaction.
    static func unreachable(_ partner: Partner, cashFen: Int64) -> Refusal {
        let (act, chineseAct) = act(cashFen: cashFen)
        return unreachable(partner, act, zh: chineseAct)
    }

    private static func unreachable(
        _ partner: Partner, _ act: String, zh chineseAct: String
    ) -> Refusal {
        Refusal(
            .partnerUnavailable,
            "\(partner.name) cannot be reached and nothing was booked; \(act) and try again later",
            zh: "无法连接\(partner.name)，未入账；\(chineseAct)，稍后再试")
    }

    /// What the operator does with the cash of what came to nothing.
    private static func act(cashFen: Int64) -> (english: String, chinese: String) {
        if cashFen > 0 { return ("give the cash back", "请退还现金") }
        if cashFen < 0 { return ("pay nothing out", "请勿付款") }
        return ("no money was moved", "款项未变动")
    }

    private func keepToken(_ token: String, of call: PartnerCall) throws {
        guard !token.isEmpty else { return }
        try connection.prepare("UPDATE partner_call SET token = $1 WHERE serial = $2")
            .run(.text(token), .integer(call.serial))
    }
}
