import Agency
import CivilTime
import SQL

/// Checks the whole book.
enum VerifyCommand: Command {
    static let name = "verify"
    static let abstract = "check the whole book: entries, balances, business rows, seals, pages"
    static let discussion = """
        Reads one snapshot, also while a server runs. It ends with 0 when nothing is wrong, and
        with 1 after naming the first faults.
        """
    static let options: [Arguments.Option] = [
        .data,
        Arguments.Option(
            name: "--max-faults", value: "N", help: "stop after so many (default: 20)"),
    ]

    static func run(_ arguments: Arguments) throws {
        try arguments.allowNoOperands()
        let folder = BookFolder(
            path: arguments.text("--data", default: Arguments.Option.defaultData))
        let maximum = try arguments.integer("--max-faults", default: 20, in: 1...10_000)
        let readers = try folder.openReaders()
        let report = try readers.read {
            try BookAudit($0, maximumFaults: maximum) { print($0) }.run()
        }
        for fault in report.faults { print("FAULT \(fault)") }
        guard report.faults.isEmpty else {
            throw CommandError(
                message: "the book is not sound: \(report.faults.count) faults"
                    + (report.faults.count >= maximum ? " or more" : ""),
                code: .failure)
        }
        print(
            "verified: \(report.entryCount) entries, \(report.postingCount) postings, "
                + "\(report.transactionCount) transactions, \(report.sealCount) sealed dates")
    }
}
