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
    /// `reservationExpired`, `amountMismatch`, `noContract`, `feeNotInTariff`, `sellAlone`;
    /// for tickets on numbered paper also those of `takePaper`.
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
        let sale = try sale(of: request, shift: shift, basket: basket)
        guard sale.contract.terms[.principalIssues] == 0 else {
            throw Refusal(
                .sellAlone,
                "the principal issues these tickets itself; sell them by themselves",
                zh: "此票由承运方出票，不能合并办理；请单独售票")
        }
        let receipt = try post(sale.transaction)
        var sold = try issue(
            sale.reservation, receipt, commissionFen: sale.transaction.commissionFen)
        if let paper = stockItems.paper(of: sale.transaction.product) {
            sold.papers = try takePaper(
                paper, count: Int64(sold.tickets.count), shift: shift, sale: receipt.serial)
        }
        return sold
    }

    /// A sale that nothing speaks against, before anything is booked.
    struct TicketSale {
        let reservation: TicketReservation
        let trip: Trip
        let contract: Contract
        let transaction: NewTransaction
    }

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
                for: reservation, of: trip, under: contract, shift: shift, basket: basket))
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
    /// - Parameter changed: the ticket that the only one follows.
    func issue(
        _ reservation: TicketReservation, _ receipt: Receipt, commissionFen: Int64,
        changed: Ticket? = nil
    ) throws -> SoldTickets {
        try tell(.issue, to: reservation, serial: receipt.serial)
        let parts = TicketParts(of: reservation, commissionFen: commissionFen)
        for part in parts.parts {
            try connection.prepare(
                """
                INSERT INTO ticket (serial, item, reservation_id, fare_class, fare_fen, fee_fen,
                    commission_fen, state, change_count, changed_serial, changed_item)
                VALUES ($1, $2, $3, $4, $5, $6, $7, 'issued', $8, $9, $10)
                """
            ).run(
                .integer(receipt.serial), .integer(part.item),
                .integer(reservation.id.number), .text(part.fareClass.rawValue),
                .integer(part.fareFen), .integer(part.feeFen), .integer(part.commissionFen),
                .integer(changed.map { $0.changeCount + 1 } ?? 0), .integer(changed?.serial),
                .integer(changed?.item))
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
        case .expired, .cancelled, .returned: throw expired
        case .reserved: break
        }
        guard now < reservation.expiresAt else { throw expired }
        guard request.amountFen == reservation.fareFen else {
            throw Refusal(
                .amountMismatch, "the fares are \(reservation.fareFen) fen; pay exactly that",
                zh: "票款应为 \(reservation.fareFen) 分；请按此金额收取", field: "/amount_fen")
        }
        return reservation
    }

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
