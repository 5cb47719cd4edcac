import Agency
import Ledger

/// Prints the seals of a book; it only reads, also while a server runs.
enum SealsCommand: Command {
    static let name = "seals"
    static let abstract = "print the seal of every closed date: tree size, entries and root"
    static let discussion = """
        One line for each closed date: the date, how many entries the journal had at its close, how
        many of them were the date's, and the root of the Merkle tree over all of them. The size and
        the root are what tools/verify-proof takes as --size and --root.
        """
    static let options: [Arguments.Option] = [.data]

    static func run(_ arguments: Arguments) throws {
        try arguments.allowNoOperands()
        let folder = BookFolder(
            path: arguments.text("--data", default: Arguments.Option.defaultData))
        for seal in try folder.openReaders().read({ try LedgerReader($0).seals() }) {
            print(
                TextColumns.line([
                    (seal.date.description, .left(10)), (String(seal.treeSize), .right(12)),
                    (String(seal.entryCount), .right(10)), (seal.treeRoot, .left(0)),
                ]))
        }
    }
}
