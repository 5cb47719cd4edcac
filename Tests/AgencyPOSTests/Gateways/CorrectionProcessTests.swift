import Agency
import Foundation
import StrictJSON
import Testing

@testable import AgencyPOS

/// Voids and refunds of what a partner booked, with server and partner as processes of their own.
@Suite struct CorrectionProcessTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let correction: Correction
        let behaviour: String
        /// For how many calls; afterwards the partner is a good one. Zero for ever.
        var calls: Int64 = 0
        var isRefused = false
        /// What the first request hears when nobody is killed.
        let httpStatus: Int
        var isKilled = false

        var testDescription: String {
            "\(correction) \(behaviour) × \(calls)" + (isKilled ? ", server killed" : "")
        }

        /// The operation that carries it to the partner.
        var operation: String {
            switch correction {
            case .void: "reverse"
            case .refund: "post"
            }
        }
    }

    // A line makes a reversal up to three times before it gives up for the moment.
    private static let calm = [
        Row(correction: .void, behaviour: "normal", httpStatus: 201),
        Row(correction: .void, behaviour: "refuse", isRefused: true, httpStatus: 422),
        Row(correction: .void, behaviour: "drop_before_booking", calls: 1, httpStatus: 201),
        Row(correction: .void, behaviour: "drop_before_booking", calls: 3, httpStatus: 202),
        Row(correction: .void, behaviour: "drop_after_booking", calls: 3, httpStatus: 202),
        Row(correction: .void, behaviour: "go_away", calls: 3, httpStatus: 202),
        Row(correction: .void, behaviour: "bad_signature", calls: 3, httpStatus: 202),
        Row(correction: .void, behaviour: "garbage", calls: 3, httpStatus: 202),
        Row(correction: .void, behaviour: "unavailable", calls: 3, httpStatus: 202),
        Row(correction: .refund, behaviour: "normal", httpStatus: 201),
        Row(correction: .refund, behaviour: "refuse", isRefused: true, httpStatus: 422),
        Row(correction: .refund, behaviour: "unavailable", isRefused: true, httpStatus: 503),
        Row(correction: .refund, behaviour: "drop_after_booking", calls: 1, httpStatus: 202),
        Row(
            correction: .refund, behaviour: "drop_before_booking", calls: 1, isRefused: true,
            httpStatus: 202),
        Row(correction: .refund, behaviour: "garbage", calls: 1, httpStatus: 202),
    ]

    static let rows =
        calm
        + calm.map {
            Row(
                correction: $0.correction, behaviour: $0.behaviour, calls: $0.calls,
                isRefused: $0.isRefused, httpStatus: $0.httpStatus, isKilled: true)
        }

    @Test("cash goes back exactly once or not at all, and both sides know", arguments: rows)
    func once(_ row: Row) throws {
        let world = try PartnerWorld()
        let simulator = try #require(world.simulators["POWER01"])
        var client = try world.counter()
        let paid = try client.post(
            "/v1/bill-payments", PartnerWorld.payment(), key: "terminal-0001")
        #expect(paid.status == 201, "\(paid)")
        if row.correction == .refund { client = try nextDay(world, client) }
        let before = try simulator.callCount(row.operation)
        let code = try authorise(row.correction, world)
        let delay = JSONValue.integer(row.isKilled ? 300 : 0)
        let more: KeyValuePairs<String, JSONValue> =
            row.calls == 0
            ? ["delay_ms": delay] : ["delay_ms": delay, "calls": .integer(row.calls)]
        try simulator.behave(row.operation, row.behaviour, more)
        let path = "/v1/receipts/1/\(row.correction.rawValue)"
        let body: JSONValue = ["authorisation_code": .string(code)]
        try client.send(
            "POST", path, body: body.encoded,
            headers: [
                (name: "Content-Type", value: "application/json"),
                (name: "Idempotency-Key", value: "terminal-0002"),
            ])
        if row.isKilled {
            try world.waitForPost(row.operation, count: before + 1)
            try world.restart()
            client = try world.counter(signsOn: false)
        } else {
            let answer = try client.receive()
            #expect(answer.status == row.httpStatus, "\(answer)")
            if answer.status == 202 {
                #expect(try answer.json()["status"]?.text == "unknown")
            }
        }
        let end: Set<String> = row.isRefused ? ["declined", "reversed"] : ["posted"]
        let receipt = try world.receipt(2, is: end, seenBy: client)
        let status = try #require(receipt["status"]?.text)
        try expectPaidOut(row, receipt, client)
        // The key that is sent again tells of the same correction; another key begins none.
        let again = try client.post(path, body, key: "terminal-0002")
        if status == "posted" {
            #expect(again.status == 201, "\(again)")
            #expect(try again.json()["serial"]?.text == "000000000002", "\(again)")
            let other = try client.post(path, body, key: "terminal-0003")
            #expect(other.problemCode == "already-corrected", "\(other)")
        } else {
            #expect([422, 503].contains(again.status), "\(again)")
        }
        try expectBooked(row, status, world)
        #expect(try world.faults() == [])
    }

    /// Cash that was not paid out when the answer came waits, and is paid out once.
    private func expectPaidOut(
        _ row: Row, _ receipt: JSONValue, _ client: APIClient
    ) throws {
        let dueFen = receipt["return_due_fen"]?.number ?? 0
        if receipt["status"]?.text != "posted" { #expect(dueFen == 0) }
        if !row.isKilled, row.httpStatus != 202 { #expect(dueFen == 0) }
        if !row.isKilled, row.httpStatus == 202, !row.isRefused {
            #expect(dueFen == PartnerWorld.amountFen)
        }
        let paidOut = try client.post("/v1/receipts/2/return", key: "pay-out-0001")
        guard dueFen > 0 else {
            #expect(paidOut.problemCode == "return-not-due", "\(paidOut)")
            return
        }
        #expect(paidOut.status == 200, "\(paidOut)")
        #expect(try paidOut.json()["returned_fen"]?.number == PartnerWorld.amountFen)
        let second = try client.post("/v1/receipts/2/return", key: "pay-out-0002")
        #expect(second.problemCode == "return-not-due", "\(second)")
        #expect(try client.get("/v1/receipts/2").json()["return_due_fen"] == nil)
    }

    private func expectBooked(_ row: Row, _ status: String, _ world: PartnerWorld) throws {
        let payment = try world.booking()
        let payback = try world.booking("000000000002")
        switch row.correction {
        case .void:
            #expect(payment?["times_booked"]?.number == 1)
            #expect((payment?["status"]?.text == "reversed") == (status == "posted"))
            #expect(payback == nil)
            #expect(try world.simulators["POWER01"]?.callCount("post") == 1)
        case .refund:
            #expect(payment?["status"]?.text == "booked")
            #expect((payback?["status"]?.text == "booked") == (status == "posted"))
            #expect(payback?["times_booked"]?.number ?? 0 <= 1)
            #expect(try world.simulators["POWER01"]?.callCount("post") == 2)
        }
    }

    private func authorise(_ correction: Correction, _ world: PartnerWorld) throws -> String {
        let supervisor = try APIClient(port: world.server.port)
        try supervisor.signIn("SV-T01")
        let answer = try supervisor.post(
            "/v1/authorisations",
            [
                "correction": .string(correction.rawValue), "serial": "000000000001",
                "reason": "错号",
            ])
        return try #require(try answer.json()["authorisation_code"]?.text, "\(answer)")
    }

    /// Signs off, closes the day, and signs on again.
    private func nextDay(_ world: PartnerWorld, _ client: APIClient) throws -> APIClient {
        let shift = try client.get("/v1/shifts/current").json()
        let number = try #require(shift["shift_id"]?.text)
        // The float of the demo's first till, and what was paid in.
        let off = try client.post(
            "/v1/shifts/\(number)/sign-off",
            ["counts": .counts(500_000 + PartnerWorld.amountFen)], key: "sign-off-1")
        #expect(off.status == 200, "\(off)")
        try world.closeDay()
        return try world.counter()
    }
}
