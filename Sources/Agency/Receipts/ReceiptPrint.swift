import CivilTime
import Cryptography
import Ledger
import SQL
import StrictJSON

/// What a caller wants printed.
public struct ReceiptPrintRequest: Sendable, Equatable {
    /// Any transaction on the receipt.
    public let serial: Int64
    public let form: ReceiptForm
    public let language: ReceiptLanguage

    public init(serial: Int64, form: ReceiptForm, language: ReceiptLanguage) {
        self.serial = serial
        self.form = form
        self.language = language
    }

    /// SHA-256 over the request's fields.
    public var fingerprint: SHA256Digest {
        fingerprintOf(
            "receipt_print", "\(form.format.rawValue) \(form.paperName)", language.rawValue, serial)
    }
}

/// A paper that was printed: the original, or a copy of it.
public struct ReceiptPrint: Sendable, Equatable {
    /// The receipt: the first serial number on it.
    public let serial: Int64
    /// 0 for the original, from 1 a copy.
    public let copyNumber: Int64
    public let printedAt: Instant
    public let staffCode: String

    /// How the paper is marked.
    public var mark: ReceiptMark {
        copyNumber == 0
            ? .original : .copy(copyNumber, printedAt: printedAt, staffCode: staffCode)
    }

    /// Reads the answer that a key keeps.
    public init(kept bytes: [UInt8]) throws {
        var object = try JSONObjectDecoder(StrictJSONParser.parse(bytes))
        copyNumber = try object.integer("copy_number", in: 0 ... .max)
        serial = try object.integer("receipt_serial", in: 1 ... .max)
        printedAt = Instant(
            millisecondsSinceEpoch: try object.integer("printed_at_ms", in: .min ... .max))
        staffCode = try object.string("staff_id", lengthIn: 1...64)
    }

    init(serial: Int64, copyNumber: Int64, printedAt: Instant, staffCode: String) {
        self.serial = serial
        self.copyNumber = copyNumber
        self.printedAt = printedAt
        self.staffCode = staffCode
    }

    /// What the key keeps. The paper itself is made anew from it: it would fill the book.
    var kept: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        // First, for the audit looks for answers that begin so.
        writer.field("copy_number", copyNumber)
        writer.field("receipt_serial", serial)
        writer.field("printed_at_ms", printedAt.millisecondsSinceEpoch)
        writer.field("staff_id", staffCode)
        writer.endObject()
        return writer.bytes
    }
}

extension AgencySession {
    /// Counts a print of a receipt, once for each key.
    ///
    /// Refusals: `unknownReceipt` for one that the caller may not see.
    /// - Returns: the bytes of a `ReceiptPrint`.
    public func printReceipt(
        _ request: ReceiptPrintRequest, claim: IdempotencyClaim, by principal: Principal
    ) throws -> CommandOutcome {
        try once(claim) {
            let reader = ReceiptReader(connection)
            guard try reader.isVisible(serial: request.serial, to: principal),
                let receipt = try reader.receipt(serial: request.serial)
            else { throw Refusal.unknownReceipt }
            let print = ReceiptPrint(
                serial: receipt.basketSerial ?? receipt.serial,
                copyNumber: try printCount(of: receipt.basketSerial ?? receipt.serial),
                printedAt: now, staffCode: principal.staffCode)
            try insert(print, request, by: principal)
            return print.kept
        }
    }

    private func printCount(of serial: Int64) throws -> Int64 {
        try connection.prepare("SELECT count(*) FROM receipt_print WHERE serial = $1")
            .first(.integer(serial)) { $0.integer(0) } ?? 0
    }

    private func insert(
        _ print: ReceiptPrint, _ request: ReceiptPrintRequest, by principal: Principal
    ) throws {
        try connection.prepare(
            """
            INSERT INTO receipt_print (serial, copy_number, printed_at, staff_id, format, paper,
                language)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """
        ).run(
            .integer(print.serial), .integer(print.copyNumber),
            .integer(print.printedAt.millisecondsSinceEpoch), .integer(principal.staff.number),
            .text(request.form.format.rawValue), .text(request.form.paperName),
            .text(request.language.rawValue))
    }
}

extension Refusal {
    public static let unknownReceipt = Refusal(
        .unknownReceipt,
        "there is no such receipt that you may see; compare the serial number with the paper",
        zh: "没有该凭条，或您无权查看；请核对流水号")
}
