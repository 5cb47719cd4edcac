import StrictJSON

/// Why a data file was refused: the file, the place, the value where it is safe to show, a remedy.
///
/// Values of secrets and of customers are never held.
public struct DataFileError: Error, Equatable, Sendable {
    /// The rule that was broken; one case per rejection.
    public enum Kind: Sendable, Equatable {
        /// The file cannot be opened or read.
        case unreadable
        /// The file is longer than its limit.
        case tooLong
        /// The JSON is refused, by this rule.
        case json(JSONError.Kind)
        /// An id that must be unique is given twice.
        case duplicate
        /// An id names nothing.
        case unknownReference
        /// Values that are fine alone do not go together.
        case inconsistent
        /// The first line of a table is not the header.
        case wrongHeader
        /// A line of a table is longer than its limit.
        case lineTooLong
        /// The last line of a table has no line feed.
        case unfinishedLine
        /// A line of a table has too few or too many fields.
        case fieldCount
        /// A quote stands where RFC 4180 allows none.
        case quoting
        /// The bytes of a field are not UTF-8.
        case encoding
        /// A control character stands in a line.
        case controlCharacter
        /// A field of a table does not parse or is out of range.
        case value
    }

    /// The file's name without its folder.
    public let file: String
    /// The line from 1, where known.
    public let line: Int?
    /// The field: a JSON pointer, or a column's name; empty for the whole file or line.
    public let path: String
    /// The rule that was broken.
    public let kind: Kind
    /// The value that broke it, where it may be shown.
    public let value: String?
    /// What is wrong and what to do about it.
    public let problem: String

    /// Characters of a value that a message repeats; the rest is cut.
    static let maximumValueCharacters = 40

    init(
        file: String, line: Int? = nil, path: String = "", _ kind: Kind, value: String? = nil,
        _ problem: String
    ) {
        self.file = file
        self.line = line
        self.path = path
        self.kind = kind
        self.value = value.map { String($0.prefix(Self.maximumValueCharacters)) }
        self.problem = problem
    }

    /// Wraps a refusal of a file's JSON, with the line that its byte offset is on.
    init(file: String, _ error: JSONError, in bytes: [UInt8]) {
        let newline = UInt8(ascii: "\n")
        let line = bytes.prefix(error.offset).count { $0 == newline } + 1
        self.init(file: file, line: line, path: error.path, .json(error.kind), error.problem)
    }

    /// The place, the value and the remedy in one sentence.
    public var message: String {
        var text = file
        if let line { text += ", line \(line)" }
        if !path.isEmpty { text += ", field \(path)" }
        if let value { text += ", value \(value.debugDescription)" }
        return text + ": " + problem
    }
}

extension DataFileError: CustomStringConvertible {
    /// The message.
    public var description: String { message }
}
