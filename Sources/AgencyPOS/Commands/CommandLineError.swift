/// How a command ends; documented in `agencypos --help`.
enum ExitCode: Int32, CaseIterable {
    case success = 0
    /// The command ran and found something wrong: faults, a bad signature.
    case failure = 1
    /// The command line is wrong.
    case usage = 2
    /// A file, folder or address cannot be used.
    case unusable = 3
    /// A business rule refused, such as an open shift at day close.
    case refused = 4

    var meaning: String {
        switch self {
        case .success: "done, nothing wrong"
        case .failure: "the check found something wrong"
        case .usage: "the command line is wrong"
        case .unusable: "a file, folder, database or address cannot be used"
        case .refused: "a business rule refused; nothing was changed"
        }
    }
}

/// What a command tells before it ends with a code other than 0.
struct CommandError: Error {
    let message: String
    let code: ExitCode

    static func usage(_ message: String) -> CommandError {
        CommandError(message: message, code: .usage)
    }
}
