import Agency
import Cryptography
import Foundation
import Printing
import StrictJSON
import Testing

@testable import AgencyPOS

@Suite struct ReceiptPaperTests {
    @Test("a preview of any form is marked, and is no receipt however often it is asked for")
    func previews() throws {
        let server = try LiveServer()
        let client = try server.counter()
        _ = try client.payBlind()
        for (language, mark) in [("zh", "预览 非凭证"), ("en", "PREVIEW ONLY")] {
            for (format, papers) in [
                ("text", ["58", "80"]), ("escpos", ["58", "80"]), ("html", ["58", "80", "a4"]),
            ] {
                for paper in papers {
                    let answer = try client.get(
                        "/v1/receipts/1/\(format)?paper=\(paper)&language=\(language)")
                    #expect(answer.status == 200)
                    #expect(answer.headers["x-content-type-options"] == "nosniff")
                    #expect(answer.headers["cache-control"] == "no-store")
                    let text = try format == "escpos" ? Self.decoded(answer.body) : answer.text
                    #expect(text.contains(mark), "\(format) \(paper) \(language)")
                }
            }
        }
        #expect(try client.get("/v1/receipts/1/text").text.contains("预览"))
        #expect(try server.counts()["receipt_print"] == 0)
    }

    @Test(
        "a paper or language that there is not is refused",
        arguments: [
            "text?paper=a4", "escpos?paper=a4", "html?paper=a5", "text?paper=57", "html?paper=",
            "text?language=fr", "text?language=ZH", "text?width=3",
        ])
    func refused(_ query: String) throws {
        // Another sign-in would be a row in the server that other tests count.
        let bench = try StrictRequestTests.bench.get()
        let client = try bench.server.client()
        client.token = bench.operatorToken
        let answer = try client.get("/v1/receipts/1/" + query)
        #expect(answer.status == 400)
        #expect(try answer.json()["type"]?.text == "urn:agencypos:problem:invalid-parameter")
    }

    @Test("a page allows itself nothing but its own style, which has the hash that is named")
    func policy() throws {
        let server = try LiveServer()
        let client = try server.counter()
        _ = try client.payBlind()
        for paper in ["58", "80", "a4"] {
            let answer = try client.get("/v1/receipts/1/html?paper=\(paper)")
            let style = try #require(answer.text.firstMatch(of: #/<style>([^<]*)<\/style>/#)).1
            let hash = Data(SHA256.hash(String(style)).bytes).base64EncodedString()
            #expect(
                answer.headers["content-security-policy"]
                    == "default-src 'none'; style-src 'sha256-\(hash)'; base-uri 'none'; "
                    + "form-action 'none'; frame-ancestors 'none'")
            #expect(answer.headers["referrer-policy"] == "no-referrer")
            #expect(!answer.text.contains("style="))
        }
    }

    @Test("the first print is the original, later ones are copies that say so")
    func prints() throws {
        let server = try LiveServer()
        let client = try server.counter()
        _ = try client.payBlind()
        let key = client.freshKey()
        let original = try client.post(
            "/v1/receipts/000000000001/prints", ["format": "text"], key: key)
        #expect(original.status == 201)
        let first = try original.json()
        #expect(first["copy_number"] == 0 && first["receipt_serial"] == "000000000001")
        #expect(first["paper"] == "58" && first["language"] == "zh")
        let text = try #require(first["content"]?.text)
        #expect(!text.contains("副本") && !text.contains("预览") && text.contains("请妥善保管"))
        // The answer was lost: the same key gives the same paper and counts nothing.
        #expect(
            try client.post("/v1/receipts/000000000001/prints", ["format": "text"], key: key).body
                == original.body)
        server.clock.advance(minutes: 5)
        let copy = try client.post(
            "/v1/receipts/1/prints", ["format": "text", "paper": "80"], key: client.freshKey()
        ).json()
        #expect(copy["copy_number"] == 1)
        let copyText = try #require(copy["content"]?.text)
        #expect(copyText.contains("副本 第 1 次补打") && copyText.contains("2026-11-21 10:05:00"))
        // The supervisor of the centre above may, too.
        let supervisor = try server.client(of: "SV-T01")
        let english = try supervisor.post(
            "/v1/receipts/1/prints", ["format": "escpos", "language": "en"],
            key: supervisor.freshKey()
        ).json()
        #expect(english["copy_number"] == 2 && english["content"] == nil)
        let base64 = try #require(english["content_base64"]?.text)
        let bytes = try #require(Data(base64Encoded: base64))
        #expect(try Self.decoded([UInt8](bytes)).contains("COPY No. 2"))
        #expect(try server.counts()["receipt_print"] == 3)
    }

    @Test("a print needs a key, a receipt of the own station, and a paper that there is")
    func refusedPrints() throws {
        let server = try LiveServer()
        let client = try server.counter()
        _ = try client.payBlind()
        let other = try server.client(of: "OP000201")
        let path = "/v1/receipts/1/prints"
        #expect(try client.post(path, ["format": "text"]).status == 400)
        #expect(
            try other.post(path, ["format": "text"], key: other.freshKey()).status == 404)
        for body: JSONValue in [
            ["format": "text", "paper": "a4"], ["format": "fax"], ["paper": "58"],
            ["format": "text", "language": "fr"], ["format": "text", "copies": 2],
        ] {
            #expect(try client.post(path, body, key: client.freshKey()).status == 422)
        }
        let auditor = try server.client(of: "AD0001")
        #expect(
            try auditor.post(path, ["format": "text"], key: auditor.freshKey()).status == 403)
        #expect(try server.counts()["receipt_print"] == 0)
    }

    /// The text of printer bytes, decoded by a program that shares no code with what made them.
    static func decoded(_ bytes: [UInt8]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "python3", "-c",
            "import sys; sys.stdout.buffer.write("
                + "sys.stdin.buffer.read().decode('gb18030').encode())",
        ]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        // Less than a pipe holds.
        input.fileHandleForWriting.write(Data(bytes))
        try input.fileHandleForWriting.close()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw TestFailure("this is no GB18030") }
        return String(decoding: data, as: UTF8.self)
    }
}
