import Agency
import Foundation
import StrictJSON
import Testing

@testable import AgencyPOS

@Suite struct BankOrderRoutesTests {
    /// How long a test waits for what the desk finishes by itself, in seconds.
    static let patienceSeconds = 20.0

    @Test(
        "the bank's answer is the receipt's status",
        arguments: [
            ("6217990000004321", 201, "posted"), ("6217990000000051", 422, "partner-refused"),
            ("6217990000000055", 422, "partner-refused"),
            ("6217990000000067", 202, "unknown"), ("6217990000000068", 202, "unknown"),
        ])
    func answers(_ account: String, _ status: Int, _ word: String) throws {
        let server = try LiveServer()
        let teller = try server.counter()
        for (path, body) in [
            ("/v1/remittances", JSONValue.remittance(account: account)),
            ("/v1/transfers", .transfer(account: account)),
        ] {
            let key = teller.freshKey()
            let answer = try teller.post(path, body, key: key)
            #expect(answer.status == status, "\(answer)")
            if status == 422 {
                #expect(answer.problemCode == word)
                #expect(try answer.json()["detail_zh"]?.text?.isEmpty == false)
                #expect(try teller.post(path, body, key: key).problemCode == word)
                continue
            }
            let receipt = try answer.json()
            #expect(receipt["status"]?.text == word)
            #expect(receipt["account_reference"]?.text == "************" + account.suffix(4))
            // What is settled is told to the byte again, the other as it then stands.
            let again = try teller.post(path, body, key: key)
            if status == 201 { #expect(again == answer) }
        }
        #expect(try Self.faults(server) == [])
    }

    @Test("an unanswered order that the bank booked is posted by itself, its receipt number kept")
    func foundBooked() throws {
        let server = try LiveServer()
        let teller = try server.counter()
        let key = teller.freshKey()
        let body = JSONValue.remittance(account: "6217990000000068")
        let answer = try teller.post("/v1/remittances", body, key: key)
        let receipt = try answer.json()
        let serial = try #require(receipt["serial"]?.text)
        let posted = try Self.wait(for: "posted", serial, teller)
        #expect(posted["receipt_number"] == receipt["receipt_number"])
        #expect(posted["partner_reference"]?.text == "S" + serial)
        let again = try teller.post("/v1/remittances", body, key: key)
        #expect(again.status == 201)
        #expect(try again.json()["receipt_number"] == receipt["receipt_number"])
        let returned = try teller.post("/v1/receipts/\(serial)/return", key: teller.freshKey())
        #expect(returned.problemCode == "return-not-due")
        #expect(try Self.faults(server) == [])
    }

    @Test("one that the bank did not book is undone there, and its cash goes back once")
    func returned() throws {
        let server = try LiveServer()
        let teller = try server.counter()
        let answer = try teller.post(
            "/v1/remittances", .remittance(account: "6217990000000067"), key: teller.freshKey())
        let serial = try #require(try answer.json()["serial"]?.text)
        _ = try Self.wait(for: "return_due", serial, teller)
        let key = teller.freshKey()
        let path = "/v1/receipts/\(serial)/return"
        let returned = try teller.post(path, key: key)
        #expect(try returned.json()["returned_fen"]?.number == 80_200, "\(returned)")
        #expect(try teller.post(path, key: key) == returned)
        #expect(
            try teller.post(path, key: teller.freshKey()).problemCode == "return-not-due")
        _ = try Self.wait(for: "returned", serial, teller)
        let shift = try teller.get("/v1/shifts/current").json()["shift_id"]?.text ?? ""
        let count = try teller.post(
            "/v1/shifts/\(shift)/sign-off", ["counts": .counts(500_000)],
            key: teller.freshKey())
        #expect(try count.json()["over_fen"]?.number == 0, "\(count)")
        #expect(try count.json()["short_fen"]?.number == 0, "\(count)")
        #expect(try Self.faults(server) == [])
    }

    @Test("a transfer that the bank did not book is over, and its key says so")
    func reversedTransfer() throws {
        let server = try LiveServer()
        let teller = try server.counter()
        let key = teller.freshKey()
        let body = JSONValue.transfer(account: "6217990000000067")
        let answer = try teller.post("/v1/transfers", body, key: key)
        let serial = try #require(try answer.json()["serial"]?.text)
        _ = try Self.wait(for: "reversed", serial, teller)
        let told = try teller.post("/v1/transfers", body, key: key)
        #expect(told.status == 503)
        #expect(told.problemCode == "partner-unavailable")
        let returned = try teller.post("/v1/receipts/\(serial)/return", key: teller.freshKey())
        #expect(returned.problemCode == "return-not-due")
        #expect(try Self.faults(server) == [])
    }

