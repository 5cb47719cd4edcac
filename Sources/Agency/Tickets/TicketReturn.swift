import CivilTime
import Ledger
import StrictJSON

/// What goes back when a ticket is given back or exchanged, in fen.
///
/// The principal keeps `retainedFen` of the fare: its settlement line takes back the rest only.
struct TicketReturn: Equatable {
    let retainedFen: Int64
    let fareBackFen: Int64
    let feeBackFen: Int64
    let commissionBackFen: Int64

    /// What the customer is handed.
    var totalFen: Int64 { fareBackFen + feeBackFen }
}

/// What becomes of the commission when a ticket is refunded; the raw value is the term's.
enum RefundedCommission: Int64, CaseIterable {
    /// The agency keeps it.
    case kept = 0
    /// It goes back with the part of the fare that goes back.
    case proportional = 1
    /// All of it goes back.
    case whole = 2
}

extension Contract {
    /// What a ticket sold under this contract brings when it is refunded now.
    ///
    /// - Throws: `Refusal` with `ticketNotIssued` or `refundUnconfirmed`, `departed`,
    ///   `notRefundable`.
    func refund(of ticket: Ticket, at instant: Instant) throws -> TicketReturn {
        guard ticket.state == .issued else { throw ticket.ended }
        let rule = try rule(.refund, for: ticket, at: instant)
        let retainedFen = rule.retainedFen(
            of: ticket.fareFen, roundingFen: terms[.refundRoundingFen])
        let backFen = ticket.fareFen - retainedFen
        guard backFen > 0 else { throw Self.notRefundable }
        return TicketReturn(
            retainedFen: retainedFen, fareBackFen: backFen,
            feeBackFen: terms[.refundsServiceFee] == 1 ? ticket.feeFen : 0,
            commissionBackFen: commissionBackFen(of: ticket, fareBackFen: backFen))
    }

    /// What an exchanged ticket is taken back for; its commission goes back wholly, for the new
    /// ticket brings its own.
    ///
    /// - Throws: `Refusal` with `ticketNotIssued` or `refundUnconfirmed`, `departed`,
    ///   `notChangeable`.
    func change(of ticket: Ticket, at instant: Instant) throws -> TicketReturn {
        guard ticket.state == .issued else { throw ticket.ended }
        let rule = try rule(.change, for: ticket, at: instant)
        guard ticket.changeCount < terms[.maximumChanges] else { throw Self.notChangeable }
        let retainedFen = rule.retainedFen(
            of: ticket.fareFen, roundingFen: terms[.refundRoundingFen])
        guard retainedFen < ticket.fareFen else { throw Self.notChangeable }
        return TicketReturn(
            retainedFen: retainedFen, fareBackFen: ticket.fareFen - retainedFen, feeBackFen: 0,
            commissionBackFen: ticket.commissionFen)
    }

    private func rule(
        _ action: TicketRules.Action, for ticket: Ticket, at instant: Instant
    ) throws -> TicketRule {
        let left =
            ticket.departsAt.millisecondsSinceEpoch - instant.millisecondsSinceEpoch
        guard left > 0 else {
            throw Refusal(
                .departed,
                "the trip has departed, or the event has begun; nothing is paid back any more",
                zh: "已开车（已开场）；不能再办理退票或改签")
        }
        guard let rule = ticketRules.rule(action, millisecondsLeft: left) else {
            switch action {
            case .refund: throw Self.notRefundable
            case .change: throw Self.notChangeable
            }
        }
        return rule
    }

    /// Rounded half up where it goes back in proportion.
    private func commissionBackFen(of ticket: Ticket, fareBackFen: Int64) -> Int64 {
        guard let rule = RefundedCommission(rawValue: terms[.refundedCommission]) else {
            preconditionFailure("a term has an allowed value")
        }
        switch rule {
        case .kept: return 0
        case .proportional:
            let fareFen = Int128(ticket.fareFen)
            let part = Int128(ticket.commissionFen) * Int128(fareBackFen)
            return Int64((2 * part + fareFen) / (2 * fareFen))
        case .whole: return ticket.commissionFen
        }
    }

    static let notRefundable = Refusal(
        .notRefundable, "by the principal's rules nothing of this ticket is paid back now",
        zh: "按承运方（主办方）规则，此票现在不能退")

    static let notChangeable = Refusal(
        .notChangeable,
        "by the principal's rules this ticket cannot be changed so; refund it instead",
        zh: "按承运方（主办方）规则，此票不能这样改签；可办理退票")
}

extension Contract {
    /// A ticket that was issued here is not exchanged for one that its principal issues, nor the
    /// other way round: nobody could book both or nothing.
    ///
    /// - Throws: `Refusal` with `notChangeable`.
    func checkIsChanged(to other: Contract) throws {
        guard terms[.principalIssues] == other.terms[.principalIssues] else {
            throw Refusal(
                .notChangeable,
                "the principal issues these tickets itself and changes none here; refund the "
                    + "ticket and sell a new one",
                zh: "此票由承运方（主办方）出票，此处不能改签；请先退票，再售新票")
        }
    }
}

extension Ticket {
    /// Why a ticket that is not just issued is neither taken back nor used.
    var ended: Refusal {
        let receipt = endedSerial.map(Receipt.serialText) ?? ""
        switch state {
        case .issued: preconditionFailure("an issued ticket has not ended")
        case .refunding:
            return Refusal(
                .refundUnconfirmed,
                "the principal has not said yet whether it takes this ticket back (receipt "
                    + "\(receipt)); pay out nothing and ask again later",
                zh: "承运方（主办方）尚未确认此票退票（单据 \(receipt)）；请勿付款，稍后再查询")
        case .changing:
            return Refusal(
                .refundUnconfirmed,
                "the principal has not said yet whether it changes this ticket (receipt "
                    + "\(receipt)); take and pay out nothing, and ask again later",
                zh: "承运方（主办方）尚未确认此票改签（单据 \(receipt)）；请勿收款或付款，稍后再查询")
        case .refunded, .changed:
            return Refusal(
                .ticketNotIssued,
                "the ticket was \(state.rawValue) already; pay out nothing and show the customer "
                    + "the receipt \(receipt)",
                zh: "此票已退或已改签（单据 \(receipt)）；请勿付款，并向客户出示该票据")
        case .used:
            return Refusal(
                .ticketNotIssued,
                "the ticket was used already; nothing of it goes back and nobody enters with it "
                    + "again",
                zh: "此票已使用（已检票）；不能退改，也不能再次入场")
        }
    }
}

extension TicketReturn {
    /// Writes the sums as members of an object.
    func encodeMembers(to writer: inout JSONWriter) {
        writer.field("retained_fen", retainedFen)
        writer.field("fare_back_fen", fareBackFen)
        writer.field("service_fee_back_fen", feeBackFen)
        writer.field("refund_fen", totalFen)
    }
}
