import Agency

extension Operations {
    static let withdrawals = [
        Operation(
            method: .post, path: "/v1/withdrawals", name: "startWithdrawal", tag: "withdrawals",
            summary: "Ask the bank to authorise; pay out no cash before it has",
            roles: [.operator],
            body: .init(
                schema: "WithdrawalRequest",
                examples: [
                    (
                        "card",
                        [
                            "product_id": "CASH01", "card_number": "6222020000001234",
                            "encrypted_pin_block": "0123456789ABCDEF", "amount_fen": 50000,
                            "identity_checked": true,
                        ]
                    )
                ]),
            needsKey: true,
            answer: .json(.named("Receipt"), "Authorised: hand out the cash", status: 201),
            refusals: [
                .identityNotChecked, .notSignedOn, .unknownProduct, .wrongProductKind,
                .amountNotAllowed, .noContract, .tillShortOfCash, .cardLimitExceeded,
                .withdrawalDeclined, .bankDidNotAnswer,
            ]),
        Operation(
            method: .post, path: "/v1/withdrawals/{serial}/cash-paid", name: "confirmCashPaid",
            tag: "withdrawals", summary: "The cash was handed out; takes no body",
            roles: [.operator], parameters: [serialParameter], needsKey: true,
            answer: .json(.named("Receipt"), "Posted"),
            refusals: [.notSignedOn, .unknownWithdrawal, .withdrawalNotAuthorised]),
        Operation(
            method: .post, path: "/v1/withdrawals/{serial}/cancel", name: "cancelWithdrawal",
            tag: "withdrawals", summary: "No cash was handed out; takes no body",
            roles: [.operator], parameters: [serialParameter], needsKey: true,
            answer: .json(.named("Receipt"), "Reversed"),
            refusals: [.notSignedOn, .unknownWithdrawal, .withdrawalNotAuthorised]),
    ]

    static let serialParameter = Parameter.path(
        "serial", .serial, "The serial number, with or without its zeros")

    static let withdrawalSchemas: [(name: String, schema: Schema)] = [
        (
            "WithdrawalRequest",
            .request(
                Property("product_id", .code, "A bank's product"),
                Property(
                    "card_number", .text(WithdrawalRequest.cardNumberLengths, pattern: "^[0-9]+$"),
                    "The whole number; it goes to the bank and is never stored"),
                Property(
                    "encrypted_pin_block", .text(16...64, pattern: "^[0-9A-Fa-f]+$"),
                    "The PIN as the PIN pad encrypted it for the bank"),
                Property("amount_fen", .amountFen, "Within the product's limits and step"),
                Property("identity_checked", .boolean, "The operator saw the identity card"))
        )
    ]
}
