import Agency

extension Operations {
    static let tills = [
        Operation(
            method: .get, path: "/v1/centres/current/tills", name: "listTillsBelow",
            tag: "cash", summary: "All tills of the stations below, in one view",
            roles: [.supervisor],
            parameters: Parameter.page(upTo: TillOverview.maximumPageSize),
            answer: .json(.page("tills", of: .named("TillOverview")), "A page of tills")),
        Operation(
            method: .get, path: "/v1/till-limits", name: "listTillLimits", tag: "cash",
            summary: "The limits of tills, past and to come",
            roles: [.supervisor, .administrator],
            parameters: Parameter.page(upTo: TillLimitReader.maximumPageSize),
            answer: .json(.page("till_limits", of: .named("TillLimit")), "A page of limits")),
        Operation(
            method: .post, path: "/v1/till-limits", name: "setTillLimit", tag: "cash",
            summary: "Set a limit from today or a later date on; without till and tier for all",
            roles: [.supervisor, .administrator],
            body: .init(
                schema: "TillLimitRequest",
                examples: [
                    (
                        "one till",
                        [
                            "till_id": "S0001-C1", "valid_from": "2099-01-01",
                            "limit_fen": 3_000_000, "ceiling_fen": 8_000_000,
                        ]
                    )
                ]),
            answer: .json(.named("NewTillLimit"), "The limit", status: 201),
            refusals: [.operatorNotAllowed, .unknownTill, .dateNotOpen, .limitNotAllowed]),
    ]

    static let tillSchemas: [(name: String, schema: Schema)] = [
        (
            "TillOverview",
            .answer(
                Property("till_id", .code, "The till"),
                Property("station_id", .code, "Its station"),
                Property("held_by", .orNull(.code), "Who is signed on with it"),
                Property(
                    "state", .words(["free", "open", "suspended", "offered"]), "Of its shift"),
                Property("book_cash_fen", .fen, "What it holds by the book"),
                Property("limit_fen", .orNull(.fen), "Above it, cash goes to the centre"),
                Property("ceiling_fen", .orNull(.fen), "Above it, no cash is taken"),
                Property("is_over_limit", .boolean, "Whether it holds more than its limit"),
                Property("open_differences", .count, "Over and short that are not approved"),
                Property("in_transit_fen", .fen, "Cash under way from it or to it"),
                Property("last_counted_fen", .orNull(.fen), "What was counted last"),
                Property("last_counted_at", .orNull(.time), "When"))
        ),
        (
            "TillLimit",
            .answer(
                Property("limit_id", .number, "The limit"),
                Property("till_id", .orNull(.code), "Whose; null for a tier's or for all"),
                Property("tier", .orNull(.anyText), "Of which stations; null for all"),
                Property("valid_from", .date, "From when on"),
                Property("limit_fen", .fen, "Above it, cash goes to the centre"),
                Property("ceiling_fen", .orNull(.fen), "Above it, no cash is taken"),
                Property("recorded_by", .orNull(.code), "By whom; null for the data files"),
                Property("recorded_at", .time, "When"))
        ),
        (
            "TillLimitRequest",
            .request(
                .optional("till_id", .code, "One till"),
                .optional("tier", .words(NetworkFile.Station.Tier.self), "A tier's stations"),
                Property("valid_from", .date, "The open business date or later"),
                Property("limit_fen", .amountFenOrZero, "Above it, cash goes to the centre"),
                .optional("ceiling_fen", .amountFenOrZero, "Above it, no cash is taken"))
        ),
        (
            "NewTillLimit",
            .answer(
                Property("limit_id", .number, "The limit"),
                Property("valid_from", .date, "From when on"),
                Property("limit_fen", .fen, "Above it, cash goes to the centre"),
                Property("ceiling_fen", .orNull(.fen), "Above it, no cash is taken"))
        ),
    ]
}
