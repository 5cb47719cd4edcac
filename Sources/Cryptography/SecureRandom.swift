import CSSL

/// Random bytes for keys, nonces, salts and session tokens; callable from any thread.
public enum SecureRandom {
    /// How many bytes one call may ask for.
    public static let allowedByteCounts = 1...65_536

    /// Unpredictable bytes from OpenSSL's generator, which the kernel seeds.
    ///
    /// - Parameter byteCount: How many bytes, within ``allowedByteCounts``.
    /// - Throws: ``CryptographyError`` for a count outside the limit or a generator that fails.
    public static func bytes(_ byteCount: Int) throws(CryptographyError) -> [UInt8] {
        guard allowedByteCounts.contains(byteCount) else {
            throw .randomCountInvalid(byteCount: byteCount, allowed: allowedByteCounts)
        }
        var bytes = [UInt8](repeating: 0, count: byteCount)
        guard RAND_bytes(&bytes, Int32(byteCount)) == 1 else {
            ERR_clear_error()
            throw .randomnessUnavailable
        }
        return bytes
    }
}
