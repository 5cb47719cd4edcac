import Agency
import Foundation
import StrictJSON
import Synchronization
import Testing

@testable import AgencyPOS

@Suite("Numbered stock over HTTP") struct StockRoutesTests {
    @Test("a gap refuses the sale, freezes the pack for good, and a replay changes nothing")
    func freezing() throws {
        let folder = try DemoNetwork.copy()
        let pack = try Self.freeze(folder)
        // It outlives the server.
        let again = try LiveServer(folder: folder)
        #expect(try again.client(of: "OP000101").packs()[0]["state"]?.text == "frozen")
        let supervisor = try again.client(of: "SV-T01")
        let resolved = try supervisor.post(
            "/v1/stock/packs/\(pack)/resolve",
            [
                "serials": .array([
                    ["serial": "SC0000010017", "finding": "damaged", "reason": "torn"]
                ]), "counted_left": 99,
            ], key: "supervisor:0001")
        #expect(resolved.status == 200, "\(resolved)")
        #expect(try resolved.json()["next_serial"]?.text == "SC0000010025")
    }

    /// Opens a pack, makes a gap, and gives the pack's number; its server is gone afterwards.
    private static func freeze(_ folder: TemporaryFolder) throws -> String {
        let server = try LiveServer(folder: folder)
        defer { server.stop() }
        let client = try server.counter()
        let pack = try client.openPack("SCRATCH10")
        let sale: JSONValue = [
            "product_id": "SCRATCH10", "serials": .array(["SC0000010025"]), "amount_fen": 1000,
        ]
        let before = try server.counts()
        let first = try client.post("/v1/stock-sales", sale, key: "terminal-1:0001")
        #expect(first.status == 409)
        #expect(first.problemCode == "stock-pack-frozen")
        #expect(try first.json()["detail_zh"]?.text?.isEmpty == false)
        #expect(try client.packs()[0]["state"]?.text == "frozen")
        let replay = try client.post("/v1/stock-sales", sale, key: "terminal-1:0001")
        #expect(replay.status == 409 && replay.problemCode == "stock-pack-frozen")
        let events = try server.book.readers.read {
            try $0.prepare("SELECT event FROM stock_event WHERE pack_id = $1 ORDER BY event_id")
                .all(.integer(Int64(pack) ?? 0)) { $0.text(0) }
        }
        #expect(events == ["delivered", "opened", "gap_found"])
        // Nothing was sold or booked; only the refusal is kept.
        var after = try server.counts()
        after["idempotency_key"] = before["idempotency_key"]
        #expect(after == before)
        return pack
    }

    @Test("terminals that sell from one pack at once never sell a serial twice and leave none out")
    func concurrency() throws {
        let server = try LiveServer()
        let opener = try server.counter(of: "OP000101")
        let second = try server.client(of: "OP000102")
        let signOn = try second.post("/v1/shifts", ["till_id": "S0001-C2"])
        try #require(signOn.status == 201)
        _ = try opener.openPack("SCRATCH10")
        let tokens = [opener.token, second.token]
        let sold = Mutex<[String]>([])
        let refused = Mutex<[String]>([])
        DispatchQueue.concurrentPerform(iterations: 6) { index in
            do {
                let client = try server.client()
                client.token = tokens[index % 2]
                for number in 0..<12 {
                    let count = Int64(1 + (index + number) % 3)
                    let answer = try client.post(
                        "/v1/stock-sales",
                        [
                            "product_id": "SCRATCH10", "count": .integer(count),
                            "amount_fen": .integer(1_000 * count),
                        ], key: "terminal-\(index):\(1000 + number)")
                    if answer.status == 201 {
                        let serials = try answer.json()["serials"]?.items ?? []
                        sold.withLock { $0 += serials.compactMap { $0["serial_number"]?.text } }
                    } else {
                        refused.withLock { $0.append(answer.problemCode ?? "\(answer)") }
                    }
                }
            } catch {
                refused.withLock { $0.append("\(error)") }
            }
        }
        let serials = sold.withLock { $0 }
        // 144 were asked for, and a pack has 100.
        #expect(Set(serials).count == serials.count)
        #expect((98...100).contains(serials.count))
        let format = StockFormat(prefix: "SC", digitCount: 9, checkDigits: .modulo10)
        let first = (0..<serials.count).map { format.text(1_001 + Int64($0)) }
        #expect(serials.sorted() == first)
        let reasons = Set(refused.withLock { $0 })
        #expect(reasons.isSubset(of: ["stock-pack-too-small", "no-open-stock-pack"]), "\(reasons)")
        #expect(!reasons.isEmpty)
        try server.expectSound()
    }

