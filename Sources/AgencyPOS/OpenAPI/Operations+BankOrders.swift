import Agency
import StrictJSON

extension Operations {
    static let bankOrders = [
        Operation(
            method: .post, path: "/v1/remittances", name: "startRemittance", tag: "bank-orders",
            summary: "Take cash in for an account; keep it until the bank has answered",
            roles: [.operator],
            body: .init(
                schema: "RemittanceRequest",
                examples: [
                    (
                        "booked",
                        [
                            "product_id": "REMIT01", "payee_name": "王小明",
                            "payee_account_number": "6217990000004321", "amount_fen": 80_000,
                            "identity": identityExample,
                        ]
                    ),
                    (
                        "unanswered",
                        [
                            "product_id": "REMIT01", "payee_name": "王小明",
                            "payee_account_number": "6217990000000067", "amount_fen": 20_000,
                            "service_fee_fen": 200,
                        ]
                    ),
                ]),
            needsKey: true,
            answer: .json(.named("Receipt"), "Posted", status: 201),
            unfinishedAnswer: .json(
                .named("Receipt"),
                "Unknown: the bank did not answer, and the cash is kept until it has",
                status: 202),
            refusals: [
                .notSignedOn, .unknownProduct, .wrongProductKind, .noContract,
                .amountNotAllowed, .feeNotInTariff, .identityNotChecked, .payerLimitExceeded,
                .tillCeilingReached, .partnerRefused, .partnerUnavailable,
            ]),
        Operation(
            method: .post, path: "/v1/transfers", name: "startTransfer", tag: "bank-orders",
            summary: "Move money between accounts of one customer; no cash moves but a fee",
            roles: [.operator],
            body: .init(
                schema: "TransferRequest",
                examples: [
                    (
                        "own account",
                        [
                            "product_id": "TRANS01", "card_number": "6222020000001234",
                            "encrypted_pin_block": "0123456789ABCDEF",
                            "to_account_number": "6217990000005678", "amount_fen": 300_000,
                        ]
                    )
                ]),
            needsKey: true,
            answer: .json(.named("Receipt"), "Posted", status: 201),
            unfinishedAnswer: .json(
                .named("Receipt"), "Unknown: the bank did not answer, and is asked until it has",
                status: 202),
            refusals: [
                .notSignedOn, .unknownProduct, .wrongProductKind, .noContract,
                .amountNotAllowed, .feeNotInTariff, .sameAccount, .transferLimitExceeded,
                .tillCeilingReached, .partnerRefused, .partnerUnavailable,
            ]),
    ]

    static let bankOrderSchemas: [(name: String, schema: Schema)] = [
        (
            "RemittanceRequest",
            .request(
                Property("product_id", .code, "A bank's remittance product"),
                Property(
                    "payee_name", .text(RemittanceRequest.payeeNameLengths),
                    "Goes to the bank; its first character is stored"),
                Property("payee_account_number", accountNumber, accountSummary),
                Property("amount_fen", .amountFen, "Within the product's limits"),
                fee,
                .optional(
                    "identity", .named("IdentityDocument"),
                    "The payer's document; needed from the contract's threshold on"))
        ),
        (
            "TransferRequest",
            .request(
                Property("product_id", .code, "A bank's transfer product"),
                cardNumber, pinBlock,
                Property("to_account_number", accountNumber, accountSummary),
                Property("amount_fen", .amountFen, "Within the product's limits"),
                fee)
        ),
    ]

    private static let accountNumber = Schema.text(
        RemittanceRequest.accountNumberLengths, pattern: "^[0-9]+$")
    private static let accountSummary =
        "The whole number; it goes to the bank and is never stored"
    private static let fee = Property.optional(
        "service_fee_fen", .amountFenOrZero,
        "What the customer was told; refused unless it is the tariff's")
}
