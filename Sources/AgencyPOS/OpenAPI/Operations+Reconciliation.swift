import Agency
import StrictJSON

extension Operations {
    static let reconciliation = [
        Operation(
            method: .get, path: "/v1/reconciliations", name: "listReconciliations",
            tag: "reconciliation",
            summary: "What partners' files gave when they were compared with our days",
            roles: [.liaison, .supervisor, .administrator],
            parameters: [
                .query("partner_id", .code, "Only with this partner"),
                .query("business_date", .date, "Only those that answer this date"),
            ] + Parameter.page(upTo: ReconciliationList.maximumPageSize),
            answer: .json(
                .page("reconciliations", of: .named("Reconciliation")), "A page of them"),
            refusals: [.unknownPartner]),
        Operation(
            method: .get, path: "/v1/settlement-exceptions", name: "listSettlementExceptions",
            tag: "reconciliation", summary: "Differences that a partner's file showed",
            roles: [.liaison, .supervisor, .administrator],
            parameters: [
                .query("partner_id", .code, "Only with this partner"),
                .query("state", .words(SettlementException.State.self), "Only those"),
                .query("class", .words(ExceptionClass.self), "Only those"),
                .query("business_date", .date, "Only of this date's file"),
                .query("owner_id", .code, "Only those that this person works"),
            ] + Parameter.page(upTo: SettlementExceptionReader.maximumPageSize),
            answer: .json(
                .page("settlement_exceptions", of: .named("SettlementException")),
                "A page of them"),
            refusals: [.unknownPartner]),
        Operation(
            method: .get, path: "/v1/settlement-exceptions/{exception_id}",
            name: "getSettlementException", tag: "reconciliation",
            summary: "A difference with its history and what was booked for it",
            roles: [.liaison, .supervisor, .administrator], parameters: [exceptionNumber],
            answer: .json(.named("SettlementExceptionHistory"), "The exception"),
            refusals: [.unknownException]),
        Operation(
            method: .post, path: "/v1/settlement-exceptions/{exception_id}/assign",
            name: "assignSettlementException", tag: "reconciliation",
            summary: "Give a difference to someone who works it",
            roles: [.liaison, .supervisor, .administrator], parameters: [exceptionNumber],
            body: .init(
                schema: "ExceptionOwner", examples: [("owner", ["owner_id": "LI-WATER01"])]),
            answer: .json(.named("SettlementExceptionHistory"), "The exception"),
            refusals: [
                .operatorNotAllowed, .unknownException, .exceptionResolved, .unknownStaff,
            ]),
        Operation(
            method: .post, path: "/v1/settlement-exceptions/{exception_id}/notes",
            name: "noteSettlementException", tag: "reconciliation",
            summary: "Add a note to a difference",
            roles: [.liaison, .supervisor, .administrator], parameters: [exceptionNumber],
            body: .init(
                schema: "ExceptionNote", examples: [("note", ["text": "已电话与水司核对"])]),
            answer: .json(.named("SettlementExceptionHistory"), "The exception", status: 201),
            refusals: [.operatorNotAllowed, .unknownException]),
    ]

    private static let exceptionNumber = Parameter.path("exception_id", .number, "The exception")

    private static let exceptionMembers = [
        Property("exception_id", .number, "The exception"),
        Property("partner_id", .code, "With whom"),
        Property("business_date", .date, "Of which date's file"),
        Property("class", .words(ExceptionClass.self), "What kind of difference it is"),
        Property("found_by", .orNull(.anyText), "How its lines were found to be one"),
        Property("difference_fen", .fen, "What it adds to ours less theirs"),
        Property("serial", .anyText, "The number that it goes by; may be empty"),
        Property("ours", .orNull(.named("ExceptionLine")), "Our line"),
        Property("theirs", .orNull(.named("ExceptionLine")), "The partner's line"),
        Property("explanation", .anyText, "Hints; they decide nothing"),
        Property("state", .words(SettlementException.State.self), "How it stands"),
        Property(
            "resolution", .orNull(.words(["cleared", "continued", "offset", "write_off"])),
            "How it was resolved"),
        Property("owner_id", .orNull(.code), "Who works it"),
        Property("proposal_id", .orNull(.number), "What waits for a second person"),
        Property("opened_at", .time, "Since when it is known"),
        Property("resolved_at", .orNull(.time), "Since when it is resolved"),
        Property("age_days", .orNull(.count), "Days since its date; null once resolved"),
    ]

    static let reconciliationSchemas: [(name: String, schema: Schema)] = [
        (
            "Reconciliation",
            .answer(
                Property("reconciliation_id", .number, "Its number"),
                Property("partner_id", .code, "With whom"),
                Property("partner_file", .anyText, "The file that was compared"),
                Property("first_date", .date, "The first of our dates that it answers"),
                Property("last_date", .date, "The last one, and the file's own"),
                Property("recorded_at", .time, "When"),
                Property("has_commission", .boolean, "Whether the nets are less commission"),
                Property("is_compared", .boolean, "Whether lines were compared, not only sums"),
                Property("our_count", .count, "Our lines"),
                Property("our_net_fen", .fen, "Our net, without adjustments"),
                Property("their_count", .count, "Their lines"),
                Property("their_net_fen", .fen, "Their net"),
                Property("difference_fen", .fen, "Ours less theirs"),
                Property("matched_count", .count, "Lines of ours that agree"),
                Property("cleared_count", .count, "Earlier exceptions that it cleared"),
                Property("exception_count", .count, "Exceptions that it opened"),
                Property("unresolved_count", .count, "Those of them that are not resolved"))
        ),
        (
            "ExceptionLine",
            .answer(
                Property("serial", .anyText, "Our serial; may be empty in theirs"),
                Property("reference", .anyText, "The partner's number"),
                Property("type", .anyText, "The type of the line"),
                Property("account", .anyText, "The customer's number; a card is masked"),
                Property("amount_fen", .fen, "The amount"),
                Property("commission_fen", .orNull(.fen), "What the partner owes for it"),
                Property("status", .words(["POSTED", "REVERSED"]), "Whether it moved money"),
                Property("time", .time, "When"),
                Property("net_fen", .fen, "What it adds to its side's net"))
        ),
        ("SettlementException", .answer(exceptionMembers)),
        (
            "SettlementExceptionHistory",
            .answer(
                exceptionMembers + [
                    Property("history", .array(.named("ExceptionEvent")), "What was done"),
                    Property(
                        "adjustments", .array(.named("SettlementAdjustment")),
                        "What was booked for it"),
                ])
        ),
        (
            "ExceptionEvent",
            .answer(
                Property("event", .words(ExceptionEvent.self), "What happened"),
                Property("by", .orNull(.code), "Who did it; null for the server"),
                Property("at", .time, "When"),
                Property("text", .anyText, "The note, reason, owner or file"))
        ),
        (
            "SettlementAdjustment",
            .answer(
                Property("serial", .anyText, "Its serial in the settlement file"),
                Property("business_date", .date, "The date it is booked on"),
                Property("amount_fen", .fen, "What was booked"),
                Property("is_in_settlement_file", .boolean, "Whether the partner sees it"),
                Property("entry_id", .anyText, "Its journal entry"))
        ),
        ("ExceptionOwner", .request(Property("owner_id", .code, "Who shall work it"))),
        (
            "ExceptionNote",
            .request(Property("text", .text(AgencySession.noteLengths), "The note"))
        ),
    ]
}
