/// The 32 bytes of an HMAC-SHA256; compared in constant time.
public struct MessageAuthenticationCode: Sendable {
    /// The length of every code.
    public static let byteCount = Block256.byteCount

    let block: Block256

    init(block: Block256) {
        self.block = block
    }

    /// Takes exactly 32 bytes, or gives nothing.
    public init?(bytes: some Collection<UInt8>) {
        guard let block = Block256(bytes: bytes) else { return nil }
        self.block = block
    }

    /// Parses exactly 64 hexadecimal digits of either case, or gives nothing.
    public init?(hex: some StringProtocol) {
        guard let block = Block256(hex: hex) else { return nil }
        self.block = block
    }

    /// The bytes in order.
    public var bytes: [UInt8] { block.bytes }

    /// The 64 lower-case hexadecimal digits.
    public var hex: String { block.hex }

    /// Lends the bytes without copying them; the pointer must not outlive the call.
    public func withUnsafeBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        try block.withUnsafeBytes(body)
    }
}

// Not Hashable: a hash table would compare codes by their hash first, in variable time.
extension MessageAuthenticationCode: Equatable {
    /// Compares in constant time.
    public static func == (
        left: MessageAuthenticationCode, right: MessageAuthenticationCode
    ) -> Bool {
        left.withUnsafeBytes { left in right.withUnsafeBytes { constantTimeEquals(left, $0) } }
    }
}

extension MessageAuthenticationCode: CustomStringConvertible {
    /// The 64 lower-case hexadecimal digits.
    public var description: String { hex }
}
