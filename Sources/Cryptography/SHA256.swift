import CSSL

/// SHA-256 (FIPS 180-4), in one call or fed piece by piece.
///
/// An instance belongs to one thread at a time; it is deliberately not `Sendable`. After
/// ``finalize()`` it is ready for the next message, so a hot loop may keep one and save the
/// allocation. The process ends if OpenSSL has no memory or no SHA-256: like the allocator, it
/// leaves nothing sensible to do.
public final class SHA256 {
    private let context: OpaquePointer
    private var isStarted = false

    /// Makes a hash of nothing yet.
    public init() {
        context = LibraryObjects.required(EVP_MD_CTX_new(), "a SHA-256 context")
    }

    deinit {
        EVP_MD_CTX_free(context)
    }

    /// Hashes one message in one call.
    public static func hash(_ bytes: UnsafeRawBufferPointer) -> SHA256Digest {
        var block = Block256()
        let status = block.withUnsafeMutableBytes { output in
            EVP_Digest(
                bytes.baseAddress, bytes.count, output.baseAddress, nil, LibraryObjects.sha256, nil)
        }
        precondition(status == 1, "SHA-256 of a buffer failed")
        return SHA256Digest(block: block)
    }

    /// Hashes one message in one call.
    public static func hash(_ bytes: [UInt8]) -> SHA256Digest {
        bytes.withUnsafeBytes { hash($0) }
    }

    /// Hashes the UTF-8 bytes of a text in one call.
    public static func hash(_ text: String) -> SHA256Digest {
        withContiguousUTF8(text) { hash($0) }
    }

    /// Adds bytes to the message.
    public func update(_ bytes: UnsafeRawBufferPointer) {
        startIfNeeded()
        let status = EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
        precondition(status == 1, "SHA-256 update failed")
    }

    /// Adds bytes to the message.
    public func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// Adds bytes to the message.
    public func update(_ bytes: ArraySlice<UInt8>) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// Adds the 32 bytes of a digest to the message, as Merkle trees need.
    public func update(_ digest: SHA256Digest) {
        digest.withUnsafeBytes { update($0) }
    }

    /// Adds the UTF-8 bytes of a text to the message.
    public func update(_ text: String) {
        withContiguousUTF8(text) { update($0) }
    }

    /// The digest of everything added since the last one; the instance then starts afresh.
    public func finalize() -> SHA256Digest {
        startIfNeeded()
        var block = Block256()
        let status = block.withUnsafeMutableBytes { output in
            EVP_DigestFinal_ex(
                context, output.baseAddress?.assumingMemoryBound(to: UInt8.self), nil)
        }
        precondition(status == 1, "SHA-256 finalize failed")
        isStarted = false
        return SHA256Digest(block: block)
    }

    /// The digest of everything added so far, without ending the message.
    public func digestSoFar() -> SHA256Digest {
        startIfNeeded()
        let fork = SHA256()
        precondition(EVP_MD_CTX_copy_ex(fork.context, context) == 1, "SHA-256 copy failed")
        fork.isStarted = true
        return fork.finalize()
    }

    private func startIfNeeded() {
        guard !isStarted else { return }
        let status = EVP_DigestInit_ex(context, LibraryObjects.sha256, nil)
        precondition(status == 1, "SHA-256 start failed")
        isStarted = true
    }
}

/// Lends the UTF-8 bytes of a text, without a copy where its storage is native.
func withContiguousUTF8<Result>(
    _ text: String, _ body: (UnsafeRawBufferPointer) throws -> Result
) rethrows -> Result {
    var text = text
    return try text.withUTF8 { try body(UnsafeRawBufferPointer($0)) }
}
