import Agency

extension Operations {
    static let corrections = [
        Operation(
            method: .post, path: "/v1/authorisations", name: "authorise", tag: "corrections",
            summary: "Issue a code with which an operator below the own centre voids or refunds "
                + "one receipt; good for ten minutes, once",
            roles: [.supervisor],
            body: .init(
                schema: "AuthorisationRequest",
                examples: [
                    (
                        "void",
                        [
                            "correction": "void", "serial": "000000000002",
                            "reason": "客户报错手机号",
                        ]
                    ),
                    (
                        "refund",
                        [
                            "correction": "refund", "serial": "000000000001",
                            "reason": "收费单位要求退费",
                        ]
                    ),
                ]),
            answer: .json(.named("Authorisation"), "The code, shown this once", status: 201),
            refusals: [
                .unknownReceipt, .notCorrectable, .alreadyCorrected, .voidTooLate,
                .refundTooEarly,
            ]),
        correction(
            .void, name: "voidReceipt",
            summary: "Take back a payment of today with a supervisor's code (抹账)",
            tooLateOrEarly: .voidTooLate),
        correction(
            .refund, name: "refundReceipt",
            summary: "Give a payment of an earlier date back with a supervisor's code (退款)",
            tooLateOrEarly: .refundTooEarly),
    ]

    private static func correction(
        _ correction: Correction, name: String, summary: String, tooLateOrEarly: RefusalCode
    ) -> Operation {
        Operation(
            method: .post, path: "/v1/receipts/{serial}/" + correction.rawValue, name: name,
            tag: "corrections", summary: summary, roles: [.operator],
            parameters: [serialParameter],
            body: .init(
                schema: "CorrectionRequest",
                examples: [("code", ["authorisation_code": "04812673"])]),
            needsKey: true,
            answer: .json(.named("Receipt"), "The receipt of what went back", status: 201),
            unfinishedAnswer: .json(
                .named("Receipt"),
                "The partner that booked it has not confirmed: nothing is paid out, the receipt's "
                    + "number stays, the partner is asked until it is known",
                status: 202),
            refusals: [
                .notSignedOn, .operatorNotAllowed, .shiftSuspended, .handoverOffered,
                .unknownReceipt, .notCorrectable, .alreadyCorrected, tooLateOrEarly,
                .authorisationRefused, .tillShortOfCash, .stockNotReturnable,
                .voidNeedsPartner, .partnerRefused, .partnerUnavailable,
            ])
    }

    static let correctionSchemas: [(name: String, schema: Schema)] = [
        (
            "AuthorisationRequest",
            .request(
                Property("correction", .words(Correction.self), "What is allowed"),
                Property("serial", .serial, "The receipt's serial number"),
                Property("reason", .text(AuthorisationRequest.reasonLengths), "Why"))
        ),
        (
            "Authorisation",
            .answer(
                Property("authorisation_id", .number, "The authorisation"),
                Property("correction", .words(Correction.self), "What is allowed"),
                Property("serial", .serial, "The receipt's serial number"),
                Property("total_fen", .fen, "What goes back to the customer"),
                Property("supervisor_id", .code, "By whom"),
                Property("authorisation_code", authorisationCode, "What to tell the operator"),
                Property("expires_at", .time, "Until when it is good"))
        ),
        (
            "CorrectionRequest",
            .request(
                Property("authorisation_code", authorisationCode, "What the supervisor told"))
        ),
    ]

    private static let authorisationCode = Schema.text(8...8, pattern: "^[0-9]{8}$")
}
