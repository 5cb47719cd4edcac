import Agency
import StrictJSON
import Testing

@testable import AgencyPOS

@Suite struct IdempotencyTests {
    static let key = "terminal-1:000001"

    @Test("the same key and body get the same bytes, and one payment")
    func replay() throws {
        let server = try LiveServer()
        let client = try server.counter()
        let first = try client.post("/v1/bill-payments", .blindPayment(), key: Self.key)
        server.clock.advance(minutes: 5)
        let second = try client.post("/v1/bill-payments", .blindPayment(), key: Self.key)
        #expect(first.status == 201)
        #expect(second.status == 201)
        #expect(first.body == second.body)
        #expect(try server.counts()["service_transaction"] == 1)
    }

    @Test("members in another order and with blanks are the same request")
    func canonicalForm() throws {
        let server = try LiveServer()
        let client = try server.counter()
        let first = try client.post("/v1/bill-payments", .blindPayment(), key: Self.key)
        let text = """
            { "amount_fen" : 1000, "service_fee_fen": null,
              "account_number":"138\\u00300001111", "product_id":"MOBILE" }
            """
        let second = try client.call(
            "POST", "/v1/bill-payments", body: [UInt8](text.utf8),
            headers: [("Idempotency-Key", Self.key)])
        #expect(second == first.keepingDate(of: second))
    }

    static let others: [(path: String, body: JSONValue)] = [
        ("/v1/bill-payments", .blindPayment(amountFen: 1_001)),
        ("/v1/bill-payments", .blindPayment().with("account_number", "13800002222")),
        ("/v1/bill-payments", .blindPayment().with("product_id", "TELECOM")),
        ("/v1/bill-payments", .blindPayment().with("service_fee_fen", 0)),
        ("/v1/withdrawals", .withdrawal()),
        ("/v1/tickets", ["reservation_id": "1", "amount_fen": 1_000]),
        ("/v1/shifts/1/sign-off", ["counts": .counts(1_000)]),
    ]

    @Test("the same key with another request is refused", arguments: others)
    func reused(_ path: String, _ body: JSONValue) throws {
        let server = try LiveServer()
        let client = try server.counter()
        _ = try client.post("/v1/bill-payments", .blindPayment(), key: Self.key)
        let before = try server.counts()
        let answer = try client.post(path, body, key: Self.key)
        #expect(answer.status == 422)
        #expect(answer.problemCode == "idempotency-key-reused")
        #expect(try server.counts() == before)
    }

    @Test("keys of different terminals do not meet")
    func keysOfTerminals() throws {
        let server = try LiveServer()
        let first = try server.counter(of: "OP000101")
            .post("/v1/bill-payments", .blindPayment(), key: Self.key)
        let second = try server.counter(of: "OP000201")
            .post("/v1/bill-payments", .blindPayment(amountFen: 2_000), key: Self.key)
        #expect(first.status == 201 && second.status == 201)
        #expect(try server.counts()["service_transaction"] == 2)
    }

    @Test(
        "every request that moves money needs a key",
        arguments: Operations.all.filter(\.needsKey))
    func missing(_ operation: Operation) throws {
        let client = try StrictRequestTests.bench.get().server.client()
        client.token = try StrictRequestTests.bench.get().token(of: operation.sampleRole)
        for example in operation.body?.examples.map(\.value) ?? [nil] {
            let answer = try client.call("POST", operation.samplePath, body: example?.encoded)
            #expect(answer.status == 400, "\(answer)")
            #expect(answer.problemCode == "idempotency-key-missing")
        }
    }

    private static let keeper = Result { try LiveServer() }
    private static let keeperToken = Result { try keeper.get().client(of: "OP000101").token }

    @Test(
        "a key has 8 to 64 plain characters",
        arguments: [
            ("1234567", false), ("12345678", true), ("A-z0.9_:", true), ("with blank", false),
            ("key/with/slash", false), (String(repeating: "k", count: 64), true),
            (String(repeating: "k", count: 65), false), ("schlüssel", false),
        ])
    func grammar(_ key: String, _ isKey: Bool) throws {
        // A good key is kept with its refusal, so that it must not meet a server whose rows count.
        let server = try Self.keeper.get()
        let client = try server.client()
        client.token = try Self.keeperToken.get()
        let answer = try client.post("/v1/bill-payments", .blindPayment(), key: key)
        // Nobody is signed on with a till there, so a good key meets that refusal.
        #expect(answer.status == (isKey ? 409 : 400))
        #expect(answer.problemCode == (isKey ? "not-signed-on" : "idempotency-key-invalid"))
    }

