import Agency
import Dispatch
import Foundation
import StrictJSON
import Testing

@testable import AgencyPOS

/// Every misbehaviour of a partner, with the server and the partner as processes of their own.
@Suite struct PartnerProcessTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let behaviour: String
        var delayMilliseconds: Int64 = 0
        /// Where the payment ends when nobody is killed.
        let status: String
        /// Whether the partner has it booked at the end.
        var isBooked = false
        var isKilled = false
        var testDescription: String { behaviour + (isKilled ? ", server killed" : "") }
    }

    private static let calm = [
        Row(behaviour: "normal", status: "posted", isBooked: true),
        Row(behaviour: "slow", delayMilliseconds: 400, status: "posted", isBooked: true),
        Row(
            behaviour: "drop_before_booking", delayMilliseconds: 200, status: "return_due"),
        Row(
            behaviour: "drop_after_booking", delayMilliseconds: 200, status: "posted",
            isBooked: true),
        Row(behaviour: "answer_twice", status: "posted", isBooked: true),
        Row(behaviour: "go_away", status: "return_due"),
        Row(behaviour: "unavailable", status: "declined"),
        Row(behaviour: "refuse", status: "declined"),
        Row(behaviour: "late", delayMilliseconds: 2_000, status: "posted", isBooked: true),
        Row(behaviour: "late_unseen", delayMilliseconds: 2_500, status: "return_due"),
        Row(behaviour: "disagree", status: "unknown", isBooked: true),
        Row(behaviour: "garbage", status: "posted", isBooked: true),
        Row(behaviour: "bad_signature", status: "posted", isBooked: true),
        Row(behaviour: "unsigned", status: "posted", isBooked: true),
    ]

    static let rows =
        calm
        + calm.map {
            Row(
                behaviour: $0.behaviour, delayMilliseconds: max($0.delayMilliseconds, 300),
                status: $0.status, isBooked: $0.isBooked, isKilled: true)
        }

    @Test("a payment is booked exactly once or not at all, and both sides know", arguments: rows)
    func once(_ row: Row) throws {
        let world = try PartnerWorld()
        let simulator = try #require(world.simulators["POWER01"])
        try simulator.behave(
            "post", row.behaviour, ["delay_ms": .integer(row.delayMilliseconds)])
        var client = try world.counter()
        try PartnerWorld.send(key: "terminal-0001", over: client)
        if row.isKilled {
            try world.waitForPost()
            try world.restart()
            client = try world.counter(signsOn: false)
        } else {
            let answer = try client.receive()
            #expect([201, 202, 422, 503].contains(answer.status), "\(answer)")
        }
        // What was asked for may end otherwise when the server dies first, but never in between.
        let final: Set<String> =
            row.behaviour == "disagree"
            ? ["unknown", "posted", "return_due"] : ["posted", "return_due", "declined"]
        let receipt = try world.receipt(
            is: row.isKilled ? final : [row.status], seenBy: client)
        #expect(receipt["receipt_number"]?.text == "S0001-20261121-000001")
        // A key that is sent again tells of the same payment and makes no other.
        let again = try client.post(
            "/v1/bill-payments", PartnerWorld.payment(), key: "terminal-0001")
        let status = receipt["status"]?.text
        if status != "declined" {
            #expect(try again.json()["serial"]?.text == "000000000001", "\(again)")
        }
        #expect(try simulator.callCount("post") == 1)
        try expectBookedOnce(row, world, status)
        if status == "return_due" {
            let back = try client.post("/v1/receipts/1/return", key: "return-0001")
            #expect(back.status == 200, "\(back)")
            #expect(try back.json()["returned_fen"]?.number == PartnerWorld.amountFen)
        }
        #expect(try world.faults() == [])
    }

    private func expectBookedOnce(
        _ row: Row, _ world: PartnerWorld, _ status: String?
    ) throws {
        let booking = try world.booking()
        let isBooked = booking?["status"]?.text == "booked"
        if row.behaviour == "disagree" {
            #expect(booking?["times_booked"]?.number == 1)
            return
        }
        #expect(isBooked == (status == "posted"), "\(String(describing: booking))")
        #expect(booking?["times_booked"]?.number ?? 0 <= 1)
        if isBooked { #expect(booking?["booked_fen"]?.number == PartnerWorld.amountFen) }
        if !row.isKilled { #expect(isBooked == row.isBooked) }
    }

    @Test("a disputed payment is shown to the partner's liaison, who has it asked about again")
    func disputed() throws {
        let world = try PartnerWorld()
        let simulator = try #require(world.simulators["POWER01"])
        try simulator.behave("post", "misreport")
        try simulator.behave("query", "misreport")
        let client = try world.counter()
        let paid = try client.post(
            "/v1/bill-payments", PartnerWorld.payment(), key: "terminal-0001")
        #expect(paid.status == 202, "\(paid)")
        #expect(try paid.json()["status"]?.text == "unknown")
        let liaison = try APIClient(port: world.server.port)
        try liaison.signIn("LI-POWER01")
        let calls = try liaison.get("/v1/partner-calls").json()["partner_calls"]?.items
        #expect(calls?.first?["state"]?.text == "disputed")
        #expect(calls?.first?["booked_fen"]?.number == PartnerWorld.amountFen + 1)
        let stranger = try APIClient(port: world.server.port)
        try stranger.signIn("LI-GAS01")
        #expect(
            try stranger.get("/v1/partner-calls").json()["partner_calls"]?.items.isEmpty == true)
        #expect(
            try stranger.post("/v1/partner-calls/1/query").problemCode == "unknown-partner-call")
        try simulator.behave("query", "normal")
        #expect(try liaison.post("/v1/partner-calls/1/query").status == 202)
        _ = try world.receipt(is: ["posted"], seenBy: client)
        let administrator = try APIClient(port: world.server.port)
        try administrator.signIn("AD0001")
        let lines = try administrator.get("/v1/partner-lines").json()["partner_lines"]?.items
        let line = lines?.first { $0["partner_id"]?.text == "POWER01" }
        #expect(line?["circuit"]?.text == "closed")
        #expect(try world.faults() == [])
    }

    @Test("a slow partner delays no other partner's payments") func isolation() throws {
        let world = try PartnerWorld(["POWER01", "UNICOM01"], answerMilliseconds: 20_000)
        let client = try world.counter()
        let alone = try slowestOfMost(client, "alone")
        try world.simulators["POWER01"]?.behave("post", "slow", ["delay_ms": 8_000])
        // More than the slow partner's line has threads for.
        let waiting = try (0..<8).map { index in
            let other = try APIClient(port: world.server.port)
            other.token = client.token
            try PartnerWorld.send(key: "slow-power-\(index)", over: other)
            return other
        }
        try world.waitForPost()
        let beside = try slowestOfMost(client, "beside")
        // Another partner's payment would take seconds if it waited for the slow one's threads.
        #expect(
            beside <= alone * 5 + 1_000, "p99 \(beside) ms beside a slow partner, \(alone) alone")
        withExtendedLifetime(waiting) {}
        world.server.kill()
    }

    /// How long 99 of 100 payments to a partner that answers took at most, in milliseconds.
    private func slowestOfMost(_ client: APIClient, _ prefix: String) throws -> UInt64 {
        let body: JSONValue = [
            "product_id": "UNICOM", "account_number": "13100000001", "amount_fen": 1_000,
        ]
        let times = try (0..<100).map { index in
            let start = DispatchTime.now().uptimeNanoseconds
            let answer = try client.post(
                "/v1/bill-payments", body, key: "\(prefix)-unicom-\(index)")
            guard answer.status == 201 else { throw TestFailure("\(answer)") }
            return (DispatchTime.now().uptimeNanoseconds - start) / 1_000_000
        }
        return times.sorted()[98]
    }

    @Test("an online biller's arrears are asked for, quoted and paid over the wire")
    func inquiry() throws {
        let world = try PartnerWorld(["GAS01"])
        let client = try world.counter()
        let query = "/v1/bills?product_id=GAS&account_number=G0001"
        let bill = try #require(try client.get(query).json()["bills"]?.items.first)
        let quote = try client.post(
            "/v1/bill-quotes", ["bill_id": .string(try #require(bill["bill_id"]?.text))]
        ).json()
        let number = try #require(quote["quote_id"]?.text)
        let amount = try #require(quote["amount_fen"]?.number)
        let paid = try client.post(
            "/v1/bill-payments", ["quote_id": .string(number), "amount_fen": .integer(amount)],
            key: "terminal-0001")
        #expect(paid.status == 201, "\(paid)")
        #expect(try client.get(query).json()["bills"]?.items.isEmpty == true)
        try world.simulators["GAS01"]?.behave("inquire", "refuse")
        #expect(try client.get(query).problemCode == "partner-refused")
        try world.simulators["GAS01"]?.behave("inquire", "unavailable")
        #expect(try client.get(query).problemCode == "partner-unavailable")
        #expect(try world.faults() == [])
    }
}
