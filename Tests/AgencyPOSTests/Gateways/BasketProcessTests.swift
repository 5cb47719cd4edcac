import Foundation
import PartnerAPI
import StrictJSON
import Testing

@testable import AgencyPOS

/// Mixed baskets, with the server and two partners as processes of their own.
@Suite struct BasketProcessTests {
    struct Row: Sendable, CustomTestStringConvertible {
        /// What the electricity company does; the telephone company is well.
        let behaviour: String
        var delayMilliseconds: Int64 = 300
        /// Where its item ends when nobody is killed.
        let state: String
        var isKilled = false
        var testDescription: String { behaviour + (isKilled ? ", server killed" : "") }
    }

    /// What is in the demo's first till.
    private static let openingFen: Int64 = 500_000

    private static let calm = [
        Row(behaviour: "normal", state: "posted"),
        Row(behaviour: "refuse", state: "refused"),
        Row(behaviour: "unavailable", state: "refused"),
        Row(behaviour: "drop_after_booking", state: "posted"),
        Row(behaviour: "drop_before_booking", state: "return_due"),
        Row(behaviour: "late", delayMilliseconds: 2_000, state: "posted"),
    ]

    static let rows =
        calm
        + calm.map {
            Row(
                behaviour: $0.behaviour, delayMilliseconds: $0.delayMilliseconds,
                state: $0.state, isKilled: true)
        }

    private static let basket: JSONValue = [
        "items": .array([
            [
                "kind": "bill", "product_id": "MOBILE", "account_number": "13800001111",
                "amount_fen": 2_000,
            ],
            PartnerWorld.payment().with("kind", "bill"),
            [
                "kind": "bill", "product_id": "UNICOM", "account_number": "13100000001",
                "amount_fen": 3_000,
            ],
        ]), "tendered_fen": 20_000,
    ]

    @Test("each item is booked exactly once or its cash goes back", arguments: rows)
    func mixed(_ row: Row) throws {
        let world = try PartnerWorld(["POWER01", "UNICOM01"])
        let power = try #require(world.simulators["POWER01"])
        let unicom = try #require(world.simulators["UNICOM01"])
        try power.behave(
            "post", row.behaviour, ["delay_ms": .integer(row.delayMilliseconds)])
        var client = try world.counter()
        try client.send(
            "POST", "/v1/baskets", body: Self.basket.encoded,
            headers: [
                (name: "Content-Type", value: "application/json"),
                (name: "Idempotency-Key", value: "terminal-0001"),
            ])
        if row.isKilled {
            try world.waitForPost()
            try world.restart()
            client = try world.counter(signsOn: false)
        } else {
            let answer = try client.receive()
            #expect([201, 202].contains(answer.status), "\(answer)")
        }
        let states = try known(client)
        if !row.isKilled { #expect(states == ["posted", row.state, "posted"]) }
        for (index, state) in states.enumerated() where state == "return_due" {
            let back = try client.post(
                "/v1/receipts/\(index + 1)/return", key: "return-000\(index)")
            #expect(back.status == 200, "\(back)")
        }
        let answer = try client.post("/v1/baskets", Self.basket, key: "terminal-0001")
        #expect(answer.status == 201, "\(answer)")
        try expectOnce(answer.json(), power, "000000000002", at: 1)
        try expectOnce(answer.json(), unicom, "000000000003", at: 2)
        #expect(try world.faults() == [])
        try expectCash(answer.json(), world)
    }

    /// The items' states once no partner is asked any more.
    private func known(_ client: APIClient) throws -> [String] {
        let deadline = Date(timeIntervalSinceNow: PartnerWorld.patienceSeconds)
        while true {
            let answer = try client.post("/v1/baskets", Self.basket, key: "terminal-0001")
            let states = try answer.json()["items"]?.items.compactMap { $0["state"]?.text } ?? []
            if [201, 202].contains(answer.status), !states.contains("waiting") { return states }
            guard Date() < deadline else { throw TestFailure("still \(answer)") }
            usleep(20_000)
        }
    }

    private func expectOnce(
        _ basket: JSONValue, _ partner: SimulatorProcess, _ serial: String, at place: Int
    ) throws {
        let state = basket["items"]?.items[place]["state"]?.text
        let booking = try partner.booking(try #require(PartnerSerial(serial)))
        #expect((booking?["status"]?.text == "booked") == (state == "posted"), "\(serial)")
        #expect(booking?["times_booked"]?.number ?? 0 <= 1)
        #expect(try partner.callCount("post") <= 1)
    }

    /// The till holds what is posted, suspense nothing, and the answer's sums are the tender.
    private func expectCash(_ basket: JSONValue, _ world: PartnerWorld) throws {
        func fen(_ name: String) -> Int64 { basket[name]?.number ?? -1 }
        let posted = (basket["items"]?.items ?? []).filter { $0["state"]?.text == "posted" }
            .reduce(0) { $0 + ($1["receipt"]?["total_fen"]?.number ?? -1) }
        #expect(
            posted + fen("cash_back_fen") + fen("paid_back_fen") == fen("tendered_fen"),
            "\(basket)")
        #expect(fen("suspended_fen") == 0 && fen("return_due_fen") == 0)
        let balances = try PaidBook(data: world.folder.path).rows(
            """
            SELECT a.code || ' ' || (b.debits - b.credits) FROM ledger_account a
            JOIN account_balance b ON b.account_id = a.account_id
            WHERE a.code IN ('1001.S0001-C1', '2241.POWER01.SUSP', '2241.UNICOM01.SUSP')
                AND b.debits <> b.credits
            """)
        #expect(balances == ["1001.S0001-C1 \(Self.openingFen + posted)"])
    }
}
