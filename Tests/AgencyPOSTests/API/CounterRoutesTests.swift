import Agency
import HTTPServer
import StrictJSON
import Testing

@testable import AgencyPOS

@Suite struct CounterRoutesTests {
    /// Every route on a till or shift, as an operator would send it for the first till's shift.
    static let requests: [(path: String, body: JSONValue?)] = [
        ("/v1/shifts/1/suspend", nil), ("/v1/shifts/1/resume", nil),
        ("/v1/shifts/1/sign-off", ["counts": .counts(500_000)]),
        (
            "/v1/shifts/1/handover",
            [
                "successor_id": "OP000102", "witness_id": "SV-T01", "witness_pin": "PIN",
                "counts": .counts(500_000),
            ]
        ),
        ("/v1/shifts/1/handover/withdraw", nil),
        ("/v1/shifts/1/handover/accept", ["counts": .counts(500_000)]),
        ("/v1/till-differences/1/dispute", ["reason": "no"]),
        ("/v1/cash-transfers/1/receive", ["counts": .counts(100)]),
        ("/v1/cash-transfers/1/cancel", ["reason": "no"]),
    ]

    @Test(
        "nobody acts on a till that another holds", arguments: requests,
        ["OP000102", "OP000201"])
    func others(_ request: (path: String, body: JSONValue?), _ staff: String) throws {
        let server = try LiveServer()
        let owner = try server.counter()
        let sent = try owner.post(
            "/v1/cash-transfers",
            [
                "from_kind": "till", "to_kind": "centre", "to_id": "T01",
                "counts": .counts(100),
            ], key: owner.freshKey())
        #expect(sent.status == 201, "\(sent)")
        let other =
            try staff == "OP000201" ? server.counter(of: staff) : server.client(of: staff)
        let before = try server.counts()
        var body = request.body
        if body?["witness_pin"] != nil {
            body = body?.with("witness_pin", .string(try DemoNetwork.pin(of: "SV-T01")))
        }
        let answer =
            try body.map { try other.post(request.path, $0, key: other.freshKey()) }
            ?? other.post(request.path, key: other.freshKey())
        #expect([404, 409].contains(answer.status), "\(answer)")
        let after = try server.counts()
        for (table, count) in before where table != "idempotency_key" {
            #expect(after[table] == count, "\(table)")
        }
        #expect(try owner.payBlind().status == 201)
    }

