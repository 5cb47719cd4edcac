import Printing
import Settlement

/// Prints a settlement file or an acknowledgement as a table for people.
enum SettlementShowCommand: Command {
    static let name = "settlement show"
    static let abstract = "print a settlement file or acknowledgement as a table, in yuan"
    static let discussion = """
        agencypos settlement show FILE [--lines N] [--keys FILE | --key HEX | --data FOLDER]
        agencypos settlement show FILE --unverified [--lines N]

        Prints the header, the first N lines, the subtotals and the trailer, or what an
        acknowledgement (APA_…) says, once the whole file has been verified. With --unverified
        nothing is checked, and what is printed may be anybody's; a file that is refused can be
        looked at in this way.

        \(SettlementKeyOptions.discussion)
        """
    static let options =
        SettlementKeyOptions.options + [
            Arguments.Option(
                name: "--lines", value: "N", help: "how many lines at most (default: 100)"),
            Arguments.Option(name: "--unverified", help: "check nothing; needs no key"),
        ]
    static let defaultLineCount = 100
    /// The most lines that are held, for the widths of the columns.
    static let maximumLineCount = 100_000
    static let warning =
        "NOT VERIFIED: who sent this, and whether it is right, has not been checked"

    static func run(_ arguments: Arguments) throws {
        guard arguments.operands.count == 1, let path = arguments.operands.first else {
            throw CommandError.usage("name one file; see --help")
        }
        let lineCount = try arguments.integer(
            "--lines", default: defaultLineCount, in: 0...maximumLineCount)
        let place = FilePlace(path)
        var table = SettlementTable(lineCount: lineCount)
        guard arguments.has("--unverified") else {
            do {
                try read(place, arguments) { table.append($0) }
            } catch let error as SettlementError {
                throw CommandError(
                    message: "\(path): \(error); see it with --unverified", code: .failure)
            }
            print(table.text, terminator: "")
            return
        }
        var file: UnverifiedSettlement
        do throws(SettlementError) {
            file = try UnverifiedSettlement(place.name, in: place.folder)
        } catch {
            throw CommandError(message: "\(path): \(error)", code: .failure)
        }
        var end: SettlementError?
        do throws(SettlementError) {
            while let fields = try file.next() { table.append(fields) }
        } catch {
            end = error
        }
        print(warning)
        print(table.text, terminator: "")
        print(warning)
        if let end {
            throw CommandError(message: "\(path): \(end)", code: .failure)
        }
    }

    /// Gives the lines of a file that is right in every respect.
    private static func read(
        _ place: FilePlace, _ arguments: Arguments, _ body: ([String]) -> Void
    ) throws {
        let verifiers = try SettlementKeyOptions.verifiers(arguments)
        switch SettlementFileName.kind(of: place.name) {
        case .settlement:
            try verifiers.settlement.verify(place.name, in: place.folder).forEachLine(body)
        case .acknowledgement:
            try verifiers.acknowledgement.verify(place.name, in: place.folder).lines.forEach(body)
        }
    }
}
