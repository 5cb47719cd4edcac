import Cryptography
import Foundation
import StrictJSON
import Testing

@testable import Agency
@testable import AgencyPOS

/// Files with partners over the wire: who fetched what, what was said of it, and what was sent.
@Suite struct DeliveryRoutesTests {
    /// A server whose first day is closed.
    private struct Bench {
        let server: LiveServer
        let folder: TemporaryFolder
        let administrator: APIClient
        let liaison: APIClient
        let name: String
        let digest: String

        init() throws {
            folder = try TemporaryFolder()
            server = try LiveServer(logPath: folder.path + "/log")
            administrator = try server.client(of: "AD0001")
            let date = DemoNetwork.businessDate.description
            let closed = try administrator.post(
                "/v1/day-close", ["business_date": .string(date)], key: "day-close-\(date)")
            let files = try #require(try closed.json()["settlement_files"]?.items)
            let file = try #require(files.first { $0["partner_id"]?.text == "WATER01" })
            name = try #require(file["name"]?.text)
            digest = try #require(file["sha256"]?.text)
            liaison = try server.client(of: "LI-WATER01")
        }

        func file(_ client: APIClient? = nil) throws -> JSONValue {
            let list = try (client ?? liaison).get("/v1/settlement-files").json()
            return try #require(
                list["settlement_files"]?.items.first { $0["name"]?.text == name })
        }

