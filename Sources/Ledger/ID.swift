/// The identity of an `Entity`, so that a till's number is never taken for a station's.
public struct ID<Entity>: Hashable, Comparable, Sendable {
    /// The number that the database gave it, from 1.
    public let number: Int64

    public init(_ number: Int64) {
        self.number = number
    }

    public static func < (left: ID, right: ID) -> Bool {
        left.number < right.number
    }
}

extension ID: CustomStringConvertible {
    public var description: String { String(number) }
}
