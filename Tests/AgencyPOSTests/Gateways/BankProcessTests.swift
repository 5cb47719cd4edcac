import Foundation
import PartnerAPI
import StrictJSON
import Testing

@testable import AgencyPOS

/// A bank that is asked over its gateway, with the server and the bank as processes of their own.
@Suite struct BankProcessTests {
    private static let identity: JSONValue = [
        "document_type": "resident_card", "document_number": "990001199001010013",
    ]

    private static let remittance: JSONValue = [
        "product_id": "REMIT01", "payee_name": "王小明",
        "payee_account_number": "6217990000004321", "amount_fen": 80000, "identity": identity,
    ]

    private static let transfer: JSONValue = [
        "product_id": "TRANS01", "card_number": "6222020000001234",
        "encrypted_pin_block": "0123456789ABCDEF", "to_account_number": "6217990000005678",
        "amount_fen": 300000,
    ]

    private static let withdrawal: JSONValue = [
        "product_id": "CASH01", "card_number": "6222020000001234",
        "encrypted_pin_block": "0123456789ABCDEF", "amount_fen": 50000, "identity": identity,
    ]

    @Test(
        "remittances and transfers are booked by the bank behind the gateway",
        arguments: [
            ("/v1/remittances", remittance, 80_000), ("/v1/transfers", transfer, 300_000),
        ])
    func orders(_ path: String, _ body: JSONValue, _ amountFen: Int64) throws {
        let world = try PartnerWorld(["BANK01"])
        let client = try world.counter()
        let answer = try client.post(path, body, key: "terminal-0001")
        #expect(answer.status == 201, "\(answer)")
        #expect(try answer.json()["status"]?.text == "posted")
        let booking = try #require(try world.booking(at: "BANK01"))
        #expect(booking["status"]?.text == "booked")
        #expect(booking["times_booked"]?.number == 1)
        #expect(booking["booked_fen"]?.number == amountFen)
        #expect(try world.faults() == [])
    }

    @Test(
        "a bank that booked and did not answer undoes it, whether or not the server dies meanwhile",
        arguments: [false, true])
    func unanswered(isKilled: Bool) throws {
        let world = try PartnerWorld(["BANK01"])
        let bank = try #require(world.simulators["BANK01"])
        try bank.behave("post", "drop_after_booking", ["delay_ms": 400])
        let client = try world.counter()
        try client.send(
            "POST", "/v1/withdrawals", body: Self.withdrawal.encoded,
            headers: [
                (name: "Content-Type", value: "application/json"),
                (name: "Idempotency-Key", value: "terminal-0001"),
            ])
        if isKilled {
            try world.waitForPost(at: "BANK01")
            try world.restart()
        } else {
            #expect(try client.receive().status == 504)
        }
        let serial = try #require(PartnerSerial("000000000001"))
        try bank.waitUntil(serial, is: "reversed")
        let again = try world.counter(signsOn: false)
        #expect(try again.get("/v1/receipts/1").json()["status"]?.text == "reversed")
        let repeated = try again.post("/v1/withdrawals", Self.withdrawal, key: "terminal-0001")
        #expect(repeated.status == 504)
        #expect(try bank.callCount("post") == 1)
        #expect(try world.faults() == [])
    }
}
