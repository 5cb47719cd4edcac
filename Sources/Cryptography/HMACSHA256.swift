import CSSL

/// HMAC-SHA256 (RFC 2104), keyed once and used for many messages.
///
/// An instance belongs to one thread at a time; it is deliberately not `Sendable`. It keeps its
/// keyed context, so that a further message costs no key schedule; give each thread its own.
public final class HMACSHA256 {
    private let context: OpaquePointer
    private var isDirty = false

    /// Prepares a key for use.
    public init(key: SymmetricKey) {
        context = LibraryObjects.required(
            EVP_MAC_CTX_new(LibraryObjects.hmac), "an HMAC context")
        let status = key.withUnsafeBytes { key in
            CSSL_hmac_sha256_init(
                context, key.baseAddress?.assumingMemoryBound(to: UInt8.self), key.count)
        }
        precondition(status == 1, "HMAC-SHA256 start failed")
    }

    deinit {
        EVP_MAC_CTX_free(context)
    }

    /// Authenticates one message under a key that is used once; keep an instance for more.
    public static func authenticate(
        _ bytes: [UInt8], key: SymmetricKey
    ) -> MessageAuthenticationCode {
        HMACSHA256(key: key).authenticate(bytes)
    }

    /// Authenticates the UTF-8 bytes of a text under a key that is used once.
    public static func authenticate(
        _ text: String, key: SymmetricKey
    ) -> MessageAuthenticationCode {
        HMACSHA256(key: key).authenticate(text)
    }

    /// Authenticates one whole message; whatever was added before it is dropped.
    public func authenticate(_ bytes: UnsafeRawBufferPointer) -> MessageAuthenticationCode {
        if isDirty { reset() }
        update(bytes)
        return finalize()
    }

    /// Authenticates one whole message; whatever was added before it is dropped.
    public func authenticate(_ bytes: [UInt8]) -> MessageAuthenticationCode {
        bytes.withUnsafeBytes { authenticate($0) }
    }

    /// Authenticates the UTF-8 bytes of a text; whatever was added before it is dropped.
    public func authenticate(_ text: String) -> MessageAuthenticationCode {
        withContiguousUTF8(text) { authenticate($0) }
    }

    /// Adds bytes to the message.
    public func update(_ bytes: UnsafeRawBufferPointer) {
        isDirty = true
        let status = EVP_MAC_update(
            context, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count)
        precondition(status == 1, "HMAC-SHA256 update failed")
    }

    /// Adds bytes to the message.
    public func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// Adds bytes to the message.
    public func update(_ bytes: ArraySlice<UInt8>) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// Adds the UTF-8 bytes of a text to the message.
    public func update(_ text: String) {
        withContiguousUTF8(text) { update($0) }
    }

    /// The code of everything added since the last one; the instance then starts afresh.
    public func finalize() -> MessageAuthenticationCode {
        var block = Block256()
        var byteCount = 0
        let status = block.withUnsafeMutableBytes { output in
            EVP_MAC_final(
                context, output.baseAddress?.assumingMemoryBound(to: UInt8.self), &byteCount,
                output.count)
        }
        precondition(
            status == 1 && byteCount == Block256.byteCount, "HMAC-SHA256 finalize failed")
        reset()
        return MessageAuthenticationCode(block: block)
    }

    /// Forgets the message so far and keeps the key.
    public func reset() {
        // Without a key OpenSSL restarts the keyed context and repeats no key schedule.
        precondition(EVP_MAC_init(context, nil, 0, nil) == 1, "HMAC-SHA256 restart failed")
        isDirty = false
    }
}
