import CivilTime
import Ledger
import SQL
import Testing

@testable import Agency

extension TestBook {
    /// Plays a day with every kind of transaction at two stations and signs everybody off.
    ///
    /// Station 1 ends 300 fen over, station 2 ends 200 fen short. Nothing is sold for RAIL01 and
    /// BANK02. Keys start with `prefix`, so that several days can follow each other.
    func playDay(_ prefix: String = "day1") throws {
        let first = try signOn(1)
        let second = try signOn(2)
        try payBill("WATER", isLate: true, key: prefix + "-water", by: first)
        try payBill("POWER", key: prefix + "-power", by: first)
        try payPhone(key: prefix + "-mobile", by: first)
        let sold = try reserve("QC0009", seats: 2, by: first)
        _ = try issue(sold, key: prefix + "-coach", by: first).bytes()
        _ = try reserve("QC0013", seats: 3, by: first)
        let paid = try pending(key: prefix + "-paid", by: first)
        _ = try record(.approved(reference: "BANK-REF-1"), paid).bytes()
        _ = try confirmCash(paid, key: prefix + "-cash", by: first).bytes()
        let lost = try pending(50_000, key: prefix + "-lost", by: first)
        _ = try record(.noAnswer, lost)
        try payPhone("TELECOM", account: "18900000002", 3_333, key: prefix + "-tel", by: second)
        _ = try printReceipt(1, key: prefix + "-print", by: first).bytes()
        _ = try printReceipt(1, key: prefix + "-copy", by: first).bytes()
        _ = try signOff(first, differenceFen: 300).bytes()
        _ = try signOff(second, differenceFen: -200).bytes()
    }

    /// Closes the open business date.
    @discardableResult
    func closeDay() throws -> DayCloseSummary {
        let date = try #require(BusinessDate(date()))
        return try perform { try $0.closeDay(date) }
    }

    /// Releases what is due, or throws why the first file is held back.
    @discardableResult
    func release() throws -> [SettlementFileRow] {
        let release = try SettlementExchange(book: book).releaseAll()
        if let held = release.heldBack.first { throw held.cause }
        return release.files
    }

    // MARK: - Tickets

    struct Reservation: Sendable {
        let number: Int64
        let fareFen: Int64
        let feeFen: Int64
    }

    /// Reserves seats for the day after the opening date.
    func reserve(
        _ trip: String, seats: Int64 = 1, children: Int64 = 0, seniors: Int64 = 0,
        on date: String? = nil, by principal: Principal
    ) throws -> Reservation {
        let today = book.profile.zone.date(at: clock.now)
        let travel = try date.map { try #require(BusinessDate($0)) } ?? today.adding(days: 1)
        let request = try #require(
            SeatRequest(seatCount: seats, childCount: children, seniorCount: seniors))
        let answer = try Answer(
            perform {
                try $0.reserveTickets(
                    tripCode: trip, travelDate: travel, seats: request, by: principal)
            })
        return Reservation(
            number: try #require(Int64(try answer.text("reservation_id"))),
            fareFen: try answer.fen("amount_fen"), feeFen: try answer.fen("service_fee_fen"))
    }

    func issue(
        _ request: TicketIssueRequest, key: String, by principal: Principal
    ) throws -> CommandOutcome {
        let claim = try claim(key, principal, request.fingerprint)
        return try perform {
            try $0.startTicketSale(request, claim: claim, by: principal).known()
        }
    }

    func issue(
        _ reservation: Reservation, key: String, by principal: Principal
    ) throws -> CommandOutcome {
        try issue(
            TicketIssueRequest(reservation: reservation.number, amountFen: reservation.fareFen),
            key: key, by: principal)
    }
}
