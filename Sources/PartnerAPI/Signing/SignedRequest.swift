import CivilTime
import Cryptography

/// The four header fields that sign a request, and the bytes that the signature covers.
///
/// The signature is the HMAC-SHA256 of these lines, each ended by a line feed but the last:
/// `AGENCYPOS-REQUEST-1`, method, path with query, key id, timestamp, nonce, SHA-256 of the body.
public struct SignedRequest: Sendable, Equatable {
    /// The header fields by name.
    public enum Header {
        public static let keyID = "X-AgencyPOS-Key-Id"
        public static let timestamp = "X-AgencyPOS-Timestamp"
        public static let nonce = "X-AgencyPOS-Nonce"
        public static let signature = "X-AgencyPOS-Signature"
        /// All that a server must be able to read.
        public static let all = [keyID, timestamp, nonce, signature]
    }

    /// The first line, so that no signature of another purpose fits.
    public static let purpose = "AGENCYPOS-REQUEST-1"
    /// How many random bytes a nonce has.
    public static let nonceBytes = 16

    /// The key that signed.
    public let keyID: String
    /// When it was signed, by the sender's clock.
    public let timestamp: Instant
    /// 32 lower-case hexadecimal digits that no other request of the key has.
    public let nonce: String
    let code: MessageAuthenticationCode

    /// Signs a request.
    ///
    /// - Parameters:
    ///   - path: as it stands in the request line, with a query if there is one.
    ///   - nonce: 16 bytes, never used before with the key.
    /// - Precondition: the nonce has 16 bytes.
    public init(
        method: String, path: String, body: [UInt8], key: SigningKey, timestamp: Instant,
        nonce: [UInt8]
    ) {
        precondition(nonce.count == Self.nonceBytes, "a nonce has \(Self.nonceBytes) bytes")
        self.keyID = key.id
        self.timestamp = timestamp
        self.nonce = Hexadecimal.encode(nonce)
        let text = Self.canonicalText(
            method: method, path: path, keyID: key.id, timestamp: timestamp, nonce: self.nonce,
            body: body)
        code = HMACSHA256.authenticate(text, key: key.key)
    }

    /// Reads the header fields of a request that has arrived.
    ///
    /// - Parameter header: the value of a header field, nil when it is missing.
    /// - Throws: `SignatureError.missing` or `.malformed`.
    public init(header: (String) -> String?) throws(SignatureError) {
        func value(_ name: String) throws(SignatureError) -> String {
            guard let value = header(name) else { throw .missing(header: name) }
            return value
        }
        keyID = try value(Header.keyID)
        let time = try value(Header.timestamp)
        nonce = try value(Header.nonce)
        let signature = try value(Header.signature)
        // Only the shortest form is taken, since the text is signed and not the number.
        guard let milliseconds = Int64(time), milliseconds >= 0, String(milliseconds) == time else {
            throw .malformed(header: Header.timestamp)
        }
        timestamp = Instant(millisecondsSinceEpoch: milliseconds)
        guard nonce.utf8.count == Self.nonceBytes * 2, nonce.utf8.allSatisfy(Self.isNonceByte)
        else { throw .malformed(header: Header.nonce) }
        guard let code = MessageAuthenticationCode(hex: signature) else {
            throw .malformed(header: Header.signature)
        }
        self.code = code
    }

    /// The header fields to send.
    public var headers: [(name: String, value: String)] {
        [
            (Header.keyID, keyID),
            (Header.timestamp, String(timestamp.millisecondsSinceEpoch)),
            (Header.nonce, nonce), (Header.signature, code.hex),
        ]
    }

    /// Whether the signature fits a request under a key.
    public func isValid(method: String, path: String, body: [UInt8], key: SigningKey) -> Bool {
        let text = Self.canonicalText(
            method: method, path: path, keyID: keyID, timestamp: timestamp, nonce: nonce,
            body: body)
        return HMACSHA256.authenticate(text, key: key.key) == code
    }

    /// The text that a request's signature covers.
    public static func canonicalText(
        method: String, path: String, keyID: String, timestamp: Instant, nonce: String,
        body: [UInt8]
    ) -> String {
        [
            purpose, method, path, keyID, String(timestamp.millisecondsSinceEpoch), nonce,
            SHA256.hash(body).hex,
        ].joined(separator: "\n")
    }

    private static func isNonceByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x61...0x66: true
        case _: false
        }
    }
}
