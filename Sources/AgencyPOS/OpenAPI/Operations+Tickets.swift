import Agency

extension Operations {
    static let tickets = [
        Operation(
            method: .get, path: "/v1/trips", name: "listTrips", tag: "tickets",
            summary: "The trips of a day, with the seats left", roles: [.operator],
            parameters: [
                .query("product_id", .text(1...64), "A ticket product", isRequired: true),
                .query("travel_date", .date, "Today unless given"),
                .query("origin", .text(1...64), "Trips from here only"),
                .query("destination", .text(1...64), "Trips to here only"),
            ] + Parameter.page(upTo: TripReader.maximumPageSize),
            answer: .json(.page("trips", of: .named("Trip")), "A page of trips"),
            refusals: [
                .unknownProduct, .wrongProductKind, .partnerRefused, .partnerUnavailable,
            ]),
        Operation(
            method: .get, path: "/v1/offers", name: "listOffers", tag: "tickets",
            summary: "Passes of attractions, and events, of a day, with the places left",
            roles: [.operator],
            parameters: [
                .query("product_id", .text(1...64), "A ticket product", isRequired: true),
                .query("travel_date", .date, "The day of the visit; today unless given"),
            ] + Parameter.page(upTo: TripReader.maximumPageSize),
            answer: .json(.page("offers", of: .named("Offer")), "A page of offers"),
            refusals: [
                .unknownProduct, .wrongProductKind, .partnerRefused, .partnerUnavailable,
            ]),
        Operation(
            method: .post, path: "/v1/ticket-reservations", name: "reserveTickets",
            tag: "tickets", summary: "Hold seats; the reservation expires", roles: [.operator],
            body: .init(
                schema: "TicketReservationRequest",
                examples: [
                    (
                        "seats",
                        ["trip_id": "QC0001", "travel_date": "2026-11-23", "seat_count": 2]
                    )
                ]),
            answer: .json(.named("TicketReservation"), "The reservation", status: 201),
            refusals: [
                .notSignedOn, .operatorNotAllowed, .shiftSuspended, .handoverOffered,
                .unknownTrip, .noContract, .travelDateNotOnSale, .fareClassNotSold,
                .amountNotAllowed, .soldOut,
            ]),
        Operation(
            method: .post, path: "/v1/ticket-reservations/{reservation_id}/cancel",
            name: "cancelReservation", tag: "tickets",
            summary: "Give up seats that were not paid; a second time changes nothing",
            roles: [.operator],
            parameters: [.path("reservation_id", .number, "A reservation of the own station")],
            answer: .json(.named("CancelledReservation"), "Where the reservation stands"),
            refusals: [
                .notSignedOn, .operatorNotAllowed, .shiftSuspended, .handoverOffered,
                .unknownReservation, .reservationAlreadyIssued,
            ]),
        Operation(
            method: .post, path: "/v1/tickets", name: "issueTickets", tag: "tickets",
            summary: "Take cash for a reservation and issue its tickets", roles: [.operator],
            body: .init(
                schema: "TicketIssueRequest",
                examples: [
                    (
                        "fares",
                        ["reservation_id": "1", "amount_fen": 5000, "service_fee_fen": 400]
                    ),
                    (
                        "names",
                        [
                            "reservation_id": "1", "amount_fen": 9450,
                            "passengers": .array([
                                ["name": "王小明", "identity_number": "990001199001010013"]
                            ]),
                        ]
                    ),
                ]),
            needsKey: true,
            answer: .json(.named("TicketIssue"), "Receipt and tickets", status: 201),
            unfinishedAnswer: .json(
                .named("TicketIssue"),
                "The principal has not answered: the receipt's number stays, there are no tickets "
                    + "yet, and the sale is asked about until it is known",
                status: 202),
            refusals: [
                .notSignedOn, .operatorNotAllowed, .shiftSuspended, .handoverOffered,
                .tillCeilingReached,
                .unknownReservation, .reservationAlreadyIssued,
                .reservationExpired, .amountMismatch, .noContract, .feeNotInTariff,
                .identityNotChecked, .passengerAlreadyBooked, .ticketsNotIssued,
                .partnerUnavailable,
                .stockPackFrozen, .noOpenStockPack, .stockPackTooSmall,
            ]),
    ]

