import Agency
import HTTPServer
import Ledger
import StrictJSON

extension API {
    /// Trips, reservations and tickets.
    func addTicketRoutes(to routes: inout RouteTable) {
        routes.query(.get, "/v1/trips", for: [.operator]) { call in
            try call.allowQuery("product_id", "travel_date", "cursor", "limit")
            let product = try book.catalogue.product(
                try call.requiredQuery("product_id"), .ticket, field: "product_id")
            let now = book.clock()
            let date = try call.queryDate("travel_date") ?? book.profile.zone.date(at: now)
            let (cursor, limit) = try call.page(upTo: TripReader.maximumPageSize)
            let trips = try book.readers.read {
                try TripReader($0).trips(
                    of: product, on: date, at: now, after: cursor, limit: limit)
            }
            return .list("trips") { writer in
                writer.beginArray()
                for (trip, seatsLeft) in trips {
                    writer.beginObject()
                    writer.field("trip_id", trip.code)
                    writer.field("product_id", trip.productCode)
                    writer.field("origin", trip.origin)
                    writer.field("destination", trip.destination)
                    writer.field("travel_date", date.description)
                    writer.field("departure_time", trip.departureTime)
                    writer.field("fare_fen", trip.fareFen)
                    writer.field("seats_left", seatsLeft)
                    writer.endObject()
                }
                writer.endArray()
                return trips.count == limit ? trips.last?.trip.id.number : nil
            }
        }
        routes.command(.post, "/v1/ticket-reservations", for: [.operator]) { call in
            var body = try call.body()
            let trip = try body.string("trip_id", lengthIn: 1...32)
            let date = try body.date("travel_date")
            let seats = try body.integer("seat_count", in: TicketReservation.seatCounts)
            try body.finish()
            try write(call, status: 201) {
                try $0.reserveTickets(
                    tripCode: trip, travelDate: date, seatCount: seats, by: call.principal)
            }
        }
        routes.command(.post, "/v1/tickets", for: [.operator]) { call in
            let issue = try TicketIssueRequest(decoding: call.body())
            let claim = try call.claim(issue.fingerprint)
            try writeOnce(call, status: 201) {
                try $0.issueTickets(issue, claim: claim, by: call.principal)
            }
        }
    }
}

extension TicketIssueRequest {
    /// Reads a request body.
    init(decoding object: JSONObjectDecoder) throws {
        var body = object
        self.init(
            reservation: try body.number("reservation_id"), amountFen: try body.amountFen(),
            serviceFeeFen: try body.optionalInteger(
                "service_fee_fen", in: 0...JSONObjectDecoder.maximumAmountFen))
        try body.finish()
    }
}
