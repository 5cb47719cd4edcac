import Agency
import StrictJSON

extension Operations {
    private static let place: [Parameter] = [
        .path("serial", .serial, "The serial number of a sale of the own station"),
        .path("item", .integer(1...9), "The ticket's number in the sale"),
    ]

    /// Tickets that are given back or exchanged.
    static let ticketReturns = [
        Operation(
            method: .get, path: "/v1/tickets/{serial}", name: "listTickets", tag: "tickets",
            summary: "The tickets of a sale and what became of them", roles: [.operator],
            parameters: [.path("serial", .serial, "A sale of the own station")],
            answer: .json(.named("Tickets"), "The tickets"), refusals: [.unknownTicket]),
        Operation(
            method: .get, path: "/v1/tickets/{serial}/{item}/refund-quote",
            name: "quoteTicketRefund", tag: "tickets",
            summary: "What a ticket brings now by its principal's rules", roles: [.operator],
            parameters: place, answer: .json(.named("TicketRefundQuote"), "What goes back"),
            refusals: [
                .unknownTicket, .ticketNotIssued, .refundUnconfirmed, .departed, .notRefundable,
            ]),
        Operation(
            method: .post, path: "/v1/tickets/{serial}/{item}/refund", name: "refundTicket",
            tag: "tickets", summary: "Take a ticket back and pay out what the rules give",
            roles: [.operator], parameters: place,
            body: .init(
                schema: "TicketRefundRequest", examples: [("quoted", ["refund_fen": 2250])]),
            needsKey: true,
            answer: .json(.named("TicketRefund"), "Receipt and sums", status: 201),
            unfinishedAnswer: .json(
                .named("TicketRefund"),
                "The principal has not answered, or has and the cash waits (the receipt's "
                    + "return_due_fen): pay nothing yet",
                status: 202),
            refusals: [
                .notSignedOn, .operatorNotAllowed, .shiftSuspended, .handoverOffered,
                .unknownTicket, .ticketNotIssued, .refundUnconfirmed, .departed, .notRefundable,
                .amountMismatch, .tillShortOfCash, .partnerRefused, .partnerUnavailable,
            ]),
        Operation(
            method: .post, path: "/v1/tickets/{serial}/{item}/use", name: "useTicket",
            tag: "tickets", summary: "Mark a ticket as used, at the gate or on board",
            roles: [.operator, .liaison], parameters: place, needsKey: true,
            answer: .json(.named("TicketUse"), "The ticket's use", status: 201),
            refusals: [
                .unknownTicket, .ticketNotIssued, .refundUnconfirmed, .ticketNotValidNow,
            ]),
        Operation(
            method: .get, path: "/v1/tickets/{serial}/{item}/change-quote",
            name: "quoteTicketChange", tag: "tickets",
            summary: "What the exchange for another trip or date costs now", roles: [.operator],
            parameters: place + [
                .query("trip_id", .code, "The other trip", isRequired: true),
                .query("travel_date", .date, "Its day", isRequired: true),
            ],
            answer: .json(.named("TicketChangeQuote"), "What is paid or goes back"),
            refusals: [
                .unknownTicket, .ticketNotIssued, .refundUnconfirmed, .departed, .notChangeable,
                .unknownTrip, .noContract, .fareClassNotSold,
            ]),
        Operation(
            method: .post, path: "/v1/tickets/{serial}/{item}/change", name: "changeTicket",
            tag: "tickets", summary: "Exchange a ticket: all of it, or nothing",
            roles: [.operator], parameters: place,
            body: .init(
                schema: "TicketChangeRequest",
                examples: [
                    (
                        "same fare",
                        [
                            "trip_id": "QC0002", "travel_date": "2026-11-23",
                            "difference_fen": 0,
                        ]
                    )
                ]),
            needsKey: true,
            answer: .json(.named("TicketChange"), "Both receipts, and the new ticket", status: 201),
            unfinishedAnswer: .json(
                .named("TicketChange"),
                "The principal has not answered, or cash waits (the receipt's return_due_fen): hand "
                    + "over no ticket and no cash yet",
                status: 202),
            refusals: [
                .notSignedOn, .operatorNotAllowed, .shiftSuspended, .handoverOffered,
                .tillCeilingReached,
                .unknownTicket, .ticketNotIssued, .refundUnconfirmed, .departed, .notChangeable,
                .passengerAlreadyBooked, .stockPackFrozen, .noOpenStockPack, .stockPackTooSmall,
                .unknownTrip, .noContract, .travelDateNotOnSale, .fareClassNotSold,
                .amountNotAllowed, .soldOut, .amountMismatch, .tillShortOfCash,
                .partnerRefused, .partnerUnavailable,
            ]),
    ]

