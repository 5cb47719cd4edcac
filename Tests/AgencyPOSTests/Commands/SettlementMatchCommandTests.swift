import Foundation
import Testing

@testable import AgencyPOS

@Suite struct SettlementMatchCommandTests {
    private static let header = "serial,reference,type,account,amount_fen,status,time\n"

    private static func line(
        _ serial: String, _ amountFen: Int, at time: String = "2026-11-21T09:05:07",
        account: String = "0310220045"
    ) -> String {
        "\(serial),,BILL_PAYMENT,\(account),\(amountFen),POSTED,\(time)+08:00\n"
    }

    private static func folder(ours: [String], theirs: [String]) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for (name, lines) in [("ours", ours), ("theirs", theirs)] {
            try (header + lines.joined())
                .write(toFile: "\(folder.path)/\(name).csv", atomically: true, encoding: .utf8)
        }
        return folder
    }

    private static func match(
        _ folder: TemporaryFolder, _ words: String...
    ) throws -> Program.Outcome {
        try Program.run(["settlement", "match", "ours.csv", "theirs.csv"] + words, in: folder.path)
    }

    /// The words of each line of the output.
    private static func rows(_ outcome: Program.Outcome) -> [[String]] {
        outcome.output.split(separator: "\n").map { $0.split(separator: " ").map { String($0) } }
    }

    @Test("what is equal ends with 0 and the counts") func equal() throws {
        let lines = [Self.line("1", 100), Self.line("2", 250)]
        let outcome = try Self.match(Self.folder(ours: lines, theirs: lines.reversed()))
        #expect(outcome.code == ExitCode.success.rawValue && outcome.errors.isEmpty, "\(outcome)")
        let rows = Self.rows(outcome)
        #expect(rows.contains(["MATCHED", "2", "3.50", "2", "3.50", "0.00"]))
        #expect(rows.contains(["total", "2", "3.50", "2", "3.50", "0.00"]))
    }

    @Test("what differs ends with 1 and is in the table, where no text is a formula")
    func different() throws {
        let folder = try Self.folder(
            ours: [Self.line("1", 100), Self.line("2", 250, account: "=1+1")],
            theirs: [Self.line("1", 101)])
        let outcome = try Self.match(folder, "--out", "table.csv")
        #expect(outcome.code == ExitCode.failure.rawValue)
        let table = try String(contentsOfFile: folder.path + "/table.csv", encoding: .utf8)
        let rows = table.components(separatedBy: "\r\n")
        #expect(rows.count == 4 && rows[0].hasPrefix("class,found_by,difference_fen,ours_line,"))
        #expect(rows[1].hasPrefix("AMOUNT_DIFF,SERIAL,-1,2,1,,BILL_PAYMENT,0310220045,100,"))
        #expect(rows[2].hasPrefix("OURS_ONLY,,250,3,2,,BILL_PAYMENT,'=1+1,250,POSTED,"))
    }

    @Test("what is TIMING today is carried and clears tomorrow") func carried() throws {
        let today = try Self.folder(
            ours: [Self.line("1", 100, at: "2026-11-21T23:59:58")], theirs: [])
        let first = try Self.match(today, "--date", "2026-11-21", "--carry", "next")
        #expect(first.code == ExitCode.failure.rawValue)
        #expect(Self.rows(first).contains(["TIMING", "1", "1.00", "0", "0.00", "1.00"]))
        try (Self.header + Self.line("1", 100, at: "2026-11-22T00:00:03"))
            .write(toFile: today.path + "/theirs.csv", atomically: true, encoding: .utf8)
        try Self.header.write(
            toFile: today.path + "/ours.csv", atomically: true, encoding: .utf8)
        let next = try Self.match(today, "--date", "2026-11-22", "--carried", "next")
        #expect(next.code == ExitCode.success.rawValue, "\(next)")
        #expect(Self.rows(next).contains(["carried", "1", "1.00", "0", "0.00", "1.00"]))
    }

    @Test("a wrong line is told with side, line, field and cause, and there is no table")
    func wrong() throws {
        let folder = try Self.folder(ours: [Self.line("1", 100)], theirs: ["1,,,,1.00,POSTED,x\n"])
        let outcome = try Self.match(folder, "--out", "table.csv")
        #expect(outcome.code == ExitCode.usage.rawValue && outcome.output.isEmpty)
        #expect(
            outcome.errors
                == "agencypos: theirs, line 2, amount_fen, 1.00: not a plain decimal integer\n")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2)
    }

    /// Command lines that are refused, and what is said.
    static let refused: [([String], String)] = [
        (["ours.csv"], "name our file and the partner's"),
        (["ours.csv", "theirs.xls"], "must be a .csv or a .txt file"),
        (["ours.csv", "theirs.csv", "--rule", "type"], "--rule must be"),
        (["ours.csv", "theirs.csv", "--margin", "5"], "need --date"),
        (["ours.csv", "theirs.csv", "--memory", "1"], "--memory must be"),
        (["ours.csv", "theirs.csv", "--date", "2026-11-21", "--cut", "9:00"], "--cut must be"),
        (["ours.csv", "none.csv"], "theirs: cannot open none.csv"),
    ]

    @Test("a wrong command line is refused", arguments: refused)
    func refuse(_ words: [String], _ message: String) throws {
        let folder = try Self.folder(ours: [], theirs: [])
        let outcome = try Program.run(["settlement", "match"] + words, in: folder.path)
        #expect(outcome.code == ExitCode.usage.rawValue && outcome.errors.contains(message))
    }
}
