import Agency
import StrictJSON

extension Operations {
    static let handovers = [
        Operation(
            method: .post, path: "/v1/shifts/{shift_id}/handover", name: "offerHandover",
            tag: "counter",
            summary: "Count the own till before a witness and offer it to a successor",
            roles: [.operator], parameters: [shiftNumber],
            body: .init(
                schema: "HandoverRequest",
                examples: [
                    (
                        "offer",
                        [
                            "successor_id": "OP000102", "witness_id": "SV-T01",
                            "witness_pin": "000000", "counts": countOf370489,
                        ]
                    )
                ]),
            needsKey: true, answer: .json(.named("Handover"), "The offer", status: 201),
            refusals: [
                .witnessNotConfirmed, .signInLocked, .operatorNotAllowed, .unknownShift,
                .shiftSuspended, .handoverOffered, .shiftHasPendingItems, .successorNotAllowed,
                .witnessNotAllowed,
            ]),
        Operation(
            method: .post, path: "/v1/shifts/{shift_id}/handover/withdraw",
            name: "withdrawHandover", tag: "counter", summary: "Take the own offer back",
            roles: [.operator], parameters: [shiftNumber],
            answer: .json(.named("ShiftState"), "The shift"),
            refusals: [.operatorNotAllowed, .unknownShift, .noHandover]),
        Operation(
            method: .post, path: "/v1/shifts/{shift_id}/handover/accept",
            name: "acceptHandover", tag: "counter",
            summary: "Count the till and take it over, under the own name",
            roles: [.operator], parameters: [shiftNumber],
            body: .init(
                schema: "AcceptHandoverRequest",
                examples: [("count", ["counts": countOf370489])]),
            needsKey: true,
            answer: .json(.named("AcceptedHandover"), "The successor's shift", status: 201),
            refusals: [
                .operatorNotAllowed, .alreadySignedOn, .noHandover, .handoverCountDiffers,
                .shiftHasPendingItems,
            ]),
        Operation(
            method: .post, path: "/v1/shifts/{shift_id}/forced-sign-off", name: "forceSignOff",
            tag: "counter",
            summary: "Count the till of an operator who is gone, before a witness",
            roles: [.supervisor], parameters: [shiftNumber],
            body: .init(
                schema: "ForcedSignOffRequest",
                examples: [
                    (
                        "count",
                        [
                            "witness_id": "OP000101", "witness_pin": "000000",
                            "counts": countOf370389, "reason": "操作员离岗未签退",
                        ]
                    )
                ]),
            needsKey: true, answer: .json(.named("SignOff"), "The count against the book"),
            refusals: [
                .witnessNotConfirmed, .signInLocked, .operatorNotAllowed, .unknownShift,
                .witnessNotAllowed, .shiftHasPendingItems,
            ]),
    ]

    static let handoverSchemas: [(name: String, schema: Schema)] = [
        (
            "HandoverRequest",
            .request(
                Property("successor_id", .code, "Another operator of the station"),
                Property("witness_id", .code, "Who stands by, of the station or its centre"),
                Property("witness_pin", .text(4...64), "The witness's own PIN"), counts)
        ),
        (
            "Handover",
            .answer(
                Property("handover_id", .number, "The handover"),
                Property("shift_id", .number, "The shift that it ends"),
                Property("till_id", .code, "The till"),
                Property("operator_id", .code, "Who hands over"),
                Property("successor_id", .code, "Who takes over"),
                Property("witness_id", .code, "Who stood by"),
                Property("counted_cash_fen", .fen, "The cash counted"),
                Property("offered_at", .time, "When"))
        ),
        ("AcceptHandoverRequest", .request(counts)),
        (
            "AcceptedHandover",
            .answer(
                openedShift + [
                    Property("handover_id", .number, "The handover"),
                    Property("previous_shift_id", .number, "The shift that it ended"),
                    Property("previous_operator_id", .code, "Who handed over"),
                    Property("counted_cash_fen", .fen, "The cash that both counted"),
                ])
        ),
        (
            "ForcedSignOffRequest",
            .request(
                Property("witness_id", .code, "Who stands by, of the station or its centre"),
                Property("witness_pin", .text(4...64), "The witness's own PIN"), counts, reason)
        ),
    ]

    /// Why a person did something.
    static let reason = Property(
        "reason", .text(JSONObjectDecoder.reasonLengths), "Why, for those who look later")
}