    @Test("two deliveries of one range at once: one is taken") func deliveries() throws {
        let server = try LiveServer()
        let token = try server.client(of: "SV-T01").token
        let statuses = Mutex<[Int]>([])
        DispatchQueue.concurrentPerform(iterations: 4) { index in
            do {
                let client = try server.client()
                client.token = token
                let answer = try client.post(
                    "/v1/stock/packs",
                    [
                        "item_id": "SCRATCH10", "first_serial": "SC9000000019",
                        "last_serial": "SC9000001009", "delivery_note": .string("N\(index)"),
                    ], key: "delivery:000\(index)")
                statuses.withLock { $0.append(answer.status) }
            } catch {
                Issue.record("\(error)")
            }
        }
        #expect(statuses.withLock { $0.sorted() } == [201, 409, 409, 409])
        try server.expectSound()
    }

    @Test("a prize is paid once, however many ask at once") func prizes() throws {
        let server = try LiveServer()
        let client = try server.counter()
        _ = try client.openPack("SCRATCH10")
        let sale = try client.post(
            "/v1/stock-sales", ["product_id": "SCRATCH10", "count": 1, "amount_fen": 1000],
            key: client.freshKey())
        try #require(sale.status == 201)
        let token = client.token
        let statuses = Mutex<[Int]>([])
        let prize: JSONValue = [
            "product_id": "SCRATCH10", "serial": "SC0000010017", "validation_code": "7391-4402",
            "amount_fen": 2000,
        ]
        DispatchQueue.concurrentPerform(iterations: 4) { index in
            do {
                let client = try server.client()
                client.token = token
                let answer = try client.post(
                    "/v1/prize-payments", prize, key: "prize-key:000\(index)")
                statuses.withLock { $0.append(answer.status) }
            } catch {
                Issue.record("\(error)")
            }
        }
        #expect(statuses.withLock { $0.sorted() } == [201, 409, 409, 409])
        let wrong = try client.post(
            "/v1/prize-payments", prize.with("validation_code", "7391-4403"),
            key: client.freshKey())
        #expect(wrong.problemCode == "prize-already-paid")
        try server.expectSound()
    }

    @Test("the sale of a card is answered as it stands, the first time and again")
    func cards() throws {
        let server = try LiveServer()
        let client = try server.counter()
        _ = try client.openPack("SIMCARD")
        func sell(_ phone: String, key: String) throws -> APIAnswer {
            try client.post(
                "/v1/stock-sales",
                [
                    "product_id": "SIMCARD", "count": 1, "amount_fen": 5000,
                    "phone_number": .string(phone), "identity_number": "990001199001010013",
                    "identity_checked": true,
                ], key: key)
        }
        for (phone, status, state) in [
            ("13900000051", 201, "returned"), ("13900000001", 201, "active"),
            ("13900000068", 202, "activation_due"),
        ] {
            let first = try sell(phone, key: "card:" + phone)
            #expect(first.status == status, "\(first)")
            #expect(try first.json()["serials"]?.items.first?["state"]?.text == state)
            let again = try sell(phone, key: "card:" + phone)
            #expect(again.status == first.status && again.body == first.body)
            let serial = try #require(first.json()["serial"]?.text)
            #expect(try client.get("/v1/stock-sales/\(serial)").body == first.body)
            guard state == "returned" else { continue }
            let receipt = try client.get("/v1/receipts/\(serial)").json()
            let correction = try #require(receipt["corrections"]?.items.first)
            #expect(correction["correction"]?.text == "void")
            let void = try client.get("/v1/receipts/\(correction["serial"]?.text ?? "")").json()
            #expect(void["original_serial"]?.text == serial)
        }
        try server.expectSound()
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let path: String
        let body: String
        let status: Int
        let code: String
        var field: String?
        var testDescription: String { "\(path) \(body.prefix(60))" }
    }

