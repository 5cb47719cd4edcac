import Agency
import Ledger
import SQL
import StrictJSON

/// Prints proofs about the journal; it only reads, also while a server runs.
enum ProofCommand: Command {
    static let name = "proof"
    static let abstract = "print the proof of a receipt, or that one seal continues another"
    static let discussion = """
        agencypos proof receipt SERIAL [--date YYYY-MM-DD]
        agencypos proof consistency --from YYYY-MM-DD --to YYYY-MM-DD

        Prints one JSON object, which tools/verify-proof checks against a seal. A receipt is proved
        against the seal of its own date, or of --date; while its date is open, against the newest
        root.
        """
    static let options: [Arguments.Option] = [
        .data,
        Arguments.Option(name: "--date", value: "YYYY-MM-DD", help: "a closed date, for a receipt"),
        Arguments.Option(name: "--from", value: "YYYY-MM-DD", help: "the earlier closed date"),
        Arguments.Option(name: "--to", value: "YYYY-MM-DD", help: "the later closed date"),
    ]

    static func run(_ arguments: Arguments) throws {
        let make = try maker(arguments)
        let folder = BookFolder(
            path: arguments.text("--data", default: Arguments.Option.defaultData))
        do {
            var json = JSONWriter(reservedBytes: 4096)
            try folder.openReaders().read { try make($0, &json) }
            print(json.text)
        } catch let error as ProofError {
            switch error {
            case .notSealed, .sealedBefore, .datesReversed:
                throw CommandError(message: "\(error)", code: .refused)
            case .unknownEntry, .doesNotHold:
                throw CommandError(message: "\(error)", code: .failure)
            }
        }
    }

    /// What makes the proof that the words ask for.
    private static func maker(
        _ arguments: Arguments
    ) throws -> (Connection, inout JSONWriter) throws -> Void {
        let sealedOn = try arguments.date("--date")
        let first = try arguments.date("--from")
        let last = try arguments.date("--to")
        switch arguments.operands.first {
        case "receipt" where arguments.operands.count == 2 && first == nil && last == nil:
            guard let serial = Int64(arguments.operands[1]), serial > 0 else {
                throw CommandError.usage("SERIAL is the number on the receipt, digits only")
            }
            return { connection, json in
                try ReceiptReader(connection).proof(serial: serial, sealedOn: sealedOn)
                    .write(to: &json)
            }
        case "consistency" where arguments.operands.count == 1 && sealedOn == nil:
            guard let first, let last else {
                throw CommandError.usage("name two closed dates: --from and --to")
            }
            return { connection, json in
                try LedgerReader(connection).consistencyProof(from: first, to: last)
                    .write(to: &json)
            }
        case _:
            throw CommandError.usage(
                "name a proof: receipt SERIAL [--date], or consistency --from --to")
        }
    }
}
