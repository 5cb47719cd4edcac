import Foundation
import Testing

/// Debian's `sqlite3` program, the way a stranger would lay hands on a database.
enum SQLiteTool {
    static let path = "/usr/bin/sqlite3"

    static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: path) }

    /// Runs statements on a file; the test fails with the program's message when one is refused.
    static func run(_ sql: String, on file: String) throws {
        let process = Process()
        let errors = Pipe()
        process.executableURL = URL(filePath: path)
        process.arguments = ["-batch", "-bail", file, sql]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = errors
        try process.run()
        let message = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(
            process.terminationStatus == 0, "\(String(decoding: message, as: UTF8.self))")
    }
}
