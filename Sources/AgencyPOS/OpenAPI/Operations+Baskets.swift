import Agency

extension Operations {
    static let baskets = [
        Operation(
            method: .post, path: "/v1/baskets", name: "payBasket", tag: "baskets",
            summary:
                "Take one tender for several items: what asks no partner is booked, all or none",
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
                    ),
                    (
                        "mixed",
                        [
                            "items": .array([
                                [
                                    "kind": "bill", "product_id": "POWERTOKEN",
                                    "account_number": "52999900000001", "amount_fen": 5000,
                                ],
                                [
                                    "kind": "stock", "product_id": "SCRATCH10", "count": 1,
                                    "amount_fen": 1000,
                                ],
                            ]),
                            "tendered_fen": 10000,
                        ]
                    ),
                ]),
            needsKey: true,
            answer: .json(
                .named("Basket"), "Every item is posted, or its cash went back", status: 201),
            unfinishedAnswer: .json(
                .named("Basket"),
                "A partner has not answered, or cash is to be paid back: each item says where it "
                    + "stands, and the same key tells it anew",
                status: 202),
            refusals: [
                .notSignedOn, .operatorNotAllowed, .shiftSuspended, .handoverOffered,
                .tillCeilingReached, .unknownQuote, .billAlreadyPaid, .quoteExpired,
                .amountMismatch,
                .unknownProduct, .wrongProductKind, .amountNotAllowed, .noContract,
                .feeNotInTariff, .unknownReservation, .reservationAlreadyIssued,
                .reservationExpired, .identityNotChecked, .passengerAlreadyBooked, .sellAlone,
                .tenderTooSmall, .paymentUnconfirmed,
                .billWithdrawn, .billerClosed, .periodRequired, .periodAlreadyPaid,
                .partnerUnavailable, .unknownStockItem, .stockPackFrozen, .noOpenStockPack,
                .stockPackTooSmall, .stockSerialInvalid, .stockSerialTaken,
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
                    Property("amount_fen", .amountFen, "What the customer pays in"), serviceFee,
                    Property.optional(
                        "period", .text(4...7), "What is paid for, YYYY-MM or YYYY, if asked for"),
                    Property.optional(
                        "insured",
                        .array(.text(1...32, pattern: "^[!-{}~]+$")),
                        "The insured persons, where a premium is paid by the head")),
                .request(
                    Property("kind", .words(["tickets"]), "Reserved tickets"),
                    Property("reservation_id", .number, "A reservation of the own station"),
                    Property("amount_fen", .amountFen, "The reservation's fares"), serviceFee,
                    Property.optional(
                        "passengers", .array(.named("Passenger")),
                        "Who travels, one for each seat, where the contract names passengers")),
                .request(
                    Property("kind", .words(["stock"]), "Serials of the open pack; no cards"),
                    Property("product_id", .code, "A stock product"),
                    Property.optional(
                        "count", .integer(StockSaleRequest.counts),
                        "The server names so many next serials; without it send serials"),
                    Property.optional(
                        "serials", .array(.stockSerial), "Serials read from the papers, ascending"),
                    Property("amount_fen", .amountFen, "Face value times count"), serviceFee),
            ])
        ),
        (
            "Basket",
            .answer(
                Property("basket_serial", .serial, "The first item's serial number"),
                Property("receipt_number", .anyText, "The number that all items share"),
                Property(
                    "state", .words(["open", "settled"]),
                    "Open while a partner is asked about an item, or cash is to be paid back"),
                Property("total_fen", .fen, "What the items cost, with their fees"),
                Property("tendered_fen", .fen, "What was handed over"),
                Property("change_fen", .fen, "What was handed over beyond that"),
                Property("returned_fen", .fen, "The cash of items that partners refused at once"),
                Property(
                    "cash_back_fen", .fen,
                    "What the operator hands over now: change_fen and returned_fen"),
                Property(
                    "suspended_fen", .fen,
                    "The cash of items that wait for a partner: it stays with us"),
                Property(
                    "return_due_fen", .fen,
                    "The cash of items that came to nothing later: pay each back with "
                        + "POST /v1/receipts/{serial}/return"),
                Property("paid_back_fen", .fen, "What was paid back so"),
                Property("items", .array(.named("BasketItemAnswer")), "The items in their order"))
        ),
        (
            "BasketItemAnswer",
            .answer(
                Property(
                    "state",
                    .words(["waiting", "posted", "refused", "return_due", "returned"]),
                    "Where the item stands"),
                Property("receipt", .named("Receipt"), "Its receipt"),
                Property(
                    "tickets", .array(.named("Ticket")), "Tickets, one for each seat",
                    isRequired: false),
                Property(
                    "papers", .array(.named("StockPaper")),
                    "The numbered papers that the tickets are printed on", isRequired: false),
                Property(
                    "serials", .array(.named("StockSerial")), "What was sold from stock",
                    isRequired: false),
                Property(
                    "refusal", .named("BasketItemRefusal"),
                    "Why its partner did not book it, and what to do", isRequired: false))
        ),
        (
            "BasketItemRefusal",
            .answer(
                Property("code", .code, "The problem type"),
                Property("detail", .anyText, "What was wrong and what to do"),
                Property("detail_zh", .anyText, "The same in Chinese"))
        ),
    ]
}
