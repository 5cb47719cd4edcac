import Agency
import Foundation
import SQL
import StrictJSON
import Testing

@testable import AgencyPOS

@Suite struct CommandTests {
    @Test("help names every command and exit code, and each command has help of its own")
    func help() throws {
        let main = try Program.run(["--help"])
        #expect(main.code == 0 && main.errors.isEmpty)
        for code in ExitCode.allCases {
            #expect(main.output.contains("  \(code.rawValue)  \(code.meaning)"))
        }
        let section = main.output.components(separatedBy: "Commands:\n").last ?? ""
        let names = section.components(separatedBy: "\n\n")[0].split(separator: "\n")
            .map { $0.dropFirst(2).components(separatedBy: "  ")[0] }
        #expect(Set(names).isSuperset(of: Self.commands))
        for name in names {
            let help = try Program.run(name.split(separator: " ").map { String($0) } + ["--help"])
            #expect(help.code == 0, "\(name)")
            #expect(help.output.hasPrefix("agencypos \(name): "), "\(name)")
            #expect(help.errors.isEmpty)
            #expect(help.output.split(separator: "\n").allSatisfy { $0.count <= 100 }, "\(name)")
        }
    }

    static let commands = [
        "serve", "load", "close-day", "verify", "backup", "restore", "follow",
        "settlement verify", "settlement show", "settlement diff", "settlement match",
        "settlement convert",
        "report", "seals", "proof",
        "balances", "export", "fixtures",
        "partner-simulator",
        "version",
    ]

    struct Row: Sendable, CustomTestStringConvertible {
        let words: [String]
        let code: ExitCode
        /// What the one line on standard error holds.
        let message: String
        /// Whether `--data` names a loaded book.
        var hasBook = false

        var testDescription: String { words.joined(separator: " ") + " → \(code)" }
    }

