import Agency

extension Operations {
    static let reports = [
        Operation(
            method: .get, path: "/v1/reports/trial-balance", name: "getTrialBalance",
            tag: "reports", summary: "The trial balance; district centre only",
            roles: [.supervisor, .administrator],
            parameters: [.query("business_date", .date, "A closed date; now unless given")],
            answer: .json(.named("TrialBalance"), "The trial balance")),
        Operation(
            method: .get, path: "/v1/reports/revenue", name: "getRevenue", tag: "reports",
            summary: "Revenue by village, product and day; no customer is named",
            roles: [.supervisor, .committee, .administrator],
            parameters: [
                .query("from", .date, "The open date unless given"),
                .query("to", .date, "The same as from unless given"),
                .query("village_id", .text(1...64), "Only this village's"),
            ],
            answer: .json(.named("Revenue"), "The lines that the caller may see")),
        Operation(
            method: .get, path: "/v1/reports/commission", name: "getCommission", tag: "reports",
            summary: "Commission and its shares, by party and product; an operator sees the own",
            roles: [.operator, .supervisor, .committee, .administrator],
            parameters: [
                .query("from", .date, "The open date unless given"),
                .query("to", .date, "The same as from unless given"),
                .query("by", .words(CommissionParty.self), "Whose; stations' unless given"),
            ],
            answer: .json(.named("Commission"), "The lines that the caller may see")),
    ]

    static let reportSchemas: [(name: String, schema: Schema)] = [
        (
            "TrialBalance",
            .answer(
                Property("business_date", .orNull(.date), "Null for now"),
                Property("is_balanced", .boolean, "Whether debits equal credits"),
                Property("accounts", .array(.named("AccountBalance")), "By code"),
                Property(
                    "totals",
                    .array(
                        .answer(
                            Property("currency", .anyText, "ISO 4217"),
                            Property("debits_fen", .fen, "All debits"),
                            Property("credits_fen", .fen, "All credits"))),
                    "By currency"))
        ),
        (
            "AccountBalance",
            .answer(
                Property("code", .anyText, "The account's code"),
                Property("name", .anyText, "Its name"),
                Property("type", .anyText, "Asset, liability, …"),
                Property("currency", .anyText, "ISO 4217"),
                Property("debits_fen", .fen, "All debits"),
                Property("credits_fen", .fen, "All credits"),
                Property("balance_fen", .fen, "On the account's normal side"))
        ),
        (
            "Revenue",
            .answer(
                Property("from", .date, "The first date"),
                Property("to", .date, "The last date"),
                Property("lines", .array(.named("RevenueLine")), "By date, village, product"),
                Property("transaction_count", .count, "Of all lines"),
                Property("amount_fen", .fen, "Of all lines"),
                Property("service_fee_fen", .fen, "Of all lines"),
                Property("commission_fen", .fen, "Of all lines"))
        ),
        (
            "Commission",
            .answer(
                Property("from", .date, "The first date"),
                Property("to", .date, "The last date"),
                Property("by", .words(CommissionParty.self), "Whose lines these are"),
                Property("lines", .array(.named("CommissionLine")), "By party and product"))
        ),
        (
            "CommissionLine",
            .answer(
                Property("party_id", .code, "The operator, station, village or centre"),
                Property("party_name", .anyText, "Its name"),
                Property("product_id", .code, "The product"),
                Property("product_name", .anyText, "Its name"),
                Property("transaction_count", .count, "How many; voids and refunds too"),
                Property("commission_fen", .fen, "Earned, less voids and refunds"),
                Property("operator_fen", .fen, "The operators' share"),
                Property("village_fen", .fen, "The village committee's"),
                Property("town_fen", .fen, "The town centre's"),
                Property("district_fen", .fen, "The district centre's"))
        ),
        (
            "RevenueLine",
            .answer(
                Property("business_date", .date, "The date"),
                Property("village_id", .code, "The village"),
                Property("village_name", .anyText, "Its name"),
                Property("station_id", .code, "Its station"),
                Property("product_id", .code, "The product"),
                Property("product_name", .anyText, "Its name"),
                Property("transaction_count", .count, "How many"),
                Property("amount_fen", .fen, "What was collected or paid out"),
                Property("service_fee_fen", .fen, "Service fees"),
                Property("commission_fen", .fen, "Commission earned"),
                Property(
                    "village_share_fen", .orNull(.fen),
                    "The committee's share; null until the day is closed"))
        ),
    ]
}
