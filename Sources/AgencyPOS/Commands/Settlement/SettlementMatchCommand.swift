import CivilTime
import Foundation
import Printing
import Settlement

/// Compares our lines of a date with the partner's.
enum SettlementMatchCommand: Command {
    static let name = "settlement match"
    static let abstract = "compare our lines of a date with the partner's, line by line"
    static let discussion = """
        agencypos settlement match OURS THEIRS [--out DIFFERENCES.csv]

        OURS and THEIRS are tables (.csv) with the columns
        serial,reference,type,account,amount_fen,status,time, or settlement files (.txt), which
        are to be verified first. Lines are compared by serial, then by the partner's reference,
        then by --rule. With --date, lines near the day cut are TIMING and not yet a difference
        for good: --carry keeps them, --carried gives them to the next run.
        See docs/reconciliation.md.

        Exit codes: 0 every line has its counterpart, 1 not every one, 2 or more: not compared.
        """
    static let options: [Arguments.Option] = [
        Arguments.Option(
            name: "--out", value: "FILE", help: "a table of what is not MATCHED; is replaced"),
        Arguments.Option(
            name: "--rule", value: "RULE", help: "the third step, such as account+amount+2d"),
        Arguments.Option(
            name: "--date", value: "YYYY-MM-DD", help: "the business date, for TIMING"),
        Arguments.Option(
            name: "--cut", value: "HH:MM", help: "when the date ends (default: 24:00)"),
        Arguments.Option(
            name: "--margin", value: "MINUTES", help: "either side of the cut (default: 15)"),
        Arguments.Option(
            name: "--carried", value: "PREFIX", help: "reads PREFIX-ours.csv, PREFIX-theirs.csv"),
        Arguments.Option(
            name: "--carry", value: "PREFIX", help: "writes what is TIMING to such files"),
        Arguments.Option(
            name: "--memory", value: "MB", help: "for lines and results (default: 128)"),
        Arguments.Option(
            name: "--temporary", value: "FOLDER", help: "for what does not fit (default: TMPDIR)"),
    ]

    private static let defaultMarginMinutes = 15
    private static let allowedMegabytes = 16...65_536
    private static let defaultMegabytes = 128

    static func run(_ arguments: Arguments) throws {
        guard arguments.operands.count == 2 else {
            throw CommandError.usage("name our file and the partner's; see --help")
        }
        var sources = try arguments.operands.map { MatchSource(try input($0)) }
        if let prefix = arguments.text("--carried") {
            for (index, side) in MatchSide.allCases.enumerated() {
                sources[index].carried = try input(carryPath(prefix, side))
            }
        }
        let matcher = SettlementMatcher(try configuration(arguments))
        let table = try arguments.text("--out").map { try ExportOutput(path: $0) }
        var rows = DifferenceTable()
        var carry = try arguments.text("--carry").map { prefix in
            try MatchSide.allCases.map { try CarryFile(path: carryPath(prefix, $0)) }
        }
        let progress = ProgressTeller()
        let summary: MatchSummary
        do {
            summary = try matcher.run(
                ours: sources[0], theirs: sources[1], progress: { progress.tell($0) }
            ) { difference in
                if let table, let bytes = rows.add(difference) { try table.write(bytes) }
                guard difference.matchClass == .timing else { return }
                for (index, side) in MatchSide.allCases.enumerated() {
                    if let line = difference[side] { try carry?[index].add(line) }
                }
            }
        } catch let error as MatchError {
            throw CommandError(message: "\(error)", code: Self.code(of: error))
        }
        try table?.write(rows.rest())
        try table?.finish()
        for index in carry?.indices ?? 0..<0 { try carry?[index].finish() }
        print(MatchTable.text(summary), terminator: "")
        guard summary.isAllMatched else {
            throw CommandError(message: "not every line has its counterpart", code: .failure)
        }
    }

