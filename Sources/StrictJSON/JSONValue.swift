/// A JSON text as values; numbers are whole, because money never has a fraction here.
public enum JSONValue: Sendable, Equatable {
    case object([JSONMember])
    case array([JSONValue])
    case string(String)
    case integer(Int64)
    case bool(Bool)
    case null

    /// The kind of value in words, for messages; never the value itself.
    var kindInWords: String {
        switch self {
        case .object: "an object"
        case .array: "an array"
        case .string: "a string"
        case .integer: "a whole number"
        case .bool: "true or false"
        case .null: "null"
        }
    }
}

/// One name and its value in an object, in the order of the text.
public struct JSONMember: Sendable {
    /// The member's name, unescaped.
    public let name: String
    /// The member's value.
    public let value: JSONValue
    /// Where the value starts in the text, in bytes; 0 for a member made by hand.
    public let offset: Int

    /// Makes a member.
    public init(name: String, value: JSONValue, offset: Int = 0) {
        self.name = name
        self.value = value
        self.offset = offset
    }
}

extension JSONMember: Equatable {
    /// Compares name and value; where they stood in a text is no part of what they say.
    public static func == (left: JSONMember, right: JSONMember) -> Bool {
        left.name == right.name && left.value == right.value
    }
}