    private static let sums = [
        Property("retained_fen", .fen, "What the principal keeps of the fare"),
        Property("fare_back_fen", .fen, "What goes back of the fare"),
        Property("service_fee_back_fen", .fen, "What goes back of the service fee"),
        Property("refund_fen", .fen, "Both together"),
    ]

    private static let difference = Property(
        "difference_fen", .fen, "What the customer pays; below zero what goes back")

    /// One ticket, in several answers.
    static let ticket: (name: String, schema: Schema) = (
        "Ticket",
        .answer(
            Property("ticket_number", .anyText, "Serial number and item"),
            Property("serial", .serial, "The serial number of its sale"),
            Property("item", .count, "Its number in the sale"),
            Property(
                "state",
                .words(["issued", "refunding", "changing", "refunded", "changed", "used"]),
                "What became of it"),
            Property("trip_id", .code, "Its trip or offer"),
            Property("origin", .anyText, "From; an offer's name"),
            Property("destination", .anyText, "To; an offer's venue"),
            Property("travel_date", .date, "The day"),
            Property("departure_time", .clockTime, "When it leaves, begins or closes"),
            Property("fare_class", .words(FareClass.self), "Whose fare"),
            Property("fare_fen", .fen, "Its fare"),
            Property("service_fee_fen", .fen, "Its service fee"),
            .optional("principal_number", .anyText, "The principal's own number of it"),
            .optional("passenger_name", .anyText, "Who travels, masked"),
            .optional("identity_last_four", .anyText, "The end of the passenger's number"),
            .optional("retained_fen", .fen, "What was kept of the fare when it ended"),
            .optional("ended_serial", .serial, "The serial number of its refund"))
    )

    static let ticketReturnSchemas: [(name: String, schema: Schema)] = [
        ("Tickets", .answer(Property("tickets", .array(.named("Ticket")), "In order"))),
        (
            "TicketRefundQuote",
            .object(
                [
                    Property("ticket_number", .anyText, "Serial number and item"),
                    Property("fare_fen", .fen, "Its fare"),
                ] + sums, isClosed: false)
        ),
        (
            "TicketRefundRequest",
            .request(
                Property("refund_fen", .amountFen, "The quote's refund_fen, told to the customer"))
        ),
        (
            "TicketRefund",
            .object(
                [
                    Property("receipt", .named("Receipt"), "The refund's receipt"),
                    Property("ticket_number", .anyText, "Serial number and item"),
                ] + sums, isClosed: false)
        ),
        (
            "TicketUse",
            .answer(
                Property("ticket_number", .anyText, "Serial number and item"),
                Property("state", .words(["used"]), "What became of it"),
                Property("trip_id", .code, "Its trip or offer"),
                Property("travel_date", .date, "The day"),
                Property("fare_class", .words(FareClass.self), "Whose fare"),
                .optional("passenger_name", .anyText, "Who travels, masked"),
                Property("used_at", .time, "When it was marked"),
                Property("staff_id", .code, "Who marked it"))
        ),
        (
            "TicketChangeQuote",
            .object(
                [
                    Property("ticket_number", .anyText, "Serial number and item"),
                    Property("trip_id", .code, "The other trip"),
                    Property("travel_date", .date, "Its day"),
                    Property("fare_fen", .fen, "The old fare"),
                    Property("new_fare_fen", .fen, "The new fare"),
                ] + sums + [difference], isClosed: false)
        ),
        (
            "TicketChangeRequest",
            .request(
                Property("trip_id", .code, "The other trip"),
                Property("travel_date", .date, "Its day"),
                Property(
                    "difference_fen",
                    .integer(
                        -JSONObjectDecoder.maximumAmountFen...JSONObjectDecoder.maximumAmountFen),
                    "The quote's difference_fen, told to the customer"))
        ),
        (
            "TicketChange",
            .object(
                [
                    Property("refund", .named("Receipt"), "The old ticket's refund"),
                    Property("receipt", .named("Receipt"), "The new ticket's sale"),
                    Property("tickets", .array(.named("Ticket")), "The new ticket"),
                    .optional(
                        "papers", .array(.named("StockPaper")), "The paper that it is printed on"),
                ] + sums + [difference], isClosed: false)
        ),
    ]
}
