import CSSL

/// Secret key bytes that are wiped when the last reference goes and that nothing prints.
///
/// - Note: `@unchecked Sendable` holds because `storage` is filled in `init` before any other
///   reference exists, only read afterwards, and freed in `deinit` when no reference is left.
public final class SymmetricKey: @unchecked Sendable {
    /// The key lengths that are accepted; each algorithm may demand more.
    public static let allowedByteCounts = 1...1_024

    private let storage: UnsafeMutableRawBufferPointer

    /// Copies the bytes of a key; the caller's copy remains the caller's to forget.
    ///
    /// - Throws: ``CryptographyError/keyLengthInvalid(byteCount:allowed:)``.
    public init(bytes: [UInt8]) throws(CryptographyError) {
        guard Self.allowedByteCounts.contains(bytes.count) else {
            throw .keyLengthInvalid(byteCount: bytes.count, allowed: Self.allowedByteCounts)
        }
        storage = .allocate(byteCount: bytes.count, alignment: 16)
        storage.copyBytes(from: bytes)
    }

    /// Parses hexadecimal digits, two for each byte; gives nothing for other text or length.
    public convenience init?(hex: some StringProtocol) {
        guard var bytes = Hexadecimal.decode(hex), Self.allowedByteCounts.contains(bytes.count)
        else { return nil }
        defer { wipe(&bytes) }
        do {
            try self.init(bytes: bytes)
        } catch {
            return nil
        }
    }

    deinit {
        OPENSSL_cleanse(storage.baseAddress, storage.count)
        storage.deallocate()
    }

    /// A new unpredictable key.
    ///
    /// - Parameter byteCount: 32 for AES-256-GCM and for HMAC-SHA256.
    /// - Throws: ``CryptographyError`` for a length outside the limit or a generator that fails.
    public static func random(byteCount: Int = 32) throws(CryptographyError) -> SymmetricKey {
        guard allowedByteCounts.contains(byteCount) else {
            throw .keyLengthInvalid(byteCount: byteCount, allowed: allowedByteCounts)
        }
        var bytes = try SecureRandom.bytes(byteCount)
        defer { wipe(&bytes) }
        return try SymmetricKey(bytes: bytes)
    }

    /// The length of the key in bytes.
    public var byteCount: Int { storage.count }

    /// Lends the key's bytes; the pointer must not outlive the call.
    public func withUnsafeBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        try body(UnsafeRawBufferPointer(storage))
    }
}

extension SymmetricKey: Equatable {
    /// Compares in constant time.
    public static func == (left: SymmetricKey, right: SymmetricKey) -> Bool {
        left.withUnsafeBytes { left in right.withUnsafeBytes { constantTimeEquals(left, $0) } }
    }
}

extension SymmetricKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The length only.
    public var description: String { "SymmetricKey(\(byteCount) bytes)" }

    /// The length only.
    public var debugDescription: String { description }

    /// Shows no children, so that `dump` prints no bytes and no address of them.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// Overwrites bytes in a way that the optimiser may not remove.
func wipe(_ bytes: inout [UInt8]) {
    bytes.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) }
}