    static let rows = [
        Row(words: ["settle"], code: .usage, message: "there is no command 'settle'"),
        Row(words: ["version", "now"], code: .usage, message: "unexpected argument now"),
        Row(words: ["serve", "--prot", "1"], code: .usage, message: "unknown option --prot"),
        Row(words: ["serve", "--port"], code: .usage, message: "--port needs a value"),
        Row(words: ["serve", "--host="], code: .usage, message: "--host needs a value"),
        Row(words: ["export", "--out", ""], code: .usage, message: "--out needs a value"),
        Row(words: ["serve", "--port", "65536"], code: .usage, message: "--port must be"),
        Row(words: ["serve", "--port=1", "--port=2"], code: .usage, message: "comes twice"),
        Row(words: ["serve", "--log-level", "loud"], code: .usage, message: "--log-level must be"),
        Row(words: ["load"], code: .usage, message: "name one folder"),
        Row(words: ["load", "a", "b"], code: .usage, message: "name one folder"),
        Row(words: ["load", "x", "--date", "tomorrow"], code: .usage, message: "YYYY-MM-DD"),
        Row(
            words: ["load", "nowhere"], code: .unusable,
            message: "network.json: the file cannot be read"),
        Row(words: ["verify"], code: .unusable, message: "there is no book here"),
        Row(words: ["verify", "--max-faults", "0"], code: .usage, message: "--max-faults"),
        Row(words: ["verify", "--external=yes"], code: .usage, message: "takes no value"),
        Row(words: ["report", "revenue"], code: .unusable, message: "there is no book here"),
        Row(
            words: ["export", "--format", "csv"], code: .unusable,
            message: "there is no book here"),
        Row(words: ["export"], code: .usage, message: "--format must be one of"),
        Row(words: ["export", "--format", "gnucash"], code: .usage, message: "hledger, ledger"),
        Row(
            words: ["export", "--format", "csv", "--from", "2026-11-22", "--to", "2026-11-21"],
            code: .usage, message: "--to must not be before --from"),
        Row(
            words: ["export", "--format", "csv", "--from", "2026-11-31"], code: .usage,
            message: "--from must be YYYY-MM-DD"),
        Row(
            words: ["export", "--format", "csv", "--out", "missing/book.csv"], code: .unusable,
            message: "missing/book.csv: No such file or directory", hasBook: true),
        Row(words: ["serve"], code: .unusable, message: "there is no book here"),
        Row(words: ["backup"], code: .usage, message: "name one file"),
        Row(words: ["backup", "b"], code: .unusable, message: "there is no book here"),
        Row(words: ["follow", "b"], code: .unusable, message: "there is no book here"),
        Row(words: ["follow", "b", "--every", "0"], code: .usage, message: "--every must be"),
        Row(words: ["restore"], code: .usage, message: "name one backup"),
        Row(words: ["restore", "b"], code: .unusable, message: "b: No such file"),
        Row(words: ["fixtures"], code: .usage, message: "--out names"),
        Row(
            words: ["fixtures", "--out", "x", "--stations", "0"], code: .usage,
            message: "--stations"),
        Row(words: ["report"], code: .usage, message: "name a report", hasBook: true),
        Row(
            words: ["report", "revenue", "--from", "2026-11-22", "--to", "2026-11-21"],
            code: .usage, message: "--to must be", hasBook: true),
        Row(
            words: ["report", "trial-balance", "--date", "2026-11-20"], code: .refused,
            message: "not a closed date", hasBook: true),
        Row(
            words: ["report", "revenue", "--date", "2026-11-20"], code: .usage,
            message: "--date is not for report revenue", hasBook: true),
        Row(
            words: ["report", "trial-balance", "--from", "2026-11-20"], code: .usage,
            message: "--from is not for report trial-balance", hasBook: true),
        Row(words: ["proof"], code: .usage, message: "name a proof"),
        Row(words: ["proof", "receipt"], code: .usage, message: "name a proof"),
        Row(words: ["proof", "receipt", "x"], code: .usage, message: "SERIAL is the number"),
        Row(
            words: ["proof", "receipt", "1", "--to", "2026-11-21"], code: .usage, message: "name a"),
        Row(words: ["proof", "consistency"], code: .usage, message: "--from and --to"),
        Row(words: ["proof", "receipt", "1"], code: .unusable, message: "there is no book here"),
        Row(words: ["seals", "all"], code: .usage, message: "unexpected argument all"),
        Row(
            words: ["proof", "receipt", "1"], code: .refused, message: "there is no receipt 1",
            hasBook: true),
        Row(
            words: ["proof", "consistency", "--from", "2026-11-20", "--to", "2026-11-21"],
            code: .refused, message: "2026-11-20 is not a closed date", hasBook: true),
        Row(
            words: ["close-day", "--date", "2026-11-20"], code: .refused,
            message: "the open business date is 2026-11-21", hasBook: true),
        Row(
            words: ["serve", "--host", "example.invalid"], code: .unusable,
            message: "example.invalid is not a numeric address", hasBook: true),
    ]

    @Test("a command that fails says why in one line and ends with its code", arguments: rows)
    func failure(_ row: Row) throws {
        let sandbox = try TemporaryFolder()
        let book = row.hasBook ? try DemoNetwork.copy() : sandbox
        var words = row.words
        if !["settle", "version", "fixtures"].contains(words[0]) {
            let data = row.hasBook ? book.path : sandbox.path + "/data"
            words.insert(contentsOf: ["--data", data], at: 1)
        }
        let outcome = try Program.run(words, in: sandbox.path)
        #expect(outcome.code == row.code.rawValue, "\(outcome)")
        #expect(outcome.errors.hasPrefix("agencypos: "), "\(outcome)")
        let last = outcome.errors.split(separator: "\n").last ?? ""
        #expect(last.contains(row.message), "\(outcome)")
        #expect(!last.contains("Error(") && !last.contains("(field:"), "raw: \(last)")
    }

    @Test("without a command it shows help and ends as a wrong command line")
    func nothing() throws {
        let outcome = try Program.run([])
        #expect(outcome.code == ExitCode.usage.rawValue)
        #expect(outcome.output.contains("Usage: agencypos"))
    }

