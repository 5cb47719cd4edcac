import Testing

@testable import Cryptography

@Suite struct HMACSHA256Tests {
    struct Vector: Sendable, CustomTestStringConvertible {
        let number: Int
        let key: [UInt8]
        let message: [UInt8]
        let hex: String
        var testDescription: String { "case \(number)" }

        init(_ number: Int, _ key: [UInt8], _ message: [UInt8], _ hex: String) {
            self.number = number
            self.key = key
            self.message = message
            self.hex = hex
        }
    }

    /// RFC 4231, the cases with an untruncated code.
    static let vectors: [Vector] = [
        Vector(
            1, [UInt8](repeating: 0x0B, count: 20), Array("Hi There".utf8),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        Vector(
            2, Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        Vector(
            3, [UInt8](repeating: 0xAA, count: 20), [UInt8](repeating: 0xDD, count: 50),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        Vector(
            4, Array(1...25), [UInt8](repeating: 0xCD, count: 50),
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
        Vector(
            6, [UInt8](repeating: 0xAA, count: 131),
            Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
        Vector(
            7, [UInt8](repeating: 0xAA, count: 131),
            Array(
                """
                This is a test using a larger than block-size key and a larger than \
                block-size data. The key needs to be hashed before being used by the HMAC \
                algorithm.
                """.utf8),
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
    ]

    @Test("published messages have their published codes", arguments: vectors)
    func published(vector: Vector) throws {
        let key = try SymmetricKey(bytes: vector.key)
        #expect(HMACSHA256.authenticate(vector.message, key: key).hex == vector.hex)
        let streaming = HMACSHA256(key: key)
        for byte in vector.message { streaming.update([byte]) }
        #expect(streaming.finalize().hex == vector.hex)
    }

    @Test("a keyed instance gives the same code every time") func reuse() throws {
        let key = try SymmetricKey(bytes: Array("Jefe".utf8))
        let hmac = HMACSHA256(key: key)
        let expected = HMACSHA256.authenticate("message", key: key)
        for _ in 0..<3 { #expect(hmac.authenticate("message") == expected) }
        #expect(hmac.authenticate("massage") != expected)
    }

    @Test("what was added before a reset does not count") func reset() throws {
        let key = try SymmetricKey(bytes: Array("Jefe".utf8))
        let hmac = HMACSHA256(key: key)
        let expected = HMACSHA256.authenticate("message", key: key)
        hmac.update("half a")
        hmac.reset()
        hmac.update("message")
        #expect(hmac.finalize() == expected)
        hmac.update("half a")
        #expect(hmac.authenticate("message") == expected)
    }

    @Test("another key gives another code") func otherKey() throws {
        let left = HMACSHA256.authenticate("m", key: try SymmetricKey(bytes: [1]))
        let right = HMACSHA256.authenticate("m", key: try SymmetricKey(bytes: [2]))
        #expect(left != right)
    }
}

@Suite struct MessageAuthenticationCodeTests {
    @Test("a code survives its text and its bytes") func roundTrip() throws {
        let code = HMACSHA256.authenticate("m", key: try SymmetricKey(bytes: [1]))
        #expect(MessageAuthenticationCode(hex: code.hex) == code)
        #expect(MessageAuthenticationCode(bytes: code.bytes) == code)
        #expect(MessageAuthenticationCode(hex: String(code.hex.dropLast())) == nil)
        #expect(MessageAuthenticationCode(bytes: Array(code.bytes.dropLast())) == nil)
    }

    @Test("a difference in any one byte is seen", arguments: 0..<32)
    func difference(position: Int) throws {
        let code = HMACSHA256.authenticate("m", key: try SymmetricKey(bytes: [1]))
        var bytes = code.bytes
        bytes[position] ^= 1
        #expect(MessageAuthenticationCode(bytes: bytes) != code)
    }
}
