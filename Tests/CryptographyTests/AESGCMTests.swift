import Testing

@testable import Cryptography

@Suite struct AESGCMTests {
    struct Vector: Sendable, CustomTestStringConvertible {
        let number: Int
        let key: String
        let nonce: String
        let plaintext: String
        var associatedData = ""
        let ciphertext: String
        let tag: String
        var testDescription: String { "case \(number)" }
    }

    static let keyHex = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"
    static let zeros = String(repeating: "0", count: 64)
    static let plaintext60 =
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
    static let ciphertext60 =
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"

    /// Cases 13 to 16 of the GCM specification submitted to NIST: 256-bit keys, 96-bit nonces.
    static let vectors = [
        Vector(
            number: 13, key: zeros, nonce: String(zeros.prefix(24)), plaintext: "",
            ciphertext: "", tag: "530f8afbc74536b9a963b4f1c4cb738b"),
        Vector(
            number: 14, key: zeros, nonce: String(zeros.prefix(24)),
            plaintext: String(zeros.prefix(32)), ciphertext: "cea7403d4d606b6e074ec5d3baf39d18",
            tag: "d0d1c8a799996bf0265b98b5d48ab919"),
        Vector(
            number: 15, key: keyHex, nonce: "cafebabefacedbaddecaf888",
            plaintext: plaintext60 + "1aafd255", ciphertext: ciphertext60 + "898015ad",
            tag: "b094dac5d93471bdec1a502270e3cc6c"),
        Vector(
            number: 16, key: keyHex, nonce: "cafebabefacedbaddecaf888", plaintext: plaintext60,
            associatedData: "feedfacedeadbeeffeedfacedeadbeefabaddad2",
            ciphertext: ciphertext60, tag: "76fc6ece0f4e1768cddf8853bb2d551b"),
    ]

    @Test("published messages have their published sealed bytes", arguments: vectors)
    func published(vector: Vector) throws {
        let key = try #require(SymmetricKey(hex: vector.key))
        let nonce = try #require(Hexadecimal.decode(vector.nonce))
        let plaintext = try #require(Hexadecimal.decode(vector.plaintext))
        let associatedData = try #require(Hexadecimal.decode(vector.associatedData))
        let sealed = try AESGCM.seal(
            plaintext, key: key, associatedData: associatedData, nonce: nonce)
        #expect(Hexadecimal.encode(sealed) == vector.nonce + vector.ciphertext + vector.tag)
        #expect(try AESGCM.open(sealed, key: key, associatedData: associatedData) == plaintext)
    }

    @Test("a message comes back from its sealed bytes", arguments: [0, 1, 16, 1_000])
    func roundTrip(byteCount: Int) throws {
        let key = try SymmetricKey.random()
        let message = [UInt8](repeating: 7, count: byteCount)
        let sealed = try AESGCM.seal(message, key: key, associatedData: [1])
        #expect(sealed.count == byteCount + 28)
        #expect(try AESGCM.open(sealed, key: key, associatedData: [1]) == message)
        #expect(try AESGCM.seal(message, key: key, associatedData: [1]) != sealed)
    }

    @Test("a change anywhere is refused") func changed() throws {
        let key = try SymmetricKey.random()
        let sealed = try AESGCM.seal(Array("secret".utf8), key: key, associatedData: [1])
        for position in sealed.indices {
            var changed = sealed
            changed[position] ^= 0x80
            #expect(throws: CryptographyError.authenticationFailed) {
                try AESGCM.open(changed, key: key, associatedData: [1])
            }
        }
        #expect(throws: CryptographyError.authenticationFailed) {
            try AESGCM.open(sealed, key: key, associatedData: [2])
        }
        #expect(throws: CryptographyError.authenticationFailed) {
            try AESGCM.open(sealed, key: key)
        }
        #expect(throws: CryptographyError.authenticationFailed) {
            try AESGCM.open(sealed, key: SymmetricKey.random(), associatedData: [1])
        }
    }

    @Test("sealed bytes without room for nonce and tag are refused", arguments: [0, 12, 27])
    func tooShort(byteCount: Int) throws {
        let key = try SymmetricKey.random()
        #expect(throws: CryptographyError.sealedBytesTooShort(byteCount: byteCount)) {
            try AESGCM.open([UInt8](repeating: 0, count: byteCount), key: key)
        }
    }

    @Test("keys of another length are refused", arguments: [16, 24, 31, 33])
    func keyLength(byteCount: Int) throws {
        let key = try SymmetricKey.random(byteCount: byteCount)
        let error = CryptographyError.keyLengthInvalid(byteCount: byteCount, allowed: 32...32)
        #expect(throws: error) { try AESGCM.seal([1], key: key) }
        #expect(throws: error) { try AESGCM.open([UInt8](repeating: 0, count: 28), key: key) }
    }

    @Test("messages beyond the limit are refused") func tooLong() throws {
        let limit = AESGCM.maximumMessageByteCount
        let key = try SymmetricKey.random()
        let long = [UInt8](repeating: 0, count: limit + 1)
        let error = CryptographyError.messageTooLong(byteCount: limit + 1, limit: limit)
        #expect(throws: error) { try AESGCM.seal(long, key: key) }
        #expect(throws: error) { try AESGCM.seal([], key: key, associatedData: long) }
    }
}
