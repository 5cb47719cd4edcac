import Agency

extension Operations {
    static let exchange = [
        Operation(
            method: .get, path: "/v1/settlement-files", name: "listSettlementFiles",
            tag: "exchange", summary: "The settlement files; a liaison sees its partner's",
            roles: [.liaison, .administrator],
            parameters: [.query("business_date", .date, "Only this date's")]
                + Parameter.page(upTo: SettlementFileReader.maximumPageSize),
            answer: .json(
                .page("settlement_files", of: .named("SettlementFile")), "A page of files")),
        Operation(
            method: .get, path: "/v1/settlement-files/{name}", name: "getSettlementFile",
            tag: "exchange", summary: "A settlement file, byte for byte",
            roles: [.liaison, .administrator], parameters: [fileName],
            answer: .text("The file"), refusals: [.unknownSettlementFile]),
        Operation(
            method: .get, path: "/v1/settlement-files/{name}/hmac", name: "getSettlementFileMAC",
            tag: "exchange",
            summary: "What `openssl dgst -sha256 -mac HMAC -macopt hexkey:KEY NAME` prints",
            roles: [.liaison, .administrator], parameters: [fileName],
            answer: .text("The sidecar"), refusals: [.unknownSettlementFile]),
        Operation(
            method: .get, path: "/v1/partner-files", name: "listPartnerFiles", tag: "exchange",
            summary: "What partners sent, and what became of it; a liaison sees its partner's",
            roles: [.liaison, .administrator],
            parameters: [.query("status", .words(PartnerFile.State.self), "Only these")]
                + Parameter.page(upTo: PartnerFileReader.maximumPageSize),
            answer: .json(
                .page("partner_files", of: .named("PartnerFile")), "A page of files")),
    ]

    private static let fileName = Parameter.path("name", .text(1...128), "The file's name")

    static let exchangeSchemas: [(name: String, schema: Schema)] = [
        (
            "SettlementFile",
            .answer(
                Property("name", .anyText, "The file's name"),
                Property("partner_id", .code, "For whom"),
                Property("business_date", .date, "Of which date"),
                Property("sequence", .count, "The number in the partner's chain"),
                Property("key_id", .anyText, "The key of its HMAC"),
                Property("created_at", .time, "When it was assigned"),
                Property("status", .words(["assigned", "released"]), "Whether it is written"),
                Property("sha256", .orNull(.digest), "Over its bytes"),
                Property("detail_count", .orNull(.count), "Its detail lines"),
                Property("net_fen", .orNull(.fen), "What we owe the partner, less commission"))
        ),
        (
            "PartnerFile",
            .answer(
                Property("file_id", .anyText, "Our number of it"),
                Property("name", .anyText, "The file's name"),
                Property("partner_id", .code, "Who sent it"),
                Property("received_at", .time, "When it was taken"),
                Property("status", .words(PartnerFile.State.self), "What became of it"),
                Property("fault", .orNull(.anyText), "Why it does not count, in one word"),
                Property("reason", .anyText, "The same in a sentence, with line and field"),
                Property("sha256", .digest, "Over its bytes"),
                Property("byte_count", .count, "Its size"),
                Property("key_id", .orNull(.anyText), "The key of its HMAC"),
                Property("business_date", .orNull(.date), "Of which date"),
                Property("sequence", .orNull(.count), "The number in the partner's chain"),
                Property("detail_count", .orNull(.count), "Its detail lines"),
                Property("net_fen", .orNull(.fen), "Its net by the sign rule"))
        ),
    ]
}
