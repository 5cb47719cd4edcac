import Foundation
import Testing

/// libfiu beneath a server's process: it makes calls to the C library fail, and is told at run time.
struct FailureInjection {
    private static let libraries = ["fiu_run_preload.so", "fiu_posix_preload.so"].map {
        "/usr/lib/fiu/" + $0
    }
    private static let control = "/usr/bin/fiu-ctrl"

    static var isInstalled: Bool {
        (libraries + [control]).allSatisfy { FileManager.default.fileExists(atPath: $0) }
    }

    /// Where the pipes lie through which a process is told; its number is appended.
    private let pipePrefix: String

    /// - Parameter folder: for the pipes.
    init(folder: String) {
        pipePrefix = folder + "/fiu"
    }

    /// What a process must be started with.
    var environment: [String: String] {
        [
            "LD_PRELOAD": Self.libraries.joined(separator: " "),
            "FIU_CTRL_FIFO": pipePrefix, "FIU_ENABLE": "",
        ]
    }

    /// Makes calls fail now and then.
    ///
    /// - Parameters:
    ///   - point: libfiu's name of the call.
    ///   - errorNumber: what the call fails with.
    func fail(
        _ point: String, probability: Double, errorNumber: Int32, in process: Int32
    ) throws {
        try tell(
            "enable_random name=\(point),probability=\(probability),failinfo=\(errorNumber)",
            process)
    }

    /// Ends the failures of a call.
    func heal(_ point: String, in process: Int32) throws {
        try tell("disable name=\(point)", process)
    }

    private func tell(_ command: String, _ process: Int32) throws {
        let control = Process()
        control.executableURL = URL(filePath: Self.control)
        control.arguments = ["-f", pipePrefix, "-c", command, "\(process)"]
        try control.run()
        control.waitUntilExit()
        try #require(control.terminationStatus == 0, "fiu-ctrl refused: \(command)")
    }
}
