import Agency
import Ledger
import SQL

/// Streams the journal in a format that other programs read.
enum ExportCommand: Command {
    static let name = "export"
    static let abstract = "write the journal for hledger, ledger, beancount or a spreadsheet"
    static let discussion = """
        agencypos export --format hledger --out book.journal
        hledger -f book.journal check --strict ordereddates

        Writes the posted entries of one snapshot, also while a server runs, with the balances that
        the book keeps for each date, which the other program checks. What was posted before
        --from is brought forward in one entry. See docs/export.md.
        """
    static let options: [Arguments.Option] = [
        .data,
        Arguments.Option(
            name: "--format", value: "NAME", help: "hledger, ledger, beancount or csv (required)"),
        Arguments.Option(
            name: "--from", value: "YYYY-MM-DD", help: "default: the first business date"),
        Arguments.Option(
            name: "--to", value: "YYYY-MM-DD", help: "default: the last business date"),
        Arguments.Option(
            name: "--out", value: "FILE", help: "is replaced (default: standard output)"),
    ]

    static func run(_ arguments: Arguments) throws {
        try arguments.allowNoOperands()
        guard let format = arguments.text("--format").flatMap(ExportFormat.init) else {
            let names = ExportFormat.allCases.map(\.rawValue).joined(separator: ", ")
            throw CommandError.usage("--format must be one of \(names)")
        }
        let first = try arguments.date("--from")
        let last = try arguments.date("--to")
        if let first, let last, last < first {
            throw CommandError.usage("--to must not be before --from")
        }
        let folder = BookFolder(
            path: arguments.text("--data", default: Arguments.Option.defaultData))
        let readers = try folder.openReaders()
        let output = try ExportOutput(path: arguments.text("--out"))
        let summary = try readers.read { connection in
            let zone = try AgencyProfile.read(connection).zone
            return try JournalExport(connection, format: format, from: first, to: last, zone: zone)
                .run { try output.write($0) }
        }
        try output.finish()
        if let path = arguments.text("--out") {
            print(
                "\(path): \(summary.entryCount) entries, \(summary.postingCount) postings, "
                    + "\(summary.sealCount) sealed dates")
        }
    }
}
