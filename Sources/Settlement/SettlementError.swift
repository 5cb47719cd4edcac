import CivilTime
import Glibc

/// What the settlement module refuses, one case per rejection.
///
/// Texts taken from a file are cut to 64 characters and stripped of control characters, of
/// account references, and of all but the last four of 13 or more digits in a row. The order in
/// which a reader looks for faults is the order of the cases, and `docs/settlement-file.md` has it.
public enum SettlementError: Error, Hashable, Sendable {
    /// The operating system refused; `code` is its `errno`, for example `ENOSPC`.
    case systemFailure(operation: SettlementOperation, name: String, code: Int32)
    /// A name does not have the documented form.
    case fileNameMalformed(name: String)
    /// A directory, pipe or device stands where a file should.
    case fileNotRegular(name: String)
    /// A file is larger than any valid one.
    case fileTooLarge(name: String, byteCount: Int64, limit: Int64)
    /// A sidecar is not one line of the documented form.
    case sidecarMalformed(name: String)
    /// A sidecar was made for a file of another name.
    case sidecarForOtherFile(name: String, expected: String)
    /// The header names a format version that this reader does not know.
    case versionUnsupported(value: String)
    /// The header names a MAC algorithm that this reader does not know.
    case algorithmUnsupported(value: String)
    /// No key, or no longer a key, is known for the agency, partner and key id of the header.
    case keyUnknown(SettlementKeyReference)
    /// As ``keyUnknown(_:)``, and told by a key lookup that knows when the key ended.
    case keyEnded(keyID: String, at: Instant)
    /// The bytes, the key or the sidecar are not those of the sender.
    case codeMismatch(name: String)
    /// A line is longer than any valid one.
    case lineTooLong(line: Int, limitBytes: Int)
    /// The last line does not end with a line feed.
    case lineUnterminated(line: Int)
    /// A line begins with a letter that may not come at this place.
    case recordUnexpected(line: Int, value: String, expected: [SettlementRecord])
    /// A line has too few or too many fields.
    case fieldCountWrong(line: Int, record: SettlementRecord, count: Int)
    /// A field's value is not of its documented form.
    case fieldInvalid(
        line: Int, field: SettlementField, value: String, cause: SettlementFieldCause)
    /// A header's value is not the one in the file's name.
    case fileNameMismatch(field: SettlementField, value: String, expected: String)
    /// Detail lines are not numbered 1, 2, 3 and so on.
    case lineNumberWrong(line: Int, value: Int, expected: Int)
    /// A file has more detail lines than allowed.
    case detailCountExceeded(line: Int, limit: Int)
    /// Subtotal lines are not those of the types that occur, each once, in the documented order.
    case subtotalOutOfOrder(line: Int, value: SettlementType)
    /// A type occurs in the detail lines but has no subtotal line.
    case subtotalMissing(line: Int, type: SettlementType)
    /// A count or sum in a subtotal or in the trailer is not that of the detail lines.
    case totalWrong(line: Int, field: SettlementField, value: Int64, expected: Int64)
    /// The file ends before its trailer.
    case trailerMissing(line: Int)
    /// Something follows the trailer.
    case contentAfterTrailer(line: Int)
    /// The file did not stay the same while it was being read.
    case fileChanged(name: String)
    /// A file does not follow the one before it in the chain.
    case chainBroken(field: SettlementField, value: String, expected: String)
    /// A file of this name has been released already, with other bytes.
    case releasedFileDiffers(name: String)
    /// The sidecar of the file of this name has been released already, with other bytes.
    case releasedSidecarDiffers(name: String)
}

/// What was asked of the operating system when it refused.
public enum SettlementOperation: String, Hashable, Sendable {
    case openFolder = "open folder"
    case listFolder = "list folder"
    case create
    case open
    case read
    case write
    case synchronize
    case rename
    case remove
}

extension SettlementError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .systemFailure(let operation, let name, let code):
            "cannot \(operation.rawValue) \(name): \(String(cString: strerror(code)))"
        case .fileNameMalformed(let name): "\(name): not the name of a settlement file"
        case .fileNotRegular(let name): "\(name): not a regular file"
        case .fileTooLarge(let name, let byteCount, let limit):
            "\(name): \(byteCount) bytes, limit \(limit)"
        case .sidecarMalformed(let name): "\(name): not a sidecar of the documented form"
        case .sidecarForOtherFile(let name, let expected):
            "\(name): made for another file than \(expected)"
        case .versionUnsupported(let value): "format version \(value) not supported"
        case .algorithmUnsupported(let value): "MAC algorithm \(value) not supported"
        case .keyUnknown(let key): "no key \(key.keyID) of partner \(key.partnerID)"
        case .keyEnded(let keyID, let instant):
            "key \(keyID) ended on \(FieldGrammar.zone.text(instant)); sign with the current one"
        case .codeMismatch(let name):
            "\(name): the MAC does not match; send file and sidecar again, both as binary, with the "
                + "current key"
        case .lineTooLong(let line, let limit): "line \(line): longer than \(limit) bytes"
        case .lineUnterminated(let line): "line \(line): no line feed at its end"
        case .recordUnexpected(let line, let value, let expected):
            "line \(line): record \(value), expected \(expected.map(\.rawValue))"
        case .fieldCountWrong(let line, let record, let count):
            "line \(line): \(count) fields, record \(record.rawValue) has \(record.fieldCount)"
        case .fieldInvalid(let line, let field, let value, let cause):
            "line \(line), \(field), \(value): \(cause)"
        case .fileNameMismatch(let field, let value, let expected):
            "\(field) is \(value), the file's name says \(expected)"
        case .lineNumberWrong(let line, let value, let expected):
            "line \(line): detail number \(value), expected \(expected)"
        case .detailCountExceeded(let line, let limit):
            "line \(line): more than \(limit) detail lines"
        case .subtotalOutOfOrder(let line, let value):
            "line \(line): subtotal of \(value.rawValue) absent from the details or out of order"
        case .subtotalMissing(let line, let type):
            "line \(line): no subtotal of \(type.rawValue) before it"
        case .totalWrong(let line, let field, let value, let expected):
            "line \(line), \(field): \(value), the details give \(expected)"
        case .trailerMissing(let line): "line \(line): the file ends without a trailer"
        case .contentAfterTrailer(let line): "line \(line): comes after the trailer"
        case .fileChanged(let name): "\(name): changed while it was being read"
        case .chainBroken(let field, let value, let expected):
            "\(field) is \(value), the chain expects \(expected)"
        case .releasedFileDiffers(let name): "\(name): released already with other bytes"
        case .releasedSidecarDiffers(let name): "\(name): released already with other bytes"
        }
    }
}
