/// Why a JSON text was refused, where, and what to do; it never holds a string value of the text.
public struct JSONError: Error, Equatable, Sendable {
    /// The rule that was broken; one case per rejection.
    public enum Kind: String, Sendable, CaseIterable {
        // The text.
        case empty
        case tooLong
        case byteOrderMark
        case trailingBytes
        // Its grammar.
        case unexpectedByte
        case unexpectedEnd
        case trailingComma
        case tooDeep
        case tooManyMembers
        case tooManyElements
        case duplicateName
        // Its strings.
        case stringTooLong
        case invalidUTF8
        case controlCharacter
        case invalidEscape
        case loneSurrogate
        // Its numbers.
        case fraction
        case exponent
        case negativeZero
        case leadingZero
        case integerOutOfRange
        // What the receiver expects of it.
        case missingName
        case unknownName
        case wrongType
        case lengthOutOfRange
        case forbiddenCharacter
        case valueOutOfRange
        case valueNotAllowed
        case tooManyItems
    }

    /// The field as a JSON pointer (RFC 6901), `/amount_fen`; empty for the whole text.
    public internal(set) var path: String
    /// Where in the text, in bytes from 0.
    public let offset: Int
    /// The rule that was broken.
    public let kind: Kind
    /// What is wrong and what to do about it, without the place.
    public let problem: String

    /// Makes an error; for a receiver that refuses a value by a rule of its own.
    public init(path: String, offset: Int, kind: Kind, problem: String) {
        self.path = path
        self.offset = offset
        self.kind = kind
        self.problem = problem
    }

    /// The place, what is wrong there, and what to do about it, in one sentence.
    public var message: String {
        let place = path.isEmpty ? "JSON" : "field \(path)"
        return "\(place) (byte \(offset)): \(problem)"
    }

    /// The same error seen from the object or array around it.
    consuming func inside(_ component: String) -> JSONError {
        path = JSONPointer.component(component) + path
        return self
    }
}

extension JSONError: CustomStringConvertible {
    /// The message.
    public var description: String { message }
}
