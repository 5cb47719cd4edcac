import Agency
import Cryptography
import Foundation
import HTTPServer
import Printing
import StrictJSON

extension API {
    /// Receipts on paper: looks at them, and prints, which are counted.
    func addReceiptPaperRoutes(to routes: inout RouteTable) {
        for format in ReceiptFormat.allCases {
            let path = "/v1/receipts/{serial}/" + format.rawValue
            routes.query(.get, path, for: [.operator, .supervisor]) { call in
                try call.allowQuery("paper", "language")
                let form = try call.receiptForm(format)
                let language = try call.receiptLanguage()
                let sheet = try visible(call) { try $0.sheet(serial: $1) }
                let bytes = try render(sheet, .preview, form, language)
                return .paper(bytes, form)
            }
        }
        routes.command(.post, "/v1/receipts/{serial}/prints", for: [.operator, .supervisor]) {
            call in
            let request = try ReceiptPrintRequest(
                serial: serialNumber(call.parameters["serial"]), decoding: call.body())
            let claim = try call.claim(request.fingerprint)
            try book.writer.submit { session in
                try session.printReceipt(request, claim: claim, by: call.principal)
            } completion: { result in
                guard case .success(.done(let kept)) = result else {
                    return answer(result, call, status: 201)
                }
                // Papers are made on a worker: the writer's thread has payments to commit.
                let isQueued = workers.submit {
                    do {
                        call.responder.respond(try printed(kept, request))
                    } catch {
                        fail(error, call.request, call.responder)
                    }
                }
                if !isQueued { fail(RouteTable.busy, call.request, call.responder) }
            }
        }
    }

    /// The answer to a print that was counted.
    private func printed(
        _ kept: [UInt8], _ request: ReceiptPrintRequest
    ) throws -> HTTPResponse {
        let print = try ReceiptPrint(kept: kept)
        let sheet = try book.readers.read { try ReceiptReader($0).sheet(serial: print.serial) }
        guard let sheet else { throw BookError.damaged(table: "receipt_print", field: "serial") }
        let bytes = try render(sheet, print.mark, request.form, request.language)
        var writer = JSONWriter(reservedBytes: bytes.count + 512)
        writer.beginObject()
        writer.field("receipt_serial", Receipt.serialText(print.serial))
        writer.field("receipt_number", sheet.head.number.text)
        writer.field("copy_number", print.copyNumber)
        writer.field("printed_at", book.profile.zone.text(print.printedAt))
        writer.field("staff_id", print.staffCode)
        writer.field("format", request.form.format.rawValue)
        writer.field("paper", request.form.paperName)
        writer.field("language", request.language.rawValue)
        let token = book.receiptLinks.token(serial: print.serial)
        writer.field("verification_token", token)
        writer.field("media_type", request.form.mediaType)
        switch request.form {
        case .text, .html: writer.field("content", String(decoding: bytes, as: UTF8.self))
        case .escpos: writer.field("content_base64", Data(bytes).base64EncodedString())
        }
        writer.endObject()
        return .json(writer.bytes, status: 201)
    }

    private func render(
        _ sheet: ReceiptSheet, _ mark: ReceiptMark, _ form: ReceiptForm,
        _ language: ReceiptLanguage
    ) throws -> [UInt8] {
        let link = book.receiptLinks.link(serial: sheet.head.serial, base: publicAddress.base)
        return try form.render(
            ReceiptDocument(profile: book.profile, language: language)
                .document(sheet, mark: mark, link: link))
    }
}

extension ReceiptForm {
    var mediaType: String {
        switch self {
        case .text: "text/plain; charset=utf-8"
        case .escpos: "application/octet-stream"
        case .html: "text/html; charset=utf-8"
        }
    }
}

extension HTTPResponse {
    /// A receipt as it is printed.
    static func paper(_ bytes: [UInt8], _ form: ReceiptForm, status: Int = 200) -> HTTPResponse {
        switch form {
        case .text, .escpos:
            HTTPResponse(
                status: status,
                headers: [
                    ("Content-Type", form.mediaType), ("X-Content-Type-Options", "nosniff"),
                    ("Cache-Control", "no-store"),
                ], body: .bytes(bytes))
        case .html(let paper):
            HTTPResponse(
                status: status,
                headers: [
                    ("Content-Type", form.mediaType),
                    ("Content-Security-Policy", contentSecurityPolicy(paper)),
                    ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
                    ("Cache-Control", "no-store"),
                ], body: .bytes(bytes))
        }
    }

    /// Nothing may be loaded, run or framed; the only style is the page's own, by its hash.
    private static func contentSecurityPolicy(_ paper: PagePaper) -> String {
        let hash = Data(SHA256.hash(HTMLPage(paper: paper).styleSheet).bytes)
            .base64EncodedString()
        return "default-src 'none'; style-src 'sha256-\(hash)'; base-uri 'none'; "
            + "form-action 'none'; frame-ancestors 'none'"
    }
}

extension Call {
    /// The paper of the query, 58 mm unless given.
    fileprivate func receiptForm(_ format: ReceiptFormat) throws -> ReceiptForm {
        guard let paper = PagePaper(name: try query("paper") ?? RollPaper.narrow.rawValue),
            let form = ReceiptForm(format, on: paper)
        else {
            throw invalid("paper", format == .html ? "must be 58, 80 or a4" : "must be 58 or 80")
        }
        return form
    }

    /// The language of the query, Chinese unless given.
    fileprivate func receiptLanguage() throws -> ReceiptLanguage {
        guard let text = try query("language") else { return .chinese }
        guard let language = ReceiptLanguage(rawValue: text) else {
            throw invalid("language", "must be zh or en")
        }
        return language
    }
}

extension ReceiptPrintRequest {
    /// Reads a request body.
    init(serial: Int64, decoding object: JSONObjectDecoder) throws {
        var body = object
        let format = try body.enumeration("format", ReceiptFormat.self)
        let paper = try body.optionalString("paper", lengthIn: 1...8) ?? RollPaper.narrow.rawValue
        guard let form = PagePaper(name: paper).flatMap({ ReceiptForm(format, on: $0) }) else {
            throw body.refusal(
                of: "paper", .valueNotAllowed,
                "use 58 or 80, or a4 with the format html")
        }
        let language = try body.optionalEnumeration("language", ReceiptLanguage.self)
        try body.finish()
        self.init(serial: serial, form: form, language: language ?? .chinese)
    }
}
