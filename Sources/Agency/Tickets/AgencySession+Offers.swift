import CivilTime
import PartnerAPI
import SQL

extension AgencySession {
    /// Whether the principal of a product is asked what it has for sale.
    func asksOffers(_ product: Product) throws -> Bool {
        catalogue.asksOffers(product, on: try journal.currentDate())
    }

    /// Keeps what a principal has for sale as trips of one date; what it no longer tells of that
    /// date has no seat left.
    func keep(_ offers: [PartnerOffer], of inquiry: OfferInquiry) throws {
        let day = Int64(inquiry.date.daysSinceEpoch)
        var kept: Set<String> = []
        for offer in OnlineOffer.usable(offers, answering: inquiry) {
            kept.insert(offer.code)
            try keep(offer, of: inquiry.product, day: day)
        }
        let known = try connection.prepare(
            """
            SELECT code FROM trip WHERE product_id = $1 AND is_asked = 1 AND runs_from = $2
                AND seats_per_day > 0
                AND (kind <> 'trip' OR ifnull(origin = $3, 1) AND ifnull(destination = $4, 1))
            """
        ).all(
            .integer(inquiry.product.id.number), .integer(day), .text(inquiry.origin),
            .text(inquiry.destination)
        ) { $0.text(0) }
        for code in known where !kept.contains(code) {
            try connection.prepare("UPDATE trip SET seats_per_day = 0 WHERE code = $1")
                .run(.text(code))
        }
    }

    /// Keeps one offer, or brings it up to date.
    ///
    /// The principal counts the tickets that it issued, so they are added to what it has left; seats
    /// that are reserved or asked for are ours alone to count. A reference that belongs to something
    /// else, or to another date, is left as it is.
    private func keep(_ offer: OnlineOffer, of product: Product, day: Int64) throws {
        try connection.prepare(
            """
            INSERT INTO trip (code, product_id, kind, origin, destination, departure_minute,
                fare_fen, child_fare_fen, senior_fare_fen, seats_per_day, weekdays, runs_from,
                runs_to, is_asked)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12, 1)
            ON CONFLICT (code) DO UPDATE SET
                origin = excluded.origin, destination = excluded.destination,
                departure_minute = excluded.departure_minute, fare_fen = excluded.fare_fen,
                child_fare_fen = excluded.child_fare_fen,
                senior_fare_fen = excluded.senior_fare_fen,
                seats_per_day = excluded.seats_per_day + ifnull((
                    SELECT d.seats_taken FROM trip_day d
                    WHERE d.trip_id = trip.trip_id AND d.travel_date = excluded.runs_from), 0)
                    - ifnull((
                    SELECT sum(r.seat_count) FROM ticket_reservation r
                    WHERE r.trip_id = trip.trip_id AND r.travel_date = excluded.runs_from
                        AND r.state = 'reserved'), 0)
                    - ifnull((
                    SELECT sum(r.seat_count) FROM ticket_reservation r
                    WHERE r.trip_id = trip.trip_id AND r.travel_date = excluded.runs_from
                        AND r.state = 'paid'), 0)
            WHERE trip.is_asked = 1 AND trip.product_id = excluded.product_id
                AND trip.kind = excluded.kind AND trip.runs_from = excluded.runs_from
            """
        ).run(
            .text(offer.code), .integer(product.id.number), .text(offer.kind.rawValue),
            .text(offer.origin), .text(offer.destination), .integer(offer.departureMinute),
            .integer(offer.fares.adultFen), .integer(offer.fares.childFen),
            .integer(offer.fares.seniorFen), .integer(offer.seatCount),
            .integer(TripCalendar.everyDay), .integer(day))
    }
}
