import Agency
import Foundation
import StrictJSON
import Synchronization
import Testing

@testable import AgencyPOS

/// The server is killed at each step of a withdrawal and of a remittance, and started again.
@Suite(.serialized) struct WithdrawalKillTests {
    /// How long a test waits for a row or a status, in seconds.
    static let patienceSeconds = 30.0

    private let folder: TemporaryFolder

    init() throws {
        folder = try DemoNetwork.copy()
    }

    @Test("killed while the bank is silent: reversed, no cash, and the key says so")
    func silent() throws {
        let body = JSONValue.withdrawal(card: "6222020000000068")
        try killWhilePending("/v1/withdrawals", body, key: "silent-one")
        let server = try ServedBook(data: folder.path)
        let teller = try signIn(server)
        let again = try teller.post("/v1/withdrawals", body, key: "silent-one")
        #expect(again.problemCode == "bank-did-not-answer", "\(again)")
        try wait(for: "SELECT reversal FROM withdrawal", "confirmed")
        #expect(try rows("SELECT status FROM service_transaction") == ["reversed"])
        #expect(try rows("SELECT withdrawn_fen || '' FROM card_day") == ["0"])
        // The allowance is whole again, and the till's cash is free.
        let whole = try teller.post(
            "/v1/withdrawals",
            .withdrawal(card: "6222020000001234", amountFen: 200_000), key: "whole-day")
        #expect(whole.status == 201, "\(whole)")
        try expectSound(server)
    }

    @Test("killed after the bank's yes: it is still authorised, and its cash is paid once")
    func authorised() throws {
        var server = try ServedBook(data: folder.path)
        var teller = try signOn(server)
        let first = try teller.post("/v1/withdrawals", .withdrawal(), key: "first-key")
        let serial = try #require(try first.json()["serial"]?.text)
        server.kill()
        server = try ServedBook(data: folder.path)
        teller = try signIn(server)
        #expect(
            try teller.post("/v1/withdrawals", .withdrawal(), key: "first-key").body == first.body)
        let path = "/v1/withdrawals/\(serial)/cash-paid"
        let paid = try teller.post(path, key: "paid-key")
        #expect(try paid.json()["status"]?.text == "posted", "\(paid)")
        server.kill()
        server = try ServedBook(data: folder.path)
        teller = try signIn(server)
        #expect(try teller.post(path, key: "paid-key").body == paid.body)
        #expect(
            try teller.post(path, key: "other-key").problemCode == "withdrawal-not-authorised")
        #expect(
            try rows(
                "SELECT count(*) || '' FROM journal_entry WHERE kind = 'withdrawal' "
                    + "AND phase = 2") == ["1"])
        try expectSound(server)
    }

    @Test("killed right after a cancellation: the bank is told after the start")
    func cancelled() throws {
        var server = try ServedBook(data: folder.path)
        let teller = try signOn(server)
        let first = try teller.post("/v1/withdrawals", .withdrawal(), key: "first-key")
        let serial = try #require(try first.json()["serial"]?.text)
        let cancelled = try teller.post("/v1/withdrawals/\(serial)/cancel", key: "cancel-key")
        server.kill()
        #expect(cancelled.status == 200)
        server = try ServedBook(data: folder.path)
        try wait(for: "SELECT reversal FROM withdrawal", "confirmed")
        try expectSound(server)
    }

    @Test("a remittance killed while the bank is silent is unknown, then returned")
    func remittance() throws {
        let body = JSONValue.remittance(account: "6217990000000067")
        try killWhilePending("/v1/remittances", body, key: "silent-one")
        let number = try rows("SELECT receipt_number || '' FROM service_transaction")
        let server = try ServedBook(data: folder.path)
        let teller = try signIn(server)
        let again = try teller.post("/v1/remittances", body, key: "silent-one")
        // Unknown, or known by now to be nobody's but the customer's.
        #expect(again.status == 202, "\(again)")
        try wait(for: "SELECT status FROM service_transaction", "return_due")
        let serial = try #require(try again.json()["serial"]?.text)
        let returned = try teller.post("/v1/receipts/\(serial)/return", key: "return-it")
        #expect(try returned.json()["returned_fen"]?.number == 80_200, "\(returned)")
        #expect(try rows("SELECT status FROM service_transaction") == ["returned"])
        #expect(try rows("SELECT receipt_number || '' FROM service_transaction") == number)
        try expectSound(server)
    }

    @Test("a remittance that is unknown at the kill is resolved after the start")
    func unknown() throws {
        var server = try ServedBook(data: folder.path)
        let teller = try signOn(server)
        let first = try teller.post(
            "/v1/remittances", .remittance(account: "6217990000000067"), key: "first-key")
        server.kill()
        #expect(try first.json()["status"]?.text == "unknown", "\(first)")
        server = try ServedBook(data: folder.path)
        try wait(for: "SELECT status FROM service_transaction", "return_due")
        try expectSound(server)
    }

    /// Sends a request that the bank leaves unanswered, and kills the server once it is durable.
    private func killWhilePending(_ path: String, _ body: JSONValue, key: String) throws {
        let server = try ServedBook(data: folder.path)
        let teller = TerminalClient(try signOn(server))
        let isLost = Mutex<Bool?>(nil)
        let ended = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            let answer = Result { try teller.client.post(path, body, key: key) }
            isLost.withLock { lost in
                if case .failure = answer { lost = true } else { lost = false }
            }
            ended.signal()
        }
        try wait(for: "SELECT status FROM service_transaction", "pending")
        server.kill()
        #expect(ended.wait(timeout: .now() + Self.patienceSeconds) == .success)
        #expect(isLost.withLock { $0 } == true, "the bank answered before the kill")
    }

    private func signIn(_ server: ServedBook) throws -> APIClient {
        let client = try APIClient(port: server.port)
        try client.signIn("OP000101")
        return client
    }

    private func signOn(_ server: ServedBook) throws -> APIClient {
        let client = try signIn(server)
        let answer = try client.post("/v1/shifts", ["till_id": "S0001-C1"])
        guard answer.status == 201 else { throw TestFailure("sign-on: \(answer)") }
        return client
    }

    private func rows(_ sql: String) throws -> [String] {
        try BookFolder(path: folder.path).openReaders().read {
            try $0.prepare(computed: sql).all { $0.text(0) }
        }
    }

    /// Reads a value again and again until it is what was wanted.
    private func wait(for sql: String, _ value: String) throws {
        let end = Date(timeIntervalSinceNow: Self.patienceSeconds)
        while Date() < end {
            if try rows(sql) == [value] { return }
            Thread.sleep(forTimeInterval: 0.02)
        }
        throw TestFailure("\(sql) is \(try rows(sql)) and not \(value)")
    }

    private func expectSound(_ server: ServedBook) throws {
        server.kill()
        let verify = try Program.run(["verify", "--data", folder.path])
        #expect(verify.code == 0, "\(verify)")
    }
}
