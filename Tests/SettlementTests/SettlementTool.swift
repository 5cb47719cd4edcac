import Foundation
import Testing

/// The two programs that a partner has without this one, as a stranger runs them.
enum SettlementTool: String, CaseIterable {
    case python = "settlement-verify"
    case shell = "settlement-verify.sh"

    struct Outcome {
        let code: Int32
        let output: String
        let errors: String

        var lines: [Substring] { output.split(separator: "\n") }
    }

    /// What `--json` says of one file.
    struct Verdict: Decodable {
        let file: String
        let verdict: String
        let error: String?
        let line: Int?
        let field: String?
        let lines: Int?
        let posted: Int?
        let reversed: Int?
        let netFen: Int64?
        let chain: String?
    }

    var path: String {
        Example.repository.appending(path: "tools/\(rawValue)").path(percentEncoded: false)
    }

    /// Runs the program; the published key is in its variable unless another environment is given.
    func run(
        _ arguments: [String], in folder: URL = Example.folder,
        environment: [String: String] = ["KEY": Example.keyHex]
    ) throws -> Outcome {
        let sandbox = try TemporaryFolder()
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [self == .python ? "python3" : "sh", path] + arguments
        process.currentDirectoryURL = folder
        process.environment = ProcessInfo.processInfo.environment
            .filter { $0.key != "KEY" }.merging(environment) { $1 }
        // Files, so that neither stream can fill up while the other is read.
        let streams = try ["output", "errors"].map { name in
            try sandbox.put([], as: name)
            return try FileHandle(forWritingTo: sandbox.url.appending(path: name))
        }
        process.standardOutput = streams[0]
        process.standardError = streams[1]
        try process.run()
        process.waitUntilExit()
        return Outcome(
            code: process.terminationStatus,
            output: String(decoding: try sandbox.bytes("output"), as: UTF8.self),
            errors: String(decoding: try sandbox.bytes("errors"), as: UTF8.self))
    }

    /// What the Python tool says of each file, in order.
    static func verdicts(
        _ arguments: [String], in folder: URL = Example.folder
    ) throws -> [Verdict] {
        let outcome = try Self.python.run(["--json"] + arguments, in: folder)
        try #require(outcome.errors.isEmpty && outcome.code < 2, "\(outcome.errors)")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try outcome.lines.map { try decoder.decode(Verdict.self, from: Data($0.utf8)) }
    }
}
