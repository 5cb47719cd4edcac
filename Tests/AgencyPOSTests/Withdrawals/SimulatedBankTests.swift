import Agency
import Foundation
import StrictJSON
import Testing

@testable import AgencyPOS

/// Remittances and transfers with a bank that is a process of its own and misbehaves.
@Suite(.serialized) struct SimulatedBankTests {
    /// How long the line waits for an answer, in milliseconds.
    static let answerMilliseconds: Int64 = 500

    struct Row: Sendable, CustomTestStringConvertible {
        let behaviour: String
        var delayMilliseconds: Int64 = 0
        /// What the terminal hears first.
        let first: String
        /// What becomes of it.
        let last: String
        var testDescription: String { "\(behaviour): \(first), then \(last)" }
    }

    static let rows = [
        Row(behaviour: "normal", first: "posted", last: "posted"),
        Row(behaviour: "slow", delayMilliseconds: 50, first: "posted", last: "posted"),
        Row(behaviour: "late", delayMilliseconds: 900, first: "unknown", last: "posted"),
        Row(
            behaviour: "late_unseen", delayMilliseconds: 2_500, first: "unknown",
            last: "return_due"),
        Row(behaviour: "drop_before_booking", first: "unknown", last: "return_due"),
        Row(behaviour: "drop_after_booking", first: "unknown", last: "posted"),
        Row(behaviour: "answer_twice", first: "posted", last: "posted"),
        Row(behaviour: "go_away", first: "unknown", last: "return_due"),
        Row(behaviour: "unavailable", first: "partner-unavailable", last: "declined"),
        Row(behaviour: "refuse", first: "partner-refused", last: "declined"),
        Row(behaviour: "bad_signature", first: "unknown", last: "posted"),
        Row(behaviour: "unsigned", first: "unknown", last: "posted"),
        Row(behaviour: "garbage", first: "unknown", last: "posted"),
        Row(behaviour: "misreport", first: "unknown", last: "posted"),
        Row(behaviour: "disagree", first: "unknown", last: "unknown"),
    ]

    @Test("what the bank booked is posted, what it did not is given back", arguments: rows)
    func misbehaviour(_ row: Row) throws {
        let bank = try SimulatedBank()
        let server = try Self.serve(bank)
        defer { server.stop() }
        let teller = try server.counter()
        try bank.behave(
            row.behaviour, on: "post", delayMilliseconds: row.delayMilliseconds)
        let answer = try teller.post("/v1/remittances", .remittance(), key: teller.freshKey())
        let receipt = try answer.json()
        #expect((receipt["status"]?.text ?? answer.problemCode) == row.first, "\(answer)")
        let serial = try #require(
            try Self.rows(server, "SELECT printf('%012d', serial) FROM bank_order").first)
        let last = try BankOrderRoutesTests.wait(for: row.last, serial, teller)
        if let number = receipt["receipt_number"] {
            #expect(last["receipt_number"] == number)
        }
        try Self.expectAgreement(server, bank, serial, row)
        #expect(try BankOrderRoutesTests.faults(server) == [])
    }

    @Test("a bank that is gone declines nothing and promises nothing; its return is awaited")
    func away() throws {
        let bank = try SimulatedBank()
        let server = try Self.serve(bank)
        defer { server.stop() }
        let teller = try server.counter()
        try bank.behave("drop_after_booking", on: "post")
        let answer = try teller.post("/v1/remittances", .remittance(), key: teller.freshKey())
        let serial = try #require(try answer.json()["serial"]?.text)
        try bank.behave("go_away", on: "any", calls: 1_000_000)
        let refused = try teller.post(
            "/v1/receipts/\(serial)/return", key: teller.freshKey())
        #expect(refused.problemCode == "return-not-due", "\(refused)")
        try bank.behave("normal", on: "any")
        _ = try BankOrderRoutesTests.wait(for: "posted", serial, teller)
        bank.end()
        // Nobody listens: the order was certainly not sent, and nothing is unknown.
        let unsent = try teller.post("/v1/remittances", .remittance(), key: teller.freshKey())
        #expect(unsent.problemCode == "partner-unavailable", "\(unsent)")
        let inquiry = try teller.post("/v1/balance-inquiries", .balanceInquiry())
        #expect(inquiry.problemCode == "bank-did-not-answer")
        #expect(try BankOrderRoutesTests.faults(server) == [])
    }

    @Test("transfers and balances go over the line too") func others() throws {
        let bank = try SimulatedBank()
        let server = try Self.serve(bank)
        defer { server.stop() }
        let teller = try server.counter()
        let moved = try teller.post("/v1/transfers", .transfer(), key: teller.freshKey())
        #expect(try moved.json()["status"]?.text == "posted", "\(moved)")
        let serial = try #require(try moved.json()["serial"]?.text)
        let booking = try #require(try bank.booking(serial))
        #expect(booking["kind"]?.text == "transfer")
        #expect(booking["booked_fen"]?.number == 300_000)
        try bank.behave("drop_before_booking", on: "post")
        let lost = try teller.post("/v1/transfers", .transfer(), key: teller.freshKey())
        #expect(try lost.json()["status"]?.text == "unknown", "\(lost)")
        let lostSerial = try #require(try lost.json()["serial"]?.text)
        _ = try BankOrderRoutesTests.wait(for: "reversed", lostSerial, teller)
        #expect(try bank.booking(lostSerial)?["times_booked"]?.number == 0)
        let balance = try teller.post("/v1/balance-inquiries", .balanceInquiry())
        #expect(try balance.json()["available_fen"]?.number == 1_000_000)
        #expect(try BankOrderRoutesTests.faults(server) == [])
    }

    /// Whether the bank booked exactly what our book says that it did.
    private static func expectAgreement(
        _ server: LiveServer, _ bank: SimulatedBank, _ serial: String, _ row: Row
    ) throws {
        let booking = try bank.booking(serial)
        let times = booking?["times_booked"]?.number ?? 0
        let undone = booking?["times_reversed"]?.number ?? 0
        switch row.last {
        case "posted":
            #expect(times == 1 && undone == 0)
            #expect(booking?["booked_fen"]?.number == 80_000)
        case "unknown": #expect(booking?["booked_fen"]?.number == 80_001)
        case "return_due":
            // Whatever is still under way to it, the bank will not book it.
            #expect(booking?["status"]?.text == "reversed" && times == undone)
        case _: #expect(times == undone)
        }
    }

    private static func serve(_ bank: SimulatedBank) throws -> LiveServer {
        let folder = try DemoNetwork.copy()
        try bank.setGateway(of: "BANK01", in: folder, answerMilliseconds: answerMilliseconds)
        return try LiveServer(folder: folder)
    }

    private static func rows(_ server: LiveServer, _ sql: String) throws -> [String] {
        try server.book.readers.read { try $0.prepare(computed: sql).all { $0.text(0) } }
    }
}