    /// As for `settlement diff`: what is given in is wrong, or the machine cannot be used.
    private static func code(of error: MatchError) -> ExitCode {
        switch error {
        case .file, .inputTooLarge, .headerWrong, .lineTooLong, .lineCountExceeded, .quoteWrong,
            .fieldCountWrong, .fieldInvalid, .memoryTooSmall:
            .usage
        case .temporaryFile, .fileChanged, .sumsDisagree: .unusable
        }
    }

    private static func configuration(_ arguments: Arguments) throws -> MatchConfiguration {
        var configuration = MatchConfiguration()
        if let text = arguments.text("--rule") {
            guard let rule = MatchRule(text) else {
                throw CommandError.usage(
                    "--rule must be account, amount and type joined by +, with account or amount "
                        + "among them, and days at the end such as +2d")
            }
            configuration.rule = rule
        }
        let margin = try arguments.integer(
            "--margin", default: defaultMarginMinutes, in: 0...MatchLimits.maximumMarginMinutes)
        if let date = try arguments.date("--date") {
            let minutes = try minutesOfDay(arguments.text("--cut", default: "24:00"))
            let end = ZoneOffset.china.midnight(startOf: date)
                .adding(milliseconds: Int64(minutes) * 60_000)
            configuration.cut = MatchCut(
                end: end, marginBeforeMinutes: margin, marginAfterMinutes: margin)
        } else if arguments.has("--cut") || arguments.has("--margin") || arguments.has("--carry") {
            throw CommandError.usage("--cut, --margin and --carry need --date")
        }
        let megabytes = try arguments.integer(
            "--memory", default: defaultMegabytes, in: allowedMegabytes)
        configuration.memoryByteCount = megabytes * 1_048_576
        configuration.temporaryFolder = arguments.text(
            "--temporary", default: FileManager.default.temporaryDirectory.path)
        return configuration
    }

    private static func minutesOfDay(_ text: String) throws -> Int {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 }),
            let hours = Int(parts[0]), let minutes = Int(parts[1]),
            (0..<60).contains(minutes), (0...24 * 60).contains(hours * 60 + minutes)
        else { throw CommandError.usage("--cut must be HH:MM, up to 24:00") }
        return hours * 60 + minutes
    }

    private static func input(_ path: String) throws -> MatchInput {
        let place = FilePlace(path)
        if place.name.hasSuffix(".csv") {
            return MatchInput(file: place.name, in: place.folder, format: .table)
        }
        guard place.name.hasSuffix(".txt") else {
            throw CommandError.usage("\(path) must be a .csv or a .txt file")
        }
        return MatchInput(file: place.name, in: place.folder, format: .settlementFile)
    }

    private static func carryPath(_ prefix: String, _ side: MatchSide) -> String {
        switch side {
        case .ours: prefix + "-ours.csv"
        case .theirs: prefix + "-theirs.csv"
        }
    }
}

/// Lines that wait for the next file, as the next run reads them.
private struct CarryFile {
    private let output: ExportOutput
    private var table: CanonicalTableWriter

    init(path: String) throws {
        let output = try ExportOutput(path: path)
        self.output = output
        table = CanonicalTableWriter { try output.write($0) }
    }

    mutating func add(_ line: MatchLine) throws { try table.add(line) }

    mutating func finish() throws {
        try table.finish()
        try output.finish()
    }
}

/// Tells how far the match has come; called by one thread at a time.
private final class ProgressTeller: @unchecked Sendable {
    // Sendable, for the matcher calls it by one thread at a time.
    private let line = ProgressLine()

    func tell(_ progress: MatchProgress) {
        let percent = progress.byteCount * 100 / max(progress.totalByteCount, 1)
        switch progress.phase {
        case .reading: line.tell("read: \(progress.lineCount) lines, \(percent) %")
        case .matching: line.tell("matching \(progress.lineCount) lines")
        case .explaining: line.tell("explaining what is not matched")
        }
    }
}
