import Agency
import StrictJSON

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
                            "identity": identityExample,
                        ]
                    )
                ]),
            needsKey: true,
            answer: .json(.named("Receipt"), "Authorised: hand out the cash", status: 201),
            refusals: [
                .identityNotChecked, .notSignedOn, .unknownProduct, .wrongProductKind,
                .amountNotAllowed, .noContract, .agentNotAllowed, .feeNotInTariff,
                .tillShortOfCash, .cardLimitExceeded, .cardCountExceeded,
                .cardMonthLimitExceeded, .withdrawalDeclined, .partnerUnavailable,
                .bankDidNotAnswer,
            ]),
        Operation(
            method: .post, path: "/v1/withdrawals/{serial}/cash-paid", name: "confirmCashPaid",
            tag: "withdrawals", summary: "The cash was handed out; takes no body",
            roles: [.operator, .supervisor], parameters: [serialParameter], needsKey: true,
            answer: .json(.named("Receipt"), "Posted"),
            refusals: [.notSignedOn, .unknownWithdrawal, .withdrawalNotAuthorised]),
        Operation(
            method: .post, path: "/v1/withdrawals/{serial}/cancel", name: "cancelWithdrawal",
            tag: "withdrawals", summary: "No cash was handed out; takes no body",
            roles: [.operator, .supervisor], parameters: [serialParameter], needsKey: true,
            answer: .json(.named("Receipt"), "Reversed"),
            refusals: [.notSignedOn, .unknownWithdrawal, .withdrawalNotAuthorised]),
        Operation(
            method: .post, path: "/v1/balance-inquiries", name: "inquireBalance",
            tag: "withdrawals",
            summary: "Ask the bank for a card's balance; it is shown this once and kept nowhere",
            roles: [.operator],
            body: .init(
                schema: "BalanceInquiryRequest",
                examples: [
                    (
                        "card",
                        [
                            "product_id": "CASH01", "card_number": "6222020000001234",
                            "encrypted_pin_block": "0123456789ABCDEF",
                        ]
                    )
                ]),
            answer: .json(.named("CardBalance"), "What the bank says is available"),
            refusals: [
                .notSignedOn, .unknownProduct, .wrongProductKind, .noContract,
                .inquiryLimitExceeded, .inquiryDeclined, .partnerUnavailable,
                .bankDidNotAnswer,
            ]),
    ]

    static let serialParameter = Parameter.path(
        "serial", .serial, "The serial number, with or without its zeros")

    /// A document of nobody: its number has a right check character and a region that is none.
    static let identityExample: JSONValue = [
        "document_type": "resident_card", "document_number": "990001199001010013",
    ]

    static let withdrawalSchemas: [(name: String, schema: Schema)] = [
        (
            "WithdrawalRequest",
            .request(
                Property("product_id", .code, "A bank's product"),
                cardNumber, pinBlock,
                Property("amount_fen", .amountFen, "Within the product's limits and step"),
                .optional(
                    "service_fee_fen", .amountFenOrZero,
                    "What the customer was told; refused unless it is the tariff's"),
                .optional(
                    "identity", .named("IdentityDocument"),
                    "The holder's document, which the operator saw; needed"),
                .optional(
                    "agent", .named("IdentityDocument"),
                    "The document of who came for the holder, where the contract allows that"))
        ),
        (
            "IdentityDocument",
            .request(
                Property("document_type", .words(IdentityDocument.Kind.self), "Which document"),
                Property(
                    "document_number",
                    .text(IdentityDocument.numberLengths, pattern: "^[0-9A-Z]+$"),
                    "The whole number; its last four characters and a keyed digest are stored"))
        ),
        (
            "BalanceInquiryRequest",
            .request(
                Property("product_id", .code, "A withdrawal product of the card's bank"),
                cardNumber, pinBlock)
        ),
        (
            "CardBalance",
            .answer(
                Property("card_reference", .anyText, "The card's last four digits, masked"),
                Property("available_fen", .fen, "What the bank says is available"),
                Property("recorded_at", .time, "When the bank said so"))
        ),
    ]

    static let cardNumber = Property(
        "card_number", .text(WithdrawalRequest.cardNumberLengths, pattern: "^[0-9]+$"),
        "The whole number; it goes to the bank and is never stored")

    static let pinBlock = Property(
        "encrypted_pin_block", .text(16...64, pattern: "^[0-9A-Fa-f]+$"),
        "The PIN as the PIN pad encrypted it for the bank")
}
