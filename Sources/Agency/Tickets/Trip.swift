import CivilTime
import Ledger
import SQL
import StrictJSON

/// A daily trip of a ticket principal.
public struct Trip: Sendable {
    /// How many days ahead tickets are sold, today counted as 0.
    public static let saleDays = 30

    public let id: ID<Trip>
    public let code: String
    public let product: ID<Product>
    public let productCode: String
    public let origin: String
    public let destination: String
    /// Minutes after midnight.
    public let departureMinute: Int
    public let fareFen: Int64
    public let seatsPerDay: Int64

    /// The departure as `HH:MM`.
    public var departureTime: String {
        let hour = departureMinute / 60
        let minute = departureMinute % 60
        return (hour < 10 ? "0" : "") + String(hour) + ":" + (minute < 10 ? "0" : "")
            + String(minute)
    }

    /// When the trip of a date departs.
    func departure(on date: BusinessDate, zone: ZoneOffset) -> Instant {
        zone.midnight(startOf: date).adding(milliseconds: Int64(departureMinute) * 60_000)
    }
}

/// What a connection can read of the trips.
public struct TripReader {
    /// The most trips on one page.
    public static let maximumPageSize = 100

    private let connection: Connection

    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// Trips of a product after a trip number, with the seats left on a date.
    ///
    /// Seats held by reservations that have expired count as free.
    public func trips(
        of product: Product, on date: BusinessDate, at instant: Instant, after cursor: Int64,
        limit: Int
    ) throws -> [(trip: Trip, seatsLeft: Int64)] {
        try connection.prepare(
            """
            SELECT t.trip_id, t.code, t.product_id, p.code, t.origin, t.destination,
                t.departure_minute, t.fare_fen, t.seats_per_day,
                t.seats_per_day - ifnull(d.seats_taken, 0) + ifnull((
                    SELECT sum(r.seat_count) FROM ticket_reservation r
                    WHERE r.trip_id = t.trip_id AND r.travel_date = $1 AND r.state = 'reserved'
                        AND r.expires_at <= $2), 0)
            FROM trip t JOIN product p ON p.product_id = t.product_id
            LEFT JOIN trip_day d ON d.trip_id = t.trip_id AND d.travel_date = $1
            WHERE t.product_id = $3 AND t.trip_id > $4
            ORDER BY t.trip_id LIMIT $5
            """
        ).all(
            .integer(Int64(date.daysSinceEpoch)), .integer(instant.millisecondsSinceEpoch),
            .integer(product.id.number), .integer(cursor),
            .integer(Int64(min(limit, Self.maximumPageSize)))
        ) { (Trip(row: $0), $0.integer(9)) }
    }

    /// A trip by its code, or nothing.
    func trip(_ code: String) throws -> Trip? {
        try connection.prepare(
            """
            SELECT t.trip_id, t.code, t.product_id, p.code, t.origin, t.destination,
                t.departure_minute, t.fare_fen, t.seats_per_day
            FROM trip t JOIN product p ON p.product_id = t.product_id WHERE t.code = $1
            """
        ).first(.text(code), read: Trip.init(row:))
    }

    /// A trip by its number; it must exist.
    func trip(_ id: ID<Trip>) throws -> Trip? {
        try connection.prepare(
            """
            SELECT t.trip_id, t.code, t.product_id, p.code, t.origin, t.destination,
                t.departure_minute, t.fare_fen, t.seats_per_day
            FROM trip t JOIN product p ON p.product_id = t.product_id WHERE t.trip_id = $1
            """
        ).first(.integer(id.number), read: Trip.init(row:))
    }
}

extension Trip {
    fileprivate init(row: Row) {
        self.init(
            id: ID(row.integer(0)), code: row.text(1), product: ID(row.integer(2)),
            productCode: row.text(3), origin: row.text(4), destination: row.text(5),
            departureMinute: Int(row.integer(6)), fareFen: row.integer(7),
            seatsPerDay: row.integer(8))
    }
}
