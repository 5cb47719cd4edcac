import Agency
import CivilTime
import HTTPServer
import Ledger
import StrictJSON

extension API {
    /// Trips, offers, reservations and the sale of tickets.
    func addTicketRoutes(to routes: inout RouteTable) {
        routes.command(.get, "/v1/trips", for: [.operator]) { call in
            try trips(call, areOffers: false) { trip, date, seatsLeft, writer in
                writer.beginObject()
                writer.field("trip_id", trip.code)
                writer.field("product_id", trip.productCode)
                writer.field("origin", trip.origin)
                writer.field("destination", trip.destination)
                writer.field("travel_date", date.description)
                writer.field("departure_time", trip.departureTime)
                writer.field("fare_fen", trip.fareFen)
                writer.field("child_fare_fen", ifPresent: trip.fares.childFen)
                writer.field("senior_fare_fen", ifPresent: trip.fares.seniorFen)
                writer.field("seats_left", seatsLeft)
                writer.endObject()
            }
        }
        routes.command(.get, "/v1/offers", for: [.operator]) { call in
            try trips(call, areOffers: true) { offer, date, seatsLeft, writer in
                writer.beginObject()
                writer.field("offer_id", offer.code)
                writer.field("product_id", offer.productCode)
                writer.field("kind", offer.kind.rawValue)
                writer.field("name", offer.origin)
                writer.field("venue", offer.destination)
                writer.field("travel_date", date.description)
                writer.field("time", offer.departureTime)
                writer.field("fare_fen", offer.fareFen)
                writer.field("child_fare_fen", ifPresent: offer.fares.childFen)
                writer.field("senior_fare_fen", ifPresent: offer.fares.seniorFen)
                writer.field(
                    "places_left",
                    orNull: offer.seatsPerDay == Trip.unlimitedSeats ? nil : seatsLeft)
                writer.endObject()
            }
        }
        routes.command(.post, "/v1/ticket-reservations", for: [.operator]) { call in
            var body = try call.body()
            let trip = try body.string("trip_id", lengthIn: 1...32)
            let date = try body.date("travel_date")
            let seats = try Self.seats(&body)
            try body.finish()
            try write(call, status: 201) {
                try $0.reserveTickets(
                    tripCode: trip, travelDate: date, seats: seats, by: call.principal)
            }
        }
        routes.command(
            .post, "/v1/ticket-reservations/{reservation_id}/cancel", for: [.operator]
        ) { call in
            try call.takesNoBody()
            let number = try call.parameters.integer("reservation_id")
            try write(call) { try $0.cancelReservation(number, by: call.principal) }
        }
        routes.command(.post, "/v1/tickets", for: [.operator]) { call in
            let issue = try TicketIssueRequest(decoding: call.body())
            let claim = try call.claim(issue.fingerprint)
            try partners.sellTickets(issue, claim: claim, by: call.principal) {
                answer($0, call)
            }
        }
    }

    /// A page of trips, or of offers, of a product on a day; the first one is asked of a principal
    /// that wants to be asked.
    private func trips(
        _ call: Call, areOffers: Bool,
        encode: @escaping @Sendable (Trip, BusinessDate, Int64, inout JSONWriter) -> Void
    ) throws {
        try areOffers
            ? call.allowQuery("product_id", "travel_date", "cursor", "limit")
            : call.allowQuery(
                "product_id", "travel_date", "origin", "destination", "cursor", "limit")
        let product = try book.catalogue.product(
            try call.requiredQuery("product_id"), .ticket, field: "product_id")
        let date = try call.queryDate("travel_date") ?? book.profile.zone.date(at: book.clock())
        let inquiry = OfferInquiry(
            product: product, date: date, origin: try call.query("origin"),
            destination: try call.query("destination"))
        let (cursor, limit) = try call.page(upTo: TripReader.maximumPageSize)
        let answer = { @Sendable in
            self.work(call) {
                let trips = try self.trips(inquiry, areOffers, after: cursor, limit: limit)
                return .list(areOffers ? "offers" : "trips") { writer in
                    writer.beginArray()
                    for (trip, seatsLeft) in trips { encode(trip, date, seatsLeft, &writer) }
                    writer.endArray()
                    return trips.count == limit ? trips.last?.trip.id.number : nil
                }
            }
        }
        // A further page is of what the principal told for the first.
        guard cursor == 0, book.catalogue.asksOffers(product) else { return answer() }
        try partners.inquireOffers(inquiry) { result in
            switch result {
            case .success: answer()
            case .failure(let error): fail(error, call.request, call.responder)
            }
        }
    }

    private func trips(
        _ inquiry: OfferInquiry, _ areOffers: Bool, after cursor: Int64, limit: Int
    ) throws -> [(trip: Trip, seatsLeft: Int64)] {
        try book.readers.read {
            try TripReader($0).trips(
                of: inquiry.product, areOffers: areOffers, on: inquiry.date,
                places: (inquiry.origin, inquiry.destination), at: book.clock(), after: cursor,
                limit: limit)
        }
    }

    /// Takes the seats of a reservation, adults' unless they are said to be others'.
    private static func seats(
        _ body: inout JSONObjectDecoder
    ) throws(JSONError) -> SeatRequest {
        let all = try body.integer("seat_count", in: TicketReservation.seatCounts)
        let counts = 0...TicketReservation.seatCounts.upperBound
        let children = try body.optionalInteger("child_count", in: counts) ?? 0
        let seniors = try body.optionalInteger("senior_count", in: counts) ?? 0
        guard
            let seats = SeatRequest(
                seatCount: all, childCount: children, seniorCount: seniors)
        else {
            throw body.refusal(
                of: "seat_count", .valueOutOfRange,
                "there are more children and seniors than seats; correct the counts")
        }
        return seats
    }
}

extension TicketIssueRequest {
    /// Reads a request body.
    init(decoding object: JSONObjectDecoder) throws {
        var body = object
        self.init(
            reservation: try body.number("reservation_id"), amountFen: try body.amountFen(),
            serviceFeeFen: try body.optionalInteger(
                "service_fee_fen", in: 0...JSONObjectDecoder.maximumAmountFen),
            passengers: try body.optionalObjects(
                "passengers", maximumCount: Int(TicketReservation.seatCounts.upperBound)
            )?.map { try Passenger(decoding: $0) } ?? [])
        try body.finish()
    }
}

extension Passenger {
    /// Reads a passenger; who shows no other document has a resident's card.
    fileprivate init(decoding object: JSONObjectDecoder) throws {
        var body = object
        let name = try body.string("name", lengthIn: Self.nameLengths)
        let number = try body.string(
            "identity_number", lengthIn: IdentityDocument.numberLengths)
        let kind =
            try body.optionalEnumeration("document_type", IdentityDocument.Kind.self)
            ?? .residentCard
        let fareClass = try body.optionalEnumeration("fare_class", FareClass.self)
        guard let document = IdentityDocument(kind: kind, number: number) else {
            throw body.refusal(
                of: "identity_number", .valueNotAllowed,
                "a \(kind.rawValue) has no such number; compare it with the document")
        }
        try body.finish()
        self.init(name: name, document: document, fareClass: fareClass)
    }
}
