import Agency
import Foundation
import StrictJSON

/// A bank in a process of its own, which misbehaves when it is told to.
final class SimulatedBank {
    private static let keyHex = String(repeating: "5a", count: 32)
    private static let keyID = "TEST1"

    let port: UInt16
    private let process = Process()
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        let keyPath = folder.path + "/key"
        try Data(Self.keyHex.utf8).write(to: URL(fileURLWithPath: keyPath))
        process.executableURL = try Program.executable()
        process.arguments = [
            "partner-simulator", "--key-file", keyPath, "--key-id", Self.keyID,
        ]
        let output = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        try process.run()
        var line = ""
        while !line.hasSuffix("\n") {
            let data = output.fileHandleForReading.availableData
            guard !data.isEmpty else { throw TestFailure("the simulator ended: \(line)") }
            line += String(decoding: data, as: UTF8.self)
        }
        guard let port = line.dropLast().split(separator: ":").last.flatMap({ UInt16($0) }) else {
            throw TestFailure("no port in: \(line)")
        }
        self.port = port
    }

    deinit { end() }

    /// Kills the bank.
    func end() {
        guard process.isRunning else { return }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// Makes it a partner's gateway that is waited for no longer than some time.
    func setGateway(
        of partner: String, in folder: TemporaryFolder, answerMilliseconds: Int64
    ) throws {
        var settings = GatewaySettings(
            baseURL: "http://127.0.0.1:\(port)", keyID: Self.keyID)
        settings.answerMilliseconds = answerMilliseconds
        // A breaker that opens would hide what the test looks at.
        settings.failuresToOpen = 1_000
        try GatewaySetup(path: folder.path).set(
            settings, keyHex: Self.keyHex, partnerCode: partner)
    }

    /// Tells the bank how to treat the next calls of an operation.
    func behave(
        _ behaviour: String, on operation: String, delayMilliseconds: Int64 = 0,
        calls: Int64 = 1
    ) throws {
        let answer = try APIClient(port: port).post(
            "/simulator/behaviour",
            [
                "operation": .string(operation), "behaviour": .string(behaviour),
                "delay_ms": .integer(delayMilliseconds), "calls": .integer(calls),
            ])
        guard answer.status == 200 else { throw TestFailure("behaviour: \(answer)") }
    }

    /// What the bank knows of a serial, or nothing.
    func booking(_ serial: String) throws -> JSONValue? {
        try APIClient(port: port).get("/simulator/bookings?serial=\(serial)").json()["bookings"]?
            .items.first
    }
}
