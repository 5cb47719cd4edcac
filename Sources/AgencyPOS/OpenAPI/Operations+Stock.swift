import Agency

extension Operations {
    static let stock = stockPacks + stockTransfers + stockSales + stockPapers

    /// What keeps an operator from acting at all.
    private static let mayAct: [RefusalCode] = [
        .notSignedOn, .operatorNotAllowed, .shiftSuspended, .handoverOffered,
    ]
    private static let packParameter = Parameter.path("pack_id", .number, "A pack of GET /v1/stock")

    private static let stockPacks = [
        Operation(
            method: .get, path: "/v1/stock", name: "listStock", tag: "stock",
            summary: "The packs at the own place, and for supervisors at all places below",
            roles: [.operator, .supervisor],
            parameters: [
                .query("item_id", .text(1...64), "Packs of this item only"),
                .query("state", .words(StockPackState.self), "Packs in this state only"),
            ] + Parameter.page(upTo: StockReader.maximumPageSize),
            answer: .json(.page("packs", of: .named("StockPack")), "A page of packs")),
        Operation(
            method: .post, path: "/v1/stock/packs", name: "receiveDelivery", tag: "stock",
            summary: "Take a pack that a principal delivered into the centre's stock",
            roles: [.supervisor],
            body: .init(
                schema: "StockDelivery",
                examples: [
                    (
                        "pack",
                        [
                            "item_id": "SCRATCH10", "first_serial": "SC9000000019",
                            "last_serial": "SC9000001009", "delivery_note": "SH-2026-1121",
                        ]
                    )
                ]),
            needsKey: true, answer: .json(.named("StockPack"), "The pack", status: 201),
            refusals: [
                .unknownStockItem, .stockSerialInvalid, .stockRangeNotAllowed,
                .stockRangeOverlaps,
            ]),
        packStep(
            "open", "openStockPack", "Begin to sell a pack; scratch tickets count as activated",
            refusals: [.stockPackAlreadyOpen]),
        packStep("close", "closeStockPack", "Stop selling a pack; takes no body"),
        packStep(
            "freeze", "freezeStockPack", "Serials are missing or in doubt: sell none of the pack",
            body: .init(
                schema: "StockReason", examples: [("doubt", ["reason": "少两张，待清点"])])),
        packStep(
            "spoil", "spoilStockSerial", "One serial of the open pack cannot be sold",
            body: .init(
                schema: "StockSpoil",
                examples: [
                    (
                        "torn",
                        ["serial": "SC0000010041", "outcome": "damaged", "reason": "运输中撕裂"]
                    )
                ]), refusals: [.stockSerialInvalid, .stockSerialTaken, .stockPackFrozen]),
        packStep(
            "resolve", "resolveStockPack",
            "Explain every missing serial of a frozen pack and count what is left",
            roles: [.supervisor],
            body: .init(
                schema: "StockResolution",
                examples: [
                    (
                        "counted",
                        [
                            "serials": .array([
                                [
                                    "serial": "SC0000010074", "finding": "voided",
                                    "reason": "遗失作废",
                                ]
                            ]), "counted_left": 93,
                        ]
                    )
                ]),
            refusals: [
                .stockSerialInvalid, .stockSerialTaken, .stockNotResolved, .stockCountMismatch,
            ]),
    ]

    private static let stockTransfers = [
        packStep(
            "offer", "offerStockPack", "Send a pack to a neighbouring place, which must receive it",
            roles: [.operator, .supervisor],
            body: .init(schema: "StockOffer", examples: [("centre", ["to": "T01"])]),
            refusals: [.unknownStockPlace]),
        packStep(
            "receive", "receiveStockPack", "The pack has come; takes no body",
            roles: [.operator, .supervisor]),
        packStep(
            "decline", "declineStockPack", "The pack is not taken, or stays; takes no body",
            roles: [.operator, .supervisor]),
        packStep(
            "return", "returnStockPack", "Give a pack back to its principal",
            roles: [.supervisor],
            body: .init(
                schema: "StockReason", examples: [("recall", ["reason": "委托单位召回"])])),
    ]

    private static func packStep(
        _ step: String, _ name: String, _ summary: String, roles: Set<Role> = [.operator],
        body: Operation.Body? = nil, refusals: [RefusalCode] = []
    ) -> Operation {
        Operation(
            method: .post, path: "/v1/stock/packs/{pack_id}/\(step)", name: name, tag: "stock",
            summary: summary, roles: roles, parameters: [packParameter], body: body,
            needsKey: true, answer: .json(.named("StockPack"), "The pack as it is now"),
            refusals: (roles.contains(.operator) ? mayAct : [])
                + [.unknownStockPack, .stockPackState] + refusals)
    }

