import Foundation

/// The built program as a child process.
enum Program {
    /// What a child that has ended left.
    struct Outcome {
        let code: Int32
        let output: String
        let errors: String
    }

    /// The executable, beside or above the test bundle in the build folder.
    static func executable() throws -> URL {
        let own = [
            "/proc/self/exe".withCString { realpath($0, nil) }.map { path in
                defer { free(path) }
                return String(cString: path)
            },
            CommandLine.arguments.first, Bundle.main.executablePath,
        ].compactMap { $0 }
        for path in own {
            var folder = URL(fileURLWithPath: path).deletingLastPathComponent()
            for _ in 0..<4 {
                let candidate = folder.appendingPathComponent("agencypos")
                var isFolder: ObjCBool = false
                if FileManager.default.fileExists(
                    atPath: candidate.path, isDirectory: &isFolder), !isFolder.boolValue
                {
                    return candidate
                }
                folder.deleteLastPathComponent()
            }
        }
        throw TestFailure("agencypos is not built beside the tests: \(own)")
    }

    /// Runs a command to its end.
    ///
    /// - Parameter environment: variables beside, or instead of, the test's own.
    static func run(
        _ arguments: [String], in folder: String? = nil, environment: [String: String] = [:]
    ) throws -> Outcome {
        let sandbox = try TemporaryFolder()
        let process = Process()
        process.executableURL = try executable()
        process.arguments = arguments
        if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        // Files, so that neither stream can fill up while the other is read.
        let paths = ["output", "errors"].map { sandbox.path + "/" + $0 }
        let handles = try paths.map { path in
            try Data().write(to: URL(fileURLWithPath: path))
            return try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = handles[0]
        process.standardError = handles[1]
        try process.run()
        process.waitUntilExit()
        let texts = try paths.map { try String(contentsOfFile: $0, encoding: .utf8) }
        return Outcome(code: process.terminationStatus, output: texts[0], errors: texts[1])
    }
}

/// A server in a child process.
final class ServerProcess {
    let port: UInt16
    private let process = Process()
    private let errors = Pipe()
    private var unread = ""

    /// Starts the program and waits until it listens.
    init(data: String) throws {
        let output = Pipe()
        process.executableURL = try Program.executable()
        process.arguments = ["serve", "--data", data, "--port", "0", "--sandbox"]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        var text = ""
        while !text.hasSuffix("\n") {
            let data = output.fileHandleForReading.availableData
            guard !data.isEmpty else { throw TestFailure("the server ended: \(text)") }
            text += String(decoding: data, as: UTF8.self)
        }
        guard let port = text.dropLast().split(separator: ":").last.flatMap({ UInt16($0) }) else {
            throw TestFailure("no port in: \(text)")
        }
        self.port = port
    }

    deinit {
        if process.isRunning {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
    }

    func signal(_ signal: Int32) { kill(process.processIdentifier, signal) }

    /// Reads the log until a line holds a text.
    func waitForLog(_ text: String) throws {
        while !unread.contains(text) {
            let data = errors.fileHandleForReading.availableData
            guard !data.isEmpty else { throw TestFailure("the log ended without \(text)") }
            unread += String(decoding: data, as: UTF8.self)
        }
    }

    /// Waits for the end; the log is read meanwhile, so that it cannot fill its pipe.
    func end() -> (code: Int32, isExit: Bool) {
        while !errors.fileHandleForReading.availableData.isEmpty {}
        process.waitUntilExit()
        return (process.terminationStatus, process.terminationReason == .exit)
    }
}
