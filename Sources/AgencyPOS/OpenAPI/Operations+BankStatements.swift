import Agency
import Foundation
import Settlement
import StrictJSON

extension Operations {
    static let bankStatements = [
        Operation(
            method: .post, path: "/v1/bank-statements", name: "importBankStatement",
            tag: "settlement of money",
            summary: "Import a bank's statement whole; what it confirms is posted at once",
            roles: [.supervisor, .administrator],
            body: .init(
                schema: "BankStatementRequest", examples: [("a table", tableExample)]),
            maximumBodyBytes: JSONLimits.statement.maximumBytes,
            answer: .json(
                .named("ImportedStatements"), "The statements; the same file again changes nothing",
                status: 201),
            refusals: [
                .operatorNotAllowed, .bankStatementInvalid, .unknownBankAccount,
                .bankStatementChanged,
            ]),
        Operation(
            method: .get, path: "/v1/bank-statements", name: "listBankStatements",
            tag: "settlement of money", summary: "The statements that were imported",
            roles: [.supervisor, .administrator],
            parameters: Parameter.page(upTo: BankStatementReader.maximumPageSize),
            answer: .json(
                .page("bank_statements", of: .named("BankStatement")), "A page of statements")),
        Operation(
            method: .get, path: "/v1/bank-statement-entries", name: "listBankStatementEntries",
            tag: "settlement of money", summary: "What the bank booked, and what became of it",
            roles: [.supervisor, .administrator],
            parameters: [
                .query("status", .words(StatementEntryState.self), "Only those in this state"),
                .query("statement_id", .number, "Only this statement's"),
            ] + Parameter.page(upTo: BankStatementReader.maximumPageSize),
            answer: .json(
                .page("bank_statement_entries", of: .named("BankStatementEntry")),
                "A page of entries")),
        entryOperation(
            "assign", name: "assignStatementEntry",
            summary: "Propose that an entry settles an instruction of the same amount",
            body: .init(
                schema: "AssignEntryRequest",
                examples: [
                    ("by hand", ["reference": "APS-BANK01-000001", "reason": "银行漏填参考号"])
                ]),
            refusals: [.noInstruction, .statementEntryDiffers]),
        entryOperation(
            "suspend", name: "suspendStatementEntry",
            summary: "Propose to book an entry to suspense until it is explained",
            body: .init(
                schema: "ReasonRequest", examples: [("unknown", ["reason": "来源待查"])])),
        entryOperation(
            "approve", name: "approveStatementEntry",
            summary: "Do what another person proposed for an entry",
            body: .init(
                schema: "ReasonRequest", examples: [("agreed", ["reason": "核对银行回单无误"])]),
            needsKey: true, refusals: [.samePerson, .statementEntryDiffers, .depositShort]),
        entryOperation(
            "decline", name: "declineStatementEntry",
            summary: "Decline what was proposed; the entry waits as before",
            body: .init(
                schema: "ReasonRequest", examples: [("not so", ["reason": "与回单不符"])])),
    ]

    private static func entryOperation(
        _ action: String, name: String, summary: String, body: Operation.Body,
        needsKey: Bool = false, refusals: [RefusalCode] = []
    ) -> Operation {
        Operation(
            method: .post, path: "/v1/bank-statement-entries/{statement_entry_id}/" + action,
            name: name, tag: "settlement of money", summary: summary,
            roles: [.supervisor, .administrator],
            parameters: [.path("statement_entry_id", .number, "The entry")], body: body,
            needsKey: needsKey, answer: .json(.named("BankStatementEntry"), "The entry"),
            refusals: [.operatorNotAllowed, .unknownStatementEntry, .statementEntryState]
                + refusals)
    }

    /// The demo's table: the bank's transfer of the demo's first day, and interest.
    private static let tableExample: JSONValue = [
        "format": "csv",
        "content_base64": .string(
            Data(
                """
                交易日期,摘要,借贷,金额,余额,流水号
                2026-11-22,清算款 APS-BANK01-000001,贷,1001.00,1001.00,B0000001
                2026-11-22,利息,贷,0.37,1001.37,B0000002

                """.utf8
            ).base64EncodedString()),
        "account": "33010200000000000018",
        "bank_statement_id": "2026-11-22",
        "mapping": [
            "booking_date": "交易日期", "amount": "金额", "direction": "借贷", "word_in": "贷",
            "word_out": "借", "remittance": "摘要", "bank_reference": "流水号", "balance": "余额",
        ],
    ]

    private static let content = Property(
        "content_base64",
        .text(JSONObjectDecoder.base64Lengths(ofByteCounts: API.statementByteCounts)),
        "The file's bytes in Base64, at most \(API.statementByteCounts.upperBound) of them")