    private static let stockSales = [
        Operation(
            method: .post, path: "/v1/stock-sales", name: "sellStock", tag: "stock",
            summary: "Sell the next serials of the open pack; a gap freezes it",
            roles: [.operator],
            body: .init(
                schema: "StockSaleRequest",
                examples: [
                    ("next", ["product_id": "SCRATCH10", "count": 2, "amount_fen": 2000]),
                    (
                        "named",
                        [
                            "product_id": "SCRATCH10", "serials": .array(["SC0000010033"]),
                            "amount_fen": 1000,
                        ]
                    ),
                    (
                        "card",
                        [
                            "product_id": "SIMCARD", "count": 1, "amount_fen": 5000,
                            "phone_number": "13900000051",
                            "identity_number": "990001199001010013", "identity_checked": true,
                        ]
                    ),
                ]),
            needsKey: true,
            answer: .json(
                .named("StockSale"), "Receipt and serials as they stand, also under a key again",
                status: 201),
            unfinishedAnswer: .json(
                .named("StockSale"),
                "A card whose network has not answered, or whose cash waits for the customer",
                status: 202),
            refusals: mayAct + [
                .unknownProduct, .wrongProductKind, .unknownStockItem, .noContract,
                .amountMismatch, .amountNotAllowed, .feeNotInTariff, .identityNotChecked,
                .stockPackFrozen, .noOpenStockPack, .stockPackTooSmall, .stockSerialInvalid,
                .stockSerialTaken, .tillCeilingReached,
                .partnerUnavailable,
            ]),
        Operation(
            method: .get, path: "/v1/stock-sales/{serial}", name: "getStockSale", tag: "stock",
            summary: "A sale with what became of its serials",
            roles: [.operator, .supervisor], parameters: [serialParameter],
            answer: .json(.named("StockSale"), "Receipt and serials"),
            refusals: [.unknownStockSale]),
        Operation(
            method: .post, path: "/v1/stock-sales/{serial}/pay-back", name: "payBackStock",
            tag: "stock",
            summary: "Give the cash of a card back that could not be activated; takes no body",
            roles: [.operator], parameters: [serialParameter], needsKey: true,
            answer: .json(.named("Receipt"), "What was given back"),
            refusals: mayAct + [.unknownStockSale, .stockNotReturnable, .tillShortOfCash]),
        Operation(
            method: .post, path: "/v1/prize-payments", name: "payPrize", tag: "stock",
            summary: "Pay out what a ticket won, once and up to the counter's ceiling",
            roles: [.operator],
            body: .init(
                schema: "PrizePaymentRequest",
                examples: [
                    (
                        "prize",
                        [
                            "product_id": "SCRATCH10", "serial": "SC0000010017",
                            "validation_code": "7391-4402", "amount_fen": 2000,
                        ]
                    )
                ]),
            needsKey: true, answer: .json(.named("Receipt"), "Pay it out", status: 201),
            unfinishedAnswer: .json(
                .named("Receipt"),
                "The principal has not answered: pay nothing; once it is known the cash is paid out "
                    + "by POST /v1/receipts/{serial}/return",
                status: 202),
            refusals: mayAct + [
                .unknownProduct, .wrongProductKind, .unknownStockItem, .noContract,
                .stockSerialInvalid, .prizeTicketNotSold, .prizeAlreadyPaid, .prizeNotWon,
                .amountMismatch, .prizeAboveCeiling, .tillShortOfCash, .paymentUnconfirmed,
                .partnerRefused, .partnerUnavailable,
            ]),
    ]

    private static let stockPapers = [
        Operation(
            method: .post, path: "/v1/stock/papers", name: "takePapers", tag: "stock",
            summary: "Take the next numbered forms of the open pack", roles: [.operator],
            body: .init(
                schema: "StockPaperRequest",
                examples: [("forms", ["item_id": "FORM", "count": 2, "purpose": "手工收据"])]),
            needsKey: true, answer: .json(.named("StockPapers"), "The forms", status: 201),
            refusals: mayAct + [
                .unknownStockItem, .stockPackFrozen, .noOpenStockPack,
                .stockPackTooSmall,
            ]),
        Operation(
            method: .post, path: "/v1/stock/papers/misprint", name: "replacePaper", tag: "stock",
            summary: "Void a spoilt paper, which is kept, and take the next one",
            roles: [.operator],
            body: .init(
                schema: "StockMisprint",
                examples: [
                    (
                        "jam",
                        ["item_id": "FORM", "serial": "RP00001001", "reason": "卡纸"]
                    )
                ]),
            needsKey: true, answer: .json(.named("StockReplacement"), "The paper to use"),
            refusals: mayAct + [
                .unknownStockItem, .stockSerialInvalid, .stockSerialTaken,
                .stockPackFrozen, .noOpenStockPack, .stockPackTooSmall,
            ]),
    ]
}
