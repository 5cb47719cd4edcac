import Agency
import Printing
import Settlement

/// Takes what partners laid into their inboxes, for a book that is not being served.
enum SettlementReceiveCommand: Command {
    static let name = "settlement receive"
    static let abstract =
        "check, record, reconcile and acknowledge what is in the inboxes"
    static let discussion = """
        agencypos settlement receive [--data FOLDER]

        Partners lay files into inbox/<partner>/ of the data folder, each after its sidecar. A
        server takes them each minute; this does the same for a book that is not being served.
        What is accepted is compared with our own files of those dates, line by line. What became
        of each file is told its partner by an acknowledgement in settlement/<partner>/.
        Exit code 1 when a file was refused or could not be taken. docs/settlement-file.md says
        what becomes of each.
        """
    static let options: [Arguments.Option] = [.data]

    static func run(_ arguments: Arguments) throws {
        try arguments.allowNoOperands()
        let book = try Book(
            path: arguments.text("--data", default: Arguments.Option.defaultData))
        defer { book.close() }
        let round = try PartnerInbox(book: book).receiveAll()
        var refusedCount = 0
        for item in round.items {
            let file = item.file
            let name = SafeText.of(file.name.utf8)
            let again = item.isRepeated ? " (came before)" : ""
            switch file.state {
            case .accepted, .waiting:
                print("\(file.state.rawValue)  \(name)\(again): \(content(of: item))")
            case .quarantined, .rejected:
                refusedCount += 1
                print(
                    "\(file.state.rawValue)  \(name)\(again): \(file.fault ?? ""): "
                        + file.reason)
            }
        }
        let compared = try Reconciler(book: book).reconcileAll()
        for done in compared.reconciled {
            print(
                "reconciled  \(done.fileName): \(done.matchedCount) lines agree, "
                    + "\(done.exceptionCount) exceptions, ours less theirs "
                    + YuanText.plain(done.differenceFen))
        }
        let told = try AcknowledgementExchange(book: book).releaseAll()
        for file in told.files {
            print(
                "acknowledged  \(file.partnerFileName): \(file.verdict.rawValue) in \(file.name)")
        }
        let faults = round.faults + compared.faults + told.faults
        guard refusedCount == 0, faults.isEmpty else {
            throw CommandError(
                message: (faults + ["\(refusedCount) files were refused"])
                    .joined(separator: "\n"),
                code: .failure)
        }
    }

    private static func content(of item: PartnerInbox.Round.Item) -> String {
        if let acknowledgement = item.acknowledgement {
            return "\(acknowledgement.verdict.rawValue) \(acknowledgement.fileName)"
        }
        switch item.file.kind {
        case .settlement:
            return "\(item.file.detailCount ?? 0) lines, "
                + "net \(YuanText.plain(item.file.netFen ?? 0))"
        case .acknowledgement: return "an acknowledgement"
        }
    }
}
