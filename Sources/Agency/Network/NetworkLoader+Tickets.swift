import CivilTime
import Ledger
import SQL

/// Trips and offers, and the rules for tickets that are given back.
extension NetworkLoader {
    func loadTrips(_ data: DataFolder) throws -> Int {
        guard data.needsTrips else { return 0 }
        let reader = try data.trips()
        let products = try productNumbers()
        return try connection.transaction {
            var count = 0
            while let row = try reader.next() {
                let isNew = try keep(
                    .trip, row.tripID, product: products[row.productID],
                    places: (row.origin, row.destination), minutes: row.departureMinutes,
                    fares: Fares(
                        adultFen: row.fareFen, childFen: row.childFareFen,
                        seniorFen: row.seniorFareFen),
                    // A trip that does not run has no seat to sell.
                    seats: row.runsDaily ? row.seatsPerDay : 0, row.calendar)
                guard isNew else {
                    throw reader.refusal(
                        column: "trip_id", .value,
                        "another product has a trip of this id; give it another")
                }
                count += 1
            }
            return count
        }
    }

    func loadOffers(_ data: DataFolder) throws -> Int {
        guard data.needsTrips, let reader = try data.offers() else { return 0 }
        let products = try productNumbers()
        return try connection.transaction {
            var count = 0
            while let row = try reader.next() {
                let isNew = try keep(
                    row.kind, row.offerID, product: products[row.productID],
                    places: (row.name, row.venue), minutes: row.minutes,
                    fares: Fares(
                        adultFen: row.fareFen, childFen: row.childFareFen,
                        seniorFen: row.seniorFareFen),
                    seats: row.capacity ?? Trip.unlimitedSeats, row.calendar)
                guard isNew else {
                    throw reader.refusal(
                        column: "offer_id", .value,
                        "a trip, or another product's offer, has this id; give it another")
                }
                count += 1
            }
            return count
        }
    }

    /// Keeps a trip or an offer, or brings it up to date.
    ///
    /// - Returns: false when its code belongs to something else.
    private func keep(
        _ kind: Trip.Kind, _ code: String, product: Int64?, places: (String, String),
        minutes: Int, fares: Fares, seats: Int64, _ calendar: TripCalendar
    ) throws -> Bool {
        let changes = try connection.prepare(
            """
            INSERT INTO trip (code, product_id, kind, origin, destination, departure_minute,
                fare_fen, child_fare_fen, senior_fare_fen, seats_per_day, weekdays, runs_from,
                runs_to)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
            ON CONFLICT (code) DO UPDATE SET
                origin = excluded.origin, destination = excluded.destination,
                departure_minute = excluded.departure_minute,
                fare_fen = excluded.fare_fen, child_fare_fen = excluded.child_fare_fen,
                senior_fare_fen = excluded.senior_fare_fen,
                seats_per_day = excluded.seats_per_day, weekdays = excluded.weekdays,
                runs_from = excluded.runs_from, runs_to = excluded.runs_to
            WHERE trip.product_id = excluded.product_id AND trip.kind = excluded.kind
                AND trip.is_asked = 0
            """
        ).run(
            .text(code), .integer(product), .text(kind.rawValue), .text(places.0),
            .text(places.1), .integer(Int64(minutes)), .integer(fares.adultFen),
            .integer(fares.childFen), .integer(fares.seniorFen), .integer(seats),
            .integer(calendar.weekdays),
            .integer(calendar.from.map { Int64($0.daysSinceEpoch) }),
            .integer(calendar.to.map { Int64($0.daysSinceEpoch) }))
        return changes == 1
    }

    func loadTicketRules(_ rules: TicketRules, contract: Int64) throws {
        for action in TicketRules.Action.allCases {
            for rule in rules.table(action) {
                try connection.prepare(
                    """
                    INSERT INTO ticket_rule (contract_id, action, from_minutes, fee_bp,
                        minimum_fee_fen) VALUES ($1, $2, $3, $4, $5)
                    """
                ).run(
                    .integer(contract), .text(action.rawValue), .integer(rule.fromMinutes),
                    .integer(rule.feeBasisPoints), .integer(rule.minimumFeeFen))
            }
        }
    }
}
