import Agency

extension Operations {
    static let dayClose = [
        Operation(
            method: .get, path: "/v1/business-date", name: "getBusinessDate", tag: "day close",
            summary: "The open business date", roles: .everyone,
            answer: .json(.named("OpenDate"), "The date")),
        Operation(
            method: .post, path: "/v1/day-close", name: "closeDay", tag: "day close",
            summary: "Seal the open date and write the settlement files; district centre only",
            roles: [.supervisor, .administrator],
            body: .init(
                schema: "DayCloseRequest",
                examples: [("date", ["business_date": "2026-11-21"])]),
            needsKey: true,
            answer: .json(.named("DayClose"), "What was closed"),
            refusals: [
                .dateNotOpen, .shiftsOpen, .itemsPending, .noSettlementKey, .booksOutOfBalance,
            ]),
    ]

    static let dayCloseSchemas: [(name: String, schema: Schema)] = [
        (
            "OpenDate",
            .answer(Property("business_date", .orNull(.date), "Null while none is open"))
        ),
        (
            "DayCloseRequest",
            .request(Property("business_date", .date, "The date to close: the open one"))
        ),
        (
            "DayClose",
            .answer(
                Property("closed_date", .date, "The date that is sealed"),
                Property("next_date", .date, "The date that is open now"),
                Property("entry_count", .count, "Entries of the day"),
                Property("transaction_count", .count, "Posted transactions of the day"),
                Property("tree_size", .count, "Entries up to and with this date"),
                Property("tree_root", .digest, "The root of the ledger's Merkle tree over them"),
                Property(
                    "settlement_files", .array(.named("SettlementFile")), "One for each partner"))
        ),
    ]
}