    @Test("the session of who is dismissed pays nothing more, not even the next bill")
    func dismissed() throws {
        let server = try LiveServer()
        let teller = try server.counter()
        #expect(try teller.payBlind().status == 201)
        let town = try server.client(of: "SV-T01")
        #expect(
            try town.post("/v1/staff/OP000101/dismiss", ["reason": "left"]).status == 200)
        let refused = try teller.payBlind()
        #expect(refused.status == 401)
        let again = try server.client().post("/v1/sessions", .signIn("OP000101"))
        #expect(again.problemCode == "invalid-credentials")
        // The till stays as it is until it is counted.
        let forced = try town.post(
            "/v1/shifts/1/forced-sign-off",
            [
                "witness_id": "OP000102",
                "witness_pin": .string(try DemoNetwork.pin(of: "OP000102")),
                "counts": .counts(501_000), "reason": "left",
            ], key: town.freshKey())
        #expect(forced.status == 200, "\(forced)")
        #expect(try forced.json()["difference_id"] == .null)
    }

    @Test("who is no longer vetted is refused with a text in both languages")
    func unvetted() throws {
        let server = try LiveServer()
        let teller = try server.counter()
        let town = try server.client(of: "SV-T01")
        let change = try town.post(
            "/v1/staff/OP000101/qualification",
            ["vetted_until": "2026-11-20", "trained_until": "2099-12-31", "reason": "due"])
        #expect(change.status == 200, "\(change)")
        let refused = try teller.payBlind()
        #expect(refused.problemCode == "operator-not-allowed")
        #expect(try refused.json()["detail_zh"]?.text?.isEmpty == false)
    }

    @Test("a suspended till is resumed by its operator alone, after signing in again")
    func suspended() throws {
        let server = try LiveServer()
        let teller = try server.counter()
        #expect(try teller.post("/v1/shifts/1/suspend").status == 200)
        #expect(try teller.get("/v1/shifts/current").status == 401)
        #expect(try server.client(of: "OP000102").post("/v1/shifts/1/resume").status == 404)
        try teller.signIn("OP000101")
        #expect(try teller.get("/v1/shifts/current").json()["state"]?.text == "suspended")
        #expect(try teller.payBlind().problemCode == "shift-suspended")
        #expect(try teller.post("/v1/shifts/1/resume").status == 200)
        #expect(try teller.payBlind().status == 201)
    }

    @Test("a wrong witness PIN counts as at sign-in, and hands nothing over")
    func witnessPIN() throws {
        let server = try LiveServer()
        let teller = try server.counter()
        func offer(pin: String) throws -> APIAnswer {
            try teller.post(
                "/v1/shifts/1/handover",
                [
                    "successor_id": "OP000102", "witness_id": "SV-T01",
                    "witness_pin": .string(pin), "counts": .counts(500_000),
                ], key: "handover-key-1")
        }
        for _ in 1...5 {
            #expect(try offer(pin: "999999").problemCode == "witness-not-confirmed")
        }
        let right = try DemoNetwork.pin(of: "SV-T01")
        #expect(try offer(pin: right).problemCode == "sign-in-locked")
        #expect(try server.counts()["handover"] == 0)
        server.clock.advance(minutes: 15)
        // The wrong PINs used up no key.
        #expect(try offer(pin: right).status == 201)
    }

    @Test("nothing that an operator sees before the count tells the book's cash")
    func blind() throws {
        let server = try LiveServer()
        let teller = try server.counter()
        #expect(try teller.payBlind(amountFen: 12_345).status == 201)
        let answers = [
            try teller.get("/v1/tills"), try teller.get("/v1/shifts/current"),
            try teller.get("/v1/till-differences"), try teller.get("/v1/cash-transfers"),
            try teller.post("/v1/shifts/1/sign-off", ["counts": [:]], key: teller.freshKey()),
            try teller.post(
                "/v1/shifts/1/handover",
                [
                    "successor_id": "OP000102", "witness_id": "SV-T01",
                    "witness_pin": .string(try DemoNetwork.pin(of: "SV-T01")),
                    "counts": .counts(400_000),
                ], key: teller.freshKey()),
        ]
        for answer in answers { #expect(!answer.text.contains("512345"), "\(answer)") }
    }

    struct Wrong: Sendable, CustomTestStringConvertible {
        let counts: String
        let field: String
        var testDescription: String { counts }
    }

    static let wrong = [
        Wrong(counts: "5", field: "/counts"), Wrong(counts: "[5]", field: "/counts/0"),
        Wrong(counts: "[{}]", field: "/counts/0/denomination_fen"),
        Wrong(counts: #"[{"denomination_fen":100}]"#, field: "/counts/0/count"),
        Wrong(
            counts: #"[{"denomination_fen":300,"count":1}]"#, field: "/counts/0/denomination_fen"),
        Wrong(counts: #"[{"denomination_fen":100,"count":-1}]"#, field: "/counts/0/count"),
        Wrong(counts: #"[{"denomination_fen":100,"count":1,"note":1}]"#, field: "/counts/0/note"),
        Wrong(
            counts: #"[{"denomination_fen":100,"count":1},{"denomination_fen":100,"count":1}]"#,
            field: "/counts/1/denomination_fen"),
        Wrong(
            counts: #"[{"denomination_fen":10000,"count":1000000},"#
                + #"{"denomination_fen":1,"count":1}]"#, field: "/counts"),
    ]

    @Test("a count that cannot be is refused with its place", arguments: wrong)
    func wrongCounts(_ row: Wrong) throws {
        let bench = try StrictRequestTests.bench.get()
        let client = try bench.server.client()
        client.token = bench.operatorToken
        let answer = try client.call(
            "POST", "/v1/shifts/1/sign-off", body: [UInt8]("{\"counts\":\(row.counts)}".utf8),
            headers: [("Idempotency-Key", client.freshKey())])
        #expect(answer.status == 422, "\(answer)")
        #expect(answer.problemField == row.field)
    }

    @Test("a till above its limit carries a warning") func warning() throws {
        let server = try LiveServer()
        let teller = try server.counter()
        let administrator = try server.client(of: "AD0001")
        let date = DemoNetwork.businessDate.description
        #expect(try teller.get("/v1/shifts/current").json()["cash_warning"] == .null)
        let set = try administrator.post(
            "/v1/till-limits",
            ["valid_from": .string(date), "limit_fen": 500_000, "ceiling_fen": 501_000])
        #expect(set.status == 201, "\(set)")
        #expect(try teller.payBlind(amountFen: 1_000).status == 201)
        #expect(
            try teller.get("/v1/shifts/current").json()["cash_warning"]?.text == "over-limit")
        #expect(try teller.payBlind(amountFen: 1_000).problemCode == "till-ceiling-reached")
    }
}