    static let rows = [
        Row(
            path: "/v1/stock-sales", body: #"{"product_id":"SCRATCH10","amount_fen":1000}"#,
            status: 422, code: "invalid-json", field: "/serials"),
        Row(
            path: "/v1/stock-sales",
            body: #"{"product_id":"SCRATCH10","count":1,"serials":["A"],"amount_fen":1000}"#,
            status: 422, code: "invalid-json", field: "/serials"),
        Row(
            path: "/v1/stock-sales",
            body: #"{"product_id":"SCRATCH10","serials":[],"amount_fen":1000}"#, status: 422,
            code: "invalid-json", field: "/serials"),
        Row(
            path: "/v1/stock-sales",
            body: #"{"product_id":"SCRATCH10","serials":[1],"amount_fen":1000}"#, status: 422,
            code: "invalid-json", field: "/serials"),
        Row(
            path: "/v1/stock-sales",
            body: #"{"product_id":"SIMCARD","count":1,"amount_fen":5000,"phone_number":"1"}"#,
            status: 422, code: "invalid-json", field: "/phone_number"),
        Row(
            path: "/v1/stock-sales",
            body: #"{"product_id":"SIMCARD","count":1,"amount_fen":5000,"#
                + #""phone_number":"13900000001","identity_number":"990001199001010014","#
                + #""identity_checked":true}"#,
            status: 422, code: "invalid-json", field: "/identity_number"),
        Row(
            path: "/v1/stock-sales",
            body: #"{"product_id":"SCRATCH10","count":51,"amount_fen":1000}"#, status: 422,
            code: "invalid-json", field: "/count"),
        Row(
            path: "/v1/stock/packs/1/spoil",
            body: #"{"serial":"SC0000010017","outcome":"found","reason":"why"}"#, status: 422,
            code: "invalid-json", field: "/outcome"),
        Row(
            path: "/v1/stock/packs/x/freeze", body: #"{"reason":"why"}"#, status: 404,
            code: "invalid-parameter", field: "pack_id"),
        Row(
            path: "/v1/stock/packs/999/freeze", body: #"{"reason":"why"}"#, status: 404,
            code: "unknown-stock-pack"),
        Row(
            path: "/v1/stock/packs/1/open", body: #"{"reason":"why"}"#, status: 422,
            code: "invalid-json"),
        Row(
            path: "/v1/stock/packs/1/resolve", body: #"{"serials":[],"counted_left":1}"#,
            status: 403, code: "not-permitted"),
        Row(
            path: "/v1/stock/packs", body: "{}", status: 403, code: "not-permitted"),
    ]

    private static let bench = Result {
        let server = try LiveServer()
        return (server: server, token: try server.counter().token)
    }

    @Test("bad requests about stock are told by field", arguments: rows)
    func strict(_ row: Row) throws {
        let bench = try Self.bench.get()
        let client = try bench.server.client()
        client.token = bench.token
        let answer = try client.call(
            "POST", row.path, body: [UInt8](row.body.utf8),
            headers: [("Idempotency-Key", client.freshKey())])
        #expect(answer.status == row.status, "\(answer)")
        #expect(answer.problemCode == row.code)
        #expect(answer.problemField == row.field)
    }

    @Test("operators see their station's packs, supervisors those below their centre")
    func visible() throws {
        let server = try LiveServer()
        func places(_ staff: String) throws -> Set<String> {
            Set(try server.client(of: staff).packs("limit=100").compactMap { $0["held_by"]?.text })
        }
        #expect(try places("OP000101") == ["S0001"])
        #expect(try places("SV-T01") == ["S0001", "S0002", "S0003", "S0004"])
        #expect(try places("SV-D01").count == 13)
        let pages = try server.client(of: "SV-D01").get("/v1/stock?limit=30").json()
        let cursor = try #require(pages["next_cursor"]?.text)
        let rest = try server.client(of: "SV-D01").get("/v1/stock?limit=30&cursor=\(cursor)")
        #expect(try rest.json()["packs"]?.items.count == 9)
        #expect(try server.client(of: "LI-BANK01").get("/v1/stock").status == 403)
        #expect(try server.client(of: "SV-D01").get("/v1/stock?state=lost").status == 400)
    }
}

extension APIClient {
    /// The packs of the first page.
    func packs(_ query: String = "item_id=SCRATCH10") throws -> [JSONValue] {
        try get("/v1/stock?" + query).json()["packs"]?.items ?? []
    }

    /// Opens the pack of an item at the own station and gives its number.
    func openPack(_ item: String) throws -> String {
        guard let pack = try packs("item_id=\(item)").first?["pack_id"]?.text else {
            throw TestFailure("no pack of \(item)")
        }
        let answer = try post("/v1/stock/packs/\(pack)/open", key: freshKey())
        guard answer.status == 200 else { throw TestFailure("\(answer)") }
        return pack
    }
}

extension LiveServer {
    /// Stops and finds nothing wrong with the book.
    fileprivate func expectSound() throws {
        stop()
        let faults = try book.folder.openReaders().read {
            try BookAudit($0, maximumFaults: 10) { _ in }.run().faults
        }
        #expect(faults == [])
    }
}
