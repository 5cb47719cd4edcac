import CivilTime
import Cryptography
import Foundation
import Testing

@testable import PartnerAPI

@Suite struct SignatureTests {
    static func key(_ id: String = "TEST1", _ first: UInt8 = 0) throws -> SigningKey {
        let bytes = (0..<32).map { UInt8($0) &+ first }
        return try #require(SigningKey(id: id, key: try SymmetricKey(bytes: bytes)))
    }

    static let now = Instant(millisecondsSinceEpoch: 1_795_000_000_000)
    static let body = Array(#"{"serial":"1"}"#.utf8)
    static let nonce = [UInt8](0..<16)

    static func signed(at time: Instant = now, nonce: [UInt8] = nonce) throws -> SignedRequest {
        SignedRequest(
            method: "POST", path: "/v1/query", body: body, key: try key(), timestamp: time,
            nonce: nonce)
    }

    private func verify(
        _ verifier: RequestVerifier, _ request: SignedRequest, now: Instant = now
    ) -> SignatureError? {
        do throws(SignatureError) {
            _ = try verifier.verify(
                request, method: "POST", path: "/v1/query", body: Self.body, now: now)
            return nil
        } catch {
            return error
        }
    }

    @Test func `a signed request is read back from its header fields and accepted once`() throws {
        let signed = try Self.signed()
        let headers = Dictionary(uniqueKeysWithValues: signed.headers.map { ($0.name, $0.value) })
        let read = try SignedRequest { headers[$0] }
        #expect(read == signed)
        let verifier = RequestVerifier(keys: [try Self.key()])
        #expect(verify(verifier, read) == nil)
        #expect(verify(verifier, read) == .repeatedNonce)
    }

    @Test func `while one key replaces another both are accepted`() throws {
        let other = try Self.key("TEST2", 1)
        let verifier = RequestVerifier(keys: [try Self.key(), other])
        let signed = SignedRequest(
            method: "POST", path: "/v1/query", body: Self.body, key: other, timestamp: Self.now,
            nonce: Self.nonce)
        #expect(verify(verifier, signed) == nil)
        // A nonce is one of its key's.
        #expect(verify(verifier, try Self.signed()) == nil)
        #expect(verify(RequestVerifier(keys: [try Self.key()]), signed) == .unknownKey(id: "TEST2"))
    }

    @Test func `nothing of a signed request can be changed`() throws {
        let signed = try Self.signed()
        let key = try Self.key()
        #expect(signed.isValid(method: "POST", path: "/v1/query", body: Self.body, key: key))
        #expect(!signed.isValid(method: "GET", path: "/v1/query", body: Self.body, key: key))
        #expect(!signed.isValid(method: "POST", path: "/v1/post", body: Self.body, key: key))
        #expect(
            !signed.isValid(method: "POST", path: "/v1/query", body: Self.body + [0x20], key: key))
        #expect(
            !signed.isValid(
                method: "POST", path: "/v1/query", body: Self.body, key: try Self.key("TEST1", 1)))
        let fields = signed.headers
        let changes = [
            ("X-AgencyPOS-Timestamp", "1795000000001"),
            ("X-AgencyPOS-Nonce", "ff0102030405060708090a0b0c0d0e0f"),
            ("X-AgencyPOS-Signature", String(repeating: "0", count: 64)),
        ]
        for (name, value) in changes {
            let changed = try SignedRequest { wanted in
                wanted == name ? value : fields.first { $0.name == wanted }?.value
            }
            #expect(verify(RequestVerifier(keys: [key]), changed) == .wrongSignature, "\(name)")
        }
    }

    @Test(
        arguments: [
            ("X-AgencyPOS-Key-Id", nil, SignatureError.missing(header: "X-AgencyPOS-Key-Id")),
            ("X-AgencyPOS-Timestamp", nil, .missing(header: "X-AgencyPOS-Timestamp")),
            ("X-AgencyPOS-Timestamp", "-1", .malformed(header: "X-AgencyPOS-Timestamp")),
            ("X-AgencyPOS-Timestamp", "01", .malformed(header: "X-AgencyPOS-Timestamp")),
            ("X-AgencyPOS-Timestamp", "+1", .malformed(header: "X-AgencyPOS-Timestamp")),
            ("X-AgencyPOS-Timestamp", "1.0", .malformed(header: "X-AgencyPOS-Timestamp")),
            ("X-AgencyPOS-Nonce", nil, .missing(header: "X-AgencyPOS-Nonce")),
            ("X-AgencyPOS-Nonce", "00", .malformed(header: "X-AgencyPOS-Nonce")),
            (
                "X-AgencyPOS-Nonce", "FF0102030405060708090A0B0C0D0E0F",
                .malformed(header: "X-AgencyPOS-Nonce")
            ),
            ("X-AgencyPOS-Signature", nil, .missing(header: "X-AgencyPOS-Signature")),
            ("X-AgencyPOS-Signature", "00", .malformed(header: "X-AgencyPOS-Signature")),
        ] as [(String, String?, SignatureError)])
    func `header fields without their form are refused`(
        name: String, value: String?, expected: SignatureError
    ) throws {
        let fields = try Self.signed().headers
        let error = #expect(throws: SignatureError.self) {
            try SignedRequest { wanted in
                wanted == name ? value : fields.first { $0.name == wanted }?.value
            }
        }
        #expect(error == expected)
        #expect(expected.status == 401)
    }

    @Test(
        arguments: [
            (-300_001, false), (-300_000, true), (0, true), (300_000, true), (300_001, false),
        ] as [(Int64, Bool)])
    func `clocks may differ by five minutes`(skew: Int64, isAccepted: Bool) throws {
        let verifier = RequestVerifier(keys: [try Self.key()])
        let signed = try Self.signed(at: Self.now.adding(milliseconds: skew))
        let expected: SignatureError? =
            isAccepted
            ? nil : .clockSkew(milliseconds: skew, allowedMilliseconds: 300_000)
        #expect(verify(verifier, signed) == expected)
    }

    @Test func `a nonce is remembered for as long as its request could be accepted`() throws {
        let verifier = RequestVerifier(keys: [try Self.key()])
        // Others keep the memory turning meanwhile, at every minute.
        let signed = try Self.signed(at: Self.now.adding(milliseconds: 300_000))
        #expect(verify(verifier, signed) == nil)
        for minute in 1...10 {
            let time = Self.now.adding(milliseconds: Int64(minute) * 60_000)
            let other = try Self.signed(
                at: time, nonce: [UInt8](repeating: UInt8(minute), count: 16))
            #expect(verify(verifier, other, now: time) == nil)
            #expect(verify(verifier, signed, now: time) == .repeatedNonce, "minute \(minute)")
        }
    }

    @Test func `a full memory refuses, forgets nothing, and has room again later`() throws {
        let verifier = RequestVerifier(keys: [try Self.key()], maximumNonces: 2)
        for number in 0..<2 {
            let signed = try Self.signed(nonce: [UInt8](repeating: UInt8(number), count: 16))
            #expect(verify(verifier, signed) == nil)
        }
        let third = try Self.signed(nonce: [UInt8](repeating: 9, count: 16))
        #expect(verify(verifier, third) == .tooManyRequests(limit: 2))
        #expect(
            verify(verifier, try Self.signed(nonce: [UInt8](repeating: 0, count: 16)))
                == .repeatedNonce)
        let later = Self.now.adding(milliseconds: 1_200_000)
        let fourth = try Self.signed(at: later, nonce: [UInt8](repeating: 9, count: 16))
        #expect(verify(verifier, fourth, now: later) == nil)
    }

    @Test func `an answer's signature fits its request alone`() throws {
        let key = try Self.key()
        let nonce = Hexadecimal.encode(Self.nonce)
        let headers = SignedAnswer.headers(status: 200, body: Self.body, nonce: nonce, key: key)
        func isValid(
            status: Int = 200, body: [UInt8] = Self.body, nonce: String = nonce,
            key: SigningKey = key, drop: String = ""
        ) -> Bool {
            SignedAnswer.isValid(status: status, body: body, nonce: nonce, key: key) { name in
                name == drop ? nil : headers.first { $0.name == name }?.value
            }
        }
        #expect(isValid())
        #expect(!isValid(status: 201))
        #expect(!isValid(body: []))
        #expect(!isValid(nonce: String(repeating: "0", count: 32)))
        #expect(!isValid(key: try Self.key("TEST1", 1)))
        #expect(!isValid(key: try Self.key("TEST2")))
        #expect(!isValid(drop: "X-AgencyPOS-Signature"))
        #expect(!isValid(drop: "X-AgencyPOS-Key-Id"))
        // A request's signature is of no use as an answer's: their first lines differ.
        #expect(SignedAnswer.purpose != SignedRequest.purpose)
    }

    @Test(arguments: ["", "a b", "a\n", "键", String(repeating: "a", count: 65)])
    func `ids that would confuse a header or a canonical text are refused`(id: String) throws {
        let key = try SymmetricKey(bytes: [UInt8](repeating: 1, count: 32))
        #expect(SigningKey(id: id, key: key) == nil)
    }

    @Test func `a short key is refused`() throws {
        #expect(SigningKey(id: "A", key: try SymmetricKey(bytes: [UInt8](0..<15))) == nil)
        #expect(SigningKey(id: "A", key: try SymmetricKey(bytes: [UInt8](0..<16))) != nil)
    }

    @Test func `the published vector is what we sign`() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../fixtures/partner-api")
        func read(_ name: String) throws -> String {
            try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
        }
        let body = Array(try read("request-body.json").utf8)
        let signed = SignedRequest(
            method: "POST", path: "/v1/post", body: body, key: try Self.key(),
            timestamp: Self.now, nonce: Self.nonce)
        let text = SignedRequest.canonicalText(
            method: "POST", path: "/v1/post", keyID: "TEST1", timestamp: Self.now,
            nonce: signed.nonce, body: body)
        #expect(text == (try read("request-canonical.txt")))
        let lines = signed.headers.map { "\($0.name): \($0.value)\n" }.joined()
        #expect(lines == (try read("request-headers.txt")))
        let answer = Array(try read("answer-body.json").utf8)
        #expect(
            SignedAnswer.canonicalText(
                status: 200, body: answer, nonce: signed.nonce, keyID: "TEST1")
                == (try read("answer-canonical.txt")))
        let answerLines = SignedAnswer.headers(
            status: 200, body: answer, nonce: signed.nonce, key: try Self.key()
        ).map { "\($0.name): \($0.value)\n" }.joined()
        #expect(answerLines == (try read("answer-headers.txt")))
        // The bodies are messages of the protocol.
        let post = try PartnerPost(decoding: body)
        #expect(post.encoded == body)
        let reply = try PartnerPostReply(decoding: answer, serial: post.serial)
        #expect(reply.encoded(serial: post.serial) == answer)
    }
}
