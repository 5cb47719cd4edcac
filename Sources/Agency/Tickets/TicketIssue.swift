import CivilTime
import Cryptography
import Ledger
import Printing
import SQL
import StrictJSON

/// A request to pay a reservation and issue its tickets.
public struct TicketIssueRequest: Sendable, Equatable {
    public let reservation: Int64
    /// The fares that the customer pays, in fen; they must equal the reservation's.
    public let amountFen: Int64
    /// The service fee that the operator charges, in fen; nothing means the tariff's.
    public let serviceFeeFen: Int64?
    /// Who travels, one for each seat where the contract wants names, nobody elsewhere.
    public let passengers: [Passenger]

    public init(
        reservation: Int64, amountFen: Int64, serviceFeeFen: Int64? = nil,
        passengers: [Passenger] = []
    ) {
        self.reservation = reservation
        self.amountFen = amountFen
        self.serviceFeeFen = serviceFeeFen
        self.passengers = passengers
    }

    /// SHA-256 over the request's fields, for its idempotency key.
    ///
    /// Of passengers it has no more than the book shows: their numbers could be guessed from it.
    public var fingerprint: SHA256Digest {
        fingerprintOf(
            "ticket_sale", passengers.map(\.shown).joined(separator: "\u{1E}"),
            "\(reservation)", amountFen, serviceFeeFen)
    }
}

extension AgencySession {
    /// What a request sells, if nothing speaks against it.
    ///
    /// - Throws: `Refusal` as ``startTicketSale(_:claim:by:)``, from `unknownReservation` to
    ///   `identityNotChecked`.
    func sale(
        of request: TicketIssueRequest, shift: Shift, basket: OpenBasket? = nil
    ) throws -> TicketSale {
        let reservation = try payable(request, at: shift.station)
        guard let trip = try TripReader(connection).trip(reservation.trip) else {
            preconditionFailure("a reservation's trip is kept by its foreign key")
        }
        let contract = try contractToday(for: trip)
        try contract.check(feeFen: request.serviceFeeFen, tariffFen: reservation.feeFen)
        return TicketSale(
            reservation: reservation, trip: trip, contract: contract,
            transaction: transaction(
                for: reservation, of: trip, under: contract, shift: shift, basket: basket),
            passengers: try request.passengers.seated(in: reservation.seats, under: contract))
    }

    func transaction(
        for reservation: TicketReservation, of trip: Trip, under contract: Contract,
        shift: Shift, basket: OpenBasket? = nil
    ) -> NewTransaction {
        NewTransaction(
            kind: .ticketSale, product: catalogue.product(trip.product), contract: contract,
            shift: shift, accountReference: "\(trip.code)/\(reservation.travelDate.compact)",
            amountFen: reservation.fareFen, feeFen: reservation.feeFen,
            commissionFen: contract.commission.commissionFen(on: reservation.fareFen),
            basket: basket?.place)
    }

    /// Makes the tickets of a reservation whose sale is posted.
    ///
    /// - Parameters:
    ///   - changed: the ticket that the only one follows.
    ///   - principalNumbers: the principal's own; they count when there is one for each seat.
    func issue(
        _ reservation: TicketReservation, _ receipt: Receipt, commissionFen: Int64,
        changed: Ticket? = nil, principalNumbers: [String] = []
    ) throws -> SoldTickets {
        try tell(.issue, to: reservation, serial: receipt.serial)
        let parts = TicketParts(of: reservation, commissionFen: commissionFen).parts
        let numbers = Ticket.principalNumbers(principalNumbers, count: parts.count)
        for (part, number) in zip(parts, numbers) {
            try connection.prepare(
                """
                INSERT INTO ticket (serial, item, reservation_id, fare_class, fare_fen, fee_fen,
                    commission_fen, state, change_count, changed_serial, changed_item,
                    principal_number)
                VALUES ($1, $2, $3, $4, $5, $6, $7, 'issued', $8, $9, $10, $11)
                """
            ).run(
                .integer(receipt.serial), .integer(part.item),
                .integer(reservation.id.number), .text(part.fareClass.rawValue),
                .integer(part.fareFen), .integer(part.feeFen), .integer(part.commissionFen),
                .integer(changed.map { $0.changeCount + 1 } ?? 0), .integer(changed?.serial),
                .integer(changed?.item), .text(number))
        }
        return SoldTickets(
            receipt: receipt, tickets: try TicketReader(connection).tickets(of: receipt.serial))
    }

