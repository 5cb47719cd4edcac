/// Why a partner's file is refused; none of its lines counts then.
///
/// Texts taken from a file are cut and masked as those of ``SettlementError`` are. The description
/// leaves the file's name to whoever tells it.
public enum LayoutError: Error, Hashable, Sendable {
    /// The system refused, or the file is not regular, too large, has a line that is too long, or
    /// did not stay the same while it was read.
    case file(SettlementError)
    /// The file's name is not the layout's.
    case fileNameWrong(name: String, pattern: String)
    case filePacked(name: String, PackedFormat)
    /// The file has no line, and the layout does not say that it may be so.
    case fileEmpty
    /// The file begins with the mark of another encoding.
    case encodingMarkWrong(name: String, mark: String, expected: String)
    /// The system does not know the encoding.
    case encodingUnavailable
    /// Bytes that are no characters of the encoding.
    case textUndecodable(line: Int)
    case headerWrong(line: Int, expected: String)
    /// The file ends before a line that it must have.
    case lineMissing(line: Int, LayoutPart)
    /// A line does not begin as the layout says.
    case beginningWrong(line: Int, LayoutPart, expected: String)
    /// An empty line stands between others.
    case lineEmpty(line: Int)
    case quoteWrong(line: Int)
    case prefixMissing(line: Int)
    case columnCountWrong(line: Int, count: Int, expected: Int)
    case lineByteCountWrong(line: Int, byteCount: Int, expected: Int)
    case fieldInvalid(line: Int, field: LayoutField, value: String, cause: LayoutFieldCause)
    /// Two places tell different business dates.
    case businessDateContradicts(line: Int, value: String, expected: String)
    case lineCountExceeded(line: Int, limit: Int)
    /// A count or sum is not that of the lines.
    case totalWrong(line: Int, field: LayoutField, value: Int64, expected: Int64)
    case contentAfterTrailer(line: Int)
}

/// The lines of a file that a layout describes.
public enum LayoutPart: String, CaseIterable, Hashable, Sendable {
    case skipped = "line to skip"
    case head
    case header
    case detail = "transaction"
    case trailer
}

/// Why a field of a partner's file is refused.
public enum LayoutFieldCause: Error, Hashable, Sendable {
    /// What a settlement file would refuse too.
    case text(SettlementFieldCause)
    case amountMalformed(AmountUnit)
    case decimalsTooMany
    case signUndeclared
    case thousandsUndeclared
    /// A line has an amount in both columns, or in none.
    case sidesWrong
    /// A word that the layout does not explain.
    case wordUnknown
    case timeInvalid(pattern: String)
    /// A field of fixed width begins or ends in the middle of a character.
    case undecodable
}

extension LayoutError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .file(let error): "\(error)"
        case .fileNameWrong(_, let pattern):
            "not a name of the layout, \(pattern); give the partner's file as it came"
        case .filePacked(_, let format):
            "packed (\(format.rawValue)); unpack it first, and give the file inside"
        case .fileEmpty:
            "the file is empty; ask the partner for it again, or allow it with may_be_empty"
        case .encodingMarkWrong(_, let mark, let expected):
            "begins with the mark of \(mark), the layout says \(expected)"
        case .encodingUnavailable:
            "the system does not know GB18030; install the character sets of its C library"
        case .textUndecodable(let line):
            "line \(line): bytes that are no text in the layout's encoding"
        case .headerWrong(let line, let expected): "line \(line): must be \(expected)"
        case .lineMissing(let line, let part):
            "line \(line): the file ends without its \(part.rawValue)"
        case .beginningWrong(let line, let part, let expected):
            "line \(line): a \(part.rawValue) must begin with \(expected)"
        case .lineEmpty(let line): "line \(line): empty"
        case .quoteWrong(let line):
            "line \(line): a quote is not closed, or stands inside a field"
        case .prefixMissing(let line): "line \(line): does not begin with the field prefix"
        case .columnCountWrong(let line, let count, let expected):
            "line \(line): \(count) columns, expected \(expected)"
        case .lineByteCountWrong(let line, let byteCount, let expected):
            "line \(line): \(byteCount) bytes, expected \(expected)"
        case .fieldInvalid(let line, let field, let value, let cause):
            "line \(line), \(field.rawValue), \(value): \(cause)"
        case .businessDateContradicts(let line, let value, let expected):
            "line \(line): business date \(value), elsewhere \(expected)"
        case .lineCountExceeded(let line, let limit): "line \(line): more than \(limit) lines"
        case .totalWrong(let line, let field, let value, let expected):
            "line \(line), \(field.rawValue): \(value), the lines give \(expected)"
        case .contentAfterTrailer(let line): "line \(line): comes after the trailer"
        }
    }
}

extension LayoutFieldCause: CustomStringConvertible {
    public var description: String {
        switch self {
        case .text(let cause): "\(cause)"
        case .amountMalformed(.fen): "not a whole number of fen"
        case .amountMalformed(.yuan): "not an amount in yuan such as 86.50"
        case .decimalsTooMany: "more than two decimals"
        case .signUndeclared: "has a sign, and the layout says that none has"
        case .thousandsUndeclared: "has commas, and the layout does not say thousands"
        case .sidesWrong: "one of the two columns must have an amount, and the other none"
        case .wordUnknown: "not one of the words that the layout explains"
        case .timeInvalid(let pattern): "not a time \(pattern) of the years 2000 to 9999"
        case .undecodable: "begins or ends in the middle of a character; check start and length"
        }
    }
}
