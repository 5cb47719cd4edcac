import Cryptography

/// The signature of an answer, which fits one request only because it covers its nonce.
///
/// The signature is the HMAC-SHA256 of these lines, each ended by a line feed but the last:
/// `AGENCYPOS-ANSWER-1`, key id, nonce of the request, status, SHA-256 of the body.
public enum SignedAnswer {
    /// The first line, so that no signature of another purpose fits.
    public static let purpose = "AGENCYPOS-ANSWER-1"

    /// The header fields that sign an answer.
    ///
    /// - Parameter nonce: the request's, as it stood in its header field.
    public static func headers(
        status: Int, body: [UInt8], nonce: String, key: SigningKey
    ) -> [(name: String, value: String)] {
        let text = canonicalText(status: status, body: body, nonce: nonce, keyID: key.id)
        return [
            (SignedRequest.Header.keyID, key.id),
            (SignedRequest.Header.signature, HMACSHA256.authenticate(text, key: key.key).hex),
        ]
    }

    /// Whether an answer is signed by the key that signed its request, for that request.
    ///
    /// - Parameter header: the value of a header field, nil when it is missing or comes twice.
    public static func isValid(
        status: Int, body: [UInt8], nonce: String, key: SigningKey, header: (String) -> String?
    ) -> Bool {
        guard header(SignedRequest.Header.keyID) == key.id,
            let hex = header(SignedRequest.Header.signature),
            let code = MessageAuthenticationCode(hex: hex)
        else { return false }
        let text = canonicalText(status: status, body: body, nonce: nonce, keyID: key.id)
        return HMACSHA256.authenticate(text, key: key.key) == code
    }

    /// The text that an answer's signature covers.
    public static func canonicalText(
        status: Int, body: [UInt8], nonce: String, keyID: String
    ) -> String {
        [purpose, keyID, nonce, String(status), SHA256.hash(body).hex].joined(separator: "\n")
    }
}
