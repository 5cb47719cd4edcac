import CSSL

/// Algorithms fetched from OpenSSL once, because a fetch costs more than a short hash.
///
/// The pointers may be shared by threads: OpenSSL documents a fetched algorithm as a constant,
/// reference-counted object, and these are never freed.
enum LibraryObjects {
    nonisolated(unsafe) static let sha256: OpaquePointer = required(
        EVP_MD_fetch(nil, "SHA256", nil), "SHA256")

    nonisolated(unsafe) static let hmac: OpaquePointer = required(
        EVP_MAC_fetch(nil, "HMAC", nil), "HMAC")

    nonisolated(unsafe) static let aes256GCM: OpaquePointer = required(
        EVP_CIPHER_fetch(nil, "AES-256-GCM", nil), "AES-256-GCM")

    /// Ends the process when OpenSSL lacks an algorithm or memory: nothing can go on without.
    static func required(_ pointer: OpaquePointer?, _ name: String) -> OpaquePointer {
        guard let pointer else {
            fatalError("OpenSSL cannot provide \(name): error \(lastErrorCode())")
        }
        return pointer
    }

    /// The newest error on this thread's queue, which is emptied so that it misleads nobody later.
    static func lastErrorCode() -> UInt {
        let code = UInt(ERR_peek_last_error())
        ERR_clear_error()
        return code
    }
}
