/// One subcommand of the program.
protocol Command: SendableMetatype {
    /// The words that call it, such as `settlement verify`.
    static var name: String { get }
    /// What it does, in one line.
    static var abstract: String { get }
    /// What else help says: operands, behaviour, examples.
    static var discussion: String { get }
    static var options: [Arguments.Option] { get }

    /// - Throws: `CommandError`, or an error that is told as it is.
    static func run(_ arguments: Arguments) throws
}

extension Command {
    /// The help text of the command.
    static var help: String {
        var text = "agencypos \(name): \(abstract)\n"
        if !discussion.isEmpty { text += "\n\(discussion)\n" }
        if !options.isEmpty {
            text += "\nOptions:\n"
            for option in options {
                let head = "  \(option.name)" + (option.value.isEmpty ? "" : " \(option.value)")
                let gap = String(repeating: " ", count: max(2, 26 - head.count))
                text += head + gap + option.help + "\n"
            }
        }
        return text
    }
}

extension Arguments.Option {
    /// The data folder, which most commands need.
    static let data = Arguments.Option(
        name: "--data", value: "FOLDER", help: "the data folder (default: data)")
    static let defaultData = "data"
}
