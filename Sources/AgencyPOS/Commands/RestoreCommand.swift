import Agency
import CivilTime
import Ledger
import SQL

/// Makes a data folder from a backup.
enum RestoreCommand: Command {
    static let name = "restore"
    static let abstract = "make a data folder from a backup and the book's master key"
    static let discussion = """
        agencypos restore FILE --data FOLDER --key KEYFILE

        FOLDER must be missing or empty; a keys/master.key that lies in it already stands for
        --key. The book appears in it when it is complete; settlement files are made anew. Then
        the seals are printed and the whole book is verified: compare the last seal with the one
        that a partner's settlement file carries.
        """
    static let options: [Arguments.Option] = [
        Arguments.Option(
            name: "--data", value: "FOLDER", help: "where to restore to (required)"),
        Arguments.Option(
            name: "--key", value: "KEYFILE", help: "the copy of the book's keys/master.key"),
    ]

    /// How many of the latest seals are printed.
    static let shownSeals = 10

    static func run(_ arguments: Arguments) throws {
        guard arguments.operands.count == 1 else {
            throw CommandError.usage("name one backup to restore; see --help")
        }
        guard let path = arguments.text("--data") else {
            throw CommandError.usage("--data names the folder to restore to; see --help")
        }
        let folder = BookFolder(path: path)
        let progress = CopyProgress(verb: "restored", signals: ShutdownSignals())
        let report = try BookRestore(folder).run(
            from: arguments.operands[0], keyPath: arguments.text("--key"), progress: progress.hear)
        print("\(path): \(report.byteCount) bytes in \(progress.elapsedText) s")
        BackupCommand.tell(report.contents)
        print("\(report.settlementFileCount) settlement files made anew")
        for fault in report.settlementFaults { print("FAULT \(fault)") }
        try printSeals(folder)
        // The book is in its place, sound or not: it is all that the user has.
        try VerifyCommand.run(Arguments(["--data", path], knowing: VerifyCommand.options))
    }

    private static func printSeals(_ folder: BookFolder) throws {
        let seals = try folder.openReaders().read { try LedgerReader($0).seals() }
        if seals.count > shownSeals { print("seals: \(seals.count), the last \(shownSeals):") }
        for seal in seals.suffix(shownSeals) {
            print("seal \(seal.date): \(seal.treeSize) entries, root \(seal.treeRoot)")
        }
    }
}
