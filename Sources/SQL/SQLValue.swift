/// A value bound to a statement's parameter.
public enum SQLValue: Equatable, Sendable {
    case integer(Int64)
    case text(String)
    case bytes([UInt8])
    case null

    /// An integer, or null for nothing.
    public static func integer(_ value: Int64?) -> SQLValue {
        value.map { .integer($0) } ?? .null
    }

    /// A text, or null for nothing.
    public static func text(_ value: String?) -> SQLValue {
        value.map { .text($0) } ?? .null
    }
}

extension SQLValue: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral,
    ExpressibleByNilLiteral
{
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(stringLiteral value: String) { self = .text(value) }
    public init(nilLiteral: ()) { self = .null }
}
