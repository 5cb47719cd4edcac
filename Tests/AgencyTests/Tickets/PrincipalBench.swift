import CivilTime
import Testing

@testable import Agency

/// Coach tickets that their principal issues itself, and a desk that asks it.
extension PartnerBench {
    /// The same book with another desk.
    init(_ bench: PartnerBench, _ desk: PartnerDesk) {
        test = bench.test
        partner = bench.partner
        timer = bench.timer
        self.desk = desk
    }

    static let issuedByPrincipal = TestBook.term(.principalIssues, 1, of: "COACH")

    /// - Parameter sql: changes the book beside the principal's term.
    static func principal(
        at time: String = "2026-11-20 09:00", preparing sql: String = ""
    ) throws -> PartnerBench {
        try PartnerBench(at: time, preparing: issuedByPrincipal + sql)
    }

    func sell(
        _ reservation: TestBook.Reservation, passengers: [Passenger] = [], key: String,
        by principal: Principal
    ) throws -> PaymentOutcome {
        let request = TicketIssueRequest(
            reservation: reservation.number, amountFen: reservation.fareFen,
            passengers: passengers)
        let claim = try test.claim(key, principal, request.fingerprint)
        let call = PaymentCall()
        try desk.sellTickets(request, claim: claim, by: principal) { call.hear($0) }
        return try call.wait()
    }

    /// Sells tickets of a trip and gives the sale's serial number.
    func sold(
        _ seats: Int64 = 1, of trip: String = "QC0009", key: String, by principal: Principal
    ) throws -> Int64 {
        let reservation = try test.reserve(trip, seats: seats, by: principal)
        let answer = try sell(reservation, key: key, by: principal).outcome.answer()
        return try #require(Int64(try answer.object("receipt").text("serial")))
    }

    func refund(
        _ serial: Int64, _ item: Int64 = 1, _ refundFen: Int64 = 1_170, key: String,
        by principal: Principal
    ) throws -> PaymentOutcome {
        let request = TicketRefundRequest(serial: serial, item: item, refundFen: refundFen)
        let claim = try test.claim(key, principal, request.fingerprint)
        let call = PaymentCall()
        try desk.refundTicket(request, claim: claim, by: principal) { call.hear($0) }
        return try call.wait()
    }

    /// Begins to change a ticket; the call hears the outcome.
    func beginChange(
        _ serial: Int64, to trip: String, on date: String = "2026-11-22", _ differenceFen: Int64,
        key: String, by principal: Principal
    ) throws -> PaymentCall {
        let request = TicketChangeRequest(
            serial: serial, item: 1, tripCode: trip,
            travelDate: try #require(BusinessDate(date)), differenceFen: differenceFen)
        let claim = try test.claim(key, principal, request.fingerprint)
        let call = PaymentCall()
        try desk.changeTicket(request, claim: claim, by: principal) { call.hear($0) }
        return call
    }

    func change(
        _ serial: Int64, to trip: String, on date: String = "2026-11-22", _ differenceFen: Int64,
        key: String, by principal: Principal
    ) throws -> PaymentOutcome {
        try beginChange(serial, to: trip, on: date, differenceFen, key: key, by: principal).wait()
    }

    func reservationState(_ number: Int64) throws -> String {
        try #require(
            try test.texts(
                "SELECT state FROM ticket_reservation WHERE reservation_id = \(number)"
            ).first)
    }

    func ticketStates(_ serial: Int64) throws -> [String] {
        try test.texts("SELECT state FROM ticket WHERE serial = \(serial) ORDER BY item")
    }
}

extension PartnerCallState {
    /// The events that lead from the beginning to the state.
    var way: [PartnerCallEvent] {
        switch self {
        case .posting: []
        case .unknown: [.unanswered]
        case .reversing: [.unanswered, .notFound]
        case .disputed: [.bookedOtherwise]
        case .booked: [.booked]
        case .refused: [.refused]
        case .reversed: [.unanswered, .notFound, .reversed]
        }
    }
}
