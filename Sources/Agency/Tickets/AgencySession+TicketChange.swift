import CivilTime
import Cryptography
import Ledger
import SQL
import StrictJSON

/// A request to exchange a ticket for one of another trip or date of the same principal.
public struct TicketChangeRequest: Sendable, Equatable {
    public let serial: Int64
    public let item: Int64
    public let tripCode: String
    public let travelDate: BusinessDate
    /// What the operator told the customer to pay, in fen; below zero what goes back.
    public let differenceFen: Int64

    public init(
        serial: Int64, item: Int64, tripCode: String, travelDate: BusinessDate,
        differenceFen: Int64
    ) {
        self.serial = serial
        self.item = item
        self.tripCode = tripCode
        self.travelDate = travelDate
        self.differenceFen = differenceFen
    }

    /// SHA-256 over the request's fields, for its idempotency key.
    public var fingerprint: SHA256Digest {
        fingerprintOf(
            "ticket_change", tripCode, "\(serial)-\(item)/\(travelDate.compact)", differenceFen)
    }
}

extension AgencySession {
    /// Exchanges a ticket of the caller's station, once for each key: all of it or nothing.
    ///
    /// The new ticket is sold first, so that its fare is in the till when the old one is paid back;
    /// the rules are those of the contract that the old one was sold under. Refusals, in order:
    /// `notSignedOn`, `unknownTicket`, `ticketNotIssued` or `refundUnconfirmed`, `departed`,
    /// `notChangeable`, `unknownTrip`, `noContract`, `travelDateNotOnSale`, `fareClassNotSold`,
    /// `amountNotAllowed`, `soldOut`, `amountMismatch`, `passengerAlreadyBooked`; for tickets on
    /// numbered paper those of `takePaper`; `tillShortOfCash`.
    public func changeTicket(
        _ request: TicketChangeRequest, claim: IdempotencyClaim, by principal: Principal
    ) throws -> CommandOutcome {
        try once(claim) {
            let shift = try shifts.shift(of: principal, connection)
            let ticket = try TicketReader(connection).ticket(
                serial: request.serial, item: request.item, at: shift.station)
            let back = try catalogue.contract(ticket.contract).change(of: ticket, at: now)
            let trip = try trip(request.tripCode)
            try ticket.checkChange(to: trip, on: request.travelDate, catalogue)
            let contract = try contractToday(for: trip)
            try contract.checkIsChangedHere()
            let reservation = try hold(
                .one(ticket.fareClass), of: trip, on: request.travelDate, at: shift.station,
                under: contract, feeFen: 0)
            let differenceFen = reservation.fareFen - back.totalFen
            guard differenceFen == request.differenceFen else {
                throw Refusal(
                    .amountMismatch,
                    "the difference is \(differenceFen) fen now, below zero if it goes back; "
                        + "tell the customer, then settle exactly that",
                    zh: "现差额为 \(differenceFen) 分（负数为应退）；请告知客户并按此金额结算",
                    field: "/difference_fen")
            }
            let sale = transaction(
                for: reservation, of: trip, under: contract, shift: shift)
            try keepPassenger(of: ticket, on: reservation, under: contract)
            var sold = try issue(
                reservation, post(sale), commissionFen: sale.commissionFen, changed: ticket)
            if let paper = stockItems.paper(of: sale.product) {
                sold.papers = try takePaper(
                    paper, count: 1, shift: shift, sale: sold.receipt.serial)
            }
            let refund = try take(ticket, back, .change, shift: shift)
            return json(refund: refund, sold, back, differenceFen: differenceFen)
        }
    }

    /// The passenger of the old ticket travels with the new one.
    private func keepPassenger(
        of ticket: Ticket, on reservation: TicketReservation, under contract: Contract
    ) throws {
        if let passenger = ticket.passenger {
            try keep(passenger, of: reservation, item: 1)
        } else if contract.terms[.namesPassengers] == 1 {
            // It was sold before names were asked for, and a change asks for none.
            throw Contract.notChangeable
        }
    }

    private func json(
        refund: Receipt, _ sold: SoldTickets, _ back: TicketReturn, differenceFen: Int64
    ) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        // The answer begins with the refund: by that the audit knows that it tells of two receipts.
        writer.key("refund")
        refund.encode(to: &writer, zone: profile.zone)
        sold.encodeMembers(to: &writer, zone: profile.zone)
        back.encodeMembers(to: &writer)
        writer.field("difference_fen", differenceFen)
        writer.endObject()
        return writer.bytes
    }
}

extension Ticket {
    /// - Throws: `Refusal` with `notChangeable` for another principal's trip, or the same seat.
    func checkChange(to trip: Trip, on date: BusinessDate, _ catalogue: Catalogue) throws {
        let isSamePrincipal =
            catalogue.product(trip.product).partner.id
            == catalogue.product(self.trip.product).partner.id
        guard isSamePrincipal, trip.id != self.trip.id || date != travelDate else {
            throw Refusal(
                .notChangeable,
                "a ticket is changed to another trip or date of the same principal; choose one, "
                    + "or refund it",
                zh: "只能改签同一承运方（主办方）的其他车次或日期；请重新选择，或办理退票",
                field: "/trip_id")
        }
    }
}
