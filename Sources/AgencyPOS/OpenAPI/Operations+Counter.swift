import Agency

extension Operations {
    static let counter = [
        Operation(
            method: .get, path: "/v1/tills", name: "listTills", tag: "counter",
            summary: "The tills of the own station", roles: [.operator],
            answer: .json(.page("tills", of: .named("Till")), "All tills, on one page")),
        Operation(
            method: .post, path: "/v1/shifts", name: "signOn", tag: "counter",
            summary: "Sign on with a till", roles: [.operator],
            body: .init(
                schema: "SignOnRequest", examples: [("till", ["till_id": "S0001-C1"])]),
            answer: .json(.named("Shift"), "The shift", status: 201),
            refusals: [.operatorNotAllowed, .alreadySignedOn, .unknownTill, .tillTaken]),
        Operation(
            method: .get, path: "/v1/shifts/current", name: "getCurrentShift", tag: "counter",
            summary: "The own shift, with a warning when its till holds too much",
            roles: [.operator],
            answer: .json(.named("CurrentShift"), "The shift"), refusals: [.notSignedOn]),
        Operation(
            method: .post, path: "/v1/shifts/{shift_id}/suspend", name: "suspendShift",
            tag: "counter", summary: "Lock the own till and end the own sessions",
            roles: [.operator], parameters: [shiftNumber],
            answer: .json(.named("ShiftState"), "The shift"),
            refusals: [.operatorNotAllowed, .unknownShift, .shiftSuspended, .handoverOffered]),
        Operation(
            method: .post, path: "/v1/shifts/{shift_id}/resume", name: "resumeShift",
            tag: "counter", summary: "Unlock the own till, after signing in again",
            roles: [.operator], parameters: [shiftNumber],
            answer: .json(.named("ShiftState"), "The shift"),
            refusals: [.operatorNotAllowed, .unknownShift, .shiftNotSuspended]),
        Operation(
            method: .post, path: "/v1/shifts/{shift_id}/sign-off", name: "signOff",
            tag: "counter",
            summary: "Count the till blindly and sign off; over or short is posted",
            roles: [.operator], parameters: [shiftNumber],
            body: .init(
                schema: "SignOffRequest",
                examples: [("count", ["counts": countOf370389])]),
            needsKey: true, answer: .json(.named("SignOff"), "The count against the book"),
            refusals: [
                .operatorNotAllowed, .unknownShift, .shiftSuspended, .handoverOffered,
                .shiftHasPendingItems,
            ]),
    ]

    static let shiftNumber = Parameter.path("shift_id", .number, "The shift")

    static let counterSchemas: [(name: String, schema: Schema)] = [
        (
            "Till",
            .answer(
                Property("till_id", .code, "The till"),
                Property("held_by", .orNull(.code), "Who is signed on with it"))
        ),
        ("SignOnRequest", .request(Property("till_id", .code, "A till of the own station"))),
        ("Shift", .answer(openedShift)),
        (
            "CurrentShift",
            .answer(
                Property("shift_id", .number, "The shift"),
                Property("till_id", .code, "Its till"),
                Property("station_id", .code, "Its station"),
                Property("operator_id", .code, "Who signed on"),
                Property("state", .words(ShiftState.self), "Where it stands"),
                Property(
                    "cash_warning", .orNull(.words(["over-limit"])),
                    "Whether the till holds more than its limit; hand cash to the centre"))
        ),
        (
            "ShiftState",
            .answer(
                Property("shift_id", .number, "The shift"),
                Property("till_id", .code, "Its till"),
                Property("state", .words(ShiftState.self), "Where it stands"))
        ),
        (
            "CountLine",
            .request(
                Property("denomination_fen", .integer(1...1_000_000), "A note or coin in use"),
                Property("count", .integer(0...CashCount.maximumPieces), "How many of them"))
        ),
        ("SignOffRequest", .request(counts)),
        ("SignOff", .answer(closedShift)),
    ]

    /// Cash counted by denomination.
    static let counts = Property(
        "counts", .array(.named("CountLine")),
        "The cash counted: each denomination at most once, none for an empty till")

    static let openedShift = [
        Property("shift_id", .number, "The shift"),
        Property("till_id", .code, "Its till"),
        Property("operator_id", .code, "Who signed on"),
        Property("business_date", .date, "The open business date"),
        Property("opened_at", .time, "When"),
        Property("opening_cash_fen", .fen, "The till's book figure at sign-on"),
    ]

    static let closedShift = [
        Property("shift_id", .number, "The shift"),
        Property("till_id", .code, "Its till"),
        Property("operator_id", .code, "Whose it was"),
        Property("closed_at", .time, "When"),
        Property("counted_cash_fen", .fen, "The cash counted"),
        Property("book_cash_fen", .fen, "The book's figure"),
        Property("over_fen", .count, "Cash above the book"),
        Property("short_fen", .count, "Cash below the book"),
        Property(
            "difference_id", .orNull(.number), "The over or short that a supervisor approves"),
    ]
}
