import Agency
import Foundation
import Settlement
import StrictJSON

extension Operations {
    static let exchange = [
        Operation(
            method: .get, path: "/v1/settlement-files", name: "listSettlementFiles",
            tag: "exchange", summary: "The settlement files; a liaison sees its partner's",
            roles: [.liaison, .administrator],
            parameters: [
                .query("partner_id", .code, "Only for this partner"),
                .query("business_date", .date, "Only this date's"),
            ] + Parameter.page(upTo: SettlementFileReader.maximumPageSize),
            answer: .json(
                .page("settlement_files", of: .named("SettlementFile")), "A page of files"),
            refusals: [.unknownPartner]),
        Operation(
            method: .get, path: "/v1/settlement-files/{name}", name: "getSettlementFile",
            tag: "exchange",
            summary: "A settlement file, or an acknowledgement of ours, byte for byte",
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
            parameters: [
                .query("partner_id", .code, "Only this partner's"),
                .query("status", .words(PartnerFile.State.self), "Only these"),
                .query(
                    "business_date", .date,
                    "Only this date's; not those of which nobody knows the date"),
            ] + Parameter.page(upTo: PartnerFileReader.maximumPageSize),
            answer: .json(
                .page("partner_files", of: .named("PartnerFile")), "A page of files"),
            refusals: [.unknownPartner]),
        Operation(
            method: .post, path: "/v1/partner-files", name: "sendPartnerFile", tag: "exchange",
            summary: "Send a file as if it were laid into the inbox; a liaison its partner's",
            roles: [.liaison, .administrator],
            body: .init(
                schema: "PartnerFileRequest",
                examples: [
                    (
                        "notSigned",
                        [
                            "name": "APS_330102A_WATER01_20261120_000001.txt", "hmac": .null,
                            "partner_id": "WATER01",
                            "content_base64": .string(
                                Data("H|APS1|330102A|WATER01\n".utf8).base64EncodedString()),
                        ]
                    )
                ]),
            maximumBodyBytes: JSONLimits.partnerFile.maximumBytes,
            answer: .json(
                .named("PartnerFile"), "It is accepted, or waits for the one before it",
                status: 201),
            repeatedAnswer: .json(
                .named("PartnerFile"), "These bytes came before; nothing was done"),
            refusals: [.unknownPartner, .partnerFileRefused]),
        Operation(
            method: .get, path: "/v1/settlement-files/{name}/acknowledgement",
            name: "getSettlementAcknowledgement", tag: "exchange",
            summary: "What the partner said of a file last, with a page of its items",
            roles: [.liaison, .administrator],
            parameters: [fileName]
                + Parameter.page(upTo: SettlementAcknowledgementReader.maximumPageSize),
            answer: .json(.named("SettlementAcknowledgementPage"), "The newest one"),
            refusals: [.unknownSettlementFile, .unknownAcknowledgement]),
        Operation(
            method: .post, path: "/v1/settlement-files/{name}/acknowledgement",
            name: "acknowledgeSettlementFile", tag: "exchange",
            summary: "Say of a file of the own partner whether it counts, and which lines do not",
            roles: [.liaison], parameters: [fileName],
            body: .init(
                schema: "AcknowledgementRequest",
                examples: [
                    (
                        "partly",
                        [
                            "sha256": .string(String(repeating: "0", count: 64)),
                            "verdict": "PARTLY",
                            "items": .array([
                                [
                                    "line": 0, "serial": "000000000001",
                                    "code": "MISSING", "cause": "ours 8650 fen POSTED",
                                ]
                            ]),
                        ]
                    )
                ]),
            maximumBodyBytes: API.maximumAcknowledgementBytes,
            answer: .json(.named("SettlementAcknowledgement"), "What was kept", status: 201),
            refusals: [.operatorNotAllowed, .unknownSettlementFile, .acknowledgementMismatch]),
    ]

