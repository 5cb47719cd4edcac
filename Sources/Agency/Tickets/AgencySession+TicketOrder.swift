import CivilTime
import Ledger
import SQL
import StrictJSON

/// What the first step of a sale came to.
enum TicketSaleStart: Sendable {
    /// The key was used before, the sale was refused, or its tickets are issued already.
    case known(CommandOutcome)
    /// The cash is promised and the principal is asked.
    case paid(TicketOrder)
}

/// A sale whose tickets the principal issues, between its two steps.
struct TicketOrderRow {
    let serial: Int64
    let reservation: TicketReservation
    let status: TransactionStatus
    let pendingEntry: ID<JournalEntry>
    let key: String
    let credential: Int64
    let commissionFen: Int64
}

extension AgencySession {
    /// Sells the tickets of a reservation, or takes the first step where the principal issues them.
    ///
    /// Refusals as for ``issueTickets(_:claim:by:)``.
    func startTicketSale(
        _ request: TicketIssueRequest, claim: IdempotencyClaim, by principal: Principal
    ) throws -> TicketSaleStart {
        guard try isIssuedByPrincipal(request.reservation) else {
            return .known(try issueTickets(request, claim: claim, by: principal))
        }
        if let known = try begin(claim) { return .known(known) }
        do {
            return .paid(try insertOrder(request, claim: claim, by: principal))
        } catch let refusal as Refusal {
            try undoCommand()
            try refuse(claim, refusal)
            return .known(.refused(refusal))
        }
    }

    /// Records what the principal said; a later answer changes nothing.
    ///
    /// Issued: the sale is posted. Refused: cash, fee, commission and seats go back, and the receipt
    /// says so.
    /// - Returns: what the counter is told; running while nothing is known.
    func recordTicketIssue(
        _ answer: TicketIssueAnswer, serial: Int64
    ) throws -> CommandOutcome {
        guard let order = try ticketOrder(serial), order.status == .pending else {
            return .refused(Self.notIssued(serial))
        }
        let outcome: CommandOutcome
        switch answer {
        case .unknown: return .running
        case .issued(let reference):
            let entry = try journal.postPending(order.pendingEntry, at: now)
            try setStatus(
                .posted, of: serial, reference: Self.carried(reference), entry: entry.id)
            let sold = try issue(
                order.reservation, receipt(serial), commissionFen: order.commissionFen)
            var writer = JSONWriter()
            writer.beginObject()
            sold.encodeMembers(to: &writer, zone: profile.zone)
            writer.endObject()
            outcome = .done(writer.bytes)
        case .refused:
            _ = try journal.void(order.pendingEntry, narrative: "not issued", at: now)
            try setStatus(.returned, of: serial)
            try tell(.fail, to: order.reservation)
            outcome = .refused(Self.notIssued(serial))
        }
        try finish(key: order.key, credential: order.credential, outcome)
        return outcome
    }

    /// The orders that wait for their principal.
    func waitingTicketOrders() throws -> [TicketOrder] {
        let serials = try connection.prepare(
            """
            SELECT o.serial FROM service_transaction x JOIN ticket_order o ON o.serial = x.serial
            WHERE x.status IN ('pending', 'authorised', 'unknown', 'return_due')
            ORDER BY o.serial
            """
        ).all { $0.integer(0) }
        return try serials.compactMap { serial in
            guard let row = try ticketOrder(serial),
                let trip = try TripReader(connection).trip(row.reservation.trip)
            else { return nil }
            return order(serial, row.reservation, trip)
        }
    }

    // MARK: - Steps

    private func insertOrder(
        _ request: TicketIssueRequest, claim: IdempotencyClaim, by principal: Principal
    ) throws -> TicketOrder {
        let shift = try shifts.shift(of: principal, connection)
        let sale = try sale(of: request, shift: shift)
        let serial = try nextSerial()
        let entry = try journal.pend(
            NewEntry(
                kind: sale.transaction.kind.entryKind,
                narrative: sale.transaction.product.code, source: serial,
                postings: sale.transaction.postings(catalogue)),
            expiresAt: nil, at: now)
        _ = try insert(sale.transaction, serial: serial, status: .pending, entry: nil)
        try tell(.pay, to: sale.reservation, serial: serial)
        try connection.prepare(
            """
            INSERT INTO ticket_order (serial, reservation_id, pending_entry_id, key, credential)
            VALUES ($1, $2, $3, $4, $5)
            """
        ).run(
            .integer(serial), .integer(sale.reservation.id.number), .integer(entry.id.number),
            .text(claim.key), .integer(claim.credential))
        return order(serial, sale.reservation, sale.trip)
    }

    private func order(
        _ serial: Int64, _ reservation: TicketReservation, _ trip: Trip
    ) -> TicketOrder {
        TicketOrder(
            serial: serial, partnerCode: catalogue.product(trip.product).partner.code,
            tripCode: trip.code, travelDate: reservation.travelDate.description,
            seatCount: reservation.seatCount, fareFen: reservation.fareFen)
    }

    private func isIssuedByPrincipal(_ number: Int64) throws -> Bool {
        guard let reservation = try reservation(number),
            let trip = try TripReader(connection).trip(reservation.trip)
        else { return false }
        do {
            return try contractToday(for: trip).terms[.principalIssues] == 1
        } catch is Refusal {
            // Without a contract it is refused either way.
            return false
        }
    }

    private func ticketOrder(_ serial: Int64) throws -> TicketOrderRow? {
        let found = try connection.prepare(
            """
            SELECT o.reservation_id, x.status, o.pending_entry_id, o.key, o.credential,
                x.commission_fen
            FROM ticket_order o JOIN service_transaction x ON x.serial = o.serial
            WHERE o.serial = $1
            """
        ).first(.integer(serial)) { row in
            (
                number: row.integer(0), status: row.text(1), entry: row.integer(2),
                key: row.text(3), credential: row.integer(4), commissionFen: row.integer(5)
            )
        }
        guard let found, let reservation = try reservation(found.number) else { return nil }
        guard let status = TransactionStatus(rawValue: found.status) else {
            throw BookError.damaged(table: "service_transaction", field: "status")
        }
        return TicketOrderRow(
            serial: serial, reservation: reservation, status: status,
            pendingEntry: ID(found.entry), key: found.key, credential: found.credential,
            commissionFen: found.commissionFen)
    }

    private func receipt(_ serial: Int64) throws -> Receipt {
        guard let receipt = try ReceiptReader(connection).receipt(serial: serial) else {
            preconditionFailure("the transaction was read in this command")
        }
        return receipt
    }

    private static func notIssued(_ serial: Int64) -> Refusal {
        Refusal(
            .ticketsNotIssued,
            "the principal did not issue the tickets; give back all of the cash, the service fee "
                + "too, and the receipt \(Receipt.serialText(serial)), which says so",
            zh: "承运方未能出票；请退还全部现金（含服务费），并交付单据 \(Receipt.serialText(serial))")
    }
}
