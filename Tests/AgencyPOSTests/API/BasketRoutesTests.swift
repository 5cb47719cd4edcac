import Foundation
import StrictJSON
import Testing

@testable import AgencyPOS

@Suite struct BasketRoutesTests {
    private static func phone(_ amountFen: Int64 = 1_000) -> JSONValue {
        JSONValue.object(
            [JSONMember(name: "kind", value: "bill")]
                + JSONValue.blindPayment(amountFen: amountFen).members)
    }

    private static func basket(_ items: [JSONValue], tenderedFen: Int64 = 100_000) -> JSONValue {
        ["items": .array(items), "tendered_fen": .integer(tenderedFen)]
    }

    static let malformed: [(body: JSONValue, field: String)] = [
        (basket([]), "/items"),
        (basket(Array(repeating: phone(), count: 21)), "/items"),
        (basket([phone(), "x"]), "/items/1"),
        (basket([phone().with("kind", "loan")]), "/items/0/kind"),
        (basket([phone(), phone().with("surprise", 1)]), "/items/1/surprise"),
        (basket([phone(0)]), "/items/0/amount_fen"),
        (basket([["kind": "tickets", "amount_fen": 5]]), "/items/0/reservation_id"),
        (basket([["kind": "stock", "count": 1, "amount_fen": 5]]), "/items/0/product_id"),
        (basket([phone()], tenderedFen: 0), "/tendered_fen"),
    ]

    @Test("a basket that is not as described is refused with its field", arguments: malformed)
    func refused(_ row: (body: JSONValue, field: String)) throws {
        let bench = try StrictRequestTests.bench.get()
        let client = try bench.server.client()
        client.token = bench.operatorToken
        let answer = try client.post("/v1/baskets", row.body, key: client.freshKey())
        #expect(answer.status == 422, "\(answer)")
        #expect(answer.problemField == row.field)
    }

    @Test("a refusal names the item, and nothing was booked") func item() throws {
        let server = try LiveServer()
        let client = try server.counter()
        let before = try server.counts()
        let answer = try client.post(
            "/v1/baskets", Self.basket([Self.phone(), Self.phone(999)]), key: "basket-0001")
        #expect(answer.status == 422 && answer.problemCode == "amount-not-allowed", "\(answer)")
        #expect(answer.problemField == "/items/1/amount_fen")
        #expect(try answer.json()["detail_zh"]?.text?.contains("第 2 项") == true)
        var after = try server.counts()
        #expect(after["idempotency_key"] == 1)
        after["idempotency_key"] = before["idempotency_key"]
        #expect(after == before)
        let paid = try client.post(
            "/v1/baskets", Self.basket([Self.phone(), Self.phone(2_000)], tenderedFen: 10_000),
            key: "basket-0002")
        #expect(paid.status == 201, "\(paid)")
        #expect(try paid.json()["change_fen"]?.number == 7_000)
    }

    private static func token(_ account: String) -> JSONValue {
        [
            "kind": "bill", "product_id": "POWERTOKEN", "account_number": .string(account),
            "amount_fen": 5_000,
        ]
    }

    @Test("what a partner refuses goes back with the change, on the answer and on paper")
    func refusedItem() throws {
        let server = try LiveServer()
        let client = try server.counter()
        let body = Self.basket(
            [Self.phone(), Self.token("52999900000051"), Self.token("52999900000002")],
            tenderedFen: 20_000)
        let answer = try client.post("/v1/baskets", body, key: "basket-0001")
        #expect(answer.status == 201, "\(answer)")
        let basket = try answer.json()
        #expect(basket["state"]?.text == "settled")
        #expect(basket["returned_fen"]?.number == 5_000)
        #expect(basket["cash_back_fen"]?.number == 14_000)
        let items = basket["items"]?.items ?? []
        #expect(items.map { $0["state"]?.text } == ["posted", "refused", "posted"])
        #expect(items[1]["refusal"]?["code"]?.text == "partner-refused")
        let check = SchemaCheck(document: try OpenAPIDocumentTests.document())
        #expect(check.fault(basket, ["$ref": "#/components/schemas/Basket"]) == nil)
        let paper = try client.get("/v1/receipts/1/text?paper=80&language=en")
        let text = String(decoding: paper.body, as: UTF8.self)
        #expect(text.contains("Declined") && text.contains("Not in the total"), "\(text)")
        #expect(text.contains("Returned (CNY)"))
        let again = try client.post("/v1/baskets", body, key: "basket-0001")
        #expect(try again.status == 201 && again.json() == basket)
    }

    @Test("an item that is not answered is 202, and the same key tells what became of it")
    func unknownItem() throws {
        let server = try LiveServer()
        let client = try server.counter()
        // The first was booked without an answer; the second was not, and its cash is owed.
        let body = Self.basket(
            [Self.phone(), Self.token("52999900000068"), Self.token("52999900000067")],
            tenderedFen: 12_000)
        let answer = try client.post("/v1/baskets", body, key: "basket-0001")
        #expect(answer.status == 202, "\(answer)")
        #expect(try answer.json()["state"]?.text == "open")
        #expect(try answer.json()["cash_back_fen"]?.number == 1_000)
        let check = SchemaCheck(document: try OpenAPIDocumentTests.document())
        #expect(check.fault(try answer.json(), ["$ref": "#/components/schemas/Basket"]) == nil)
        try poll {
            let told = try client.post("/v1/baskets", body, key: "basket-0001").json()
            return told["items"]?.items.map { $0["state"]?.text }
                == ["posted", "posted", "return_due"]
        }
        let due = try client.post("/v1/baskets", body, key: "basket-0001")
        #expect(due.status == 202)
        #expect(try due.json()["return_due_fen"]?.number == 5_000)
        #expect(try client.post("/v1/receipts/3/return", key: "return-0001").status == 200)
        let last = try client.post("/v1/baskets", body, key: "basket-0001")
        #expect(last.status == 201, "\(last)")
        #expect(try last.json()["paid_back_fen"]?.number == 5_000)
        #expect(try last.json()["state"]?.text == "settled")
    }

    private func poll(until isDone: () throws -> Bool) throws {
        for _ in 0..<1_000 {
            if try isDone() { return }
            usleep(10_000)
        }
        Issue.record("it did not come to that")
    }
}
