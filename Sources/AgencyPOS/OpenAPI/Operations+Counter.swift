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
            summary: "The own open shift", roles: [.operator],
            answer: .json(.named("CurrentShift"), "The shift"), refusals: [.notSignedOn]),
        Operation(
            method: .post, path: "/v1/shifts/{shift_id}/sign-off", name: "signOff",
            tag: "counter",
            summary: "Count the till blindly and sign off; over or short is posted",
            roles: [.operator],
            parameters: [.path("shift_id", .number, "The own open shift")],
            body: .init(
                schema: "SignOffRequest", examples: [("count", ["counted_cash_fen": 470489])]),
            needsKey: true, answer: .json(.named("SignOff"), "The count against the book"),
            refusals: [.unknownShift, .shiftHasPendingItems]),
    ]

    static let counterSchemas: [(name: String, schema: Schema)] = [
        (
            "Till",
            .answer(
                Property("till_id", .code, "The till"),
                Property("held_by", .orNull(.code), "Who is signed on with it"))
        ),
        ("SignOnRequest", .request(Property("till_id", .code, "A till of the own station"))),
        (
            "Shift",
            .answer(
                Property("shift_id", .number, "The shift"),
                Property("till_id", .code, "Its till"),
                Property("operator_id", .code, "Who signed on"),
                Property("business_date", .date, "The open business date"),
                Property("opened_at", .time, "When"),
                Property("opening_cash_fen", .fen, "The till's book figure at sign-on"))
        ),
        (
            "CurrentShift",
            .answer(
                Property("shift_id", .number, "The shift"),
                Property("till_id", .code, "Its till"),
                Property("station_id", .code, "Its station"),
                Property("operator_id", .code, "Who signed on"))
        ),
        (
            "SignOffRequest",
            .request(Property("counted_cash_fen", .amountFenOrZero, "The cash counted"))
        ),
        (
            "SignOff",
            .answer(
                Property("shift_id", .number, "The shift"),
                Property("till_id", .code, "Its till"),
                Property("operator_id", .code, "Who signed off"),
                Property("closed_at", .time, "When"),
                Property("counted_cash_fen", .fen, "The cash counted"),
                Property("book_cash_fen", .fen, "The book's figure"),
                Property("over_fen", .count, "Cash above the book"),
                Property("short_fen", .count, "Cash below the book"))
        ),
    ]
}
