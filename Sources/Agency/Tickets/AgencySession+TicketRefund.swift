import CivilTime
import Cryptography
import Ledger
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
    /// Refunds a ticket of the caller's station by its principal's rules, once for each key.
    ///
    /// The rules are those of the contract that it was sold under. Refusals, in order:
    /// `notSignedOn`, `unknownTicket`, `ticketNotIssued`, `departed`, `notRefundable`,
    /// `amountMismatch`, `tillShortOfCash`.
    public func refundTicket(
        _ request: TicketRefundRequest, claim: IdempotencyClaim, by principal: Principal
    ) throws -> CommandOutcome {
        try once(claim) {
            let shift = try shifts.shift(of: principal, connection)
            let ticket = try TicketReader(connection).ticket(
                serial: request.serial, item: request.item, at: shift.station)
            let back = try catalogue.contract(ticket.contract).refund(of: ticket, at: now)
            guard back.totalFen == request.refundFen else {
                throw Refusal(
                    .amountMismatch,
                    "\(back.totalFen) fen go back now; tell the customer, then pay exactly that",
                    zh: "现应退 \(back.totalFen) 分；请告知客户并按此金额退款",
                    field: "/refund_fen")
            }
            let receipt = try take(ticket, back, .refund, shift: shift)
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

    /// Posts the taking back of a ticket and frees its seat.
    func take(
        _ ticket: Ticket, _ back: TicketReturn, _ event: Ticket.Event, shift: Shift
    ) throws -> Receipt {
        guard let state = ticket.state.after(event) else {
            preconditionFailure("ticket \(ticket.number) is \(ticket.state)")
        }
        let receipt = try post(
            NewTransaction(
                kind: .ticketSale, product: catalogue.product(ticket.trip.product),
                contract: catalogue.contract(ticket.contract), shift: shift,
                accountReference: ticket.accountReference, amountFen: -back.fareBackFen,
                feeFen: -back.feeBackFen, commissionFen: -back.commissionBackFen,
                original: Receipt.Original(
                    serial: ticket.serial, item: ticket.item, correction: .refund)))
        try connection.prepare(
            """
            UPDATE ticket SET state = $1, ended_serial = $2, retained_fen = $3
            WHERE serial = $4 AND item = $5
            """
        ).run(
            .text(state.rawValue), .integer(receipt.serial), .integer(back.retainedFen),
            .integer(ticket.serial), .integer(ticket.item))
        try freeSeats(1, of: ticket.trip.id, on: ticket.travelDate)
        return receipt
    }
}
