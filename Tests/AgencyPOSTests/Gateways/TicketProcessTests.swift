import CivilTime
import Foundation
import PartnerAPI
import StrictJSON
import Testing

@testable import AgencyPOS

/// A ticket principal that is asked over its gateway, a process of its own like the server.
@Suite struct TicketProcessTests {
    private static let terms = ["principal_issues", "asks_offers", "names_passengers"].map { name in
        """
        INSERT INTO contract_term (contract_id, name, value)
        SELECT c.contract_id, '\(name)', 1 FROM contract c
        JOIN product p ON p.product_id = c.product_id WHERE p.code = 'RAIL';
        """
    }.joined()

    private static let passenger: JSONValue = [
        "name": "王小明", "identity_number": "990001199001010013",
    ]

    /// Reserves a seat of the first trip that the principal has to date, and gives what it costs.
    private func reserve(_ client: APIClient) throws -> (id: String, fareFen: Int64) {
        // The server has the clock of the day on which the test runs.
        let day = ZoneOffset.china.date(at: .now).adding(days: 5)
        let date = day.description
        let query = "/v1/trips?product_id=RAIL&travel_date=\(date)&origin=A&destination=B"
        let listed = try client.get(query)
        let trip = try #require(try listed.json()["trips"]?.items.first, "\(listed)")
        #expect(trip["trip_id"]?.text == "O-RAIL-\(day.compact)-1")
        #expect(trip["origin"]?.text == "A" && trip["destination"]?.text == "B")
        #expect(trip["child_fare_fen"]?.number == 2_500)
        let reserved = try client.post(
            "/v1/ticket-reservations",
            [
                "trip_id": .string(try #require(trip["trip_id"]?.text)),
                "travel_date": .string(date), "seat_count": 1,
            ])
        #expect(reserved.status == 201, "\(reserved)")
        let json = try reserved.json()
        return (
            try #require(json["reservation_id"]?.text), try #require(json["amount_fen"]?.number)
        )
    }

    private func sell(
        _ client: APIClient, _ seat: (id: String, fareFen: Int64), key: String
    ) throws -> APIAnswer {
        try client.post(
            "/v1/tickets",
            [
                "reservation_id": .string(seat.id), "amount_fen": .integer(seat.fareFen),
                "passengers": .array([Self.passenger]),
            ], key: key)
    }

    @Test("tickets are asked for, reserved, sold and given back over the wire")
    func whole() throws {
        let world = try PartnerWorld(["RAIL01"], preparing: Self.terms)
        let client = try world.counter()
        let seat = try reserve(client)
        let unnamed = try client.post(
            "/v1/tickets",
            ["reservation_id": .string(seat.id), "amount_fen": .integer(seat.fareFen)],
            key: "terminal-0000")
        #expect(unnamed.problemCode == "identity-not-checked", "\(unnamed)")
        let sold = try sell(client, seat, key: "terminal-0001")
        #expect(sold.status == 201, "\(sold)")
        let ticket = try #require(try sold.json()["tickets"]?.items.first)
        let reference = try sold.json()["receipt"]?["partner_reference"]?.text
        #expect(ticket["principal_number"]?.text == reference.map { $0 + "-1" })
        #expect(ticket["passenger_name"]?.text == "王**")
        #expect(ticket["identity_last_four"]?.text == "0013")
        let paper = try client.get("/v1/receipts/1/text?paper=58&language=zh")
        #expect(String(decoding: paper.body, as: UTF8.self).contains("王** *0013"), "\(paper)")
        let other = try reserve(client)
        let twice = try sell(client, other, key: "terminal-0002")
        #expect(twice.status == 409 && twice.problemCode == "passenger-already-booked")
        let quote = try client.get("/v1/tickets/1/1/refund-quote").json()
        let back = try client.post(
            "/v1/tickets/1/1/refund",
            ["refund_fen": .integer(try #require(quote["refund_fen"]?.number))],
            key: "terminal-0003")
        #expect(back.status == 201, "\(back)")
        let serial = try #require(PartnerSerial("000000000002"))
        let payback = try #require(try world.simulators["RAIL01"]?.booking(serial))
        #expect(payback["kind"]?.text == "payback")
        #expect(payback["times_booked"]?.number == 1)
        #expect(try sell(client, other, key: "terminal-0004").status == 201)
        #expect(try world.faults() == [])
    }

    @Test("a principal that is silent shows nothing for sale")
    func silentInquiry() throws {
        let world = try PartnerWorld(["RAIL01"], preparing: Self.terms)
        let client = try world.counter()
        try world.simulators["RAIL01"]?.behave("inquire", "go_away")
        let answer = try client.get("/v1/trips?product_id=RAIL")
        #expect(answer.status == 503 && answer.problemCode == "partner-unavailable")
        #expect(try client.get("/v1/trips?product_id=COACH").status == 200)
        #expect(
            try client.get("/v1/offers?product_id=SHOW&origin=A").problemCode
                == "invalid-parameter")
    }

    @Test(
        "a sale is booked exactly once or not at all, whether or not the server is killed",
        arguments: [
            ("drop_before_booking", false, "return_due"),
            ("drop_before_booking", true, "return_due"),
            ("drop_after_booking", false, "posted"), ("drop_after_booking", true, "posted"),
            ("refuse", false, "declined"), ("unavailable", false, "declined"),
        ])
    func once(behaviour: String, isKilled: Bool, status: String) throws {
        let world = try PartnerWorld(["RAIL01"], preparing: Self.terms)
        let simulator = try #require(world.simulators["RAIL01"])
        try simulator.behave("post", behaviour, ["delay_ms": 300])
        var client = try world.counter()
        let seat = try reserve(client)
        let body: JSONValue = [
            "reservation_id": .string(seat.id), "amount_fen": .integer(seat.fareFen),
            "passengers": .array([Self.passenger]),
        ]
        try client.send(
            "POST", "/v1/tickets", body: body.encoded,
            headers: [
                (name: "Content-Type", value: "application/json"),
                (name: "Idempotency-Key", value: "terminal-0001"),
            ])
        if isKilled {
            try world.waitForPost(at: "RAIL01")
            try world.restart()
            client = try world.counter(signsOn: false)
        } else {
            let answer = try client.receive()
            #expect([202, 502, 503].contains(answer.status), "\(answer)")
        }
        _ = try world.receipt(is: [status], seenBy: client)
        let again = try client.post("/v1/tickets", body, key: "terminal-0001")
        let told = try again.json()["receipt"]?["status"]?.text
        #expect(told == (status == "declined" ? nil : status), "\(again)")
        #expect(try again.json()["tickets"]?.items.count ?? 0 == (status == "posted" ? 1 : 0))
        #expect(try simulator.callCount("post") == 1)
        if status == "return_due" {
            let back = try client.post("/v1/receipts/1/return", key: "return-0001")
            #expect(try back.json()["returned_fen"]?.number == seat.fareFen + 500, "\(back)")
        }
        #expect(try world.faults() == [])
    }

    @Test(
        "a change is booked exactly once or not at all, whether or not the server is killed",
        arguments: [
            ("drop_before_booking", false, "return_due"),
            ("drop_before_booking", true, "return_due"),
            ("drop_after_booking", false, "posted"), ("drop_after_booking", true, "posted"),
            ("refuse", false, "declined"),
        ])
    func change(behaviour: String, isKilled: Bool, status: String) throws {
        let world = try PartnerWorld(["RAIL01"], preparing: Self.terms)
        let simulator = try #require(world.simulators["RAIL01"])
        var client = try world.counter()
        #expect(try sell(client, reserve(client), key: "terminal-0001").status == 201)
        let day = ZoneOffset.china.date(at: .now).adding(days: 5)
        let trip = "O-RAIL-\(day.compact)-2"
        let path = "/v1/tickets/1/1/change"
        let quote = try client.get(path + "-quote?trip_id=\(trip)&travel_date=\(day)").json()
        let differenceFen = try #require(quote["difference_fen"]?.number)
        #expect(differenceFen == 5_000)
        let body: JSONValue = [
            "trip_id": .string(trip), "travel_date": .string(day.description),
            "difference_fen": .integer(differenceFen),
        ]
        try simulator.behave("post", behaviour, ["delay_ms": 300])
        try client.send(
            "POST", path, body: body.encoded,
            headers: [
                (name: "Content-Type", value: "application/json"),
                (name: "Idempotency-Key", value: "terminal-0002"),
            ])
        if isKilled {
            try world.waitForPost(at: "RAIL01", count: 2)
            try world.restart()
            client = try world.counter(signsOn: false)
        } else {
            let answer = try client.receive()
            #expect([202, 502].contains(answer.status), "\(answer)")
        }
        _ = try world.receipt(2, is: [status], seenBy: client)
        let again = try client.post(path, body, key: "terminal-0002")
        let told = try again.json()
        let isBooked = status == "posted"
        #expect(told["receipt"]?["status"]?.text == (status == "declined" ? nil : status))
        #expect(told["tickets"]?.items.count ?? 0 == (isBooked ? 1 : 0), "\(again)")
        let old = try client.get("/v1/tickets/1").json()["tickets"]?.items.first
        #expect(old?["state"]?.text == (isBooked ? "changed" : "issued"))
        #expect(try simulator.callCount("post") == 2)
        let serial = try #require(PartnerSerial("000000000002"))
        let known = try simulator.booking(serial)
        #expect(known?["times_booked"]?.number ?? 0 == (isBooked ? 1 : 0))
        if isBooked {
            #expect(known?["replaced_reference"]?.text == "O-RAIL-\(day.compact)-1")
        }
        if status == "return_due" {
            let back = try client.post("/v1/receipts/2/return", key: "return-0001")
            #expect(try back.json()["returned_fen"]?.number == differenceFen, "\(back)")
        }
        #expect(try world.faults() == [])
    }

    @Test("an unanswered refund pays nothing until its principal has booked it")
    func refund() throws {
        let world = try PartnerWorld(["RAIL01"], preparing: Self.terms)
        let simulator = try #require(world.simulators["RAIL01"])
        let client = try world.counter()
        let seat = try reserve(client)
        #expect(try sell(client, seat, key: "terminal-0001").status == 201)
        try simulator.behave("post", "drop_after_booking", ["calls": 1])
        try simulator.behave("query", "unavailable")
        let quote = try client.get("/v1/tickets/1/1/refund-quote").json()
        let body: JSONValue = [
            "refund_fen": .integer(try #require(quote["refund_fen"]?.number))
        ]
        let asked = try client.post("/v1/tickets/1/1/refund", body, key: "terminal-0002")
        #expect(asked.status == 202, "\(asked)")
        let meanwhile = try client.post("/v1/tickets/1/1/refund", body, key: "terminal-0003")
        #expect(meanwhile.problemCode == "refund-unconfirmed")
        try simulator.behave("query", "normal")
        let liaison = try APIClient(port: world.server.port)
        try liaison.signIn("LI-RAIL01")
        // It is asked again by itself, after a pause.
        let deadline = Date(timeIntervalSinceNow: PartnerWorld.patienceSeconds)
        while try client.get("/v1/receipts/2").json()["status"]?.text != "posted" {
            try #require(Date.now < deadline, "the refund is not known")
        }
        let back = try client.post("/v1/receipts/2/return", key: "return-0001")
        #expect(back.status == 200, "\(back)")
        let told = try client.post("/v1/tickets/1/1/refund", body, key: "terminal-0002")
        #expect(told.status == 201, "\(told)")
        let used = try liaison.post("/v1/tickets/1/1/use", key: "gate-key-0001")
        #expect(used.problemCode == "ticket-not-issued")
        #expect(try world.faults() == [])
    }
}
