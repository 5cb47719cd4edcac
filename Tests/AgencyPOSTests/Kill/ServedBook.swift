import Foundation
import Testing

/// A server in a process of its own, to be killed.
final class ServedBook {
    private let process = Process()
    let port: UInt16

    /// The process, for who has something to tell it.
    var processNumber: Int32 { process.processIdentifier }

    /// Starts a server on a free port and waits until it listens.
    init(data: String, environment: [String: String] = [:]) throws {
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.executableURL = try Program.executable()
        process.arguments = [
            "serve", "--data", data, "--port", "0", "--sandbox", "--log-level", "error",
        ]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        var line = ""
        while !line.hasSuffix("\n") {
            let data = output.fileHandleForReading.availableData
            guard !data.isEmpty else { break }
            line += String(decoding: data, as: UTF8.self)
        }
        let number = line.split(separator: ":").last.flatMap {
            UInt16($0.trimmingCharacters(in: .whitespacesAndNewlines))
        }
        port = try #require(number, "the server said \(line)")
    }

    /// Ends the process at once, as a power cut would, and waits until it is gone.
    func kill() {
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    deinit {
        if process.isRunning { kill() }
    }
}
