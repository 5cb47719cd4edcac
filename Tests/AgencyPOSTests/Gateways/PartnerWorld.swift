import Agency
import Foundation
import PartnerAPI
import StrictJSON

/// A served book and the simulated partners that its gateways lead to, each a process of its own.
final class PartnerWorld {
    /// How long a payment may take to be settled, in seconds.
    static let patienceSeconds = 60.0
    static let amountFen: Int64 = 10_000

    let folder: TemporaryFolder
    let simulators: [String: SimulatorProcess]
    private(set) var server: ServedBook

    /// Sets a gateway for each partner and starts everything.
    ///
    /// - Parameter answerMilliseconds: how long the server waits for a partner.
    init(_ partners: [String] = ["POWER01"], answerMilliseconds: Int = 1_000) throws {
        folder = try DemoNetwork.copy()
        var simulators: [String: SimulatorProcess] = [:]
        for partner in partners {
            let simulator = try SimulatorProcess()
            simulators[partner] = simulator
            let outcome = try Program.run([
                "gateway", "set", "--data", folder.path, "--partner", partner, "--url",
                simulator.baseURL, "--key-id", "TEST1", "--key-file",
                simulator.folder.path + "/key.hex", "--answer-ms", "\(answerMilliseconds)",
                "--threads", "4",
            ])
            guard outcome.code == 0 else { throw TestFailure("gateway set: \(outcome.errors)") }
        }
        self.simulators = simulators
        server = try ServedBook(data: folder.path)
    }

    /// Kills the server, as a power cut would, and starts it again on the same book.
    func restart() throws {
        server.kill()
        server = try ServedBook(data: folder.path)
    }

    /// Ends the server, closes the business date, and starts it again.
    func closeDay() throws {
        server.kill()
        let close = try Program.run(["close-day", "--data", folder.path])
        guard close.code == 0 else { throw TestFailure("close-day: \(close.errors)") }
        server = try ServedBook(data: folder.path)
    }

    /// An operator of the first station, signed in; signed on the first time.
    func counter(signsOn: Bool = true) throws -> APIClient {
        let client = try APIClient(port: server.port)
        try client.signIn("OP000101")
        if signsOn {
            let answer = try client.post("/v1/shifts", ["till_id": "S0001-C1"])
            guard answer.status == 201 else { throw TestFailure("sign-on: \(answer)") }
        }
        return client
    }

    static func payment(_ product: String = "POWERTOKEN") -> JSONValue {
        [
            "product_id": .string(product), "account_number": "52999900000001",
            "amount_fen": .integer(amountFen),
        ]
    }

    /// Sends a payment and does not wait for its answer.
    static func send(
        _ product: String = "POWERTOKEN", key: String, over client: APIClient
    ) throws {
        try client.send(
            "POST", "/v1/bill-payments", body: payment(product).encoded,
            headers: [
                (name: "Content-Type", value: "application/json"),
                (name: "Idempotency-Key", value: key),
            ])
    }

    /// Waits until a simulator has seen a post, or so many calls of another operation.
    func waitForPost(
        at partner: String = "POWER01", _ operation: String = "post", count: Int64 = 1
    ) throws {
        let deadline = Date(timeIntervalSinceNow: Self.patienceSeconds)
        while try simulators[partner]?.callCount(operation) ?? 0 < count {
            guard Date() < deadline else {
                throw TestFailure("no \(operation) came to \(partner)")
            }
        }
    }

    /// The receipt of a transaction, the first unless told, once it has one of some statuses.
    func receipt(
        _ serial: Int64 = 1, is statuses: Set<String>, seenBy client: APIClient
    ) throws -> JSONValue {
        let deadline = Date(timeIntervalSinceNow: Self.patienceSeconds)
        while true {
            let receipt = try client.get("/v1/receipts/\(serial)").json()
            if let status = receipt["status"]?.text, statuses.contains(status) { return receipt }
            guard Date() < deadline else { throw TestFailure("still \(receipt)") }
        }
    }

    /// What the simulated partner has of a serial of ours, the first unless told.
    func booking(
        _ number: String = "000000000001", at partner: String = "POWER01"
    ) throws -> JSONValue? {
        guard let serial = PartnerSerial(number) else { return nil }
        return try simulators[partner]?.booking(serial)
    }

    /// Ends the server and gives what the audit finds in its book.
    func faults() throws -> [String] {
        server.kill()
        return try PaidBook(data: folder.path).faults()
    }
}
