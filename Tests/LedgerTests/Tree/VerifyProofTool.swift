import Foundation
import StrictJSON
import Testing

/// `tools/verify-proof`, as a stranger runs it.
enum VerifyProofTool {
    struct Outcome {
        let code: Int32
        let output: String
        let errors: String
    }

    static var path: String {
        LedgerVectors.repository.appending(path: "tools/verify-proof").path
    }

    /// Runs the program once.
    static func run(_ arguments: [String]) throws -> Outcome {
        let process = Process()
        let output = Pipe()
        let errors = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3"] + arguments
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        // Errors are a line or two: they fit the pipe while the output is read.
        let answer = output.fileHandleForReading.readDataToEndOfFile()
        let error = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Outcome(
            code: process.terminationStatus, output: String(decoding: answer, as: UTF8.self),
            errors: String(decoding: error, as: UTF8.self))
    }

    /// Runs it with each list of arguments in one interpreter, for starting one takes long.
    static func runAll(_ runs: [[String]]) throws -> [Outcome] {
        let folder = try ScratchFolder()
        var json = JSONWriter()
        json.value(.array(runs.map { .array($0.map { .string($0) }) }))
        let list = try folder.write("runs.json", json.text)
        let driver = try folder.write("driver.py", driver)
        let outcome = try run([driver, path, list])
        try #require(outcome.code == 0, "\(outcome)")
        let limits = JSONLimits(
            maximumBytes: 1 << 20, maximumDepth: 4, maximumMembers: 4, maximumElements: 1_000,
            maximumStringBytes: 1 << 16)
        return try StrictJSONParser.parse(Array(outcome.output.utf8), limits: limits).items.map {
            Outcome(
                code: Int32(try #require($0.items[0].number)),
                output: try #require($0.items[1].text), errors: try #require($0.items[2].text))
        }
    }

    private static let driver = """
        import contextlib, io, json, runpy, sys
        tool, runs = sys.argv[1], json.load(open(sys.argv[2]))
        outcomes = []
        for arguments in runs:
            output, errors, code = io.StringIO(), io.StringIO(), 0
            sys.argv = [tool] + arguments
            with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
                try:
                    runpy.run_path(tool, run_name="__main__")
                except SystemExit as end:
                    code = end.code
            if isinstance(code, str):
                errors.write(code)
                code = 1
            outcomes.append([code or 0, output.getvalue(), errors.getvalue()])
        json.dump(outcomes, sys.stdout)
        """
}

/// A folder with files of a test, removed with the value.
final class ScratchFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(
            path: "agencypos-proof-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        do {
            try FileManager.default.removeItem(at: url)
        } catch {
            print("a test's folder is left behind: \(error)")
        }
    }

    /// Writes a file and gives its path.
    func write(_ name: String, _ text: String) throws -> String {
        let file = url.appending(path: name)
        try Data(text.utf8).write(to: file)
        return file.path
    }
}
