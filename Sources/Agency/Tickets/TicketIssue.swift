import CivilTime
import Cryptography
import Ledger
import SQL
import StrictJSON

/// A request to pay a reservation and issue its tickets.
public struct TicketIssueRequest: Sendable, Equatable {
    public let reservation: Int64
    /// The fares that the customer pays, in fen; they must equal the reservation's.
    public let amountFen: Int64
    /// The service fee that the operator charges, in fen; nothing means the tariff's.
    public let serviceFeeFen: Int64?

    public init(reservation: Int64, amountFen: Int64, serviceFeeFen: Int64? = nil) {
        self.reservation = reservation
        self.amountFen = amountFen
        self.serviceFeeFen = serviceFeeFen
    }

    /// SHA-256 over the request's fields, for its idempotency key.
    public var fingerprint: SHA256Digest {
        fingerprintOf("ticket_sale", "", "\(reservation)", amountFen, serviceFeeFen)
    }
}

extension AgencySession {
    /// Takes the cash for a reservation and issues its tickets, once for each key.
    ///
    /// Refusals, in order: `notSignedOn`, `unknownReservation`, `reservationAlreadyIssued`,
    /// `reservationExpired`, `amountMismatch`, `noContract`, `feeNotInTariff`.
    public func issueTickets(
        _ request: TicketIssueRequest, claim: IdempotencyClaim, by principal: Principal
    ) throws -> CommandOutcome {
        try once(claim) {
            let shift = try shifts.shift(of: principal, connection)
            var writer = JSONWriter()
            writer.beginObject()
            try sellTickets(request, shift: shift, basket: nil)
                .encodeMembers(to: &writer, zone: profile.zone)
            writer.endObject()
            return writer.bytes
        }
    }

    /// Takes the cash for a reservation and issues its tickets, alone or as an item of a basket.
    func sellTickets(
        _ request: TicketIssueRequest, shift: Shift, basket: OpenBasket?
    ) throws -> SoldTickets {
        let reservation = try payable(request, at: shift.station)
        guard let trip = try TripReader(connection).trip(reservation.trip) else {
            preconditionFailure("a reservation's trip is kept by its foreign key")
        }
        let product = catalogue.product(trip.product)
        let contract = try catalogue.contract(for: product, on: try journal.currentDate())
        try contract.check(feeFen: request.serviceFeeFen, tariffFen: reservation.feeFen)
        let receipt = try post(
            NewTransaction(
                kind: .ticketSale, product: product, contract: contract, shift: shift,
                accountReference: "\(trip.code)/\(reservation.travelDate.compact)",
                amountFen: reservation.fareFen, feeFen: reservation.feeFen,
                commissionFen: contract.commission.commissionFen(on: reservation.fareFen),
                basket: basket?.place))
        try connection.prepare(
            """
            UPDATE ticket_reservation SET state = 'issued', serial = $1
            WHERE reservation_id = $2
            """
        ).run(.integer(receipt.serial), .integer(reservation.id.number))
        return SoldTickets(receipt: receipt, reservation: reservation, trip: trip)
    }

    private func payable(
        _ request: TicketIssueRequest, at station: ID<Station>
    ) throws -> TicketReservation {
        guard let reservation = try reservation(request.reservation),
            reservation.station == station
        else {
            throw Refusal(
                .unknownReservation, "there is no such reservation of this station",
                field: "/reservation_id")
        }
        let expired = Refusal(
            .reservationExpired, "the reservation has expired; take no money and reserve again",
            field: "/reservation_id")
        switch reservation.state {
        case .issued:
            throw Refusal(
                .reservationAlreadyIssued, "the tickets are issued already; take no money",
                field: "/reservation_id")
        case .expired: throw expired
        case .reserved: break
        }
        guard now < reservation.expiresAt else { throw expired }
        guard request.amountFen == reservation.fareFen else {
            throw Refusal(
                .amountMismatch, "the fares are \(reservation.fareFen) fen; pay exactly that",
                field: "/amount_fen")
        }
        return reservation
    }
}

/// Tickets that were paid and issued.
struct SoldTickets {
    let receipt: Receipt
    let reservation: TicketReservation
    let trip: Trip

    /// Writes receipt and tickets as members of an object.
    func encodeMembers(to writer: inout JSONWriter, zone: ZoneOffset) {
        writer.key("receipt")
        receipt.encode(to: &writer, zone: zone)
        writer.key("tickets")
        writer.beginArray()
        for seat in 1...reservation.seatCount {
            writer.beginObject()
            writer.field("ticket_number", Receipt.serialText(receipt.serial) + "-\(seat)")
            writer.field("trip_id", trip.code)
            writer.field("origin", trip.origin)
            writer.field("destination", trip.destination)
            writer.field("travel_date", reservation.travelDate.description)
            writer.field("departure_time", trip.departureTime)
            writer.field("fare_fen", trip.fareFen)
            writer.endObject()
        }
        writer.endArray()
    }
}
