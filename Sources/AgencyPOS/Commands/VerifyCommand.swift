import Agency
import CivilTime
import SQL

/// Checks the whole book.
enum VerifyCommand: Command {
    private static let defaultTimeout = ExternalAudit.defaultTimeoutSeconds

    static let name = "verify"
    static let abstract =
        "check the whole book: pages, ledger, business rows, seals, settlement files"
    static let discussion = """
        Reads one snapshot, also while a server runs. It ends with 0 when nothing is wrong, and
        with 1 after naming the first faults.

        With --external, a sound book is then exported to a temporary folder for hledger, ledger
        and beancount, those that are installed; each checks it by its own rules, and its trial
        balance must be the book's.
        """
    static let options: [Arguments.Option] = [
        .data,
        Arguments.Option(
            name: "--max-faults", value: "N", help: "stop after so many (default: 20)"),
        Arguments.Option(
            name: "--external", help: "have hledger, ledger and bean-check look as well"),
        Arguments.Option(
            name: "--timeout", value: "SECONDS",
            help: "how long each of those may take (default: \(defaultTimeout))"),
    ]

    static func run(_ arguments: Arguments) throws {
        try arguments.allowNoOperands()
        let folder = BookFolder(
            path: arguments.text("--data", default: Arguments.Option.defaultData))
        let maximum = try arguments.integer("--max-faults", default: 20, in: 1...10_000)
        let timeout = try arguments.integer(
            "--timeout", default: defaultTimeout, in: 1...86_400)
        let isExternal = arguments.has("--external")
        if isExternal {
            let missing = ExternalAudit.installed().missing
            guard missing.count < Witness.allCases.count else { throw WitnessError.noneInstalled }
            for witness in missing { print("\(witness.program) is not installed: not asked") }
        }
        let readers = try folder.openReaders()
        let (report, faults, external) = try readers.read { connection in
            let report = try BookAudit(connection, maximumFaults: maximum) { print($0) }.run()
            let settlement = try SettlementAudit(folder, connection) { print($0) }
                .run(maximumFaults: maximum - report.faults.count)
            let faults = report.faults + settlement
            guard isExternal, faults.isEmpty else { return (report, faults, ExternalAudit?.none) }
            print("external: writing the exports")
            Interruption.watch()
            let external = try ExternalAudit(connection, timeoutSeconds: timeout) {
                Interruption.isRequested
            }
            return (report, faults, external)
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
        if let external { try ask(external) }
    }

    private static func ask(_ external: ExternalAudit) throws {
        var objections: [String] = []
        for report in try external.run() {
            let name = report.witness.rawValue
            for fault in report.faults { print("FAULT \(name): \(fault)") }
            guard report.faults.isEmpty else {
                objections.append(name)
                continue
            }
            let compared =
                report.accountCount.map { "\($0) accounts agree to the fen" }
                ?? "its balances cannot be printed here, for "
                + "\(report.witness.balanceProgram) is missing; it has compared those in the file"
            print("external: \(name) finds nothing wrong; \(compared)")
        }
        guard objections.isEmpty else {
            throw CommandError(
                message: "the book is not what others read of it: "
                    + objections.joined(separator: ", "),
                code: .failure)
        }
    }
}
