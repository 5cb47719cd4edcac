import Printing
import Settlement

/// Checks settlement files as a partner would.
enum SettlementVerifyCommand: Command {
    static let name = "settlement verify"
    static let abstract = "check settlement files: MAC, grammar, counts, totals and net"
    static let discussion = """
        agencypos settlement verify FILE… [--keys FILE | --key HEX | --data FOLDER]

        \(SettlementKeys.discussion)
        """
    static let options = SettlementKeys.options

    static func run(_ arguments: Arguments) throws {
        guard !arguments.operands.isEmpty else {
            throw CommandError.usage("name the files to check; see --help")
        }
        let verifier = try SettlementKeys.verifier(arguments)
        var failures = 0
        for path in arguments.operands {
            do {
                let (name, folder) = SettlementKeys.split(path)
                let file = try verifier.verify(name, in: folder)
                print(
                    "OK \(path): \(file.totals.detailCount) lines, net "
                        + YuanText.plain(file.totals.netFen))
            } catch let error as SettlementError {
                failures += 1
                print("BAD \(path): \(error)")
            }
        }
        guard failures == 0 else {
            throw CommandError(
                message: "\(failures) of \(arguments.operands.count) files are not valid",
                code: .failure)
        }
    }
}
