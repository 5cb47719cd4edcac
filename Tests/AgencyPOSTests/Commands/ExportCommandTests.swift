import Foundation
import SQL
import Testing

@testable import AgencyPOS

@Suite struct ExportCommandTests {
    @Test("an export goes to standard output, or to a file for this user that is whole")
    func outputs() throws {
        let book = try DemoNetwork.copy()
        let data = ["--data", book.path]
        for format in ["hledger", "ledger", "beancount", "csv"] {
            let words = ["export", "--format", format] + data
            let piped = try Program.run(words)
            #expect(piped.code == 0 && piped.errors.isEmpty, "\(piped)")
            #expect(piped.output.contains("S0001-C1"))
            let path = book.path + "/book." + format
            let written = try Program.run(words + ["--out", path])
            #expect(written.output == "\(path): 22 entries, 44 postings, 0 sealed dates\n")
            #expect(try String(contentsOfFile: path, encoding: .utf8) == piped.output)
            #expect(!FileManager.default.fileExists(atPath: path + ".part"))
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
        }
    }

    @Test("an export that cannot go on leaves the file that was there as it was")
    func failure() throws {
        let book = try DemoNetwork.copy()
        try { () throws in
            let connection = try Connection(path: book.path + "/book.db", access: .write)
            try connection.execute(
                script: """
                    DROP TRIGGER posting_fixed;
                    UPDATE posting SET account_id = 999 WHERE entry_id = 22 AND line = 2;
                    """)
        }()
        let path = book.path + "/book.csv"
        try "before".write(toFile: path, atomically: true, encoding: .utf8)
        let outcome = try Program.run(
            ["export", "--format", "csv", "--data", book.path, "--out", path])
        #expect(outcome.code == ExitCode.unusable.rawValue)
        #expect(outcome.errors.contains("entry 22, line 2: account 999 is missing"))
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "before")
        #expect(!FileManager.default.fileExists(atPath: path + ".part"))
        let piped = try Program.run(["export", "--format", "csv", "--data", book.path])
        #expect(piped.code == ExitCode.unusable.rawValue)
    }

    @Test("the sums of the table are those of the book, as another program reads it")
    func table() throws {
        let book = try DemoNetwork.copy()
        let path = book.path + "/book.csv"
        _ = try Program.run(["export", "--format", "csv", "--data", book.path, "--out", path])
        let python = Process()
        let output = Pipe()
        python.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        python.arguments = [
            "-c",
            """
            import csv, decimal, sys
            rows = list(csv.DictReader(open(sys.argv[1], newline="")))
            total = lambda side: sum(decimal.Decimal(r[side] or 0) for r in rows)
            print(len(rows), total("debit"), total("credit"), len({len(r) for r in rows}))
            """, path,
        ]
        python.standardOutput = output
        try python.run()
        let text = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        python.waitUntilExit()
        #expect(text == "44 72000.00 72000.00 1\n")
    }

    @Test("verify --external has every program look, and says what they compared")
    func external() throws {
        let book = try DemoNetwork.copy()
        let close = try Program.run(["close-day", "--data", book.path])
        #expect(close.code == 0, "\(close)")
        let outcome = try Program.run(["verify", "--external", "--data", book.path])
        #expect(outcome.code == 0, "\(outcome)")
        for name in ["hledger", "ledger", "beancount"] {
            let line = "external: \(name) finds nothing wrong; 23 accounts agree to the fen\n"
            #expect(outcome.output.contains(line), "\(outcome.output)")
        }
    }

    @Test("verify --external says which programs are missing, and ends as unusable without any")
    func missing() throws {
        let book = try DemoNetwork.copy()
        let none = try Program.run(
            ["verify", "--external", "--data", book.path], environment: ["PATH": book.path])
        #expect(none.code == ExitCode.unusable.rawValue)
        #expect(
            none.errors == "agencypos: none of hledger, ledger, bean-check is installed; "
                + "apt-get install hledger ledger beancount\n")
        // A program that finds nothing wrong and tells no balances is no witness.
        let fake = book.path + "/ledger"
        try "#!/bin/sh\nexit 0\n".write(toFile: fake, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: fake)
        let one = try Program.run(
            ["verify", "--external", "--data", book.path], environment: ["PATH": book.path])
        #expect(one.code == ExitCode.failure.rawValue)
        #expect(one.output.contains("hledger is not installed: not asked\n"))
        #expect(one.output.contains("bean-check is not installed: not asked\n"))
        #expect(
            one.output.contains(
                "FAULT ledger: account Assets:1001-Cash:S0001-C1: it has nothing, "
                    + "the book 5000.00 CNY\n"), "\(one.output)")
        #expect(one.errors.hasSuffix("the book is not what others read of it: ledger\n"))
    }

    @Test("a signal ends the programs and removes the folder") func interrupted() throws {
        let book = try DemoNetwork.copy()
        let sandbox = try TemporaryFolder()
        let fake = sandbox.path + "/hledger"
        try "#!/bin/sh\n: >\(sandbox.path)/started\nexec /bin/sleep 60\n".write(
            toFile: fake, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: fake)
        let process = Process()
        process.executableURL = try Program.executable()
        process.arguments = ["verify", "--external", "--data", book.path]
        process.environment = ["PATH": sandbox.path, "TMPDIR": sandbox.path]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        defer {
            // Only when the test has failed; the program it started ends by itself.
            if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        }
        let deadline = Date(timeIntervalSinceNow: 60)
        while !FileManager.default.fileExists(atPath: sandbox.path + "/started") {
            try #require(Date() < deadline)
            Thread.sleep(forTimeInterval: 0.02)
        }
        let folders = try FileManager.default.contentsOfDirectory(atPath: sandbox.path)
        #expect(folders.contains { $0.hasPrefix("agencypos-witness-") })
        kill(process.processIdentifier, SIGINT)
        process.waitUntilExit()
        #expect(process.terminationReason == .uncaughtSignal)
        #expect(process.terminationStatus == SIGINT)
        let left = try FileManager.default.contentsOfDirectory(atPath: sandbox.path)
        #expect(Set(left) == ["hledger", "started"])
    }
}
