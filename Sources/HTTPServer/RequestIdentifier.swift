/// A request's identifier: 16 hex digits, unique within the process, text only when asked for.
struct RequestIdentifier: Sendable, Equatable {
    let value: UInt64

    /// The identifier as 16 lower-case hex digits.
    var text: String {
        String(unsafeUninitializedCapacity: 16) { digits in
            var rest = value
            for position in stride(from: 15, through: 0, by: -1) {
                let nibble = UInt8(truncatingIfNeeded: rest & 0xF)
                digits[position] = nibble < 10 ? 0x30 + nibble : 0x57 + nibble
                rest >>= 4
            }
            return 16
        }
    }
}

/// Hands out request identifiers; it belongs to one thread.
struct RequestIdentifierSource {
    // Multiplying by an odd number permutes all 64-bit numbers: no repetition before 2^64 requests.
    private static let spread: UInt64 = 0x9E37_79B9_7F4A_7C15
    private let base = UInt64.random(in: .min ... .max)
    private var count: UInt64 = 0

    mutating func next() -> RequestIdentifier {
        count &+= 1
        return RequestIdentifier(value: base &+ count &* RequestIdentifierSource.spread)
    }
}
