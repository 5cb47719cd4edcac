import Testing

@testable import Cryptography

@Suite struct HexadecimalTests {
    @Test("bytes survive encoding and decoding", arguments: [0, 1, 2, 31, 256])
    func roundTrip(byteCount: Int) {
        let bytes = (0..<byteCount).map { UInt8(truncatingIfNeeded: $0) }
        let text = Hexadecimal.encode(bytes)
        #expect(text.utf8.count == byteCount * 2)
        #expect(text == text.lowercased())
        #expect(Hexadecimal.decode(text) == bytes)
        #expect(Hexadecimal.decode(text.uppercased()) == bytes)
    }

    @Test("every byte has its two digits") func digits() {
        #expect(Hexadecimal.encode([0x00, 0x09, 0x0A, 0x9F, 0xA0, 0xFF]) == "00090a9fa0ff")
    }

    @Test(
        "text that is no whole number of bytes is refused",
        arguments: ["0", "abc", "0g", "g0", " 0", "0x", "00 ", "é0", "０0", "/0", ":0", "@0", "`0"])
    func refused(text: String) {
        #expect(Hexadecimal.decode(text) == nil)
    }
}
