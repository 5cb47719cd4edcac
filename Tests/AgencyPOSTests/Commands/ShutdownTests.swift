import Agency
import Foundation
import StrictJSON
import Synchronization
import Testing

@testable import AgencyPOS

@Suite struct ShutdownTests {
    /// Connections that pay while the signal comes.
    static let connections = 8
    /// Payments that are acknowledged before the signal is sent.
    static let paymentsBeforeSignal = 150

    @Test("SIGTERM under load keeps every acknowledged payment and ends with 0")
    func drains() throws {
        let folder = try DemoNetwork.copy()
        let server = try ServerProcess(data: folder.path)
        let client = try APIClient(port: server.port)
        try client.signIn("OP000101")
        #expect(try client.post("/v1/shifts", ["till_id": "S0001-C1"]).status == 201)
        let load = Load(port: server.port, token: try #require(client.token))
        load.start(connections: Self.connections)
        try load.waitUntilUnderWay()
        server.signal(SIGTERM)
        let (code, isExit) = server.end()
        load.waitUntilEnded()
        #expect(isExit && code == 0)
        let acknowledged = load.acknowledged
        #expect(acknowledged.count >= Self.paymentsBeforeSignal)
        #expect(Set(acknowledged).count == acknowledged.count)

        let log = folder.path + "/book.db-wal"
        #expect(FileManager.default.contents(atPath: log)?.isEmpty ?? true)
        let readers = try BookFolder(path: folder.path).openReaders()
        let booked = try readers.read { connection in
            Set(
                try connection.prepare(
                    "SELECT serial FROM service_transaction WHERE status = 'posted'"
                ).all { Receipt.serialText($0.integer(0)) })
        }
        #expect(booked.isSuperset(of: acknowledged))
        let report = try readers.read { try BookAudit($0, maximumFaults: 10) { _ in }.run() }
        #expect(report.faults.isEmpty, "\(report.faults)")
    }

    @Test("a second signal ends the server at once", arguments: [SIGTERM, SIGINT])
    func endsAtOnce(_ signal: Int32) throws {
        let folder = try DemoNetwork.copy()
        let server = try ServerProcess(data: folder.path)
        let client = try APIClient(port: server.port)
        try client.signIn("OP000101")
        #expect(try client.post("/v1/shifts", ["till_id": "S0001-C1"]).status == 201)
        // The sandbox keeps this one waiting, and with it the drain.
        let body = JSONValue.withdrawal(card: "6222020000000068").encoded
        try client.send(
            "POST", "/v1/withdrawals", body: body,
            headers: [("Idempotency-Key", client.freshKey())])
        let other = try APIClient(port: server.port)
        other.token = client.token
        while try other.get("/v1/shifts/1/receipts").json()["receipts"]?.items.isEmpty != false {}
        server.signal(SIGTERM)
        try server.waitForLog("\"stopping\"")
        server.signal(signal)
        let (code, isExit) = server.end()
        #expect(isExit && code == 128 + signal)
        let report = try BookFolder(path: folder.path).openReaders().read {
            try BookAudit($0, maximumFaults: 10) { _ in }.run()
        }
        #expect(report.faults.isEmpty)
    }

    /// Connections that pay as fast as they can until the server goes away.
    private final class Load: Sendable {
        private let port: UInt16
        private let token: String
        private let serials = Mutex<[String]>([])
        private let underWay = DispatchSemaphore(value: 0)
        private let running = DispatchGroup()

        init(port: UInt16, token: String) {
            self.port = port
            self.token = token
        }

        var acknowledged: [String] { serials.withLock { $0 } }

        func start(connections: Int) {
            for _ in 0..<connections {
                running.enter()
                Thread { [self] in
                    pay()
                    running.leave()
                }.start()
            }
        }

        func waitUntilUnderWay() throws {
            let limit = DispatchTime.now() + .seconds(APIClient.timeoutSeconds)
            guard underWay.wait(timeout: limit) == .success else {
                throw TestFailure("the load did not get under way: \(acknowledged.count)")
            }
        }

        func waitUntilEnded() { running.wait() }

        private func pay() {
            do {
                let client = try APIClient(port: port)
                client.token = token
                while true {
                    let answer = try client.payBlind()
                    guard answer.status == 201, let serial = try answer.json()["serial"]?.text
                    else { return }
                    let count = serials.withLock { serials in
                        serials.append(serial)
                        return serials.count
                    }
                    if count == ShutdownTests.paymentsBeforeSignal { underWay.signal() }
                }
            } catch {
                // The server has closed the connection, as it should when it stops.
            }
        }
    }
}
