import Agency
import StrictJSON
import Testing

@testable import AgencyPOS

@Suite struct TicketRoutesTests {
    private static let connections = 6

    @Test("of refunds and changes of one ticket sent at once exactly one passes")
    func race() throws {
        let server = try LiveServer()
        let counter = try server.counter()
        let sold = try sell(counter, seats: 1)
        let clients = try (0..<Self.connections).map { _ in
            let client = try server.client()
            client.token = counter.token
            return client
        }
        for (index, client) in clients.enumerated() {
            let body =
                index % 2 == 0
                ? #"{"refund_fen":9450}"#
                : #"{"trip_id":"D5103","travel_date":"2026-12-10","difference_fen":0}"#
            try client.send(
                "POST", "/v1/tickets/\(sold)/1/" + (index % 2 == 0 ? "refund" : "change"),
                body: [UInt8](body.utf8),
                headers: [
                    ("Content-Type", "application/json"), ("Idempotency-Key", "race-key-\(index)"),
                ])
        }
        let answers = try clients.map { try $0.receive() }
        #expect(answers.count { $0.status == 201 } == 1, "\(answers)")
        #expect(answers.count { $0.problemCode == "ticket-not-issued" } == Self.connections - 1)
        server.stop()
        let report = try server.book.folder.openReaders().read {
            try BookAudit($0, maximumFaults: 10) { _ in }.run()
        }
        #expect(report.faults == [])
    }

    @Test("offers are listed and sold by their own fares")
    func offers() throws {
        let server = try LiveServer()
        let counter = try server.counter()
        let listed = try counter.get("/v1/offers?product_id=SHOW&travel_date=2026-11-22").json()
        let offer = try #require(listed["offers"]?.items.first)
        #expect(offer["offer_id"]?.text == "YC-SHANGE")
        #expect(offer["places_left"]?.number == 300)
        let none = try counter.get("/v1/offers?product_id=SHOW&travel_date=2026-11-24").json()
        #expect(none["offers"]?.items.count == 0)
        let reserved = try counter.post(
            "/v1/ticket-reservations",
            [
                "trip_id": "YC-SHANGE", "travel_date": "2026-11-22", "seat_count": 3,
                "child_count": 2,
            ])
        #expect(reserved.status == 201)
        #expect(try reserved.json()["amount_fen"]?.number == 16_000)
        #expect(try reserved.json()["service_fee_fen"]?.number == 900)
        let tooMany = try counter.post(
            "/v1/ticket-reservations",
            [
                "trip_id": "YC-SHANGE", "travel_date": "2026-11-22", "seat_count": 1,
                "child_count": 1, "senior_count": 1,
            ])
        #expect(tooMany.status == 422 && tooMany.problemField == "/seat_count")
    }

    @Test("a refusal tells the operator in Chinese what to do")
    func chinese() throws {
        let server = try LiveServer()
        let counter = try server.counter()
        let sold = try sell(counter, seats: 1)
        server.clock.advance(minutes: 60 * 24 * 30)
        try counter.signIn("OP000101")
        let answer = try counter.get("/v1/tickets/\(sold)/1/refund-quote")
        #expect(answer.status == 409 && answer.problemCode == "departed")
        #expect(try answer.json()["detail_zh"]?.text?.contains("已开车") == true)
        for path in ["0/refund-quote", "10/refund-quote", "01/refund-quote", "x/refund-quote"] {
            #expect(try counter.get("/v1/tickets/\(sold)/\(path)").status == 404, "\(path)")
        }
    }

    private func sell(_ counter: APIClient, seats: Int64) throws -> String {
        let reserved = try counter.post(
            "/v1/ticket-reservations",
            [
                "trip_id": "D5101", "travel_date": "2026-12-10", "seat_count": .integer(seats),
            ])
        let reservation = try #require(try reserved.json()["reservation_id"]?.text)
        let sold = try counter.post(
            "/v1/tickets",
            ["reservation_id": .string(reservation), "amount_fen": .integer(9_450 * seats)],
            key: counter.freshKey())
        return try #require(try sold.json()["tickets"]?.items.first?["serial"]?.text)
    }
}