    private static let fileName = Parameter.path(
        "name", .text(PartnerUpload.nameByteCounts), "The file's name")

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
                Property("net_fen", .orNull(.fen), "What we owe the partner, less commission"),
                Property(
                    "deliveries", .array(.named("SettlementDelivery")),
                    "How it reached the partner, the first "
                        + "\(SettlementDeliveryReader.maximumShown)"),
                Property(
                    "acknowledgement", .orNull(.named("SettlementAcknowledgement")),
                    "What the partner said of it last"))
        ),
        (
            "PartnerFile",
            .answer(
                Property("file_id", .anyText, "Our number of it"),
                Property("name", .anyText, "The file's name"),
                Property("partner_id", .code, "Who sent it"),
                Property("kind", .words(PartnerFile.Kind.self), "What it is, by its name"),
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
                Property("net_fen", .orNull(.fen), "Its net by the sign rule"),
                Property(
                    "acknowledgement", .orNull(.anyText),
                    "The file in which we told the partner what became of it"))
        ),
        (
            "SettlementDelivery",
            .answer(
                Property("channel", .words(SettlementDelivery.Channel.self), "By which way"),
                Property("by", .orNull(.code), "Who fetched it; null for the folder"),
                Property("recorded_at", .time, "When; of each person the first time"))
        ),
        ("SettlementAcknowledgement", .answer(acknowledgementMembers)),
        (
            "SettlementAcknowledgementPage",
            .answer(
                acknowledgementMembers + [
                    Property(
                        "items", .array(.named("AcknowledgementItem")), "The items of this page"),
                    Property(
                        "next_cursor", .orNull(.text(1...19)),
                        "The cursor of the next page; null on the last one"),
                ])
        ),
        (
            "AcknowledgementItem",
            .answer(
                Property(
                    "line", .integer(AcknowledgementItem.allowedLines),
                    "The line in the file, the header being 1; 0 for none"),
                Property("serial", .anyText, "The number of the transaction"),
                Property("code", .words(AcknowledgementItem.Code.self), "The reject code"),
                Property("cause", .anyText, "The same in words"))
        ),
        (
            "AcknowledgementRequest",
            .request(
                Property("sha256", .digest, "Over the file's bytes, as the partner has them"),
                Property(
                    "verdict", .words(Acknowledgement.Verdict.self), "Whether the file counts"),
                .optional(
                    "fault", .text(1...SettlementIdentifier.maximumCharacterCount),
                    "Why it does not, in one word; of REJECTED, and of no other"),
                Property(
                    "items", .array(.named("AcknowledgementItemRequest")),
                    "The lines that do not agree, at most "
                        + "\(NewAcknowledgement.maximumItemCount); of PARTLY, and of no other"))
        ),
        (
            "AcknowledgementItemRequest",
            .request(
                Property(
                    "line", .integer(AcknowledgementItem.allowedLines),
                    "The line in the file, the header being 1; 0 for none"),
                Property(
                    "serial", .text(0...AcknowledgementItem.maximumSerialCharacterCount),
                    "The number of the transaction; may be empty"),
                Property("code", .words(AcknowledgementItem.Code.self), "The reject code"),
                .optional(
                    "cause", .text(1...AcknowledgementItem.maximumCauseCharacterCount),
                    "The same in words"))
        ),
        (
            "PartnerFileRequest",
            .request(
                Property("name", .text(PartnerUpload.nameByteCounts), "The file's own name"),
                .optional(
                    "hmac", .digest,
                    "Its code; without it a file in our format is quarantined"),
                .optional(
                    "partner_id", .code,
                    "Whose it is; an administrator must say so, a liaison need not"),
                Property(
                    "content_base64",
                    .text(
                        JSONObjectDecoder.base64Lengths(
                            ofByteCounts: 1...PartnerUpload.maximumByteCount)),
                    "The file's bytes in Base64, at most \(PartnerUpload.maximumByteCount) of them")
            )
        ),
    ]

    private static let acknowledgementMembers = [
        Property("acknowledgement_id", .number, "Our number of it"),
        Property("file", .anyText, "The file of ours"),
        Property("verdict", .words(Acknowledgement.Verdict.self), "Whether it counts there"),
        Property("fault", .orNull(.anyText), "Why it does not, in one word"),
        Property("recorded_at", .time, "When it came"),
        Property("partner_file", .orNull(.anyText), "The partner's file that said so"),
        Property("by", .orNull(.code), "Or the person who did"),
        Property("item_count", .count, "How many lines do not agree"),
    ]
}
