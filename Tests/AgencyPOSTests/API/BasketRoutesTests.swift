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
}
