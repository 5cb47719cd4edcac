import CivilTime
import Cryptography
import Ledger
import Printing
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

/// An exchange that nothing speaks against, before anything is booked.
struct TicketChange {
    let ticket: Ticket
    let back: TicketReturn
    let trip: Trip
    let reservation: TicketReservation
    let sale: NewTransaction

    /// What the customer pays; below zero what goes back.
    var differenceFen: Int64 { reservation.fareFen - back.totalFen }
}

extension AgencySession {
    /// Exchanges a ticket of the caller's station, once for each key, all of it or nothing; or
    /// records the intent where the principal issues the tickets: then it books both or nothing.
    ///
    /// The new ticket is sold first, so that its fare is in the till when the old one is paid back;
    /// the rules are those of the contract that the old one was sold under. Refusals, in order:
    /// `notSignedOn`, `unknownTicket`, `ticketNotIssued` or `refundUnconfirmed`, `departed`,
    /// `notChangeable`, `unknownTrip`, `noContract`, `travelDateNotOnSale`, `fareClassNotSold`,
    /// `amountNotAllowed`, `soldOut`, `amountMismatch`, `passengerAlreadyBooked`; for tickets on
    /// numbered paper those of `takePaper`; `tillCeilingReached`, `tillShortOfCash`.
    func startTicketChange(
        _ request: TicketChangeRequest, claim: IdempotencyClaim, by principal: Principal
    ) throws -> PartnerStart {
        try startOnce(claim) {
            let shift = try shifts.shift(of: principal, connection)
            let change = try change(of: request, shift: shift)
            guard change.sale.contract.terms[.principalIssues] == 1 else {
                return .done(try changeNow(change, shift: shift))
            }
            return .asking([try begin(change, shift: shift, claim: claim)])
        }
    }

    private func change(of request: TicketChangeRequest, shift: Shift) throws -> TicketChange {
        let ticket = try TicketReader(connection).ticket(
            serial: request.serial, item: request.item, at: shift.station)
        let old = catalogue.contract(ticket.contract)
        let back = try old.change(of: ticket, at: now)
        let trip = try trip(request.tripCode)
        try ticket.checkChange(to: trip, on: request.travelDate, catalogue)
        let contract = try contractToday(for: trip)
        try old.checkIsChanged(to: contract)
        let reservation = try hold(
            .one(ticket.fareClass), of: trip, on: request.travelDate, at: shift.station,
            under: contract, feeFen: 0)
        let change = TicketChange(
            ticket: ticket, back: back, trip: trip, reservation: reservation,
            sale: transaction(for: reservation, of: trip, under: contract, shift: shift))
        guard change.differenceFen == request.differenceFen else {
            throw Refusal(
                .amountMismatch,
                "the difference is \(change.differenceFen) fen now, below zero if it goes back; "
                    + "tell the customer, then settle exactly that",
                zh: "现差额为 \(YuanText.plain(change.differenceFen)) 元（负数为应退）；请告知客户并按此金额结算",
                field: "/difference_fen")
        }
        try keepPassenger(of: ticket, on: reservation, under: contract)
        return change
    }

    private func changeNow(_ change: TicketChange, shift: Shift) throws -> [UInt8] {
        var sold = try issue(
            change.reservation, post(change.sale), commissionFen: change.sale.commissionFen,
            changed: change.ticket)
        if let paper = stockItems.paper(of: change.sale.product) {
            sold.papers = try takePaper(paper, count: 1, shift: shift, sale: sold.receipt.serial)
        }
        let refund = try take(change.ticket, change.back, .change, shift: shift)
        return json(refund: refund, sold, change.back)
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

    func json(refund: Receipt, _ sold: SoldTickets, _ back: TicketReturn) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        // The answer begins with the refund: by that the audit knows that it tells of two receipts.
        writer.key("refund")
        refund.encode(to: &writer, zone: profile.zone)
        sold.encodeMembers(to: &writer, zone: profile.zone)
        back.encodeMembers(to: &writer)
        writer.field("difference_fen", sold.receipt.amountFen - back.totalFen)
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
