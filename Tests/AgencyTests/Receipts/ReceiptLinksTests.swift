import Cryptography
import Testing

@testable import Agency

@Suite struct ReceiptLinksTests {
    static func links(_ byte: UInt8 = 7) throws -> ReceiptLinks {
        ReceiptLinks(key: try SymmetricKey(bytes: [UInt8](repeating: byte, count: 32)))
    }

    @Test("a link leads to its receipt and to no other", arguments: [1, 12, 999_999_999_999, .max])
    func roundTrip(_ serial: Int64) throws {
        let links = try Self.links()
        let token = links.token(serial: serial)
        #expect(token.wholeMatch(of: #/\d+-[a-z2-7]{16}/#) != nil)
        #expect(
            links.link(serial: serial, base: "https://a.example") == "https://a.example/r/" + token)
        #expect(links.serial(token: token) == serial)
        #expect(try Self.links(8).serial(token: token) == nil)
    }

    @Test("the check is the first 80 bits of the HMAC in base32")
    func vector() throws {
        // python3: base64.b32encode(hmac.new(b'\7' * 32, b'receipt 12', 'sha256').digest()[:10])
        #expect(try Self.links().token(serial: 12) == "12-dvvx3ga6tnnekpjk")
    }

    @Test(
        "anything else leads nowhere",
        arguments: [
            "", "-", "12", "12-", "x-abcdefghijklmnop", "012-", "+12-", "-12-",
            "12-abcdefghijklmnop",
            "12--abcdefghijklmnop", "0-abcdefghijklmnop", "99999999999999999999-abcdefghijklmnop",
        ])
    func wrong(_ token: String) throws {
        let links = try Self.links()
        #expect(links.serial(token: token) == nil)
        // Not even with the right check, unless the number is written as we write it.
        let check = String(links.token(serial: 12).dropFirst(3))
        for start in ["012-", "+12-", " 12-", "12-x", "1-", "13-"] {
            #expect(links.serial(token: start + check) == nil)
        }
        #expect(links.serial(token: "12-" + check.uppercased()) == nil)
        #expect(links.serial(token: "12-" + check) == 12)
    }

    @Test("each character of a check matters")
    func everyCharacter() throws {
        let links = try Self.links()
        let token = Array(links.token(serial: 12))
        for index in 3..<token.count {
            var changed = token
            changed[index] = changed[index] == "a" ? "b" : "a"
            #expect(links.serial(token: String(changed)) == nil)
        }
    }
}
