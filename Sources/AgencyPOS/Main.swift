import Agency
import Foundation
import HTTPServer
import SQL

/// The program: finds the command, runs it, and ends with its code.
@main
enum Main {
    private static let commands: [any Command.Type] =
        [
            ServeCommand.self, LoadCommand.self, GatewaySetCommand.self, GatewayListCommand.self,
            CloseDayCommand.self, VerifyCommand.self,
            BackupCommand.self, RestoreCommand.self, FollowCommand.self,
        ] + SettlementCommands.all + [
            ReportCommand.self, SealsCommand.self, ProofCommand.self,
            BalancesCommand.self, ExportCommand.self, FixturesCommand.self,
            PartnerSimulatorCommand.self, VersionCommand.self,
        ]

    static func main() {
        exit(run(Array(CommandLine.arguments.dropFirst())).rawValue)
    }

    private static func run(_ words: [String]) -> ExitCode {
        guard let first = words.first, !["--help", "-h", "help"].contains(first) else {
            print(help, terminator: "")
            return words.isEmpty ? .usage : .success
        }
        if first == "--version" { return run(["version"]) }
        let command = commands.first { command in
            words.starts(with: command.name.split(separator: " ").map(String.init))
        }
        guard let command else { return tell(.usage(unknown(first))) }
        let rest = Array(words.dropFirst(command.name.split(separator: " ").count))
        if rest.contains("--help") || rest.contains("-h") {
            print(command.help, terminator: "")
            return .success
        }
        do {
            try command.run(Arguments(rest, knowing: command.options))
            return .success
        } catch WitnessError.interrupted {
            Interruption.end()
            return .failure
        } catch {
            return tell(commandError(error))
        }
    }

    /// What is said of a word that calls no command, or a group of them.
    private static func unknown(_ word: String) -> String {
        let members = commands.filter { $0.name.hasPrefix(word + " ") }
            .map { $0.name.dropFirst(word.count + 1) }
        return members.isEmpty
            ? "there is no command '\(word)'; see agencypos --help"
            : "\(word) needs one of: \(members.joined(separator: ", ")); see agencypos --help"
    }

    private static func tell(_ error: CommandError) -> ExitCode {
        if !error.message.isEmpty {
            FileHandle.standardError.write(Data("agencypos: \(error.message)\n".utf8))
        }
        return error.code
    }

    /// What the user is told of an error, and the code to end with.
    private static func commandError(_ error: any Error) -> CommandError {
        switch error {
        case let error as CommandError: error
        case let refusal as Refusal: CommandError(message: refusal.detail, code: .refused)
        case let error as HTTPServerError: CommandError(message: error.message, code: .unusable)
        case let error as SQLError where error.isNotADatabase || error.isDamage:
            CommandError(
                message: "the data folder's book.db is no database, or a damaged one "
                    + "(\(error.message)); keep it as it is, restore a backup into a new folder",
                code: .unusable)
        case let error as SQLError where error.isNotPermitted:
            CommandError(
                message: "the data folder's book.db cannot be used (\(error.message)); run as the "
                    + "user that owns it, who can write to its disk",
                code: .unusable)
        case WriterError.batchRolledBack(let cause) where cause.isStorageFull:
            CommandError(
                message: "the data folder's disk is full, and what an earlier run left open cannot "
                    + "be recorded; free some space and start again, nothing is lost",
                code: .unusable)
        case let error as SQLError:
            CommandError(
                message: "database error \(error.extendedCode): \(error.message)",
                code: .unusable)
        case _: CommandError(message: "\(error)", code: .unusable)
        }
    }

    private static var help: String {
        var text = """
            agencypos: the backend of village postal and bank agency counters

            Usage: agencypos COMMAND [OPTIONS]; agencypos COMMAND --help

            Commands:

            """
        for command in commands {
            let gap = String(repeating: " ", count: max(2, 20 - command.name.count))
            text += "  \(command.name)\(gap)\(command.abstract)\n"
        }
        text += "\nExit codes:\n"
        for code in ExitCode.allCases { text += "  \(code.rawValue)  \(code.meaning)\n" }
        return text
    }
}
