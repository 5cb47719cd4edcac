/// Prints the program's version.
enum VersionCommand: Command {
    /// The version of this program; `CHANGELOG.md` tells what each brought.
    static let version = "0.1.0"

    static let name = "version"
    static let abstract = "print the version"
    static let discussion = ""
    static let options: [Arguments.Option] = []

    static func run(_ arguments: Arguments) throws {
        try arguments.allowNoOperands()
        print("agencypos \(version)")
    }
}
