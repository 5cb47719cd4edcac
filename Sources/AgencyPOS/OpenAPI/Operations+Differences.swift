import Agency
import StrictJSON

extension Operations {
    static let differences = [
        Operation(
            method: .get, path: "/v1/till-differences", name: "listTillDifferences",
            tag: "differences",
            summary: "Over and short: the own, or those of the stations below",
            roles: [.operator, .supervisor, .administrator],
            parameters: [
                .query("state", .words(DifferenceState.self), "Only those in this state"),
                .query("station_id", .code, "Only this station's"),
            ] + Parameter.page(upTo: DifferenceList.maximumPageSize),
            answer: .json(
                .page("till_differences", of: .named("TillDifference")), "A page of them")),
        Operation(
            method: .post, path: "/v1/till-differences/{difference_id}/dispute",
            name: "disputeDifference", tag: "differences",
            summary: "Object to an over or short of the own till",
            roles: [.operator, .supervisor], parameters: [differenceNumber],
            body: .init(
                schema: "ReasonRequest", examples: [("dispute", ["reason": "一张百元券漏点"])]),
            answer: .json(.named("DifferenceState"), "The difference"),
            refusals: [
                .operatorNotAllowed, .unknownDifference, .differenceDisputed, .differenceSettled,
            ]),
        Operation(
            method: .post, path: "/v1/till-differences/{difference_id}/dismiss-dispute",
            name: "dismissDispute", tag: "differences",
            summary: "Dismiss an objection: the difference waits for approval again",
            roles: [.supervisor], parameters: [differenceNumber],
            body: .init(
                schema: "ReasonRequest", examples: [("dismissal", ["reason": "监控核实未漏点"])]),
            answer: .json(.named("DifferenceState"), "The difference"),
            refusals: [
                .operatorNotAllowed, .unknownDifference, .samePerson, .differenceNotDisputed,
                .differenceSettled,
            ]),
        Operation(
            method: .post, path: "/v1/till-differences/{difference_id}/approve",
            name: "approveDifference", tag: "differences",
            summary: "Approve one over or short and book what it was",
            roles: [.supervisor], parameters: [differenceNumber],
            body: .init(
                schema: "ApproveDifferenceRequest",
                examples: [("loss", ["resolution": "loss", "reason": "核实为找零差错"])]),
            needsKey: true,
            answer: .json(.named("ApprovedDifference"), "The difference and what it was"),
            refusals: [
                .operatorNotAllowed, .unknownDifference, .samePerson, .differenceSettled,
                .resolutionNotAllowed, .tillNotHeld, .tillShortOfCash,
            ]),
    ]

    private static let differenceNumber = Parameter.path(
        "difference_id", .number, "The difference")

    static let differenceSchemas: [(name: String, schema: Schema)] = [
        (
            "TillDifference",
            .answer(
                Property("difference_id", .number, "The difference"),
                Property("till_id", .code, "The till"),
                Property("station_id", .code, "Its station"),
                Property("operator_id", .code, "Whose shift it was"),
                Property("shift_id", .number, "The shift"),
                Property("business_date", .date, "Its date"),
                Property("kind", .words(DifferenceKind.self), "Above the book or below"),
                Property("amount_fen", .fen, "By how much"),
                Property("state", .words(DifferenceState.self), "Where it stands"),
                Property(
                    "resolution", .orNull(.words(DifferenceResolution.self)), "What it was"),
                Property(
                    "last_event", .orNull(.words(["dispute", "dismiss", "approve"])),
                    "What happened last"),
                Property("last_reason", .orNull(.anyText), "Why"),
                Property("last_event_by", .orNull(.code), "By whom"),
                Property("raised_at", .time, "When it was found"),
                Property("age_days", .orNull(.fen), "How long it has waited, until approved"))
        ),
        ("ReasonRequest", .request(reason)),
        (
            "DifferenceState",
            .answer(
                Property("difference_id", .number, "The difference"),
                Property("state", .words(DifferenceState.self), "Where it stands"))
        ),
        (
            "ApproveDifferenceRequest",
            .request(
                Property(
                    "resolution", .words(DifferenceResolution.self),
                    "An over: income or returned_to_customer; a short: loss or repaid"),
                reason)
        ),
        (
            "ApprovedDifference",
            .answer(
                Property("difference_id", .number, "The difference"),
                Property("state", .words(DifferenceState.self), "Where it stands"),
                Property("resolution", .words(DifferenceResolution.self), "What it was"),
                Property("amount_fen", .fen, "By how much"),
                Property("approved_at", .time, "When"))
        ),
    ]
}