    @Test("a day on the command line: load, report, close, verify")
    func day() throws {
        let sandbox = try TemporaryFolder()
        let data = ["--data", sandbox.path + "/data"]
        let demo = DemoNetwork.repository + "/fixtures/demo"
        let load = try Program.run(["load", demo, "--date", "2026-11-21"] + data)
        #expect(load.code == 0, "\(load)")
        #expect(load.output.contains("12 stations"))
        let again = try Program.run(["load", demo] + data)
        #expect(again.code == 0 && again.output.contains("network known"))
        let close = try Program.run(["close-day", "--date", "2026-11-21"] + data)
        #expect(close.code == 0, "\(close)")
        #expect(close.output.split(separator: "\n").count == DemoNetwork.partnerCount + 1)
        let trial = try Program.run(["report", "trial-balance", "--date", "2026-11-21"] + data)
        #expect(trial.code == 0 && trial.output.contains("total CNY"))
        #expect(try Program.run(["report", "revenue"] + data).code == 0)
        let verify = try Program.run(["verify"] + data)
        #expect(verify.code == 0 && verify.output.contains("1 sealed dates"), "\(verify)")
        #expect(try Program.run(["version"]).output == "agencypos \(VersionCommand.version)\n")
    }

    @Test("verify names the first faults and ends with 1")
    func verifyFaults() throws {
        let book = try DemoNetwork.copy()
        try { () throws in
            let connection = try Connection(path: book.path + "/book.db", access: .write)
            try connection.execute(script: "INSERT INTO card_day VALUES (20000, 'abcdef', 5, 1)")
        }()
        let outcome = try Program.run(["verify", "--data", book.path])
        #expect(outcome.code == ExitCode.failure.rawValue)
        #expect(outcome.output.contains("FAULT card_day"))
        #expect(
            outcome.errors.hasSuffix(
                "the book is not sound: 1 fault; keep it as it is, see docs/operations.md\n"))
    }

    @Test(
        "a book.db that is no book is told as such, and is not backed up",
        arguments: [
            ("", "is not a book; restore a backup"),
            ("a text that is longer than the sixteen bytes at the start", "is no database"),
        ])
    func noBook(_ text: String, _ message: String) throws {
        let folder = try TemporaryFolder()
        try Data(text.utf8).write(to: URL(filePath: folder.path + "/book.db"))
        for command in [["verify"], ["seals"], ["balances"], ["export", "--format", "csv"]] {
            let outcome = try Program.run(command + ["--data", folder.path])
            #expect(outcome.code == ExitCode.unusable.rawValue, "\(outcome)")
            #expect(outcome.errors.contains(message), "\(outcome)")
        }
        let inside = try Program.run(["seals", "--data", folder.path + "/book.db"])
        #expect(inside.errors.contains("Not a directory"), "\(inside)")
        let file = folder.path + "/backup"
        let outcome = try Program.run(["backup", file, "--data", folder.path])
        #expect(outcome.code == ExitCode.unusable.rawValue, "\(outcome)")
        #expect(!FileManager.default.fileExists(atPath: file))
    }

    @Test("an open shift keeps close-day away")
    func openShift() throws {
        let folder = try DemoNetwork.copy()
        try { () throws in
            let server = try LiveServer(folder: folder)
            defer { server.stop() }
            _ = try server.counter()
        }()
        let outcome = try Program.run(["close-day", "--data", folder.path])
        #expect(outcome.code == ExitCode.refused.rawValue)
        #expect(outcome.errors.contains("S0001-C1"))
    }

    @Test("one folder has one server; readers may look on")
    func secondServer() throws {
        let folder = try DemoNetwork.copy()
        let server = try ServerProcess(data: folder.path)
        for command in [["serve", "--port", "0"], ["close-day"]] {
            let outcome = try Program.run(command + ["--data", folder.path])
            #expect(outcome.code == ExitCode.unusable.rawValue)
            #expect(outcome.output.isEmpty)
            #expect(
                outcome.errors.hasSuffix(
                    "another agencypos process uses \(folder.path); stop it first, or use its "
                        + "REST API\n"))
        }
        #expect(try Program.run(["verify", "--data", folder.path]).code == 0)
        let other = try DemoNetwork.copy()
        let taken = try Program.run(
            ["serve", "--port", String(server.port), "--data", other.path])
        #expect(taken.code == ExitCode.unusable.rawValue)
        #expect(
            taken.errors.hasSuffix(
                "agencypos: cannot listen on 127.0.0.1:\(server.port): Address already in use\n"),
            "\(taken.errors)")
        server.signal(SIGTERM)
        #expect(server.end() == (code: 0, isExit: true))
    }
}
