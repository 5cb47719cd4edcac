import Agency
import StrictJSON

extension Operations {
    static let resolutions = [
        Operation(
            method: .get, path: "/v1/settlement-resolutions", name: "listSettlementResolutions",
            tag: "reconciliation", summary: "How differences are proposed to be settled",
            roles: [.liaison, .supervisor, .administrator],
            parameters: [
                .query("partner_id", .code, "Only with this partner"),
                .query("state", .words(SettlementResolution.State.self), "Only those"),
            ] + Parameter.page(upTo: ResolutionReader.maximumPageSize),
            answer: .json(
                .page("settlement_resolutions", of: .named("SettlementResolution")),
                "A page of them"),
            refusals: [.unknownPartner]),
        Operation(
            method: .post, path: "/v1/settlement-resolutions",
            name: "proposeSettlementResolution", tag: "reconciliation",
            summary: "Propose how to settle differences; a second person decides",
            roles: [.liaison, .supervisor, .administrator],
            body: .init(
                schema: "ResolutionRequest",
                examples: [
                    (
                        "suspense",
                        ["kind": "suspense", "exception_ids": .array(["1"]), "reason": "水司核查中"]
                    )
                ]),
            answer: .json(.named("SettlementResolution"), "The proposal", status: 201),
            refusals: [
                .operatorNotAllowed, .unknownException, .exceptionResolved, .proposalPending,
                .resolutionNotAllowed, .writeOffLimitExceeded,
            ]),
        Operation(
            method: .post, path: "/v1/settlement-resolutions/{resolution_id}/approve",
            name: "approveSettlementResolution", tag: "reconciliation",
            summary: "Agree to a proposal as the second person, and book it",
            roles: [.supervisor, .administrator], parameters: [resolutionNumber],
            body: .init(
                schema: "ReasonRequest", examples: [("agreed", ["reason": "已复核凭证"])]),
            needsKey: true, answer: .json(.named("SettlementResolution"), "The resolution"),
            refusals: [
                .operatorNotAllowed, .unknownResolution, .resolutionDecided, .samePerson,
                .resolutionNotAllowed, .writeOffLimitExceeded,
            ]),
        Operation(
            method: .post, path: "/v1/settlement-resolutions/{resolution_id}/refuse",
            name: "refuseSettlementResolution", tag: "reconciliation",
            summary: "Refuse a proposal as the second person",
            roles: [.supervisor, .administrator], parameters: [resolutionNumber],
            body: .init(
                schema: "ReasonRequest", examples: [("refused", ["reason": "证据不足"])]),
            answer: .json(.named("SettlementResolution"), "The resolution"),
            refusals: [
                .operatorNotAllowed, .unknownResolution, .resolutionDecided, .samePerson,
            ]),
        Operation(
            method: .post, path: "/v1/settlement-resolutions/{resolution_id}/withdraw",
            name: "withdrawSettlementResolution", tag: "reconciliation",
            summary: "Take the own proposal back",
            roles: [.liaison, .supervisor, .administrator], parameters: [resolutionNumber],
            body: .init(
                schema: "ReasonRequest", examples: [("withdrawn", ["reason": "水司已补送"])]),
            answer: .json(.named("SettlementResolution"), "The resolution"),
            refusals: [.operatorNotAllowed, .unknownResolution, .resolutionDecided]),
        Operation(
            method: .get, path: "/v1/reports/suspense", name: "getSuspenseReport",
            tag: "reports", summary: "Unresolved differences with partners by age",
            roles: [.liaison, .supervisor, .administrator],
            answer: .json(.named("SuspenseReport"), "By partner, state and age")),
    ]

    private static let resolutionNumber = Parameter.path(
        "resolution_id", .number, "The resolution")

    static let resolutionSchemas: [(name: String, schema: Schema)] = [
        (
            "SettlementResolution",
            .answer(
                Property("resolution_id", .number, "Its number"),
                Property("partner_id", .code, "With whom"),
                Property("kind", .words(SettlementResolution.Kind.self), "How"),
                Property("state", .words(SettlementResolution.State.self), "How it stands"),
                Property("exception_ids", .array(.number), "What it settles"),
                Property("proposed_by", .code, "By whom"),
                Property("proposed_at", .time, "When"),
                Property("reason", .anyText, "Why"),
                Property("decided_by", .orNull(.code), "The second person"),
                Property("decided_at", .orNull(.time), "When it was decided"),
                Property("decision_reason", .anyText, "Why it was decided so"))
        ),
        (
            "ResolutionRequest",
            .request(
                Property("kind", .words(SettlementResolution.Kind.self), "How"),
                Property(
                    "exception_ids", .array(.number),
                    "1 to 100 exceptions of one partner and one state"),
                Property("reason", .text(1...200), "Why"))
        ),
        (
            "SuspenseReport",
            .answer(
                Property("business_date", .date, "The open date, to which ages are counted"),
                Property("lines", .array(.named("SuspenseLine")), "By partner, state and age"),
                Property(
                    "suspense_accounts", .array(.named("SuspenseAccount")),
                    "What lies in suspense by the ledger"))
        ),
        (
            "SuspenseLine",
            .answer(
                Property("partner_id", .code, "With whom"),
                Property("state", .words(["open", "suspended"]), "Booked in suspense, or not"),
                Property("from_days", .count, "The least age"),
                Property("to_days", .orNull(.count), "The greatest one; null for any"),
                Property("count", .count, "How many"),
                Property("ours_more_fen", .fen, "The sum of those in which ours is more"),
                Property("theirs_more_fen", .fen, "The sum of those in which theirs is more"),
                Property("oldest_date", .date, "The date of the oldest"))
        ),
        (
            "SuspenseAccount",
            .answer(
                Property("partner_id", .code, "With whom"),
                Property("account", .anyText, "The account"),
                Property("balance_fen", .fen, "Its balance, credits positive"))
        ),
    ]
}
