import Foundation

/// Debian's `sqlite3` program, the way a stranger would lay hands on the book.
enum SQLiteTool {
    struct Answer {
        let status: Int32
        let output: String
        let errors: String
    }

    static let path = "/usr/bin/sqlite3"

    static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: path) }

    /// Runs statements on a file, with the program's own defaults, and stops at the first error.
    static func run(_ sql: String, on file: String) throws -> Answer {
        let process = Process()
        let output = Pipe()
        let errors = Pipe()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = ["-batch", "-bail", file, sql]
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let answer = output.fileHandleForReading.readDataToEndOfFile()
        let error = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Answer(
            status: process.terminationStatus, output: String(decoding: answer, as: UTF8.self),
            errors: String(decoding: error, as: UTF8.self))
    }
}
