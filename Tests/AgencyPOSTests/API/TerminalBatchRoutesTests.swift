import StrictJSON
import Testing

@testable import AgencyPOS

@Suite struct TerminalBatchRoutesTests {
    private static let path = "/v1/terminal-batches"

    private static func results(_ answer: APIAnswer) throws -> [String] {
        try answer.json()["items"]?.items.map { item in
            let code = item["problem"]?["type"]?.text?
                .replacingOccurrences(of: Problem.typePrefix, with: "")
            return "\(item["sequence"]?.number ?? 0) \(item["result"]?.text ?? "")"
                + (code.map { " " + $0 } ?? "")
        } ?? []
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let item: JSONValue
        let result: String
        var field: String?
        var testDescription: String { name }
    }

    static let rows = [
        Row(name: "a blind payment", item: SignedBatch.item(1), result: "1 applied"),
        Row(
            name: "an unused number", item: SignedBatch.item(1, kind: "unused", body: [:]),
            result: "1 applied"),
        Row(
            name: "a quote",
            item: SignedBatch.item(1, body: ["quote_id": "1", "amount_fen": 1_000]),
            result: "1 refused not-safe-offline"),
        Row(
            name: "tickets",
            item: SignedBatch.item(
                1, kind: "tickets", body: ["reservation_id": "1", "amount_fen": 1_000]),
            result: "1 refused not-safe-offline"),
        Row(
            name: "a withdrawal",
            item: SignedBatch.item(1, kind: "withdrawal", body: .withdrawal()),
            result: "1 refused not-safe-offline"),
        Row(
            name: "a body with an unknown member",
            item: SignedBatch.item(1, body: JSONValue.blindPayment().with("surprise", 1)),
            result: "1 refused terminal-item-invalid", field: "/items/0/body/surprise"),
        Row(
            name: "an unused number with a body", item: SignedBatch.item(1, kind: "unused"),
            result: "1 refused terminal-item-invalid", field: "/items/0/body/product_id"),
        Row(
            name: "an amount of nothing",
            item: SignedBatch.item(1, body: JSONValue.blindPayment(amountFen: 0)),
            result: "1 refused terminal-item-invalid", field: "/items/0/body/amount_fen"),
        Row(
            name: "a product that has bills",
            item: SignedBatch.item(1, body: JSONValue.blindPayment().with("product_id", "WATER")),
            result: "1 refused wrong-product-kind", field: "/product_id"),
        Row(
            name: "a ticket of a pack that is not open",
            item: SignedBatch.item(1, kind: "stock_sale", body: .ticket(1)),
            result: "1 refused no-open-stock-pack"),
        Row(
            name: "a ticket whose serial the server should name",
            item: SignedBatch.item(
                1, kind: "stock_sale",
                body: ["product_id": "SCRATCH10", "count": 1, "amount_fen": 1_000]),
            result: "1 refused not-safe-offline", field: "/serials"),
        Row(
            name: "a ticket without serial",
            item: SignedBatch.item(
                1, kind: "stock_sale", body: ["product_id": "SCRATCH10", "amount_fen": 1_000]),
            result: "1 refused terminal-item-invalid", field: "/items/0/body/serials"),
        Row(
            name: "a card",
            item: SignedBatch.item(
                1, kind: "stock_sale",
                body: [
                    "product_id": "SIMCARD", "serials": .array(["898600000000000001"]),
                    "amount_fen": 5_000, "phone_number": "13900000001",
                    "identity_number": "990001199001010013", "identity_checked": true,
                ]),
            result: "1 refused not-safe-offline", field: "/product_id"),
    ]

