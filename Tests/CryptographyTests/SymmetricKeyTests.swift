import Testing

@testable import Cryptography

@Suite struct SymmetricKeyTests {
    @Test("a key of any allowed length is taken", arguments: [1, 16, 32, 1_024])
    func allowed(byteCount: Int) throws {
        let bytes = (0..<byteCount).map { UInt8(truncatingIfNeeded: $0) }
        let key = try SymmetricKey(bytes: bytes)
        #expect(key.byteCount == byteCount)
        #expect(key.withUnsafeBytes { [UInt8]($0) } == bytes)
        #expect(SymmetricKey(hex: Hexadecimal.encode(bytes)) == key)
    }

    @Test("a key of any other length is refused", arguments: [0, 1_025])
    func refused(byteCount: Int) {
        let error = CryptographyError.keyLengthInvalid(byteCount: byteCount, allowed: 1...1_024)
        #expect(throws: error) {
            try SymmetricKey(bytes: [UInt8](repeating: 0, count: byteCount))
        }
        #expect(throws: error) { try SymmetricKey.random(byteCount: byteCount) }
        #expect(SymmetricKey(hex: String(repeating: "00", count: byteCount)) == nil)
    }

    @Test("text that is not hexadecimal is no key") func notHexadecimal() {
        #expect(SymmetricKey(hex: "zz") == nil)
    }

    @Test("nothing prints the bytes") func secrecy() throws {
        let key = try SymmetricKey(bytes: Array("visible secret".utf8))
        var dumped = ""
        dump(key, to: &dumped)
        let texts = ["\(key)", String(reflecting: key), "\([key])", dumped]
        for text in texts {
            #expect(!text.contains("visible"))
            #expect(!text.contains(Hexadecimal.encode(Array("visible".utf8))))
            #expect(!text.contains("0x"))
        }
    }

    @Test("random keys differ and equal keys are equal") func equality() throws {
        let key = try SymmetricKey.random()
        #expect(key.byteCount == 32)
        #expect(try SymmetricKey.random() != key)
        #expect(try SymmetricKey(bytes: key.withUnsafeBytes { [UInt8]($0) }) == key)
    }
}

@Suite struct SecureRandomTests {
    @Test("counts within the limit give that many bytes", arguments: [1, 12, 65_536])
    func counts(byteCount: Int) throws {
        #expect(try SecureRandom.bytes(byteCount).count == byteCount)
    }

    @Test("two draws differ") func draws() throws {
        #expect(try SecureRandom.bytes(16) != SecureRandom.bytes(16))
    }

    @Test("counts outside the limit are refused", arguments: [-1, 0, 65_537, Int.max])
    func refused(byteCount: Int) {
        #expect(
            throws: CryptographyError.randomCountInvalid(
                byteCount: byteCount, allowed: 1...65_536)
        ) { try SecureRandom.bytes(byteCount) }
    }
}

@Suite struct ConstantTimeTests {
    @Test(
        "bytes are equal when count and every byte are",
        arguments: [
            ([], [], true), ([1], [1], true), ([1], [2], false), ([1], [1, 1], false),
            ([], [0], false), ([0, 0, 1], [0, 0, 2], false),
        ] as [([UInt8], [UInt8], Bool)])
    func table(left: [UInt8], right: [UInt8], isEqual: Bool) {
        #expect(constantTimeEquals(left, right) == isEqual)
        #expect(constantTimeEquals(right, left) == isEqual)
    }
}