    @Test("while the first request waits for the bank its repeat is told so")
    func running() throws {
        let bank = HeldPartner()
        let server = try LiveServer(sandbox: bank)
        let client = try server.counter()
        let repeating = try server.client()
        repeating.token = client.token
        let body = JSONValue.withdrawal()
        let headers = [("Idempotency-Key", Self.key)]
        try client.send("POST", "/v1/withdrawals", body: body.encoded, headers: headers)
        try bank.waitUntilAsked()
        let early = try repeating.post("/v1/withdrawals", body, key: Self.key)
        #expect(early.status == 409)
        #expect(early.problemCode == "idempotency-key-running")
        bank.release()
        let first = try client.receive()
        let late = try repeating.post("/v1/withdrawals", body, key: Self.key)
        #expect(first.status == 201)
        #expect(late.status == 201)
        #expect(late.body == first.body)
        #expect(try server.counts()["withdrawal"] == 1)
    }

    @Test("answers and refusals outlive the server")
    func restart() throws {
        let folder = try DemoNetwork.copy()
        let clock = TestClock()
        let (payment, refusal) = try { () throws -> (APIAnswer, APIAnswer) in
            let server = try LiveServer(folder: folder, clock: clock)
            defer { server.stop() }
            let client = try server.counter()
            return (
                try client.post("/v1/bill-payments", .blindPayment(), key: Self.key),
                try client.post(
                    "/v1/bill-payments", .blindPayment(amountFen: 1), key: Self.key + "-r")
            )
        }()
        #expect(payment.status == 201)
        #expect(refusal.problemCode == "amount-not-allowed")
        let server = try LiveServer(folder: folder, clock: clock)
        let client = try server.client(of: "OP000101")
        let again = try client.post("/v1/bill-payments", .blindPayment(), key: Self.key)
        let no = try client.post(
            "/v1/bill-payments", .blindPayment(amountFen: 1), key: Self.key + "-r")
        #expect(again.status == 201)
        #expect(again.body == payment.body)
        #expect(no.status == 422)
        #expect(no.problemCode == "amount-not-allowed")
        #expect(try server.counts()["service_transaction"] == 1)
    }

    @Test("a refusal is repeated even when the rule would now allow it")
    func refusalReplay() throws {
        let server = try LiveServer()
        let client = try server.client(of: "OP000101")
        let early = try client.post("/v1/bill-payments", .blindPayment(), key: Self.key)
        #expect(early.problemCode == "not-signed-on")
        _ = try client.post("/v1/shifts", ["till_id": "S0001-C1"])
        let late = try client.post("/v1/bill-payments", .blindPayment(), key: Self.key)
        #expect(late.status == early.status)
        #expect(late.problemCode == "not-signed-on")
        #expect(try client.payBlind().status == 201)
    }

    @Test("a malformed request burns no key")
    func malformed() throws {
        let server = try LiveServer()
        let client = try server.counter()
        let bad = try client.post(
            "/v1/bill-payments", JSONValue.blindPayment().with("amount_fen", "1000"),
            key: Self.key)
        #expect(bad.status == 422)
        let good = try client.post("/v1/bill-payments", .blindPayment(), key: Self.key)
        #expect(good.status == 201)
    }

    @Test("two connections at once with one key make one payment")
    func race() throws {
        let server = try LiveServer()
        let client = try server.counter()
        for round in 1...20 {
            let clients = try (0..<4).map { _ in
                let other = try server.client()
                other.token = client.token
                return other
            }
            for other in clients {
                try other.send(
                    "POST", "/v1/bill-payments", body: JSONValue.blindPayment().encoded,
                    headers: [("Idempotency-Key", "race-key-\(round)")])
            }
            let answers = try clients.map { try $0.receive() }
            #expect(answers.allSatisfy { $0.status == 201 && $0.body == answers[0].body })
            #expect(try server.counts()["service_transaction"] == Int64(round))
        }
    }
}

extension APIAnswer {
    /// The answer as if it had been given at another's time.
    func keepingDate(of other: APIAnswer) -> APIAnswer {
        var headers = headers
        headers["date"] = other.headers["date"]
        return APIAnswer(status: status, headers: headers, body: body)
    }
}