    static let ticketSchemas: [(name: String, schema: Schema)] = [
        (
            "Trip",
            .answer(
                Property("trip_id", .code, "The trip"),
                Property("product_id", .code, "Its product"),
                Property("origin", .anyText, "From"),
                Property("destination", .anyText, "To"),
                Property("travel_date", .date, "The day"),
                Property("departure_time", .clockTime, "When it leaves"),
                Property("fare_fen", .fen, "The fare of one seat"),
                .optional("child_fare_fen", .fen, "A child's, where there is one"),
                .optional("senior_fare_fen", .fen, "A senior's, where there is one"),
                Property("seats_left", .count, "Seats not held or sold"))
        ),
        (
            "Offer",
            .answer(
                Property("offer_id", .code, "The offer"),
                Property("product_id", .code, "Its product"),
                Property("kind", .words(["pass", "event"]), "A visit, or an event"),
                Property("name", .anyText, "What it is"),
                Property("venue", .anyText, "Where"),
                Property("travel_date", .date, "The day"),
                Property("time", .clockTime, "When the event begins, or the attraction closes"),
                Property("fare_fen", .fen, "An adult's price"),
                .optional("child_fare_fen", .fen, "A child's, where there is one"),
                .optional("senior_fare_fen", .fen, "A senior's, where there is one"),
                Property(
                    "places_left", .orNull(.count), "Places not held or sold; null: any number"))
        ),
        (
            "TicketReservationRequest",
            .request(
                Property("trip_id", .code, "A trip of GET /v1/trips, or an offer's offer_id"),
                Property("travel_date", .date, "The day"),
                Property(
                    "seat_count", .integer(TicketReservation.seatCounts), "How many seats"),
                .optional("child_count", .integer(0...9), "How many of them are children's"),
                .optional("senior_count", .integer(0...9), "How many of them are seniors'"))
        ),
        (
            "CancelledReservation",
            .answer(
                Property("reservation_id", .number, "The reservation"),
                Property(
                    "state", .words(["cancelled", "expired", "returned"]),
                    "Why its seats are free"))
        ),
        (
            "TicketReservation",
            .answer(
                Property("reservation_id", .number, "The reservation"),
                Property("trip_id", .code, "Its trip"),
                Property("product_id", .code, "Its product"),
                Property("origin", .anyText, "From"),
                Property("destination", .anyText, "To"),
                Property("travel_date", .date, "The day"),
                Property("departure_time", .clockTime, "When it leaves"),
                Property("seat_count", .count, "How many seats"),
                Property("amount_fen", .fen, "The fares"),
                Property("service_fee_fen", .fen, "The tariff's fee"),
                Property("total_fen", .fen, "What the customer hands over"),
                Property("expires_at", .time, "Until when the seats are held"))
        ),
        (
            "TicketIssueRequest",
            .request(
                Property("reservation_id", .number, "A reservation of the own station"),
                Property("amount_fen", .amountFen, "The reservation's fares"), serviceFee,
                .optional(
                    "passengers", .array(.named("Passenger")),
                    "Who travels, one for each seat; only where the contract names passengers"))
        ),
        (
            "Passenger",
            .request(
                Property("name", .text(Passenger.nameLengths), "Goes to the principal alone"),
                Property(
                    "identity_number", .text(IdentityDocument.numberLengths),
                    "Goes to the principal alone"),
                .optional(
                    "document_type", .words(IdentityDocument.Kind.self),
                    "A resident's card unless given"),
                .optional(
                    "fare_class", .words(FareClass.self), "Whose fare; whichever is left"))
        ),
        (
            "TicketIssue",
            .answer(
                Property("receipt", .named("Receipt"), "The receipt"),
                Property("tickets", .array(.named("Ticket")), "One for each seat"),
                .optional(
                    "papers", .array(.named("StockPaper")),
                    "The numbered papers that they are printed on"))
        ),
        ticket,
    ]
}
