import CivilTime
import Ledger
import SQL
import StrictJSON

extension AgencySession {
    /// The most reservations that one command frees when their time has run out.
    static let maximumExpiredReservations = 500

    /// Reserves seats on a trip, or of an offer, for the caller's station.
    ///
    /// - Returns: the reservation as the bytes of a JSON object.
    /// - Throws: `Refusal` with `notSignedOn`, `unknownTrip`, `noContract`, `travelDateNotOnSale`,
    ///   `fareClassNotSold`, `amountNotAllowed`, `soldOut`.
    public func reserveTickets(
        tripCode: String, travelDate: BusinessDate, seats: SeatRequest, by principal: Principal
    ) throws -> [UInt8] {
        let shift = try shifts.shift(of: principal, connection)
        let trip = try trip(tripCode)
        let contract = try contractToday(for: trip)
        let reservation = try hold(
            seats, of: trip, on: travelDate, at: shift.station, under: contract,
            feeFen: contract.serviceFeeFen * seats.seatCount)
        return json(reservation, trip)
    }

    /// Gives up a reservation that was not paid; its seats are free at once.
    ///
    /// It moves no money, so that it needs no key: a second time it answers the same.
    /// - Throws: `Refusal` with `notSignedOn`, `unknownReservation`, `reservationAlreadyIssued`.
    public func cancelReservation(_ number: Int64, by principal: Principal) throws -> [UInt8] {
        let shift = try shifts.shift(of: principal, connection)
        let reservation = try reservation(number, at: shift.station)
        switch reservation.state {
        case .reserved: try tell(.cancel, to: reservation)
        case .paid, .issued: throw Self.alreadyIssued
        // Its seats are free already.
        case .expired, .cancelled, .returned: break
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("reservation_id", String(number))
        writer.field(
            "state", (reservation.state.after(.cancel) ?? reservation.state).rawValue)
        writer.endObject()
        return writer.bytes
    }

    /// Frees the seats of reservations whose time has run out, up to a number, and gives how many.
    func expireReservations() throws -> Int {
        let due = try connection.prepare(
            """
            SELECT reservation_id FROM ticket_reservation
            WHERE state = 'reserved' AND expires_at <= $1 ORDER BY expires_at LIMIT $2
            """
        ).all(
            .integer(now.millisecondsSinceEpoch),
            .integer(Int64(Self.maximumExpiredReservations))
        ) { $0.integer(0) }
        for number in due {
            guard let reservation = try reservation(number) else { continue }
            try tell(.expire, to: reservation)
        }
        return due.count
    }

    // MARK: - Steps

    func trip(_ code: String) throws -> Trip {
        guard let trip = try TripReader(connection).trip(code) else {
            throw Refusal(
                .unknownTrip, "there is no such trip or offer; see GET /v1/trips, GET /v1/offers",
                zh: "没有此车次或票种；请在列表中重新选择", field: "/trip_id")
        }
        return trip
    }

    func contractToday(for trip: Trip) throws -> Contract {
        try catalogue.contract(
            for: catalogue.product(trip.product), on: try journal.currentDate())
    }

    func reservation(
        _ number: Int64, at station: ID<Station>
    ) throws -> TicketReservation {
        guard let reservation = try reservation(number), reservation.station == station else {
            throw Refusal(
                .unknownReservation, "there is no such reservation of this station",
                zh: "本站没有此预订；请核对预订号", field: "/reservation_id")
        }
        return reservation
    }

    /// Takes seats and keeps the reservation.
    ///
    /// - Throws: `Refusal` with `travelDateNotOnSale`, `fareClassNotSold`, `amountNotAllowed`,
    ///   `soldOut`.
    func hold(
        _ request: SeatRequest, of trip: Trip, on date: BusinessDate, at station: ID<Station>,
        under contract: Contract, feeFen: Int64
    ) throws -> TicketReservation {
        try checkOnSale(trip, on: date, under: contract)
        let seats = try request.priced(by: trip.fares)
        let fareFen = seats.reduce(0) { $0 + $1.totalFen }
        try contract.check(amountFen: fareFen, field: "/seat_count")
        try releaseExpiredSeats(of: trip, on: date)
        try takeSeats(request.seatCount, of: trip, on: date)
        let departsAt = trip.departure(on: date, zone: profile.zone)
        let expiresAt = min(
            now.adding(milliseconds: contract.terms[.holdMinutes] * 60_000), departsAt)
        let number = try connection.prepare(
            """
            INSERT INTO ticket_reservation (trip_id, travel_date, seat_count, station_id, fare_fen,
                fee_fen, state, created_at, departs_at, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, 'reserved', $7, $8, $9) RETURNING reservation_id
            """
        ).first(
            .integer(trip.id.number), .integer(Int64(date.daysSinceEpoch)),
            .integer(request.seatCount), .integer(station.number), .integer(fareFen),
            .integer(feeFen), .integer(now.millisecondsSinceEpoch),
            .integer(departsAt.millisecondsSinceEpoch),
            .integer(expiresAt.millisecondsSinceEpoch)
        ) { $0.integer(0) }
        guard let number else { preconditionFailure("RETURNING gives a row or an error") }
        for line in seats {
            try connection.prepare(
                """
                INSERT INTO ticket_reservation_fare (reservation_id, fare_class, seat_count,
                    fare_fen) VALUES ($1, $2, $3, $4)
                """
            ).run(
                .integer(number), .text(line.fareClass.rawValue), .integer(line.seatCount),
                .integer(line.fareFen))
        }
        return TicketReservation(
            id: ID(number), trip: trip.id, travelDate: date, seats: seats, station: station,
            fareFen: fareFen, feeFen: feeFen, state: .reserved, departsAt: departsAt,
            expiresAt: expiresAt, serial: nil)
    }

    private func checkOnSale(
        _ trip: Trip, on date: BusinessDate, under contract: Contract
    ) throws {
        let today = profile.zone.date(at: now)
        let days = contract.terms[.saleDays]
        guard date >= today, date <= today.adding(days: Int(days)),
            now < trip.departure(on: date, zone: profile.zone)
        else {
            throw Refusal(
                .travelDateNotOnSale,
                "tickets are sold until departure, up to \(days) days ahead; "
                    + "choose another date",
                zh: "只售开车前、\(days) 天以内的票；请选择其他日期",
                field: "/travel_date")
        }
        guard trip.calendar.includes(date) else {
            throw Refusal(
                .travelDateNotOnSale, "\(trip.code) does not run on \(date); choose another date",
                zh: "\(trip.code) 在 \(date) 不开行（不开放）；请选择其他日期", field: "/travel_date")
        }
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
                zh: "\(trip.code) 在 \(date) 余票不足；请选择其他车次", field: "/seat_count")
        }
    }

    /// Frees what has just run out on this trip, before the round that frees all comes by.
    private func releaseExpiredSeats(of trip: Trip, on date: BusinessDate) throws {
        let due = try connection.prepare(
            """
            SELECT reservation_id FROM ticket_reservation
            WHERE trip_id = $1 AND travel_date = $2 AND state = 'reserved' AND expires_at <= $3
            """
        ).all(
            .integer(trip.id.number), .integer(Int64(date.daysSinceEpoch)),
            .integer(now.millisecondsSinceEpoch)
        ) { $0.integer(0) }
        for number in due {
            guard let reservation = try reservation(number) else { continue }
            try tell(.expire, to: reservation)
        }
    }

    private func json(_ reservation: TicketReservation, _ trip: Trip) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("reservation_id", String(reservation.id.number))
        writer.field("trip_id", trip.code)
        writer.field("product_id", trip.productCode)
        writer.field("origin", trip.origin)
        writer.field("destination", trip.destination)
        writer.field("travel_date", reservation.travelDate.description)
        writer.field("departure_time", trip.departureTime)
        writer.field("seat_count", reservation.seatCount)
        writer.field("amount_fen", reservation.fareFen)
        writer.field("service_fee_fen", reservation.feeFen)
        writer.field("total_fen", reservation.fareFen + reservation.feeFen)
        writer.field("expires_at", profile.zone.text(reservation.expiresAt))
        writer.endObject()
        return writer.bytes
    }
}
