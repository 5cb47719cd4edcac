import Agency
import CivilTime
import Ledger
import SQL

/// Checks the whole book.
enum VerifyCommand: Command {
    private static let defaultTimeout = ExternalAudit.defaultTimeoutSeconds

    static let name = "verify"
    static let abstract =
        "check the whole book: pages, ledger, business rows, seals, settlement files"
    static let discussion = """
        Reads one snapshot, also while a server runs. It ends with 0 when nothing is wrong, and
        with 1 after naming the first faults. Standard error tells how far it has come.

        Every few seconds it keeps its state in the data folder. After an interruption --resume
        goes on from there; entries that were checked before are not read again. A state that is
        not of this book is passed over, and the check starts from the first entry.

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
        Arguments.Option(name: "--resume", help: "go on from where an interrupted check was"),
        Arguments.Option(
            name: "--state-interval", value: "SECONDS",
            help: "between two states; 0: as often as possible (default: 5)"),
    ]

    static func run(_ arguments: Arguments) throws {
        try arguments.allowNoOperands()
        let folder = BookFolder(
            path: arguments.text("--data", default: Arguments.Option.defaultData))
        let maximum = try arguments.integer("--max-faults", default: 20, in: 1...10_000)
        let timeout = try arguments.integer(
            "--timeout", default: defaultTimeout, in: 1...86_400)
        let isExternal = arguments.has("--external")
        if isExternal { try tellMissing() }
        let interval = try arguments.integer(
            "--state-interval", default: AuditStateFile.defaultIntervalSeconds, in: 0...86_400)
        let readers = try folder.openReaders()
        let progress = ProgressLine()
        let file = AuditStateFile(folder)
        let start = arguments.has("--resume") ? file.read() : nil
        let (report, faults, external) = try readers.read { connection in
            let audit = BookAudit(
                connection, maximumFaults: maximum,
                resumption: resumption(start, file, interval: interval, progress),
                ledgerProgress: { progress.tell($0) }, progress: { progress.tell($0) })
            let report = audit.run(beside: readers)
            let settlement = try SettlementAudit(folder, connection) { progress.tell($0) }
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
        if arguments.has("--resume"), report.resumedAfter == 0 {
            progress.say("no state of this book was kept: all entries were checked")
        }
        if report.resumedAfter > 0 {
            progress.say("went on after entry \(report.resumedAfter)")
        }
        if !report.hasPageChecksums {
            progress.say("no page checksums were compared: an older program made the book")
        }
        removeState(file, progress)
        try tell(report, faults, maximum: maximum)
        if let external { try ask(external) }
    }

    private static func tell(_ report: BookAuditReport, _ faults: [String], maximum: Int) throws {
        for fault in faults { print("FAULT \(fault)") }
        guard faults.isEmpty else {
            throw CommandError(
                message: "the book is not sound: "
                    + (faults.count == 1 ? "1 fault" : "\(faults.count) faults")
                    + (faults.count >= maximum ? " or more" : "")
                    + "; keep it as it is, see docs/operations.md",
                code: .failure)
        }
        print(
            "verified: \(report.entryCount) entries, \(report.postingCount) postings, "
                + "\(report.transactionCount) transactions, \(report.sealCount) sealed dates")
    }

    /// Keeps the state at intervals; a state that cannot be kept ends no check.
    private static func resumption(
        _ start: LedgerAuditState?, _ file: AuditStateFile, interval: Int,
        _ progress: ProgressLine
    ) -> LedgerAudit.Resumption {
        let clock = ContinuousClock()
        var last = clock.now
        var canKeep = true
        return LedgerAudit.Resumption(
            start: start,
            isDue: { canKeep && last.duration(to: clock.now) >= .seconds(interval) },
            keep: { state in
                do {
                    try file.keep(state)
                } catch {
                    canKeep = false
                    progress.say("\(error); this check cannot be resumed")
                }
                last = clock.now
            })
    }

    private static func removeState(_ file: AuditStateFile, _ progress: ProgressLine) {
        do {
            try file.remove()
        } catch {
            progress.say("\(error)")
        }
    }
}
