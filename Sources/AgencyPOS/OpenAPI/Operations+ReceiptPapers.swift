import Agency
import Printing

extension Operations {
    private static let rolls = RollPaper.allCases.map(\.rawValue)
    private static let papers = PagePaper.allCases.map(\.name)

    static let receiptPapers = [
        Operation(
            method: .get, path: "/v1/receipts/{serial}/text", name: "getReceiptText",
            tag: "receipts",
            summary: "A preview as lines of text; the whole basket's where there is one",
            roles: [.operator, .supervisor], parameters: look(rolls),
            answer: .text("The receipt's lines"), refusals: [.unknownReceipt]),
        Operation(
            method: .get, path: "/v1/receipts/{serial}/escpos", name: "getReceiptPrinterBytes",
            tag: "receipts",
            summary: "A preview as the bytes of an ESC/POS printer in GB18030",
            roles: [.operator, .supervisor], parameters: look(rolls),
            answer: .bytes("application/octet-stream", "The bytes"), refusals: [.unknownReceipt]),
        Operation(
            method: .get, path: "/v1/receipts/{serial}/html", name: "getReceiptPage",
            tag: "receipts", summary: "A preview as a page for a browser",
            roles: [.operator, .supervisor], parameters: look(papers),
            answer: .bytes("text/html; charset=utf-8", "The page"), refusals: [.unknownReceipt]),
        Operation(
            method: .post, path: "/v1/receipts/{serial}/prints", name: "printReceipt",
            tag: "receipts",
            summary: "Print a receipt: the original once, then copies that say so",
            roles: [.operator, .supervisor], parameters: [serialParameter],
            body: .init(
                schema: "ReceiptPrintRequest",
                examples: [
                    ("printer", ["format": "escpos", "paper": "58"]),
                    ("page", ["format": "html", "paper": "a4", "language": "en"]),
                ]),
            needsKey: true,
            answer: .json(.named("ReceiptPrint"), "Counted; print it now", status: 201),
            refusals: [.unknownReceipt]),
        Operation(
            method: .get, path: "/r/{token}", name: "verifyReceipt", tag: "receipts",
            summary: "What the link in a receipt's code shows: a page, 404 for a wrong link",
            parameters: [
                .path("token", .text(18...35), "The end of the link"),
                .query("lang", .words(ReceiptLanguage.self), "zh unless given"),
            ],
            answer: .bytes("text/html; charset=utf-8", "The receipt is genuine")),
    ]

    private static func look(_ papers: [String]) -> [Parameter] {
        [
            serialParameter, .query("paper", .words(papers), "58 unless given"),
            .query("language", .words(ReceiptLanguage.self), "zh unless given"),
        ]
    }

    static let receiptPaperSchemas: [(name: String, schema: Schema)] = [
        (
            "ReceiptPrintRequest",
            .request(
                Property("format", .words(ReceiptFormat.self), "What for"),
                .optional("paper", .words(papers), "58 unless given; a4 for html only"),
                .optional("language", .words(ReceiptLanguage.self), "zh unless given"))
        ),
        (
            "ReceiptPrint",
            .answer(
                Property("receipt_serial", .serial, "The first serial number on the receipt"),
                Property("receipt_number", .anyText, "Gapless for a station and business date"),
                Property("copy_number", .count, "0 for the original, from 1 a copy"),
                Property("printed_at", .time, "When it was first asked for"),
                Property("staff_id", .code, "By whom"),
                Property("format", .words(ReceiptFormat.self), "As asked for"),
                Property("paper", .words(papers), "As asked for"),
                Property("language", .words(ReceiptLanguage.self), "As asked for"),
                Property("verification_token", .anyText, "The end of the link in the code"),
                Property("media_type", .anyText, "Of the content"),
                Property("content", .anyText, "The text or the page", isRequired: false),
                Property(
                    "content_base64", .anyText, "The printer's bytes, in base64",
                    isRequired: false))
        ),
    ]
}
