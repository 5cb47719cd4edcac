import Agency

extension Operations {
    static let settlementKeys = [
        Operation(
            method: .get, path: "/v1/partners/{partner_id}/settlement-keys",
            name: "listSettlementKeys", tag: "exchange",
            summary: "A partner's settlement keys, without their secrets",
            roles: [.liaison, .administrator], parameters: [partnerCode],
            answer: .json(
                .page("settlement_keys", of: .named("SettlementKey")), "All keys, oldest first"),
            refusals: [.unknownPartner]),
        Operation(
            method: .post, path: "/v1/partners/{partner_id}/settlement-keys",
            name: "createSettlementKey", tag: "exchange",
            summary: "Add a key; the secret is shown this once", roles: [.administrator],
            parameters: [partnerCode],
            body: .init(
                schema: "SettlementKeyRequest",
                examples: [("the partner's files", ["direction": "in"])]),
            answer: .json(.named("NewSettlementKey"), "The key with its secret", status: 201),
            refusals: [.operatorNotAllowed, .unknownPartner, .keyNotUsable]),
        Operation(
            method: .post, path: "/v1/partners/{partner_id}/settlement-keys/rotate",
            name: "rotateSettlementKey", tag: "exchange",
            summary: "Replace a key; the old one stays valid for an overlap",
            roles: [.administrator], parameters: [partnerCode],
            body: .init(
                schema: "SettlementKeyRotation",
                examples: [("our files", ["direction": "out", "overlap_hours": 48])]),
            answer: .json(.named("NewSettlementKey"), "The key with its secret", status: 201),
            refusals: [
                .operatorNotAllowed, .unknownPartner, .unknownSettlementKey, .keyNotUsable,
            ]),
        Operation(
            method: .post, path: "/v1/partners/{partner_id}/settlement-keys/{key_id}/retire",
            name: "retireSettlementKey", tag: "exchange", summary: "End a key at once",
            roles: [.administrator],
            parameters: [partnerCode, .path("key_id", .text(1...32), "The key")],
            body: .init(
                schema: "ReasonRequest", examples: [("lost", ["reason": "密钥泄露"])]),
            answer: .json(.named("SettlementKeyEnd"), "When it ended"),
            refusals: [
                .operatorNotAllowed, .unknownPartner, .unknownSettlementKey,
                .settlementKeyRetired, .noSettlementKey,
            ]),
    ]

    private static let partnerCode = Parameter.path("partner_id", .code, "The partner")
    private static let direction = Property(
        "direction", .words(SettlementDirection.self), "`out` signs our files, `in` the partner's")
    private static let fingerprint = Property(
        "fingerprint", .anyText,
        "16 hexadecimal digits by which both sides see that they have the same key")
    private static let keyHex = Property(
        "key_hex", .text(1...256),
        "A key that the partner brings, 32 to 64 bytes in hexadecimal; never one that was used "
            + "before. Without it one is drawn",
        isRequired: false)

    static let settlementKeySchemas: [(name: String, schema: Schema)] = [
        (
            "SettlementKey",
            .answer(
                Property("key_id", .anyText, "Which key; never used again"),
                Property("partner_id", .code, "Whose"),
                direction,
                Property("state", .words(SettlementKeyRow.State.self), "Whether it is valid"),
                fingerprint,
                Property("created_at", .time, "Since when it is valid"),
                Property("created_by", .orNull(.code), "By whom; null at the server's console"),
                Property("retired_at", .orNull(.time), "From when on it is not"),
                Property("retired_by", .orNull(.code), "By whom"),
                Property("reason", .anyText, "Why; empty while it is current"))
        ),
        ("SettlementKeyRequest", .request(direction, keyHex)),
        (
            "SettlementKeyRotation",
            .request(
                direction, keyHex,
                Property(
                    "overlap_hours", .integer(SettlementKeyOrder.overlapHours),
                    "How long the old key stays valid; 48 unless given", isRequired: false))
        ),
        (
            "NewSettlementKey",
            .answer(
                Property("key_id", .anyText, "Its id, as files name it"),
                Property("partner_id", .code, "Whose"),
                direction,
                Property("created_at", .time, "Since when it is valid"),
                Property("algorithm", .words(["HMAC-SHA256"]), "What it is for"),
                fingerprint,
                Property(
                    "key_hex", .orNull(.anyText),
                    "The secret, this once; null for one that was brought"),
                Property("replaced_key_ids", .array(.anyText), "Keys that end after the overlap"))
        ),
        (
            "SettlementKeyEnd",
            .answer(
                Property("key_id", .anyText, "Which key"),
                Property("partner_id", .code, "Whose"),
                Property("retired_at", .time, "When it ended"))
        ),
    ]
}