    @Test(
        "only what is safe offline is taken, and the rest is refused item by item", arguments: rows)
    func kinds(_ row: Row) throws {
        let server = try LiveServer()
        let client = try server.counter()
        let next = SignedBatch.item(2, body: .blindPayment(amountFen: 2_000))
        let body = try SignedBatch(items: [row.item, next]).body()
        let answer = try client.post(Self.path, body)
        #expect(answer.status == 200, "\(answer)")
        #expect(try Self.results(answer) == [row.result, "2 applied"])
        let problem = try answer.json()["items"]?.items.first?["problem"]
        #expect(problem?["field"]?.text == row.field)
        if let problem {
            #expect(
                problem.members.map(\.name).prefix(6) == [
                    "type", "title", "title_zh", "status", "detail", "detail_zh",
                ])
            #expect(problem.members.allSatisfy { $0.value.text?.isEmpty != true })
        }
        // The same batch again: the first answers, and nothing more is booked.
        let before = try server.counts()
        let again = try client.post(Self.path, body)
        #expect(try again.json()["applied_count"]?.number == 0)
        #expect(try server.counts() == before)
    }

    @Test("tickets get the answer of the line, and a gap among them freezes their pack")
    func tickets() throws {
        let server = try LiveServer()
        let client = try server.counter()
        _ = try client.openPack("SCRATCH10")
        let online = try client.post("/v1/stock-sales", .ticket(1), key: "S0001-T1-100001")
        try #require(online.status == 201, "\(online)")
        let items = [(Int64(1), Int64(1)), (2, 2), (3, 4)].map { sequence, place in
            SignedBatch.item(sequence, kind: "stock_sale", body: .ticket(place))
        }
        let answer = try client.post(Self.path, try SignedBatch(items: items).body())
        #expect(
            try Self.results(answer)
                == ["1 repeated", "2 applied", "3 refused stock-pack-frozen"])
        let told = try answer.json()["items"]?.items ?? []
        #expect(told.first?["answer"]?.encoded == online.body)
        #expect(told.last?["may_be_handed_in_again"] == .bool(true))
        #expect(try client.packs()[0]["state"]?.text == "frozen")
        #expect(try server.counts()["service_transaction"] == 2)
        let schema: JSONValue = ["$ref": "#/components/schemas/TerminalBatch"]
        let check = SchemaCheck(document: try OpenAPIDocumentTests.document())
        #expect(check.fault(try answer.json(), schema) == nil)
    }

    @Test("the order of members and blanks do not touch the signature") func canonical() throws {
        let server = try LiveServer()
        let client = try server.counter()
        let body = try SignedBatch(items: [SignedBatch.item(1)]).body()
        let turned = JSONValue.object(
            body.members.reversed().map { member in
                guard member.name == "items" else { return member }
                let items = member.value.items.map { JSONValue.object($0.members.reversed()) }
                return JSONMember(name: "items", value: .array(items))
            })
        let text = String(decoding: turned.encoded, as: UTF8.self)
            .replacingOccurrences(of: ",", with: " , ")
            .replacingOccurrences(of: "product_id", with: "\\u0070roduct_id")
        let answer = try client.call("POST", Self.path, body: [UInt8](text.utf8))
        #expect(try Self.results(answer) == ["1 applied"], "\(answer)")
    }

    @Test("a batch that another key signed, or that was changed, is refused whole")
    func forged() throws {
        let server = try LiveServer()
        let client = try server.counter()
        let items = [SignedBatch.item(1), SignedBatch.item(2)]
        let good = try SignedBatch(items: items).body()
        let changed = JSONValue.blindPayment(amountFen: 9_000)
        for body in [
            try SignedBatch(signer: "S0001-T2", items: items).body(),
            good.with("items", .array([items[0], SignedBatch.item(2, body: changed)])),
            good.with("created_at", "2026-11-21T09:40:01+08:00"),
            good.with("last_sequence", 3),
        ] {
            let answer = try client.post(Self.path, body)
            #expect(answer.status == 403, "\(answer)")
            #expect(answer.problemCode == "batch-signature-wrong")
        }
        let counts = try server.counts()
        #expect(counts["service_transaction"] == 0 && counts["terminal_sequence"] == 0)
        #expect(counts["terminal_batch"] == 4)
        #expect(try client.post(Self.path, good).status == 200)
    }

    @Test("a batch that is no whole one is refused before anything is kept") func malformed() throws
    {
        let server = try LiveServer()
        let client = try server.counter()
        let good = try SignedBatch(items: [SignedBatch.item(1), SignedBatch.item(2)]).body()
        let rows: [(JSONValue, String)] = [
            (good.with("item_count", 1), "/item_count"),
            (good.with("items", .array([])), "/item_count"),
            (good.with("last_sequence", 1).with("first_sequence", 2), "/last_sequence"),
            (good.with("created_at", "2026-11-21T09:40:00Z.....Z"), "/created_at"),
            (good.with("items", .array([SignedBatch.item(1), "x"])), "/items/1"),
            (
                good.with(
                    "items", .array([SignedBatch.item(1), SignedBatch.item(2, key: "a b c d e f")])),
                "/items/1/idempotency_key"
            ),
            (
                good.with(
                    "items", .array([SignedBatch.item(1), SignedBatch.item(2).with("more", 1)])),
                "/items/1/more"
            ),
        ]
        for (body, field) in rows {
            let answer = try client.post(Self.path, body)
            #expect(answer.status == 422 && answer.problemField == field, "\(answer)")
        }
        #expect(try server.counts()["terminal_batch"] == 0)
    }

    @Test("five hundred items fit into one request, one more does not") func largest() throws {
        let server = try LiveServer()
        let client = try server.counter()
        let items = (1...501).map { SignedBatch.item($0, body: .blindPayment()) }
        let tooMany = try client.post(Self.path, try SignedBatch(items: items).body())
        #expect(tooMany.status == 422, "\(tooMany)")
        let body = try SignedBatch(items: items.dropLast()).body()
        #expect(body.encoded.count > 64 * 1_024)
        let answer = try client.post(Self.path, body)
        #expect(try answer.json()["applied_count"]?.number == 500, "\(answer)")
        #expect(try answer.json()["complete_to"]?.number == 500)
    }

    @Test("a number on the line is known to the next batch") func header() throws {
        let server = try LiveServer()
        let client = try server.counter()
        func pay(_ number: String, key: String) throws -> APIAnswer {
            try client.call(
                "POST", "/v1/bill-payments", body: JSONValue.blindPayment().encoded,
                headers: [("Idempotency-Key", key), ("X-Terminal-Sequence", number)])
        }
        let paid = try pay("1", key: "S0001-T1-100001")
        #expect(paid.status == 201, "\(paid)")
        #expect(try pay("3", key: "S0001-T1-100003").status == 201)
        let reused = try pay("1", key: "S0001-T1-999999")
        #expect(reused.status == 409 && reused.problemCode == "terminal-number-reused")
        for wrong in ["0", "01", "-1", "+1", "x", "1000000000000", "99999999999999999999"] {
            let answer = try pay(wrong, key: "S0001-T1-777777")
            #expect(answer.status == 400 && answer.problemCode == "invalid-parameter")
        }
        let numbers = try client.get("/v1/terminals/current/numbers").json()
        #expect(numbers["highest_sequence"]?.number == 3)
        #expect(numbers["complete_to"]?.number == 1)
        #expect(numbers["missing"]?.items.first?["first_sequence"]?.number == 2)
        let answer = try client.post(
            Self.path,
            try SignedBatch(
                items: [
                    SignedBatch.item(1), SignedBatch.item(2, body: .blindPayment(amountFen: 2_000)),
                    SignedBatch.item(3),
                ]
            ).body())
        #expect(try Self.results(answer) == ["1 repeated", "2 applied", "3 repeated"])
        // Byte for byte but for blanks the answer that was given on the line.
        let first = try answer.json()["items"]?.items.first?["answer"]
        #expect(first?.encoded == paid.body)
        #expect(try server.counts()["service_transaction"] == 3)
    }
}
