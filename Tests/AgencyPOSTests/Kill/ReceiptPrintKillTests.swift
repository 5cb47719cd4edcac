import Foundation
import StrictJSON
import Testing

@testable import AgencyPOS

@Suite struct ReceiptPrintKillTests {
    @Test("two prints at once are counted, and still are after the server was killed")
    func counted() throws {
        let folder = try DemoNetwork.copy()
        var server = try ServedBook(data: folder.path)
        var clients = try [APIClient(port: server.port), APIClient(port: server.port)]
        for client in clients { try client.signIn("OP000101") }
        let till = try clients[0].post("/v1/shifts", ["till_id": "S0001-C1"])
        #expect(till.status == 201, "\(till)")
        #expect(try clients[0].payBlind().status == 201)

        var numbers: [Int64] = []
        let rounds = 20
        for _ in 0..<rounds {
            // Both are on their way before either is answered.
            for client in clients { try Self.send(client) }
            for client in clients { numbers.append(try Self.number(client)) }
        }
        #expect(numbers.sorted() == (0..<Int64(2 * rounds)).map { $0 })

        // One is sent and the server dies; the key finds out which paper it was.
        let key = clients[0].freshKey()
        try Self.send(clients[0], key: key)
        server.kill()
        server = try ServedBook(data: folder.path)
        clients = try [APIClient(port: server.port)]
        try clients[0].signIn("OP000101")
        try Self.send(clients[0], key: key)
        let again = try Self.number(clients[0])
        #expect(again == Int64(2 * rounds))
        try Self.send(clients[0], key: key)
        #expect(try Self.number(clients[0]) == again)
        try Self.send(clients[0])
        #expect(try Self.number(clients[0]) == again + 1)
    }

    private static func send(_ client: APIClient, key: String? = nil) throws {
        let body: JSONValue = ["format": "escpos"]
        try client.send(
            "POST", "/v1/receipts/1/prints", body: body.encoded,
            headers: [("Idempotency-Key", key ?? client.freshKey())])
    }

    private static func number(_ client: APIClient) throws -> Int64 {
        let answer = try client.receive()
        guard answer.status == 201, let number = try answer.json()["copy_number"]?.number else {
            throw TestFailure("\(answer)")
        }
        return number
    }
}
