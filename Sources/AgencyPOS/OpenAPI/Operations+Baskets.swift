import Agency

extension Operations {
    static let baskets = [
        Operation(
            method: .post, path: "/v1/baskets", name: "payBasket", tag: "baskets",
            summary: "Take one tender for several items: all are booked, or none",
            roles: [.operator],
            body: .init(
                schema: "BasketRequest",
                examples: [
                    (
                        "phones",
                        [
                            "items": .array([
                                [
                                    "kind": "bill", "product_id": "MOBILE",
                                    "account_number": "13800001111", "amount_fen": 2000,
                                ],
                                [
                                    "kind": "bill", "product_id": "TELECOM",
                                    "account_number": "18900002222", "amount_fen": 1500,
                                ],
                            ]),
                            "tendered_fen": 5000,
                        ]
                    )
                ]),
            needsKey: true,
            answer: .json(.named("Basket"), "One receipt number, one change", status: 201),
            refusals: [
                .notSignedOn, .operatorNotAllowed, .shiftSuspended, .handoverOffered,
                .tillCeilingReached, .unknownQuote, .billAlreadyPaid, .quoteExpired,
                .amountMismatch,
                .unknownProduct, .wrongProductKind, .amountNotAllowed, .noContract,
                .feeNotInTariff, .unknownReservation, .reservationAlreadyIssued,
                .reservationExpired, .sellAlone, .tenderTooSmall,
            ])
    ]

    static let basketSchemas: [(name: String, schema: Schema)] = [
        (
            "BasketRequest",
            .request(
                Property("items", .array(.named("BasketItem")), "1 to 20 items"),
                Property("tendered_fen", .amountFen, "The cash that the customer hands over"))
        ),
        (
            "BasketItem",
            .oneOf([
                .request(
                    Property("kind", .words(["bill"]), "A bill by its quote"),
                    Property("quote_id", .number, "A quote of the own station"),
                    Property("amount_fen", .amountFen, "The quote's amount"), serviceFee),
                .request(
                    Property("kind", .words(["bill"]), "A blind biller's account"),
                    Property("product_id", .code, "A blind biller's product"),
                    Property(
                        "account_number", .text(1...32, pattern: "^[!-{}~]+$"),
                        "The biller's account; no blanks and no '|'"),
                    Property("amount_fen", .amountFen, "What the customer pays in"), serviceFee),
                .request(
                    Property("kind", .words(["tickets"]), "Reserved tickets"),
                    Property("reservation_id", .number, "A reservation of the own station"),
                    Property("amount_fen", .amountFen, "The reservation's fares"), serviceFee),
            ])
        ),
        (
            "Basket",
            .answer(
                Property("basket_serial", .serial, "The first item's serial number"),
                Property("receipt_number", .anyText, "The number that all items share"),
                Property(
                    "state", .words(["open", "settled"]),
                    "Open while a partner is asked about an item"),
                Property("total_fen", .fen, "What the items cost, with their fees"),
                Property("tendered_fen", .fen, "What was handed over"),
                Property("change_fen", .fen, "What goes back at once"),
                Property("returned_fen", .fen, "What goes back for items that were refused"),
                Property("items", .array(.named("BasketItemAnswer")), "The items in their order"))
        ),
        (
            "BasketItemAnswer",
            .answer(
                Property(
                    "state", .words(["waiting", "posted", "refused"]), "Where the item stands"),
                Property("receipt", .named("Receipt"), "Its receipt"),
                Property(
                    "tickets", .array(.named("Ticket")), "Tickets, one for each seat",
                    isRequired: false))
        ),
    ]
}
