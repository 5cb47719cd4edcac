import Ledger
import PartnerAPI
import SQL

/// Changes of tickets that the principal issues itself: one call, which books sale and refund or
/// neither.
extension AgencySession {
    /// Records the intent of an exchange; until its principal has answered, the old ticket is held,
    /// and so is the seat of the new one.
    ///
    /// - Throws: `Refusal` with `tillCeilingReached`, `tillShortOfCash`; for tickets on numbered
    ///   paper those of `takePaper`, so that paper is there when the new one is issued.
    func begin(
        _ change: TicketChange, shift: Shift, claim: IdempotencyClaim
    ) throws -> StartedPartnerCall {
        let (ticket, sale) = (change.ticket, change.sale)
        if let paper = stockItems.paper(of: sale.product) {
            _ = try nextPapers(of: paper, count: 1, at: shift.station)
        }
        var refund = try correction(of: ticket, change.back, shift: shift)
        // The number of the one booking is told for both.
        refund.partnerReference = ""
        let serial = try beginCall(sale, refund: refund, claim: claim)
        guard let refundSerial = try PartnerCallReader(connection).call(serial)?.refundSerial
        else { preconditionFailure("the call was begun with its refund") }
        try tell(.pay, to: change.reservation, serial: serial)
        try tell(.askChange, to: ticket, refund: (refundSerial, change.back.retainedFen))
        return StartedPartnerCall(
            serial: serial, partnerCode: sale.product.partner.code,
            request: .post(
                PartnerPost(
                    serial: PartnerSerial(transaction: serial), kind: .sale,
                    product: sale.product.code, amountFen: sale.amountFen,
                    lines: [
                        PartnerLineItem(
                            reference: change.trip.reference(of: ticket.fareClass),
                            amountFen: sale.amountFen)
                    ],
                    details: change.details(refundSerial: refundSerial))))
    }

    /// Issues the new ticket and ends the old one, for the principal booked both.
    func finishChange(
        _ call: PartnerCall, _ refundSerial: Int64, _ news: PartnerCallNews
    ) throws -> [UInt8] {
        let refund = try receipt(refundSerial)
        let old = try oldTicket(of: refund)
        var sold = try issue(
            try paidReservation(of: call), try receipt(call.serial),
            commissionFen: call.commissionFen, changed: old, principalNumbers: news.tickets)
        try tell(.change, to: old)
        sold.papers = try papersIfLeft(call, count: 1)
        return json(refund: refund, sold, try back(refund, of: old))
    }

    /// Frees the seat of an exchange that came to nothing; the old ticket is issued as before.
    func releaseChange(_ call: PartnerCall, _ refundSerial: Int64) throws {
        try tell(.fail, to: try paidReservation(of: call))
        try tell(.refuse, to: try oldTicket(of: try receipt(refundSerial)))
    }

    /// What the key of an exchange is told while it is not known, or its cash waits.
    func changeAsItStands(_ call: PartnerCall, _ refundSerial: Int64) throws -> [UInt8] {
        let refund = try receipt(refundSerial)
        let sold = SoldTickets(
            receipt: try receipt(call.serial),
            tickets: try TicketReader(connection).tickets(of: call.serial),
            papers: try papers(of: call))
        return json(refund: refund, sold, try back(refund, of: try oldTicket(of: refund)))
    }

    /// The papers that the new ticket was printed on, if it was.
    private func papers(of call: PartnerCall) throws -> [String] {
        guard let paper = stockItems.paper(of: catalogue.product(call.product)) else { return [] }
        return try connection.prepare(
            "SELECT number FROM stock_serial WHERE serial = $1 AND state = 'used' ORDER BY number"
        ).all(.integer(call.serial)) { paper.format.text($0.integer(0)) }
    }

    private func oldTicket(of refund: Receipt) throws -> Ticket {
        guard let original = refund.original,
            let ticket = try TicketReader(connection).tickets(of: original.serial)
                .first(where: { $0.item == original.item })
        else { throw BookError.damaged(table: "service_transaction", field: "original_item") }
        return ticket
    }

    private func back(_ refund: Receipt, of ticket: Ticket) throws -> TicketReturn {
        TicketReturn(
            retainedFen: ticket.fareFen + refund.amountFen, fareBackFen: -refund.amountFen,
            feeBackFen: -refund.feeFen, commissionBackFen: 0)
    }
}

extension TicketChange {
    /// What the principal is told beside the new trip: which ticket comes back, and for how much.
    fileprivate func details(refundSerial: Int64) -> [PartnerDetail] {
        var details = [
            PartnerDetail(name: "date", value: reservation.travelDate.description),
            PartnerDetail(name: "replaces_serial", value: Receipt.serialText(ticket.serial)),
            PartnerDetail(name: "replaces_item", value: String(ticket.item)),
        ]
        if !ticket.principalNumber.isEmpty {
            details.append(
                PartnerDetail(name: "replaces_reference", value: ticket.principalNumber))
        }
        return details + [
            PartnerDetail(name: "replaced_fen", value: String(back.fareBackFen)),
            PartnerDetail(name: "refund_serial", value: Receipt.serialText(refundSerial)),
        ]
    }
}
