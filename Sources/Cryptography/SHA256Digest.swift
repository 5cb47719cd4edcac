/// The 32-byte result of SHA-256; public information, compared in ordinary time.
public struct SHA256Digest: Hashable, Sendable {
    /// The length of every digest.
    public static let byteCount = Block256.byteCount

    /// Thirty-two zero bytes: the "previous" of the first link of a chain.
    public static let zero = SHA256Digest(block: Block256())

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

extension SHA256Digest: CustomStringConvertible {
    /// The 64 lower-case hexadecimal digits.
    public var description: String { hex }
}
