import Agency
import CivilTime
import SQL

/// Checks the whole book.
enum VerifyCommand: Command {
    static let name = "verify"
    static let abstract =
        "check the whole book: pages, ledger, business rows, seals, settlement files"
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
        let (report, faults) = try readers.read { connection in
            let report = try BookAudit(connection, maximumFaults: maximum) { print($0) }.run()
            let settlement = try SettlementAudit(folder, connection) { print($0) }
                .run(maximumFaults: maximum - report.faults.count)
            return (report, report.faults + settlement)
        }
        for fault in faults { print("FAULT \(fault)") }
        guard faults.isEmpty else {
            throw CommandError(
                message: "the book is not sound: \(faults.count) faults"
                    + (faults.count >= maximum ? " or more" : ""),
                code: .failure)
        }
        print(
            "verified: \(report.entryCount) entries, \(report.postingCount) postings, "
                + "\(report.transactionCount) transactions, \(report.sealCount) sealed dates")
    }
}