    static let bankStatementSchemas: [(name: String, schema: Schema)] = [
        (
            "BankStatementRequest",
            .oneOf([
                .request(
                    Property("format", .words(["camt.053"]), "ISO 20022, version 02 or 08"),
                    content),
                .request(
                    Property("format", .words(["csv"]), "A table"), content,
                    Property(
                        "account", .text(StatementLimits.referenceCharacters), "Whose it is"),
                    Property(
                        "bank_statement_id", .text(StatementLimits.referenceCharacters),
                        "Which statement of the account it is"),
                    Property("mapping", .named("StatementMapping"), "Its columns")),
            ])
        ),
        ("StatementMapping", mapping),
        (
            "ImportedStatements",
            .answer(
                Property("is_repeated", .boolean, "Whether all of it was there before"),
                Property(
                    "bank_statements", .array(.named("BankStatement")), "What the file holds"))
        ),
        (
            "BankStatement",
            .answer(
                Property("statement_id", .number, "Our number of it"),
                Property("centre_id", .code, "Whose account it is"),
                Property("account", .anyText, "The account at the bank"),
                Property("bank_statement_id", .anyText, "The bank's id of it"),
                Property("format", .words(BankStatementFormat.self), "How it was written"),
                Property("sha256", .digest, "Over the file's bytes"),
                Property("opening_fen", .orNull(.fen), "The balance before"),
                Property("closing_fen", .orNull(.fen), "The balance after"),
                Property(
                    "is_continuous", .orNull(.boolean),
                    "Whether another one of the account ends with its opening balance; null for "
                        + "the first one, and where no balance is told"),
                Property("entry_count", .count, "Its booked entries"),
                Property("unmatched_count", .count, "Those that wait for people"),
                Property("imported_at", .time, "When it was taken"),
                Property("imported_by", .orNull(.code), "By whom; null at the server's console"))
        ),
        (
            "BankStatementEntry",
            .answer(
                Property("statement_entry_id", .number, "Our number of it"),
                Property("statement_id", .number, "Its statement"),
                Property("position", .count, "Its place there, from 1"),
                Property("direction", .words(MoneyDirection.self), "Seen from our account"),
                Property("amount_fen", .fen, "How much"),
                Property("booking_date", .date, "When the bank booked it"),
                Property("bank_reference", .anyText, "The bank's number of it"),
                Property("end_to_end_id", .anyText, "The payer's reference"),
                Property("remittance", .anyText, "What the payer wrote"),
                Property("status", .words(StatementEntryState.self), "What became of it"),
                Property(
                    "reason", .orNull(.words(StatementEntryReason.self)),
                    "Why it did not match by itself"),
                Property("instruction_reference", .orNull(.anyText), "What it settled"),
                Property(
                    "last_event", .orNull(.words(["assign", "suspend", "approve", "decline"])),
                    "What people did last"),
                Property("last_event_by", .orNull(.code), "Who"),
                Property("last_reason", .orNull(.anyText), "Why"),
                Property("proposed_reference", .orNull(.anyText), "What it is proposed to settle"),
                Property("age_days", .orNull(.fen), "How long it has waited, until settled"))
        ),
        (
            "AssignEntryRequest",
            .request(
                Property(
                    "reference", .text(StatementLimits.referenceCharacters),
                    "The instruction's reference"),
                reason)
        ),
    ]

    private static let columnName = Schema.text(1...40)
    private static let mapping = Schema.request(
        .optional("encoding", .words(LayoutEncoding.self), "utf-8 unless given"),
        .optional("delimiter", .words(StatementMapping.Delimiter.self), "comma unless given"),
        .optional(
            "header_line", .integer(StatementMapping.headerLines), "The header's line; usually 1"),
        .optional(
            "date_format", .words(StatementMapping.DateFormat.self), "YYYY-MM-DD unless given"),
        Property("booking_date", columnName, "The column of the date"),
        .optional("amount", columnName, "The column of amounts; alone, it is signed"),
        .optional("direction", columnName, "The column of the word for the direction"),
        .optional("word_in", columnName, "The word for money that came"),
        .optional("word_out", columnName, "The word for money that left"),
        .optional("amount_in", columnName, "The column of money that came, instead of amount"),
        .optional("amount_out", columnName, "The column of money that left"),
        .optional("remittance", columnName, "The column of the text"),
        .optional("end_to_end_id", columnName, "The column of the payer's reference"),
        .optional("bank_reference", columnName, "The column of the bank's number"),
        .optional("balance", columnName, "The column of the balance after the entry"))
}
