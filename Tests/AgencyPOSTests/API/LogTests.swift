import Agency
import Foundation
import StrictJSON
import Testing

@testable import AgencyPOS

@Suite struct LogTests {
    /// Requests with secrets and personal data that the server refuses in many ways.
    private static func provoke(_ server: LiveServer) throws -> (secrets: [String], count: Int) {
        let client = try server.counter(of: "OP000201")
        let token = try #require(client.token)
        let cards = ["6222020000000051", "6222020000000055", "6222020000000068"]
        var count = 2
        for card in cards {
            _ = try client.post("/v1/withdrawals", .withdrawal(card: card), key: client.freshKey())
            count += 1
        }
        let surprises: [JSONValue] = [
            .withdrawal(card: "622202000000999X"), .withdrawal().with("card_number", 6),
            .withdrawal().with("encrypted_pin_block", "FEEDFACEFEEDFACEXX"),
            .withdrawal().with("card_holder", "冯玉祥先生"),
        ]
        for body in surprises {
            _ = try client.post("/v1/withdrawals", body, key: client.freshKey())
            count += 1
        }
        _ = try client.post(
            "/v1/sessions", try JSONValue.signIn("OP000301").with("pin", "731946"))
        _ = try client.get("/v1/bills?product_id=WATER&account_number=31000100000021")
        _ = try client.get("/v1/settlement-files/secret-name-31000100000021")
        _ = try client.get("/v1/nowhere/31000100000021")
        _ = try client.call("GET", "/healthz?pin=731946&card=6222020000000051")
        // What the server itself fails at goes to the log with its cause.
        try server.book.writer.perform { session in
            try session.connection.execute(script: "ALTER TABLE bill_quote RENAME TO elsewhere")
        }
        _ = try client.post("/v1/bill-quotes", ["bill_id": "2"])
        let secrets =
            cards + [
                token, "622202000000999", "FEEDFACEFEEDFACE", "冯玉祥", "731946",
                "31000100000021", try DemoNetwork.secret(of: "S0002-T1"),
                try DemoNetwork.pin(of: "OP000201"),
            ]
        return (secrets, count + 6)
    }

    @Test("a whole day leaves no secret and no personal data in the log")
    func day() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/log"
        let server = try LiveServer(logPath: path)
        var secrets = [
            "6222020000001234", "0123456789ABCDEF", DemoNetwork.billAccount, "13800001111",
            try DemoNetwork.pin(of: "OP000101"), try DemoNetwork.pin(of: "AD0001"),
            try DemoNetwork.secret(of: "S0001-T1"),
        ]
        secrets += try DemoNetwork.credentials().settlementKeys.map(\.keyHex)
        secrets += try Self.customerNames()
        var requests = 0
        try RequestPlayer(client: server.client()).playAll { played in
            requests += 1
            guard played.answer.headers["content-type"] == "application/json" else { return }
            let answer = try played.answer.json()
            if let token = answer["token"]?.text { secrets.append(token) }
            for bill in answer["bills"]?.items ?? [] {
                secrets.append(try #require(bill["customer_name"]?.text))
            }
        }
        let provoked = try Self.provoke(server)
        secrets += provoked.secrets
        requests += provoked.count
        server.stop()

        let text = try String(contentsOfFile: path, encoding: .utf8)
        for secret in secrets {
            #expect(secret.count >= 2 && !text.contains(secret), "the log holds \(secret)")
        }
        let lines = try text.split(separator: "\n").map { line in
            try StrictJSONParser.parse([UInt8](line.utf8))
        }
        for line in lines {
            #expect(line["time_ms"]?.number != nil && line["message"]?.text != nil)
            #expect(["debug", "info", "warning", "error"].contains(line["level"]?.text))
        }
        let answered = lines.filter { $0["message"]?.text == "request" }
        #expect(answered.count == requests)
        for line in answered { #expect(line["request_id"]?.text?.utf8.count == 16) }
        #expect(Set(answered.compactMap { $0["request_id"]?.text }).count == requests)
        let failed = lines.filter { $0["message"]?.text == "request failed" }
        #expect(failed.count == 1)
        #expect(failed.first?["request_id"]?.text?.utf8.count == 16)
        #expect(text.contains("/v1/receipts/{serial}"))
    }

    private static func customerNames() throws -> [String] {
        String(decoding: try DemoNetwork.fixture("demo/bills.csv"), as: UTF8.self)
            .split(separator: "\n").dropFirst().prefix(4)
            .map { String($0.split(separator: ",")[2]) }
    }
}
