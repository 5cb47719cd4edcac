import Dispatch
import Foundation

/// An installed program, run without a shell.
struct ExternalProgram {
    /// How often a running program's owner looks whether it is to be ended, in milliseconds.
    static let pollMilliseconds = 50
    /// How long a program may take to heed SIGTERM, in milliseconds.
    static let graceMilliseconds = 2_000

    struct Outcome {
        let code: Int32
        let outputPath: String
        let errors: String
    }

    let name: String
    let path: String

    /// Finds a program in the folders of `PATH`.
    init?(_ name: String) {
        let folders = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let found = folders.split(separator: ":").map { "\($0)/\(name)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
        guard let found else { return nil }
        self.name = name
        path = found
    }

    /// Runs the program in a folder, where its output goes as well.
    ///
    /// - Parameter isCancelled: asked again and again; the program is ended when it says so.
    /// - Throws: `WitnessError`; a status other than 0 is an outcome.
    func run(
        _ arguments: [String], in folder: String, timeoutSeconds: Int,
        isCancelled: () -> Bool
    ) throws -> Outcome {
        let outputPath = folder + "/\(name).out"
        let errorPath = folder + "/\(name).err"
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.environment = Self.environment(home: folder)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try Self.make(outputPath)
        process.standardError = try Self.make(errorPath)
        let ended = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in ended.signal() }
        do {
            try process.run()
        } catch {
            throw WitnessError.cannotStart(program: name, reason: error.localizedDescription)
        }
        let deadline = DispatchTime.now() + .seconds(timeoutSeconds)
        while ended.wait(timeout: .now() + .milliseconds(Self.pollMilliseconds)) == .timedOut {
            if isCancelled() {
                end(process, ended)
                throw WitnessError.interrupted
            }
            if DispatchTime.now() >= deadline {
                end(process, ended)
                throw WitnessError.timedOut(program: name, seconds: timeoutSeconds)
            }
        }
        // What a signal ended has objected, too.
        let isExit = process.terminationReason == .exit
        return Outcome(
            code: isExit ? process.terminationStatus : 128 + process.terminationStatus,
            outputPath: outputPath, errors: Self.text(errorPath))
    }

    private func end(_ process: Process, _ ended: DispatchSemaphore) {
        process.terminate()
        if ended.wait(timeout: .now() + .milliseconds(Self.graceMilliseconds)) == .timedOut {
            kill(process.processIdentifier, SIGKILL)
            ended.wait()
        }
    }

    /// The caller's environment without what would change the programs' rules.
    private static func environment(home: String) -> [String: String] {
        var environment = ProcessInfo.processInfo.environment.filter { name, _ in
            !name.hasPrefix("LEDGER") && !name.hasPrefix("HLEDGER") && name != "BEANCOUNT_VALIDATE"
        }
        // hledger reads files in the encoding of the locale, and its settings below the home.
        environment["LC_ALL"] = "C.UTF-8"
        environment["XDG_CONFIG_HOME"] = home
        return environment
    }

    private static func make(_ path: String) throws -> FileHandle {
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let handle = FileHandle(forWritingAtPath: path)
        else { throw WitnessError.unusable(path: path, reason: "the file cannot be written") }
        return handle
    }

    private static func text(_ path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }
}
