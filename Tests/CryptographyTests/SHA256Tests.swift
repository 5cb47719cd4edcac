import Testing

@testable import Cryptography

@Suite struct SHA256Tests {
    /// FIPS 180-4 examples as NIST publishes them.
    static let vectors: [(message: String, hex: String)] = [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
                + "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
        ),
    ]

    @Test("published messages have their published digests", arguments: vectors)
    func published(message: String, hex: String) {
        #expect(SHA256.hash(message).hex == hex)
        #expect(SHA256.hash(Array(message.utf8)).hex == hex)
        let streaming = SHA256()
        for byte in message.utf8 { streaming.update([byte]) }
        #expect(streaming.finalize().hex == hex)
    }

    @Test("a million letters in uneven pieces have their published digest") func million() {
        let hash = SHA256()
        var rest = 1_000_000
        var piece = 1
        while rest > 0 {
            let count = min(piece, rest)
            hash.update([UInt8](repeating: 0x61, count: count))
            rest -= count
            piece = piece * 3 % 8_191 + 1
        }
        let expected = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        #expect(hash.finalize().hex == expected)
    }

    @Test("an instance starts afresh after its digest") func reuse() {
        let hash = SHA256()
        for (message, hex) in Self.vectors {
            hash.update(message)
            #expect(hash.finalize().hex == hex)
        }
    }

    @Test("a digest so far leaves the message open") func digestSoFar() {
        let hash = SHA256()
        hash.update("ab")
        #expect(hash.digestSoFar() == SHA256.hash("ab"))
        hash.update(Array("xc".utf8)[1...])
        #expect(hash.finalize() == SHA256.hash("abc"))
    }

    @Test("a digest can be hashed without copying its bytes") func nested() {
        let inner = SHA256.hash("leaf")
        let outer = SHA256()
        outer.update(inner)
        #expect(outer.finalize() == SHA256.hash(inner.bytes))
    }
}

@Suite struct SHA256DigestTests {
    @Test("a digest survives its text and its bytes") func roundTrip() {
        let digest = SHA256.hash("abc")
        #expect(SHA256Digest(hex: digest.hex) == digest)
        #expect(SHA256Digest(hex: digest.hex.uppercased()) == digest)
        #expect(SHA256Digest(bytes: digest.bytes) == digest)
        #expect("\(digest)" == digest.hex)
        #expect(SHA256Digest(hex: digest.hex) != SHA256.hash("abd"))
    }

    @Test("the zero digest is 64 zeros") func zero() {
        #expect(SHA256Digest.zero.hex == String(repeating: "0", count: 64))
    }

    @Test("text or bytes of another length are refused", arguments: [0, 62, 63, 65, 66, 128])
    func wrongLength(digitCount: Int) {
        #expect(SHA256Digest(hex: String(repeating: "a", count: digitCount)) == nil)
        #expect(SHA256Digest(bytes: [UInt8](repeating: 1, count: digitCount)) == nil)
    }

    @Test("text that is not hexadecimal is refused") func notHexadecimal() {
        #expect(SHA256Digest(hex: String(repeating: "g", count: 64)) == nil)
    }

    @Test("a digest is 32 bytes inline") func layout() {
        #expect(MemoryLayout<SHA256Digest>.size == 32)
    }
}
