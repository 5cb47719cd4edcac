import Foundation

/// The built program as a child that goes on while the test does, and gets signals.
final class ChildProgram {
    private let process = Process()
    private let sandbox: TemporaryFolder

    /// How long a line of output or the end may take, in seconds.
    static let patienceSeconds = 20.0

    /// - Parameter maximumFileKibibytes: no file may be longer, as on a disk that is full; nothing
    ///   means no limit.
    init(_ arguments: [String], maximumFileKibibytes: Int? = nil) throws {
        sandbox = try TemporaryFolder()
        let program = try Program.executable()
        if let maximumFileKibibytes {
            // Past the limit the system sends a signal; ignored, the write fails instead.
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments =
                ["-c", #"trap '' XFSZ; ulimit -f "$0"; exec "$@""#]
                + ["\(maximumFileKibibytes * 2)", program.path] + arguments
        } else {
            process.executableURL = program
            process.arguments = arguments
        }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try handle("output")
        process.standardError = try handle("errors")
        try process.run()
    }

    deinit {
        if process.isRunning { _ = end(SIGKILL) }
    }

    var isRunning: Bool { process.isRunning }

    /// Whether it has ended by a signal.
    var endedBySignal: Bool { !isRunning && process.terminationReason == .uncaughtSignal }

    var errors: String { text("errors") }

    /// Waits until standard output holds a text.
    func waitForOutput(_ wanted: String) throws {
        let deadline = Date(timeIntervalSinceNow: Self.patienceSeconds)
        while !text("output").contains(wanted) {
            guard Date() < deadline, process.isRunning else {
                throw TestFailure("no \(wanted) in: \(text("output")) \(errors)")
            }
            Thread.sleep(forTimeInterval: 0.01)
        }
    }

    /// Sends a signal, if one is named, and waits for the end; one that does not end is killed.
    ///
    /// - Returns: the exit code, or the number of the signal that ended it.
    func end(_ signal: Int32?) -> Int32 {
        if let signal { kill(process.processIdentifier, signal) }
        let deadline = Date(timeIntervalSinceNow: Self.patienceSeconds)
        while process.isRunning, Date() < deadline { Thread.sleep(forTimeInterval: 0.005) }
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        return process.terminationStatus
    }

    private func handle(_ name: String) throws -> FileHandle {
        let url = URL(fileURLWithPath: sandbox.path + "/" + name)
        try Data().write(to: url)
        return try FileHandle(forWritingTo: url)
    }

    private func text(_ name: String) -> String {
        let data = FileManager.default.contents(atPath: sandbox.path + "/" + name) ?? Data()
        return String(decoding: data, as: UTF8.self)
    }
}
