/// What the cryptography module refuses, one case per rejection; never carries secret bytes.
public enum CryptographyError: Error, Hashable, Sendable {
    /// A key has a length that the algorithm or our limits do not allow.
    case keyLengthInvalid(byteCount: Int, allowed: ClosedRange<Int>)
    /// More random bytes were asked for at once than the limit allows.
    case randomCountInvalid(byteCount: Int, allowed: ClosedRange<Int>)
    /// The operating system or OpenSSL could not provide random bytes.
    case randomnessUnavailable
    /// A password or PIN is empty or longer than the limit.
    case secretLengthInvalid(byteCount: Int, allowed: ClosedRange<Int>)
    /// A stored password hash is not of the documented form; `field` names the part.
    case passwordHashMalformed(field: String)
    /// A scrypt parameter lies outside the bounds that keep verification affordable.
    case passwordCostOutOfBounds(field: String, value: Int)
    /// Sealed bytes are shorter than nonce and tag together.
    case sealedBytesTooShort(byteCount: Int)
    /// A message is longer than one call may seal or open.
    case messageTooLong(byteCount: Int, limit: Int)
    /// Sealed bytes or their associated data were changed, or the key is another one.
    case authenticationFailed
    /// OpenSSL failed where it has no reason to; `code` is its error number.
    case libraryFailure(operation: String, code: UInt)
}

extension CryptographyError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .keyLengthInvalid(let byteCount, let allowed):
            "key of \(byteCount) bytes; allowed \(text(allowed))"
        case .randomCountInvalid(let byteCount, let allowed):
            "\(byteCount) random bytes asked for; allowed \(text(allowed))"
        case .randomnessUnavailable:
            "no random bytes available"
        case .secretLengthInvalid(let byteCount, let allowed):
            "secret of \(byteCount) bytes; allowed \(text(allowed))"
        case .passwordHashMalformed(let field):
            "password hash malformed: \(field)"
        case .passwordCostOutOfBounds(let field, let value):
            "password hash cost out of bounds: \(field) = \(value)"
        case .sealedBytesTooShort(let byteCount):
            "sealed bytes too short: \(byteCount)"
        case .messageTooLong(let byteCount, let limit):
            "message of \(byteCount) bytes; limit \(limit)"
        case .authenticationFailed:
            "authentication failed"
        case .libraryFailure(let operation, let code):
            "OpenSSL failed in \(operation), error \(code)"
        }
    }

    private func text(_ range: ClosedRange<Int>) -> String {
        range.lowerBound == range.upperBound
            ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
    }
}