        func acknowledge(
            _ verdict: String, fault: JSONValue? = nil, items: [JSONValue] = [],
            digest: String? = nil, by client: APIClient? = nil, of name: String? = nil
        ) throws -> APIAnswer {
            var body: [JSONMember] = [
                JSONMember(name: "sha256", value: .string(digest ?? self.digest)),
                JSONMember(name: "verdict", value: .string(verdict)),
                JSONMember(name: "items", value: .array(items)),
            ]
            if let fault { body.append(JSONMember(name: "fault", value: fault)) }
            return try (client ?? liaison).post(
                "/v1/settlement-files/\(name ?? self.name)/acknowledgement", .object(body))
        }
    }

    @Test("the first download by each of the partner's people is noted, and no other")
    func downloads() throws {
        let bench = try Bench()
        #expect(try bench.file()["deliveries"]?.items.count == 1)
        #expect(try bench.file()["deliveries"]?.items.first?["channel"]?.text == "outbox")
        #expect(try bench.file()["acknowledgement"] == .null)
        let path = "/v1/settlement-files/\(bench.name)"
        let stranger = try bench.server.client(of: "LI-MOBILE01")
        #expect(try stranger.get(path).problemCode == "unknown-settlement-file")
        #expect(try bench.administrator.get(path).status == 200)
        #expect(try bench.liaison.get(path + "/hmac").status == 200)
        #expect(try bench.file()["deliveries"]?.items.count == 1)
        for _ in 1...3 { #expect(try bench.liaison.get(path).status == 200) }
        let deliveries = try #require(try bench.file()["deliveries"]?.items)
        #expect(deliveries.map { $0["channel"]?.text } == ["outbox", "download"])
        #expect(deliveries.map { $0["by"]?.text } == [nil, "LI-WATER01"])
        // The partner has taken its file away: it is served from what is kept.
        let outbox = bench.server.book.folder.settlementFolder(partnerCode: "WATER01")
        try FileManager.default.removeItem(atPath: outbox)
        #expect(try bench.liaison.get(path).status == 200)
    }

    @Test("a liaison acknowledges its partner's file; the newest is shown with its items")
    func acknowledgement() throws {
        let bench = try Bench()
        let path = "/v1/settlement-files/\(bench.name)/acknowledgement"
        #expect(try bench.liaison.get(path).problemCode == "unknown-acknowledgement")
        let item: JSONValue = [
            "line": 0, "serial": "W1", "code": "MISSING", "cause": "ours 5 fen",
        ]
        let first = try bench.acknowledge("PARTLY", items: [item, item])
        #expect(first.status == 201, "\(first)")
        #expect(try first.json()["item_count"]?.number == 2)
        #expect(try first.json()["by"]?.text == "LI-WATER01")
        let page = try bench.liaison.get(path + "?limit=1").json()
        #expect(page["items"]?.items == [item])
        #expect(page["next_cursor"]?.text == "1")
        let rest = try bench.liaison.get(path + "?limit=2&cursor=1").json()
        #expect(rest["items"]?.items == [item] && rest["next_cursor"] == .null)
        #expect(try bench.acknowledge("REJECTED", fault: "unreadable").status == 201)
        let newest = try bench.file(bench.administrator)["acknowledgement"]
        #expect(newest?["verdict"]?.text == "REJECTED")
        #expect(newest?["fault"]?.text == "unreadable")
        #expect(try bench.administrator.get(path).json()["items"]?.items == [])
        let stranger = try bench.server.client(of: "LI-MOBILE01")
        #expect(try stranger.get(path).problemCode == "unknown-settlement-file")
        bench.server.stop()
        let log = try String(contentsOfFile: bench.folder.path + "/log", encoding: .utf8)
        let told = log.split(separator: "\n").filter { $0.contains("rejected by the partner") }
        #expect(told.count == 1 && told[0].contains("warning"), "\(told)")
        let partly = log.split(separator: "\n").filter { $0.contains("disagrees with lines") }
        #expect(partly.count == 1 && partly[0].contains("warning"), "\(partly)")
    }

    @Test("what does not fit together or the file is refused, and nothing is kept")
    func refused() throws {
        let bench = try Bench()
        let item: JSONValue = ["line": 0, "serial": "", "code": "MISSING"]
        let other = String(repeating: "ab", count: 32)
        let stranger = try bench.server.client(of: "LI-MOBILE01")
        let before = try bench.server.counts()
        let rows: [(APIAnswer, Int, String, String?)] = [
            (try bench.acknowledge("ACCEPTED", items: [item]), 422, "invalid-json", "/items"),
            (try bench.acknowledge("PARTLY"), 422, "invalid-json", "/items"),
            (try bench.acknowledge("REJECTED"), 422, "invalid-json", "/fault"),
            (try bench.acknowledge("ACCEPTED", fault: "x"), 422, "invalid-json", "/fault"),
            (try bench.acknowledge("REJECTED", fault: "a b"), 422, "invalid-json", "/fault"),
            (
                try bench.acknowledge(
                    "PARTLY", items: [["line": 0, "serial": "a|b", "code": "MISSING"]]),
                422, "invalid-json", "/items/0/serial"
            ),
            (
                try bench.acknowledge(
                    "PARTLY", items: Array(repeating: item, count: 1_001)),
                400, "invalid-json", nil
            ),
            (
                try bench.acknowledge("ACCEPTED", digest: other), 422,
                "acknowledgement-mismatch", "/sha256"
            ),
            (
                try bench.acknowledge(
                    "PARTLY", items: [["line": 1, "serial": "", "code": "MISSING"]]),
                422, "acknowledgement-mismatch", "/items"
            ),
            (
                try bench.acknowledge("ACCEPTED", of: "none"), 404, "unknown-settlement-file", nil
            ),
            (
                try bench.acknowledge("ACCEPTED", by: stranger), 404, "unknown-settlement-file",
                nil
            ),
            (
                try bench.acknowledge("ACCEPTED", by: bench.administrator), 403, "not-permitted",
                nil
            ),
        ]
        for (answer, status, code, field) in rows {
            #expect(answer.status == status, "\(answer)")
            #expect(answer.problemCode == code, "\(answer)")
            if let field { #expect(answer.problemField == field, "\(answer)") }
        }
        #expect(try bench.server.counts() == before)
        // As many items as are allowed.
        #expect(
            try bench.acknowledge("PARTLY", items: Array(repeating: item, count: 1_000)).status
                == 201)
    }

    @Test("a file comes over the wire: 201, then 200, and 422 with fault and reason")
    func upload() throws {
        let bench = try Bench()
        let made = try bench.administrator.post(
            "/v1/partners/WATER01/settlement-keys", ["direction": "in"])
        let keyID = try #require(try made.json()["key_id"]?.text)
        let key = try #require(SymmetricKey(hex: try made.json()["key_hex"]?.text ?? ""))
        let date = DemoNetwork.businessDate
        let agency = bench.server.book.profile.code
        let zeros = String(repeating: "0", count: 64)
        let name = "APS_\(agency)_WATER01_\(date.compact)_000001.txt"
        let text =
            "H|APS1|\(agency)|WATER01|\(date)|CNY|1|HMAC-SHA256|\(keyID)|\(zeros)|"
            + "\(date)T23:05:00+08:00|\(zeros)|0\nT|0|0|0|0|0|0|0\n"
        func send(
            _ text: String, hmac: String?, as other: String? = nil, by client: APIClient? = nil,
            of partner: String? = nil
        ) throws -> APIAnswer {
            try (client ?? bench.liaison).post(
                "/v1/partner-files",
                [
                    "name": .string(other ?? name), "hmac": hmac.map { .string($0) } ?? .null,
                    "partner_id": partner.map { .string($0) } ?? .null,
                    "content_base64": .string(Data(text.utf8).base64EncodedString()),
                ])
        }
        let code = HMACSHA256.authenticate(text, key: key).hex
        let wrong = try send(text + "T|0\n", hmac: code)
        #expect(wrong.status == 422 && wrong.problemCode == "partner-file-refused", "\(wrong)")
        #expect(wrong.text.contains("quarantined, codeMismatch"))
        #expect(try send(text, hmac: nil).text.contains("sidecarMissing"))
        // Another partner's liaison is not this partner, whatever the name says.
        let stranger = try bench.server.client(of: "LI-MOBILE01")
        #expect(try send(text, hmac: code, by: stranger).text.contains("keyUnknown"))
        let first = try send(text, hmac: code)
        #expect(first.status == 201, "\(first)")
        #expect(try first.json()["status"]?.text == "accepted")
        #expect(try send(text, hmac: code).status == 200)
        #expect(
            try send(text, hmac: code, by: bench.administrator, of: "WATER01").status == 200)
        // Who has no partner says whose it is; who has one sends no other's.
        let nobodys = try send(text, hmac: code, by: bench.administrator)
        #expect(nobodys.status == 422 && nobodys.problemField == "/partner_id", "\(nobodys)")
        for (client, partner) in [(bench.administrator, "NOBODY"), (bench.liaison, "MOBILE01")] {
            #expect(
                try send(text, hmac: code, by: client, of: partner).problemCode
                    == "unknown-partner")
        }
        #expect(try send(text, hmac: code, as: "../book.db").problemField == "/name")
        #expect(try send(text, hmac: code, as: "report.txt").text.contains("fileNameMalformed"))
        let list = try bench.liaison.get("/v1/partner-files").json()["partner_files"]?.items
        #expect(
            list?.map { $0["status"]?.text } == [
                "quarantined", "quarantined", "accepted", "rejected",
            ])
    }

    @Test("bytes that were altered on the server's disk are never handed out") func altered() throws
    {
        let bench = try Bench()
        let path = "/v1/settlement-files/" + bench.name
        let text = try bench.liaison.get(path).text
        let kept = bench.server.book.folder.sentFolder(partnerCode: "WATER01")
        try Data("other".utf8).write(to: URL(filePath: kept + "/" + bench.name))
        #expect(try bench.liaison.get(path).status == 500)
        for name in [bench.name, bench.name + ".hmac"] {
            try FileManager.default.removeItem(atPath: kept + "/" + name)
        }
        #expect(try bench.liaison.get(path).text == text)
    }

    @Test("a file of many megabytes passes, and one byte beyond the limit does not")
    func large() throws {
        let bench = try Bench()
        let line = String(repeating: "9", count: 1_000) + "\n"
        let text = String(repeating: line, count: 8_000)
        func send(_ bytes: Data) throws -> APIAnswer {
            try bench.liaison.post(
                "/v1/partner-files",
                [
                    "name": "large.txt", "hmac": .null,
                    "content_base64": .string(bytes.base64EncodedString()),
                ])
        }
        let answer = try send(Data(text.utf8))
        #expect(answer.problemCode == "partner-file-refused", "\(answer.status)")
        let larger = try send(Data(count: PartnerUpload.maximumByteCount + 1))
        #expect(larger.status == 422 && larger.problemField == "/content_base64", "\(larger)")
        #expect(
            try bench.server.book.readers.read {
                try $0.prepare("SELECT byte_count FROM partner_file").first { $0.integer(0) }
            } == Int64(text.utf8.count))
    }
}
