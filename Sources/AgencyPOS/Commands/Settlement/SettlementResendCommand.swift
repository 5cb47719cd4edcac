import Agency
import Settlement

/// Puts a released file into its partner's folder again, for a book that is not being served.
enum SettlementResendCommand: Command {
    static let name = "settlement resend"
    static let abstract = "put a released file into its partner's folder again, byte for byte"
    static let discussion = """
        agencypos settlement resend NAME [--data FOLDER]

        A partner that has lost a file gets it once more: the file and its sidecar are copied from
        sent/<partner>/ to settlement/<partner>/. What is missing in sent/ is made anew from the
        book, and must have the SHA-256 of the release. A file that lies there already is left as
        it is. NAME is that of a settlement file or of an acknowledgement of ours.
        """
    static let options: [Arguments.Option] = [.data]

    static func run(_ arguments: Arguments) throws {
        guard let name = arguments.operands.first, arguments.operands.count == 1 else {
            throw CommandError.usage("name one file; see --help")
        }
        let book = try Book(
            path: arguments.text("--data", default: Arguments.Option.defaultData))
        defer { book.close() }
        do {
            let isNew = try book.resendSettlementFile(name)
            print(isNew ? "\(name) is in its folder again" : "\(name) lies in its folder already")
        } catch let fault as SettlementFault {
            throw CommandError(message: "\(fault)", code: .refused)
        } catch let error as SettlementError {
            throw CommandError(message: "\(error)\(advice(error))", code: .failure)
        }
    }

    /// What to do about other bytes under the name, which are never replaced.
    private static func advice(_ error: SettlementError) -> String {
        switch error {
        case .releasedFileDiffers, .releasedSidecarDiffers:
            "; move it out of the partner's folder under settlement/, look who wrote it, and "
                + "resend"
        case _: ""
        }
    }
}
