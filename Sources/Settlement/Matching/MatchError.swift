/// What a match refuses; there is no result then.
public enum MatchError: Error, Hashable, Sendable {
    /// The system refused, or a file in our own format is not what its format says.
    case file(side: MatchSide, SettlementError)
    /// The system refused a temporary file.
    case temporaryFile(SettlementError)
    /// An input is larger than any valid one.
    case inputTooLarge(side: MatchSide, byteCount: Int64, limit: Int64)
    /// A table does not begin with the line of the documented column names.
    case headerWrong(side: MatchSide)
    case lineTooLong(side: MatchSide, line: Int, limitBytes: Int)
    case lineCountExceeded(side: MatchSide, limit: Int)
    /// A quote begins or ends in the middle of a field, or does not end.
    case quoteWrong(side: MatchSide, line: Int)
    case fieldCountWrong(side: MatchSide, line: Int, count: Int, expected: Int)
    case fieldInvalid(
        side: MatchSide, line: Int, field: MatchField, value: String, cause: SettlementFieldCause)
    /// A file did not stay the same while it was matched.
    case fileChanged(side: MatchSide, line: Int)
    /// More lines have one and the same number than fit into the memory that is allowed.
    case memoryTooSmall(neededByteCount: Int, limit: Int)
    /// The classes do not add up to what was read: a fault of this program.
    case sumsDisagree(read: MatchSums, classes: MatchSums)
}

/// The columns of a table of lines, in their order.
public enum MatchField: String, CaseIterable, Hashable, Sendable {
    case serial
    case reference
    case type
    case account
    case amountFen = "amount_fen"
    case status
    case time
}

extension MatchError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .file(let side, let error): "\(side.title): \(error)"
        case .temporaryFile(let error): "temporary file: \(error)"
        case .inputTooLarge(let side, let byteCount, let limit):
            "\(side.title): \(byteCount) bytes, limit \(limit)"
        case .headerWrong(let side):
            "\(side.title), line 1: must be \(CanonicalTable.header)"
        case .lineTooLong(let side, let line, let limit):
            "\(side.title), line \(line): longer than \(limit) bytes"
        case .lineCountExceeded(let side, let limit):
            "\(side.title): more than \(limit) lines"
        case .quoteWrong(let side, let line):
            "\(side.title), line \(line): a quote is not closed, or stands inside a field"
        case .fieldCountWrong(let side, let line, let count, let expected):
            "\(side.title), line \(line): \(count) fields, expected \(expected)"
        case .fieldInvalid(let side, let line, let field, let value, let cause):
            "\(side.title), line \(line), \(field.rawValue), \(value): \(cause)"
        case .fileChanged(let side, let line):
            "\(side.title), line \(line): changed while it was being matched"
        case .memoryTooSmall(let needed, let limit):
            "many lines have one number: \(needed) bytes of memory needed, \(limit) allowed"
        case .sumsDisagree(let read, let classes):
            "internal error: \(read) was read, the classes give \(classes)"
        }
    }
}

extension MatchSide {
    /// The side's name in messages.
    var title: String {
        switch self {
        case .ours: "ours"
        case .theirs: "theirs"
        }
    }
}
