import Cryptography

/// By what two sides compare a settlement key without showing it.
///
/// The code of a fixed text under the key. Not the SHA-256 of its bytes: HMAC takes a key and the
/// same key with zeros behind it for one, and so does this.
struct SettlementKeyFingerprint: Equatable {
    /// What is signed; no settlement file begins so.
    static let signedText = "settlement key"
    /// How many of the hexadecimal digits are shown to people.
    static let shownDigitCount = 16

    private let code: MessageAuthenticationCode

    init(_ key: SymmetricKey) {
        code = HMACSHA256.authenticate(Self.signedText, key: key)
    }

    /// Takes what a book keeps, or gives nothing for bytes that are no fingerprint.
    init?(kept bytes: [UInt8]) {
        guard let code = MessageAuthenticationCode(bytes: bytes) else { return nil }
        self.code = code
    }

    /// All of it, as a book keeps it.
    var bytes: [UInt8] { code.bytes }

    /// The digits that people compare.
    var text: String { String(code.hex.prefix(Self.shownDigitCount)) }
}
