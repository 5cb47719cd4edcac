import CivilTime
import Ledger
import SQL
import StrictJSON

/// Seats held for a customer until they are paid or the reservation expires.
///
///     reserved ──▶ issued     paid and issued in one transaction
///         └──────▶ expired    its seats are free again
public struct TicketReservation: Sendable {
    /// The most seats of one reservation.
    public static let seatCounts: ClosedRange<Int64> = 1...9

    enum State: String {
        case reserved, issued, expired
    }

    let id: ID<TicketReservation>
    let trip: ID<Trip>
    let travelDate: BusinessDate
    let seatCount: Int64
    let station: ID<Station>
    let fareFen: Int64
    let feeFen: Int64
    let state: State
    let expiresAt: Instant
}

extension AgencySession {
    /// Reserves seats on a trip for the caller's station.
    ///
    /// - Returns: the reservation as the bytes of a JSON object.
    /// - Throws: `Refusal` with `notSignedOn`, `unknownTrip`, `travelDateNotOnSale`, `noContract`,
    ///   `amountNotAllowed`, `soldOut`.
    public func reserveTickets(
        tripCode: String, travelDate: BusinessDate, seatCount: Int64, by principal: Principal
    ) throws -> [UInt8] {
        let shift = try shifts.shift(of: principal, connection)
        guard let trip = try TripReader(connection).trip(tripCode) else {
            throw Refusal(
                .unknownTrip, "there is no such trip; see GET /v1/trips", field: "/trip_id")
        }
        let today = profile.zone.date(at: now)
        guard travelDate >= today, travelDate <= today.adding(days: Trip.saleDays),
            now < trip.departure(on: travelDate, zone: profile.zone)
        else {
            throw Refusal(
                .travelDateNotOnSale,
                "tickets are sold until departure, up to \(Trip.saleDays) days ahead; "
                    + "choose another date",
                field: "/travel_date")
        }
        let product = catalogue.product(trip.product)
        let contract = try catalogue.contract(for: product, on: try journal.currentDate())
        try contract.check(amountFen: trip.fareFen * seatCount, field: "/seat_count")
        try releaseExpiredSeats(of: trip, on: travelDate)
        try takeSeats(seatCount, of: trip, on: travelDate)
        let fareFen = trip.fareFen * seatCount
        let feeFen = contract.serviceFeeFen * seatCount
        let expiresAt = min(
            now.adding(milliseconds: contract.terms[.holdMinutes] * 60_000),
            trip.departure(on: travelDate, zone: profile.zone))
        let number = try connection.prepare(
            """
            INSERT INTO ticket_reservation (trip_id, travel_date, seat_count, station_id, fare_fen,
                fee_fen, state, created_at, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, 'reserved', $7, $8) RETURNING reservation_id
            """
        ).first(
            .integer(trip.id.number), .integer(Int64(travelDate.daysSinceEpoch)),
            .integer(seatCount), .integer(shift.station.number), .integer(fareFen),
            .integer(feeFen), .integer(now.millisecondsSinceEpoch),
            .integer(expiresAt.millisecondsSinceEpoch)
        ) { $0.integer(0) }
        guard let number else { preconditionFailure("RETURNING gives a row or an error") }
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("reservation_id", String(number))
        writer.field("trip_id", trip.code)
        writer.field("product_id", product.code)
        writer.field("origin", trip.origin)
        writer.field("destination", trip.destination)
        writer.field("travel_date", travelDate.description)
        writer.field("departure_time", trip.departureTime)
        writer.field("seat_count", seatCount)
        writer.field("amount_fen", fareFen)
        writer.field("service_fee_fen", feeFen)
        writer.field("total_fen", fareFen + feeFen)
        writer.field("expires_at", profile.zone.text(expiresAt))
        writer.endObject()
        return writer.bytes
    }

    private func takeSeats(_ count: Int64, of trip: Trip, on date: BusinessDate) throws {
        let taken = try connection.prepare(
            """
            INSERT INTO trip_day (trip_id, travel_date, seats_taken) VALUES ($1, $2, $3)
            ON CONFLICT (trip_id, travel_date) DO UPDATE SET
                seats_taken = trip_day.seats_taken + excluded.seats_taken
            RETURNING seats_taken
            """
        ).first(
            .integer(trip.id.number), .integer(Int64(date.daysSinceEpoch)), .integer(count)
        ) { $0.integer(0) }
        guard let taken, taken <= trip.seatsPerDay else {
            throw Refusal(
                .soldOut, "too few seats are left on \(trip.code) on \(date); choose another trip",
                field: "/seat_count")
        }
    }

    private func releaseExpiredSeats(of trip: Trip, on date: BusinessDate) throws {
        let freed = try connection.prepare(
            """
            UPDATE ticket_reservation SET state = 'expired'
            WHERE trip_id = $1 AND travel_date = $2 AND state = 'reserved' AND expires_at <= $3
            RETURNING seat_count
            """
        ).all(
            .integer(trip.id.number), .integer(Int64(date.daysSinceEpoch)),
            .integer(now.millisecondsSinceEpoch)
        ) { $0.integer(0) }.reduce(0, +)
        guard freed > 0 else { return }
        try connection.prepare(
            """
            UPDATE trip_day SET seats_taken = seats_taken - $1
            WHERE trip_id = $2 AND travel_date = $3
            """
        ).run(
            .integer(freed), .integer(trip.id.number), .integer(Int64(date.daysSinceEpoch)))
    }

    func reservation(_ number: Int64) throws -> TicketReservation? {
        try connection.prepare(
            """
            SELECT reservation_id, trip_id, travel_date, seat_count, station_id, fare_fen, fee_fen,
                state, expires_at
            FROM ticket_reservation WHERE reservation_id = $1
            """
        ).first(.integer(number)) { row in
            guard let state = TicketReservation.State(rawValue: row.text(7)) else {
                throw row.damage(7, expected: "a state")
            }
            return TicketReservation(
                id: ID(row.integer(0)), trip: ID(row.integer(1)), travelDate: row.businessDate(2),
                seatCount: row.integer(3), station: ID(row.integer(4)), fareFen: row.integer(5),
                feeFen: row.integer(6), state: state,
                expiresAt: Instant(millisecondsSinceEpoch: row.integer(8)))
        }
    }
}
