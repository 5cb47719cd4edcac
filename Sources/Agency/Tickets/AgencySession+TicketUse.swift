import CivilTime
import Cryptography
import Ledger
import SQL
import StrictJSON

/// SHA-256 over a ticket's use, for its idempotency key.
public func ticketUseFingerprint(serial: Int64, item: Int64) -> SHA256Digest {
    fingerprintOf("ticket_use", "", "\(serial)-\(item)", 0)
}

extension AgencySession {
    /// Marks a ticket as used, at the gate or on board, once for each key: nobody enters with it
    /// again, and it is neither refunded nor changed.
    ///
    /// Operators do it for tickets of their station, liaisons for their partner's. Refusals, in
    /// order: `unknownTicket`, `ticketNotIssued` or `refundUnconfirmed`, `ticketNotValidNow`.
    public func useTicket(
        serial: Int64, item: Int64, claim: IdempotencyClaim, by principal: Principal
    ) throws -> CommandOutcome {
        try once(claim) {
            let reader = TicketReader(connection)
            let ticket = try reader.tickets(of: serial).first { $0.item == item }
            guard let ticket, isOwn(ticket, principal) else { throw TicketReader.unknownTicket }
            guard let state = ticket.state.after(.use) else { throw ticket.ended }
            try ticket.checkUse(
                at: now, zone: profile.zone, under: catalogue.contract(ticket.contract))
            try connection.prepare(
                """
                UPDATE ticket SET state = $1, used_at = $2, used_by = $3
                WHERE serial = $4 AND item = $5
                """
            ).run(
                .text(state.rawValue), .integer(now.millisecondsSinceEpoch),
                .integer(principal.staff.number), .integer(serial), .integer(item))
            var writer = JSONWriter()
            writer.beginObject()
            writer.field("ticket_number", ticket.number)
            writer.field("state", state.rawValue)
            writer.field("trip_id", ticket.trip.code)
            writer.field("travel_date", ticket.travelDate.description)
            writer.field("fare_class", ticket.fareClass.rawValue)
            writer.field("passenger_name", ifPresent: ticket.passenger?.maskedName)
            writer.field("used_at", profile.zone.text(now))
            writer.field("staff_id", principal.staffCode)
            writer.endObject()
            return writer.bytes
        }
    }

    private func isOwn(_ ticket: Ticket, _ principal: Principal) -> Bool {
        switch principal.role {
        case .operator: ticket.station == principal.station
        case .liaison: catalogue.product(ticket.trip.product).partner.id == principal.partner
        case .supervisor, .committee, .administrator: false
        }
    }
}

extension Ticket {
    /// A ticket is used on its date; where it lasts beyond midnight, until so many minutes after
    /// its departure, its beginning or the closing hour as its contract has.
    ///
    /// - Throws: `Refusal` with `ticketNotValidNow`.
    fileprivate func checkUse(
        at instant: Instant, zone: ZoneOffset, under contract: Contract
    ) throws {
        let ends = max(
            zone.midnight(startOf: travelDate.adding(days: 1)),
            departsAt.adding(milliseconds: contract.terms[.lateUseMinutes] * 60_000))
        guard zone.midnight(startOf: travelDate) <= instant, instant < ends else {
            let today = zone.date(at: instant)
            throw Refusal(
                .ticketNotValidNow,
                "the ticket is of \(travelDate), and today is \(today); let nobody in with it, "
                    + "and compare the date printed on it",
                zh: "此票日期为 \(travelDate)，今天是 \(today)；请勿放行，并核对票面日期")
        }
    }
}
