import Agency
import StrictJSON

extension Operations {
    static let cash = [
        Operation(
            method: .get, path: "/v1/cash-transfers", name: "listCashTransfers", tag: "cash",
            summary: "Cash transfers of the own station, or of the stations and centres below",
            roles: [.operator, .supervisor, .administrator],
            parameters: [
                .query("state", .words(TransferState.self), "Only those in this state")
            ] + Parameter.page(upTo: CashTransferList.maximumPageSize),
            answer: .json(
                .page("cash_transfers", of: .named("CashTransfer")), "A page of transfers")),
        Operation(
            method: .post, path: "/v1/cash-transfers", name: "sendCash", tag: "cash",
            summary: "Count cash and send it: out of the own till, vault or bank account",
            roles: [.operator, .supervisor],
            body: .init(
                schema: "CashTransferRequest",
                examples: [
                    (
                        "to the centre",
                        [
                            "from_kind": "till", "to_kind": "centre", "to_id": "T01",
                            "counts": count((10_000, 10)),
                        ]
                    )
                ]),
            needsKey: true,
            answer: .json(.named("SentTransfer"), "The transfer, under way", status: 201),
            refusals: [
                .operatorNotAllowed, .notSignedOn, .shiftSuspended, .handoverOffered,
                .transferNotAllowed, .amountNotAllowed, .tillShortOfCash, .depositShort,
            ]),
        Operation(
            method: .post, path: "/v1/cash-transfers/{transfer_id}/receive",
            name: "receiveCash", tag: "cash",
            summary: "Count what arrived and take it; another sum than sent is disputed",
            roles: [.operator, .supervisor, .administrator], parameters: [transferNumber],
            body: .init(
                schema: "ReceiveCashRequest",
                examples: [
                    ("count", ["counts": count((10_000, 9))])
                ]),
            needsKey: true, answer: .json(.named("TransferState"), "The transfer"),
            refusals: [
                .operatorNotAllowed, .notSignedOn, .shiftSuspended, .handoverOffered,
                .unknownTransfer, .samePerson, .transferNotOffered, .tillCeilingReached,
            ]),
        Operation(
            method: .post, path: "/v1/cash-transfers/{transfer_id}/cancel",
            name: "cancelTransfer", tag: "cash",
            summary: "Take cash back that has not arrived", roles: [.operator, .supervisor],
            parameters: [transferNumber],
            body: .init(
                schema: "ReasonRequest", examples: [("cancellation", ["reason": "押运车未到"])]),
            needsKey: true, answer: .json(.named("TransferState"), "The transfer"),
            refusals: [
                .operatorNotAllowed, .notSignedOn, .shiftSuspended, .handoverOffered,
                .unknownTransfer, .transferNotOffered,
            ]),
        Operation(
            method: .post, path: "/v1/cash-transfers/{transfer_id}/resolve",
            name: "resolveTransfer", tag: "cash",
            summary: "Decide where the difference of a disputed transfer is",
            roles: [.supervisor], parameters: [transferNumber],
            body: .init(
                schema: "ResolveTransferRequest",
                examples: [
                    ("unexplained", ["resolution": "unexplained", "reason": "双方复点均无误"])
                ]),
            needsKey: true, answer: .json(.named("TransferState"), "The transfer"),
            refusals: [
                .operatorNotAllowed, .unknownTransfer, .samePerson, .transferNotDisputed,
                .tillNotHeld, .tillShortOfCash,
            ]),
    ]

    private static let transferNumber = Parameter.path("transfer_id", .number, "The transfer")

    static let cashSchemas: [(name: String, schema: Schema)] = [
        (
            "CashTransfer",
            .answer(
                Property("transfer_id", .number, "The transfer"),
                Property("from_kind", .words(CashPlaceKind.self), "What it came out of"),
                Property("from_id", .code, "The till, or the centre of the vault or account"),
                Property("to_kind", .words(CashPlaceKind.self), "What it goes into"),
                Property("to_id", .code, "The till, or the centre of the vault or account"),
                Property("amount_fen", .fen, "What was sent"),
                Property("state", .words(TransferState.self), "Where it stands"),
                Property("bank_reference", .orNull(.anyText), "The number of the bank's slip"),
                Property("sent_by", .code, "Who sent it"),
                Property("sent_at", .time, "When"),
                Property("received_by", .orNull(.code), "Who counted it on arrival"),
                Property("received_at", .orNull(.time), "When"),
                Property("received_fen", .orNull(.fen), "What arrived"),
                Property(
                    "resolution", .orNull(.words(TransferResolution.self)),
                    "Where the difference was"),
                Property("reason", .orNull(.anyText), "Why it was cancelled or resolved so"))
        ),
        (
            "CashTransferRequest",
            .request(
                Property(
                    "from_kind", .words(CashPlaceKind.self),
                    "An operator: till; a supervisor: centre or bank, the own"),
                Property("to_kind", .words(CashPlaceKind.self), "What it goes into"),
                .optional("to_id", .code, "The receiving till or centre; none for the bank"),
                .optional(
                    "bank_reference", .text(CashTransferRequest.bankReferenceLengths),
                    "The number of the bank's slip, where the bank is one end"), counts)
        ),
        (
            "SentTransfer",
            .answer(
                Property("transfer_id", .number, "The transfer"),
                Property("state", .words(TransferState.self), "Where it stands"),
                Property("amount_fen", .fen, "What was counted"),
                Property("sent_at", .time, "When"))
        ),
        ("ReceiveCashRequest", .request(counts)),
        (
            "TransferState",
            .answer(
                Property("transfer_id", .number, "The transfer"),
                Property("state", .words(TransferState.self), "Where it stands"),
                Property("amount_fen", .fen, "What was moved by this step"))
        ),
        (
            "ResolveTransferRequest",
            .request(
                Property(
                    "resolution", .words(TransferResolution.self), "Where the difference is"),
                reason)
        ),
    ]
}
