import CivilTime
import Ledger
import SQL

/// What a ticket principal sells seats of: a trip, the visit of an attraction, or an event.
public struct Trip: Sendable {
    /// What it is.
    public enum Kind: String, CaseIterable, Sendable {
        case trip
        /// A visit; it ends when the attraction closes.
        case pass
        case event

        /// Whether it is an offer of `offers.csv`.
        var isOffer: Bool {
            switch self {
            case .trip: false
            case .pass, .event: true
            }
        }
    }

    /// The seats of a day that stand for any number.
    public static let unlimitedSeats: Int64 = 1_000_000_000

    public let id: ID<Trip>
    public let code: String
    public let product: ID<Product>
    public let productCode: String
    public let kind: Kind
    /// Where a trip begins; an offer's name.
    public let origin: String
    /// Where a trip ends; an offer's venue.
    public let destination: String
    /// Minutes after midnight: the departure, an event's beginning, or an attraction's closing.
    public let departureMinute: Int
    public let fares: Fares
    public let seatsPerDay: Int64
    public let calendar: TripCalendar

    /// The fare of an adult.
    public var fareFen: Int64 { fares.adultFen }

    /// The departure as `HH:MM`.
    public var departureTime: String {
        let hour = departureMinute / 60
        let minute = departureMinute % 60
        return (hour < 10 ? "0" : "") + String(hour) + ":" + (minute < 10 ? "0" : "")
            + String(minute)
    }

    /// When the trip of a date departs; from then on nothing is sold, refunded or changed.
    func departure(on date: BusinessDate, zone: ZoneOffset) -> Instant {
        zone.midnight(startOf: date).adding(milliseconds: Int64(departureMinute) * 60_000)
    }
}

/// What a connection can read of the trips.
public struct TripReader {
    /// The most trips on one page.
    public static let maximumPageSize = 100

    private static let columns = """
        t.trip_id, t.code, t.product_id, p.code, t.kind, t.origin, t.destination,
            t.departure_minute, t.fare_fen, t.child_fare_fen, t.senior_fare_fen, t.seats_per_day,
            t.weekdays, t.runs_from, t.runs_to
        """

    private let connection: Connection

    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// Trips, or offers, of a product after a trip number that run on a date, with the seats left.
    ///
    /// Seats held by reservations that have expired count as free.
    /// - Parameter places: where trips begin and end; nothing for any.
    public func trips(
        of product: Product, areOffers: Bool = false, on date: BusinessDate,
        places: (origin: String?, destination: String?) = (nil, nil),
        at instant: Instant, after cursor: Int64, limit: Int
    ) throws -> [(trip: Trip, seatsLeft: Int64)] {
        try connection.prepare(
            computed: """
                SELECT \(Self.columns),
                    max(0, t.seats_per_day - ifnull(d.seats_taken, 0) + ifnull((
                        SELECT sum(r.seat_count) FROM ticket_reservation r
                        WHERE r.trip_id = t.trip_id AND r.travel_date = $1
                            AND r.state = 'reserved' AND r.expires_at <= $2), 0))
                FROM trip t JOIN product p ON p.product_id = t.product_id
                LEFT JOIN trip_day d ON d.trip_id = t.trip_id AND d.travel_date = $1
                WHERE t.product_id = $3 AND t.trip_id > $4 AND (t.kind <> 'trip') = $5
                    AND (t.weekdays >> $6) & 1 AND ifnull(t.runs_from <= $1, 1)
                    AND ifnull(t.runs_to >= $1, 1)
                    AND ifnull(t.origin = $7, 1) AND ifnull(t.destination = $8, 1)
                ORDER BY t.trip_id LIMIT $9
                """
        ).all(
            .integer(Int64(date.daysSinceEpoch)), .integer(instant.millisecondsSinceEpoch),
            .integer(product.id.number), .integer(cursor),
            .integer(areOffers ? 1 : 0), .integer(TripCalendar.weekday(of: date)),
            .text(places.origin), .text(places.destination),
            .integer(Int64(min(limit, Self.maximumPageSize)))
        ) { (try Trip(row: $0), $0.integer(15)) }
    }

    /// A trip by its code, or nothing.
    public func trip(_ code: String) throws -> Trip? {
        try connection.prepare(
            computed: "SELECT \(Self.columns) FROM trip t JOIN product p "
                + "ON p.product_id = t.product_id WHERE t.code = $1"
        ).first(.text(code), read: Trip.init(row:))
    }

    /// A trip by its number; it must exist.
    func trip(_ id: ID<Trip>) throws -> Trip? {
        try connection.prepare(
            computed: "SELECT \(Self.columns) FROM trip t JOIN product p "
                + "ON p.product_id = t.product_id WHERE t.trip_id = $1"
        ).first(.integer(id.number), read: Trip.init(row:))
    }
}

extension Trip {
    fileprivate init(row: Row) throws {
        guard let kind = Kind(rawValue: row.text(4)) else {
            throw row.damage(4, expected: "a kind")
        }
        self.init(
            id: ID(row.integer(0)), code: row.text(1), product: ID(row.integer(2)),
            productCode: row.text(3), kind: kind, origin: row.text(5), destination: row.text(6),
            departureMinute: Int(row.integer(7)),
            fares: Fares(
                adultFen: row.integer(8), childFen: row.optionalInteger(9),
                seniorFen: row.optionalInteger(10)),
            seatsPerDay: row.integer(11),
            calendar: TripCalendar(
                weekdays: row.integer(12), from: row.isNull(13) ? nil : row.businessDate(13),
                to: row.isNull(14) ? nil : row.businessDate(14)))
    }
}