    private func payable(
        _ request: TicketIssueRequest, at station: ID<Station>
    ) throws -> TicketReservation {
        let reservation = try reservation(request.reservation, at: station)
        let expired = Refusal(
            .reservationExpired, "the reservation has expired; take no money and reserve again",
            zh: "预订已过期；请勿收款，重新预订", field: "/reservation_id")
        switch reservation.state {
        case .issued, .paid: throw Self.alreadyIssued
        case .returned: throw Self.notIssued
        case .cancelled: throw Self.cancelled
        case .expired: throw expired
        case .reserved: break
        }
        guard now < reservation.expiresAt else { throw expired }
        guard request.amountFen == reservation.fareFen else {
            throw Refusal(
                .amountMismatch, "the fares are \(reservation.fareFen) fen; pay exactly that",
                zh: "票款应为 \(YuanText.plain(reservation.fareFen)) 元；请按此金额收取", field: "/amount_fen")
        }
        return reservation
    }

    private static let cancelled = Refusal(
        .reservationExpired,
        "the reservation was cancelled and its seats are free again; take no money and reserve again",
        zh: "预订已取消，座位已释放；请勿收款，重新预订", field: "/reservation_id")

    private static let notIssued = Refusal(
        .reservationExpired,
        "the principal did not issue these tickets and their seats are free again; take no money "
            + "and reserve again",
        zh: "承运方（主办方）未能出票，座位已释放；请勿收款，重新预订", field: "/reservation_id")

    static let alreadyIssued = Refusal(
        .reservationAlreadyIssued, "the tickets are paid already; take no money",
        zh: "此预订已付款；请勿再次收款", field: "/reservation_id")
}

/// Tickets that were paid and issued.
struct SoldTickets {
    let receipt: Receipt
    let tickets: [Ticket]
    /// The serials of the numbered papers that they are printed on, if they are.
    var papers: [String] = []

    /// Receipt and tickets as the bytes of a JSON object.
    func json(zone: ZoneOffset) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        encodeMembers(to: &writer, zone: zone)
        writer.endObject()
        return writer.bytes
    }

    /// Writes receipt and tickets as members of an object.
    func encodeMembers(to writer: inout JSONWriter, zone: ZoneOffset) {
        writer.key("receipt")
        receipt.encode(to: &writer, zone: zone)
        writer.key("tickets")
        writer.beginArray()
        for ticket in tickets { ticket.encode(to: &writer) }
        writer.endArray()
        guard !papers.isEmpty else { return }
        writer.key("papers")
        writer.beginArray()
        for paper in papers {
            writer.beginObject()
            writer.field("paper_serial", paper)
            writer.endObject()
        }
        writer.endArray()
    }
}

/// A reservation's sale, shared out among its tickets.
struct TicketParts {
    struct Part: Equatable {
        let item: Int64
        let fareClass: FareClass
        let fareFen: Int64
        let feeFen: Int64
        let commissionFen: Int64
    }

    /// The parts in order; each sum is the sale's.
    let parts: [Part]

    /// Shares out fee and commission.
    ///
    /// The fee is so much a ticket. The commission goes by fare: the first tickets together have
    /// their fares' share rounded down, so that no fen is lost or doubled.
    init(of reservation: TicketReservation, commissionFen: Int64) {
        var parts: [Part] = []
        var fareBefore: Int64 = 0
        var commissionBefore: Int64 = 0
        for line in reservation.seats {
            for _ in 0..<line.seatCount {
                fareBefore += line.fareFen
                let upTo = Int64(
                    Int128(commissionFen) * Int128(fareBefore) / Int128(reservation.fareFen))
                parts.append(
                    Part(
                        item: Int64(parts.count) + 1, fareClass: line.fareClass,
                        fareFen: line.fareFen,
                        feeFen: reservation.feeFen / reservation.seatCount,
                        commissionFen: upTo - commissionBefore))
                commissionBefore = upTo
            }
        }
        self.parts = parts
    }
}
