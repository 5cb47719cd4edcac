import CSSL

/// AES-256-GCM (NIST SP 800-38D): secret and unchanged, or refused; callable from any thread.
///
/// Sealed bytes are the 12-byte random nonce, the ciphertext, and the 16-byte tag. Replace a key
/// before it has sealed 2³² messages, the limit for random nonces.
public enum AESGCM {
    /// The length of a key in bytes.
    public static let keyByteCount = 32
    /// The length of the nonce in bytes.
    public static let nonceByteCount = 12
    /// The length of the tag in bytes.
    public static let tagByteCount = 16
    /// The longest message or associated data that one call takes, in bytes.
    public static let maximumMessageByteCount = 16 * 1_024 * 1_024

    /// Encrypts a message and authenticates it together with its associated data.
    ///
    /// - Parameters:
    ///   - plaintext: The message, possibly empty.
    ///   - key: A key of 32 bytes.
    ///   - associatedData: What the message belongs to; not stored, needed again to open.
    /// - Returns: nonce, ciphertext and tag.
    /// - Throws: ``CryptographyError`` for a wrong key length, an over-long message, or without
    ///   randomness.
    public static func seal(
        _ plaintext: [UInt8], key: SymmetricKey, associatedData: [UInt8] = []
    ) throws(CryptographyError) -> [UInt8] {
        try check(key: key, byteCounts: [plaintext.count, associatedData.count])
        return try seal(
            plaintext, key: key, associatedData: associatedData,
            nonce: SecureRandom.bytes(nonceByteCount))
    }

    /// Opens sealed bytes, or says that they, their associated data or the key are not the same.
    ///
    /// - Throws: ``CryptographyError`` for a wrong key length, too few or too many bytes, or
    ///   ``CryptographyError/authenticationFailed``, which tells no more on purpose.
    public static func open(
        _ sealed: [UInt8], key: SymmetricKey, associatedData: [UInt8] = []
    ) throws(CryptographyError) -> [UInt8] {
        let overheadBytes = nonceByteCount + tagByteCount
        guard sealed.count >= overheadBytes else {
            throw .sealedBytesTooShort(byteCount: sealed.count)
        }
        let messageByteCount = sealed.count - overheadBytes
        try check(key: key, byteCounts: [messageByteCount, associatedData.count])
        let cipher = try Cipher(
            direction: .open, key: key, nonce: Array(sealed.prefix(nonceByteCount)))
        try cipher.authenticate(associatedData)
        var plaintext = try cipher.transform(
            sealed[nonceByteCount..<(nonceByteCount + messageByteCount)])
        guard cipher.isAuthentic(tag: Array(sealed.suffix(tagByteCount))) else {
            wipe(&plaintext)
            throw .authenticationFailed
        }
        return plaintext
    }

    /// Seals under a given nonce; only for published vectors, since a repeated nonce breaks GCM.
    static func seal(
        _ plaintext: [UInt8], key: SymmetricKey, associatedData: [UInt8], nonce: [UInt8]
    ) throws(CryptographyError) -> [UInt8] {
        let cipher = try Cipher(direction: .seal, key: key, nonce: nonce)
        try cipher.authenticate(associatedData)
        let ciphertext = try cipher.transform(plaintext[...])
        return try nonce + ciphertext + cipher.tag()
    }

    private static func check(
        key: SymmetricKey, byteCounts: [Int]
    ) throws(CryptographyError) {
        guard key.byteCount == keyByteCount else {
            throw .keyLengthInvalid(
                byteCount: key.byteCount, allowed: keyByteCount...keyByteCount)
        }
        for byteCount in byteCounts where byteCount > maximumMessageByteCount {
            throw .messageTooLong(byteCount: byteCount, limit: maximumMessageByteCount)
        }
    }
}