    @Test("without a line to the bank nothing is booked, and no card is asked about")
    func noLine() throws {
        let server = try LiveServer(sandbox: nil)
        let teller = try server.counter()
        for (path, body) in [
            ("/v1/remittances", JSONValue.remittance()), ("/v1/transfers", .transfer()),
            ("/v1/withdrawals", .withdrawal()), ("/v1/balance-inquiries", .balanceInquiry()),
        ] {
            let key = path.hasSuffix("inquiries") ? nil : teller.freshKey()
            let answer = try teller.post(path, body, key: key)
            #expect(answer.status == 503, "\(path): \(answer)")
            #expect(answer.problemCode == "partner-unavailable")
            #expect(try answer.json()["detail_zh"]?.text?.isEmpty == false)
        }
        let counts = try server.counts()
        for table in [
            "service_transaction", "idempotency_key", "withdrawal", "bank_order", "partner_call",
            "card_inquiry",
        ] {
            #expect(counts[table] == 0, "\(table)")
        }
        #expect(try Self.faults(server) == [])
    }

    @Test("a balance is told once, counted, and kept nowhere") func balance() throws {
        let server = try LiveServer()
        let teller = try server.counter()
        let answer = try teller.post("/v1/balance-inquiries", .balanceInquiry())
        #expect(answer.status == 200)
        #expect(try answer.json()["available_fen"]?.number == 223_400)
        #expect(try answer.json()["card_reference"]?.text == "************1234")
        let declined = try teller.post(
            "/v1/balance-inquiries", .balanceInquiry(card: "6222020000000055"))
        #expect(declined.problemCode == "inquiry-declined")
        let silent = try teller.post(
            "/v1/balance-inquiries", .balanceInquiry(card: "6222020000000068"))
        #expect(silent.problemCode == "bank-did-not-answer")
        for _ in 2...5 {
            #expect(
                try teller.post("/v1/balance-inquiries", .balanceInquiry()).status == 200)
        }
        let sixth = try teller.post("/v1/balance-inquiries", .balanceInquiry())
        #expect(sixth.problemCode == "inquiry-limit-exceeded")
        let outcomes = try server.book.readers.read { connection in
            try connection.prepare(
                """
                SELECT card_last_four || ' ' || outcome || ' ' || count(*) FROM card_inquiry
                GROUP BY card_last_four, outcome ORDER BY 1
                """
            ).all { $0.text(0) }
        }
        #expect(outcomes == ["0055 declined 1", "0068 unanswered 1", "1234 answered 5"])
        #expect(try server.counts()["service_transaction"] == 0)
        #expect(try server.counts()["idempotency_key"] == 0)
        #expect(try Self.faults(server) == [])
    }

    @Test("a document with a wrong number is refused, and not repeated") func wrongDocument()
        throws
    {
        let server = try LiveServer()
        let teller = try server.counter()
        let wrong: JSONValue = [
            "document_type": "resident_card", "document_number": "990001199001010019",
        ]
        let answer = try teller.post(
            "/v1/remittances", .remittance(identity: wrong), key: teller.freshKey())
        #expect(answer.status == 422)
        #expect(answer.problemField == "/identity/document_number")
        #expect(!answer.text.contains("99000119"))
        let missing = JSONValue.object(
            JSONValue.withdrawal().members.filter { $0.name != "identity" })
        let refused = try teller.post("/v1/withdrawals", missing, key: teller.freshKey())
        #expect(refused.problemCode == "identity-not-checked")
        #expect(refused.problemField == "/identity")
    }

    /// Asks for a receipt until it has a status.
    static func wait(
        for status: String, _ serial: String, _ client: APIClient
    ) throws -> JSONValue {
        let end = Date(timeIntervalSinceNow: patienceSeconds)
        while Date() < end {
            let receipt = try client.get("/v1/receipts/\(serial)").json()
            if receipt["status"]?.text == status { return receipt }
            // The desk asks the bank a second later; asking us without a pause would slow it.
            Thread.sleep(forTimeInterval: 0.05)
        }
        throw TestFailure("\(serial) did not become \(status)")
    }

    static func faults(_ server: LiveServer) throws -> [String] {
        try server.book.folder.openReaders().read {
            try BookAudit($0, maximumFaults: 10) { _ in }.run().faults
        }
    }
}
