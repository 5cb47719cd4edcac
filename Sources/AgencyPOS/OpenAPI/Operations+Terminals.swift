import Agency
import StrictJSON

extension Operations {
    static let terminals = [
        Operation(
            method: .post, path: "/v1/terminal-batches", name: "handInBatch", tag: "terminals",
            summary: "Hand in what the own terminal did while its line was down; again is safe",
            roles: [.operator],
            body: .init(
                schema: "TerminalBatchRequest",
                examples: [("batch", batchExample), ("stock", stockExample)]),
            maximumBodyBytes: API.maximumBatchBytes,
            answer: .json(.named("TerminalBatch"), "What became of each item"),
            refusals: [
                .batchSignatureWrong, .notSafeOffline, .terminalItemInvalid,
                .terminalNumberReused, .notSignedOn, .operatorNotAllowed, .shiftSuspended,
                .handoverOffered, .tillCeilingReached, .unknownProduct, .wrongProductKind,
                .amountNotAllowed, .noContract, .feeNotInTariff, .amountMismatch,
                .unknownStockItem, .stockPackFrozen, .noOpenStockPack, .stockPackTooSmall,
                .stockSerialInvalid, .stockSerialTaken,
            ]),
        Operation(
            method: .get, path: "/v1/terminals/current/numbers", name: "getTerminalNumbers",
            tag: "terminals", summary: "Which numbers of the own terminal arrived",
            roles: [.operator],
            answer: .json(.named("TerminalNumbers"), "The highest, and what is missing")),
    ]

    /// Signed by terminal S0001-T1 of the demo network.
    private static let batchExample: JSONValue = [
        "terminal_id": "S0001-T1", "first_sequence": 1, "last_sequence": 2, "item_count": 2,
        "created_at": "2026-11-21T09:40:00+08:00",
        "items": .array([
            [
                "sequence": 1, "idempotency_key": "S0001-T1-000001",
                "recorded_at": "2026-11-21T09:12:30+08:00", "operator_id": "OP000101",
                "kind": "bill_payment",
                "body": [
                    "product_id": "MOBILE", "account_number": "13900003333", "amount_fen": 1500,
                ],
            ],
            [
                "sequence": 2, "idempotency_key": "S0001-T1-000002",
                "recorded_at": "2026-11-21T09:15:00+08:00", "operator_id": "OP000101",
                "kind": "unused", "body": [:],
            ],
        ]),
        "signature": "9bdb06a313e91623305b87bf8aab9e015e3f18885c7fa4b93faa2b005e4d6bbf",
    ]

    /// A ticket that its customer has; signed by the same terminal.
    private static let stockExample: JSONValue = [
        "terminal_id": "S0001-T1", "first_sequence": 3, "last_sequence": 3, "item_count": 1,
        "created_at": "2026-11-22T10:05:00+08:00",
        "items": .array([
            [
                "sequence": 3, "idempotency_key": "S0001-T1-000003",
                "recorded_at": "2026-11-22T10:01:20+08:00", "operator_id": "OP000101",
                "kind": "stock_sale",
                "body": [
                    "product_id": "SCRATCH10", "serials": .array(["SC0000010058"]),
                    "amount_fen": 1000,
                ],
            ]
        ]),
        "signature": "df6719d71b5bf60869a61a28528f80a42d5d194a37388a1dd5a3a993c1bf004e",
    ]

    static let terminalSchemas: [(name: String, schema: Schema)] = [
        (
            "TerminalBatchRequest",
            .request(
                Property("terminal_id", .code, "The own terminal"),
                Property("first_sequence", sequence, "The first number that it tells of"),
                Property("last_sequence", sequence, "The last one"),
                Property(
                    "item_count", .integer(1...Int64(TerminalBatch.maximumItems)),
                    "How many items follow"),
                Property("created_at", .time, "By the terminal's clock"),
                Property("items", .array(.named("TerminalItem")), "In the order of their numbers"),
                Property("signature", .digest, "HMAC-SHA256 with the terminal's key"))
        ),
        (
            "TerminalItem",
            .request(
                Property("sequence", sequence, "The terminal's number of the request"),
                Property(
                    "idempotency_key", .text(IdempotencyClaim.keyLengths),
                    "The key that it had, or would have had, on the line"),
                Property("recorded_at", .time, "By the terminal's clock; information only"),
                Property("operator_id", .code, "Who took the cash"),
                Property(
                    "kind", .text(1...32),
                    "bill_payment for a blind biller, stock_sale for papers by their serials, unused for "
                        + "a number given to nothing"),
                Property(
                    "body",
                    .oneOf([
                        .request(),
                        .request(
                            Property("product_id", .code, "A blind biller's product"),
                            Property("account_number", .text(1...32), "The biller's account"),
                            Property("amount_fen", .amountFen, "What the customer paid in"),
                            serviceFee),
                        .request(
                            Property("product_id", .code, "A stock product without activation"),
                            Property(
                                "serials", .array(.stockSerial),
                                "Read from the papers, ascending"),
                            Property("amount_fen", .amountFen, "Face value times count"),
                            serviceFee),
                    ]), "The body of the request as on the line"))
        ),
        (
            "TerminalBatch",
            .answer(
                Property("batch_id", .number, "The batch"),
                Property("received_at", .time, "When"),
                Property("applied_count", .count, "Items done now"),
                Property("repeated_count", .count, "Items done before"),
                Property("refused_count", .count, "Items refused"),
                Property("out_of_order_count", .count, "Items not looked at"),
                Property("items", .array(.named("TerminalItemAnswer")), "In their order"),
                Property("highest_sequence", .count, "The highest number known of"),
                Property("complete_to", .count, "All numbers up to this one arrived"),
                Property(
                    "missing", .array(.named("TerminalGap")), "Those that did not, 100 at most"))
        ),
        (
            "TerminalItemAnswer",
            .answer(
                Property("sequence", .count, "The terminal's number"),
                Property("result", .words(TerminalItemWord.self), "What became of it"),
                Property(
                    "answer", .oneOf([.named("Receipt"), .named("StockSale")]), "As on the line",
                    isRequired: false),
                Property(
                    "problem", .named("TerminalItemProblem"), "Why it was refused",
                    isRequired: false),
                Property(
                    "may_be_handed_in_again", .boolean, "Whether its number is still missing",
                    isRequired: false))
        ),
        ("TerminalItemProblem", .answer(problemProperties)),
        (
            "TerminalNumbers",
            .answer(
                Property("highest_sequence", .count, "The highest number known of"),
                Property("complete_to", .count, "All numbers up to this one arrived"),
                Property(
                    "missing", .array(.named("TerminalGap")), "Those that did not, 100 at most"))
        ),
        (
            "TerminalGap",
            .answer(
                Property("first_sequence", sequence, "The first number that is missing"),
                Property("last_sequence", sequence, "The last one of this gap"))
        ),
    ]

    private static let sequence = Schema.integer(TerminalNumber.allowed)
}
