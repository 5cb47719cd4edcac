import Cryptography
import Foundation
import HTTPClient
import PartnerAPI
import StrictJSON

/// A partner simulator in a process of its own.
final class SimulatorProcess {
    /// How long a call may take before the test fails, in milliseconds.
    static let patienceMilliseconds = 20_000
    /// The published test key.
    static let keyHex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

    let folder: TemporaryFolder
    let port: UInt16
    private let process = Process()

    var statePath: String { folder.path + "/state.jsonl" }
    var baseURL: String { "http://127.0.0.1:\(port)" }

    /// Starts the program and waits until it listens.
    ///
    /// - Parameters:
    ///   - folder: of an earlier one, whose state it goes on with.
    ///   - accounts: the contents of its file of accounts.
    init(
        folder: TemporaryFolder? = nil, port: UInt16 = 0, accounts: String? = nil
    ) throws {
        let folder = try folder ?? TemporaryFolder()
        self.folder = folder
        let keyPath = folder.path + "/key.hex"
        try Data((Self.keyHex + "\n").utf8).write(to: URL(fileURLWithPath: keyPath))
        var arguments = [
            "partner-simulator", "--port", "\(port)", "--key-id", "TEST1", "--key-file", keyPath,
            "--state", folder.path + "/state.jsonl", "--seed", "7",
        ]
        if let accounts {
            let path = folder.path + "/accounts.json"
            try Data(accounts.utf8).write(to: URL(fileURLWithPath: path))
            arguments += ["--accounts", path]
        }
        let output = Pipe()
        process.executableURL = try Program.executable()
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        try process.run()
        var text = ""
        while !text.hasSuffix("\n") {
            let data = output.fileHandleForReading.availableData
            guard !data.isEmpty else { throw TestFailure("the simulator ended: \(text)") }
            text += String(decoding: data, as: UTF8.self)
        }
        guard text.hasPrefix("listening on http://127.0.0.1:"),
            let number = text.dropLast().split(separator: ":").last.flatMap({ UInt16($0) })
        else { throw TestFailure("no port in: \(text)") }
        self.port = number
    }

    deinit { kill() }

    /// Ends the process at once, as a power cut would, and waits until it is gone.
    func kill() {
        guard process.isRunning else { return }
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// Asks the process to end; its exit code.
    func terminate() -> Int32 {
        Foundation.kill(process.processIdentifier, SIGTERM)
        process.waitUntilExit()
        return process.terminationStatus
    }

    static func key() throws -> SigningKey {
        guard let key = SymmetricKey(hex: keyHex), let signing = SigningKey(id: "TEST1", key: key)
        else { throw TestFailure("the test key is no key") }
        return signing
    }

    func gateway(
        totalMilliseconds: Int = SimulatorProcess.patienceMilliseconds, key: SigningKey? = nil
    ) throws -> HTTPPartnerGateway {
        var configuration = HTTPPartnerConfiguration(baseURL: baseURL, key: try key ?? Self.key())
        configuration.client.totalTimeoutMilliseconds = totalMilliseconds
        return try HTTPPartnerGateway(configuration: configuration)
    }

    /// Tells it how to behave from now on.
    func behave(
        _ operation: String, _ behaviour: String, _ more: KeyValuePairs<String, JSONValue> = [:]
    ) throws {
        var body: JSONValue = ["operation": .string(operation), "behaviour": .string(behaviour)]
        for (name, value) in more { body = body.with(name, value) }
        let answer = try APIClient(port: port).post("/simulator/behaviour", body)
        guard answer.status == 200 else { throw TestFailure("behaviour: \(answer)") }
    }

    /// What it knows of a serial; nil for nothing.
    func booking(_ serial: PartnerSerial) throws -> JSONValue? {
        try APIClient(port: port).get("/simulator/bookings?serial=\(serial)").json()["bookings"]?
            .items.first
    }

    /// How often an operation was called.
    func callCount(_ operation: String) throws -> Int64 {
        try APIClient(port: port).get("/simulator/bookings").json()["calls"]?[operation]?.number
            ?? -1
    }

    /// Asks until a serial has a status.
    func waitUntil(_ serial: PartnerSerial, is status: String) throws {
        let limit = DispatchTime.now() + .milliseconds(Self.patienceMilliseconds)
        while try booking(serial)?["status"]?.text != status {
            guard DispatchTime.now() < limit else {
                throw TestFailure("\(serial) is not \(status)")
            }
        }
    }
}

extension PartnerPost {
    /// A payment that a simulator without accounts takes.
    static func sample(_ number: Int = 1, amountFen: Int64 = 5_230) throws -> PartnerPost {
        PartnerPost(
            serial: try .sample(number), kind: .payment, product: "WATER", account: "W0001",
            amountFen: amountFen)
    }
}

extension PartnerSerial {
    static func sample(_ number: Int = 1) throws -> PartnerSerial {
        guard let serial = PartnerSerial("\(1_000_000 + number)") else {
            throw TestFailure("no serial")
        }
        return serial
    }
}

extension PartnerQuery {
    static func sample(_ number: Int = 1, amountFen: Int64 = 5_230) throws -> PartnerQuery {
        PartnerQuery(serial: try .sample(number), amountFen: amountFen)
    }
}

extension PartnerReversal {
    static func sample(_ number: Int = 1) throws -> PartnerReversal {
        PartnerReversal(serial: try .sample(number), amountFen: 5_230, reason: "no answer")
    }
}
