import CivilTime
import Cryptography
import Ledger
import PartnerAPI
import Printing
import SQL
import StrictJSON

/// A request to give a ticket back.
public struct TicketRefundRequest: Sendable, Equatable {
    public let serial: Int64
    public let item: Int64
    /// What the operator told the customer that goes back, in fen; the rules must still give it.
    public let refundFen: Int64

    public init(serial: Int64, item: Int64, refundFen: Int64) {
        self.serial = serial
        self.item = item
        self.refundFen = refundFen
    }

    /// SHA-256 over the request's fields, for its idempotency key.
    public var fingerprint: SHA256Digest {
        fingerprintOf("ticket_refund", "", "\(serial)-\(item)", refundFen)
    }
}

extension AgencySession {
    /// Refunds a ticket of the caller's station by its principal's rules, once for each key, or
    /// records the intent where the principal issued it: then cash waits for its consent.
    ///
    /// The rules are those of the contract that it was sold under. Refusals, in order:
    /// `notSignedOn`, `unknownTicket`, `ticketNotIssued` or `refundUnconfirmed`, `departed`,
    /// `notRefundable`, `amountMismatch`, `tillShortOfCash`.
    func startTicketRefund(
        _ request: TicketRefundRequest, claim: IdempotencyClaim, by principal: Principal
    ) throws -> PartnerStart {
        try startOnce(claim) {
            let shift = try shifts.shift(of: principal, connection)
            let ticket = try TicketReader(connection).ticket(
                serial: request.serial, item: request.item, at: shift.station)
            let contract = catalogue.contract(ticket.contract)
            let back = try contract.refund(of: ticket, at: now)
            guard back.totalFen == request.refundFen else {
                throw Refusal(
                    .amountMismatch,
                    "\(back.totalFen) fen go back now; tell the customer, then pay exactly that",
                    zh: "现应退 \(YuanText.plain(back.totalFen)) 元；请告知客户并按此金额退款",
                    field: "/refund_fen")
            }
            guard contract.terms[.principalIssues] == 1 else {
                let receipt = try take(ticket, back, .refund, shift: shift)
                return .done(json(refund: receipt, of: ticket, back))
            }
            return .asking([try begin(refundOf: ticket, back, shift: shift, claim: claim)])
        }
    }

    /// Posts the taking back of a ticket and frees its seat.
    func take(
        _ ticket: Ticket, _ back: TicketReturn, _ event: Ticket.Event, shift: Shift
    ) throws -> Receipt {
        let receipt = try post(correction(of: ticket, back, shift: shift))
        try tell(event, to: ticket, refund: (receipt.serial, back.retainedFen))
        return receipt
    }

    /// Records the intent of a refund; until its principal has answered, the ticket is held.
    private func begin(
        refundOf ticket: Ticket, _ back: TicketReturn, shift: Shift, claim: IdempotencyClaim
    ) throws -> StartedPartnerCall {
        let correction = try correction(of: ticket, back, shift: shift)
        let serial = try beginCall(correction, claim: claim)
        try tell(.askRefund, to: ticket, refund: (serial, back.retainedFen))
        let reference =
            ticket.principalNumber.isEmpty
            ? ticket.trip.reference(of: ticket.fareClass) : ticket.principalNumber
        return StartedPartnerCall(
            serial: serial, partnerCode: correction.product.partner.code,
            request: .post(
                PartnerPost(
                    serial: PartnerSerial(transaction: serial), kind: .payback,
                    product: correction.product.code, amountFen: back.fareBackFen,
                    lines: [PartnerLineItem(reference: reference, amountFen: back.fareBackFen)],
                    details: [
                        PartnerDetail(
                            name: "original_serial", value: Receipt.serialText(ticket.serial)),
                        PartnerDetail(name: "original_item", value: String(ticket.item)),
                        PartnerDetail(name: "date", value: ticket.travelDate.description),
                    ])))
    }

    func correction(
        of ticket: Ticket, _ back: TicketReturn, shift: Shift
    ) throws -> NewTransaction {
        guard let sale = try postedTransaction(ticket.serial) else {
            preconditionFailure("a ticket's sale is posted")
        }
        return try newCorrection(
            of: sale, item: ticket.item, .refund,
            part: CorrectedPart(
                amountFen: back.fareBackFen, feeFen: back.feeBackFen,
                commissionFen: back.commissionBackFen),
            shift: shift)
    }

    /// The ticket that a call is to give back, or gave back.
    func refundedTicket(_ call: PartnerCall) throws -> Ticket {
        let place = try connection.prepare(
            "SELECT serial, item FROM ticket WHERE ended_serial = $1"
        ).first(.integer(call.serial)) { (serial: $0.integer(0), item: $0.integer(1)) }
        guard let place,
            let ticket = try TicketReader(connection).tickets(of: place.serial)
                .first(where: { $0.item == place.item })
        else { throw BookError.damaged(table: "ticket", field: "ended_serial") }
        return ticket
    }

    /// Moves a ticket on; the seat of one that went back is free.
    ///
    /// - Parameter refund: its refund and what is kept, where the event begins one.
    func tell(
        _ event: Ticket.Event, to ticket: Ticket,
        refund: (serial: Int64, retainedFen: Int64)? = nil
    ) throws {
        guard let state = ticket.state.after(event) else {
            preconditionFailure("ticket \(ticket.number) is \(ticket.state) and cannot \(event)")
        }
        let kept = state.hasRefund
        let serial = kept ? refund?.serial ?? ticket.endedSerial : nil
        let retainedFen = kept ? refund?.retainedFen ?? ticket.retainedFen : nil
        try connection.prepare(
            """
            UPDATE ticket SET state = $1, ended_serial = $2, retained_fen = $3
            WHERE serial = $4 AND item = $5
            """
        ).run(
            .text(state.rawValue), .integer(serial), .integer(retainedFen),
            .integer(ticket.serial), .integer(ticket.item))
        if !state.holdsSeat { try freeSeats(1, of: ticket.trip.id, on: ticket.travelDate) }
    }

    func json(refund receipt: Receipt, of ticket: Ticket) -> [UInt8] {
        json(
            refund: receipt, of: ticket,
            TicketReturn(
                retainedFen: ticket.retainedFen ?? 0, fareBackFen: -receipt.amountFen,
                feeBackFen: -receipt.feeFen, commissionBackFen: 0))
    }

    private func json(
        refund receipt: Receipt, of ticket: Ticket, _ back: TicketReturn
    ) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("receipt")
        receipt.encode(to: &writer, zone: profile.zone)
        writer.field("ticket_number", ticket.number)
        back.encodeMembers(to: &writer)
        writer.endObject()
        return writer.bytes
    }
}
