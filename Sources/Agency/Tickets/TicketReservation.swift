import CivilTime
import Ledger
import SQL
import StrictJSON

/// Seats held for a customer until they are paid or the reservation expires.
///
///     reserved ──▶ issued       paid, and issued in the same transaction
///        ├───────▶ paid ──▶ issued     the principal issues the tickets itself
///        │           └────▶ returned   it could not: everything goes back, its seats are free
///        ├───────▶ cancelled    by the operator; its seats are free
///        └───────▶ expired      by itself; its seats are free
public struct TicketReservation: Sendable {
    /// The most seats of one reservation.
    public static let seatCounts: ClosedRange<Int64> = 1...9

    enum State: String, CaseIterable {
        case reserved, paid, issued, expired, cancelled, returned
    }

    /// What can happen to a reservation.
    enum Event: CaseIterable {
        case pay, issue, fail, cancel, expire
    }

    let id: ID<TicketReservation>
    let trip: ID<Trip>
    let travelDate: BusinessDate
    let seats: [ClassSeats]
    let station: ID<Station>
    let fareFen: Int64
    let feeFen: Int64
    let state: State
    let departsAt: Instant
    let expiresAt: Instant
    let serial: Int64?

    var seatCount: Int64 { seats.reduce(0) { $0 + $1.seatCount } }
}

extension TicketReservation.State {
    /// The state after an event, or nothing when the event cannot happen in this one.
    func after(_ event: TicketReservation.Event) -> TicketReservation.State? {
        switch (self, event) {
        case (.reserved, .pay): .paid
        case (.reserved, .issue), (.paid, .issue): .issued
        case (.reserved, .cancel): .cancelled
        case (.reserved, .expire): .expired
        case (.paid, .fail): .returned
        case (.reserved, .fail), (.paid, .pay), (.paid, .cancel), (.paid, .expire),
            (.issued, _), (.expired, _), (.cancelled, _), (.returned, _):
            nil
        }
    }
}

extension AgencySession {
    func reservation(_ number: Int64) throws -> TicketReservation? {
        let seats = try connection.prepare(
            """
            SELECT fare_class, seat_count, fare_fen FROM ticket_reservation_fare
            WHERE reservation_id = $1 ORDER BY fare_class
            """
        ).all(.integer(number)) { row in
            guard let fareClass = FareClass(rawValue: row.text(0)) else {
                throw row.damage(0, expected: "a fare class")
            }
            return ClassSeats(
                fareClass: fareClass, seatCount: row.integer(1), fareFen: row.integer(2))
        }
        return try connection.prepare(
            """
            SELECT reservation_id, trip_id, travel_date, station_id, fare_fen, fee_fen,
                state, departs_at, expires_at, serial
            FROM ticket_reservation WHERE reservation_id = $1
            """
        ).first(.integer(number)) { row in
            guard let state = TicketReservation.State(rawValue: row.text(6)) else {
                throw row.damage(6, expected: "a state")
            }
            return TicketReservation(
                id: ID(row.integer(0)), trip: ID(row.integer(1)), travelDate: row.businessDate(2),
                seats: seats, station: ID(row.integer(3)), fareFen: row.integer(4),
                feeFen: row.integer(5), state: state,
                departsAt: Instant(millisecondsSinceEpoch: row.integer(7)),
                expiresAt: Instant(millisecondsSinceEpoch: row.integer(8)),
                serial: row.optionalInteger(9))
        }
    }

    /// Moves a reservation on; seats that it no longer holds are free.
    ///
    /// - Parameter serial: its sale, from when it is paid.
    func tell(
        _ event: TicketReservation.Event, to reservation: TicketReservation, serial: Int64? = nil
    ) throws {
        guard let state = reservation.state.after(event) else {
            preconditionFailure(
                "reservation \(reservation.id) is \(reservation.state) and cannot \(event)")
        }
        try connection.prepare(
            """
            UPDATE ticket_reservation SET state = $1, serial = ifnull($2, serial)
            WHERE reservation_id = $3
            """
        ).run(.text(state.rawValue), .integer(serial), .integer(reservation.id.number))
        switch state {
        case .expired, .cancelled, .returned:
            try freeSeats(reservation.seatCount, of: reservation.trip, on: reservation.travelDate)
        case .reserved, .paid, .issued: break
        }
    }

    func freeSeats(_ count: Int64, of trip: ID<Trip>, on date: BusinessDate) throws {
        try connection.prepare(
            """
            UPDATE trip_day SET seats_taken = seats_taken - $1
            WHERE trip_id = $2 AND travel_date = $3
            """
        ).run(.integer(count), .integer(trip.number), .integer(Int64(date.daysSinceEpoch)))
    }
}
