import Agency
import Settlement

extension Operations {
    static let settlementView = [
        Operation(
            method: .get, path: "/v1/settlement-calendar", name: "getSettlementCalendar",
            tag: "reconciliation", summary: "Days and partners: what is expected, late, agreed",
            roles: [.liaison, .supervisor, .administrator],
            parameters: [
                .query("from", .date, "The first date", isRequired: true),
                .query("to", .date, "The last date, at most 92 days on", isRequired: true),
                .query("partner_id", .code, "Only this partner"),
            ],
            answer: .json(.named("SettlementCalendar"), "By partner and date"),
            refusals: [.unknownPartner]),
        Operation(
            method: .get, path: "/v1/partners/{partner_id}/settlement-days/{business_date}",
            name: "getSettlementDay", tag: "reconciliation",
            summary: "One date with one partner, ours and theirs side by side",
            roles: [.liaison, .supervisor, .administrator],
            parameters: [partnerCode, .path("business_date", .date, "The date")],
            answer: .json(.named("SettlementDay"), "The day; null is what has not come"),
            refusals: [.unknownPartner]),
        Operation(
            method: .get, path: "/v1/partners/{partner_id}/statement", name: "getStatement",
            tag: "reconciliation",
            summary: "What moved with a partner: lines for a spreadsheet, or camt.053",
            roles: [.liaison, .supervisor, .administrator],
            parameters: [
                partnerCode, .query("from", .date, "The first date", isRequired: true),
                .query("to", .date, "The last date, at most 31 days on", isRequired: true),
                .query(
                    "format", .words(StatementFormat.self),
                    "csv (UTF-8 with byte order mark) unless given, or ISO 20022 camt.053.001.08"),
            ],
            answer: .bytes("text/csv; charset=utf-8", "The statement"),
            refusals: [.unknownPartner]),
    ]

    private static let partnerCode = Parameter.path("partner_id", .code, "The partner")

    private static let totals = Schema.orNull(.named("SettlementTotals"))

    static let settlementViewSchemas: [(name: String, schema: Schema)] = [
        (
            "SettlementCalendar",
            .answer(Property("days", .array(.named("PartnerDay")), "By partner, then date"))
        ),
        (
            "PartnerDay",
            .answer(
                Property("partner_id", .code, "With whom"),
                Property("business_date", .date, "Which date"),
                Property("state", .words(PartnerDay.State.self), "How it stands"),
                Property("due_at", .orNull(.time), "When its file is late; null without one"),
                Property("refused_files", .count, "Files of this date that do not count"),
                Property("unresolved_exceptions", .count, "Differences that wait"),
                Property(
                    "acknowledgement", .orNull(.words(Acknowledgement.Verdict.self)),
                    "What the partner said of our file last; null before it did"))
        ),
        (
            "SettlementDay",
            .answer(
                Property("day", .named("PartnerDay"), "How it stands"),
                Property("our_file", .orNull(.named("SettlementFile")), "Our file"),
                Property(
                    "their_files", .array(.named("PartnerFile")),
                    "What came, the accepted file first, then the newest"),
                Property("our_net_fen", .orNull(.fen), "Our file's net"),
                Property("their_net_fen", .orNull(.fen), "The accepted file's net"),
                Property("difference_fen", .orNull(.fen), "Ours less theirs"),
                Property(
                    "difference", .orNull(.named("DifferenceParts")),
                    "What it consists of; null for a date whose file is not compared"),
                Property("types", .array(.named("SettlementTypeDay")), "By type of line"),
                Property("reconciliation", .orNull(.named("Reconciliation")), "What was found"))
        ),
        (
            "DifferenceParts",
            .answer(
                Property("open_fen", .fen, "Exceptions that the file opened, open now"),
                Property("suspended_fen", .fen, "… in suspense now"),
                Property("resolved_fen", .fen, "… resolved now"),
                Property("cleared_fen", .fen, "Earlier exceptions that it made up for; subtract"),
                Property("adjusted_fen", .fen, "ADJUSTMENT lines of ours"),
                Property(
                    "commission_fen", .fen,
                    "Commission that the partner's file does not tell; subtract"),
                Property(
                    "earlier_dates_fen", .fen,
                    "Our nets of earlier dates that the file answers too; subtract"))
        ),
        (
            "SettlementTypeDay",
            .answer(
                Property("type", .anyText, "The type of the lines"),
                Property("ours", totals, "Ours"),
                Property("theirs", totals, "Theirs"),
                Property("difference_fen", .orNull(.fen), "Ours less theirs, in net"))
        ),
        (
            "SettlementTotals",
            .answer(
                Property("posted_count", .count, "Lines that moved money"),
                Property("reversed_count", .count, "Lines that prove that none moved"),
                Property("amount_fen", .fen, "Their amounts"),
                Property("fee_fen", .fen, "Their fees"),
                Property("commission_fen", .fen, "Their commissions"),
                Property("net_fen", .fen, "What they add to the net"))
        ),
    ]
}
