import Agency
import Cryptography
import Foundation
import Printing
import Settlement

/// Checks settlement files as a partner would.
enum SettlementVerifyCommand: Command {
    static let name = "settlement verify"
    static let abstract = "check settlement files: MAC, grammar, counts, totals and net"
    static let discussion = """
        agencypos settlement verify FILE… [--key HEX | --data FOLDER]

        Each file's sidecar FILE.hmac must lie beside it. With --key every file is checked with
        that key; otherwise with the keys of the book in the data folder.
        """
    static let options: [Arguments.Option] = [
        .data,
        Arguments.Option(name: "--key", value: "HEX", help: "the key shared with the partner"),
    ]

    static func run(_ arguments: Arguments) throws {
        guard !arguments.operands.isEmpty else {
            throw CommandError.usage("name the files to check; see --help")
        }
        let verifier = SettlementVerifier(key: try keyLookup(arguments))
        var failures = 0
        for path in arguments.operands {
            do {
                let file = try verifier.verify(
                    (path as NSString).lastPathComponent, in: folder(of: path))
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

    private static func folder(of path: String) -> String {
        let folder = (path as NSString).deletingLastPathComponent
        return folder.isEmpty ? "." : folder
    }

    private static func keyLookup(
        _ arguments: Arguments
    ) throws -> (SettlementKeyReference) throws -> SymmetricKey? {
        if let hex = arguments.text("--key") {
            guard let key = SymmetricKey(hex: hex) else {
                throw CommandError.usage("--key must be hexadecimal")
            }
            return { _ in key }
        }
        let folder = BookFolder(
            path: arguments.text("--data", default: Arguments.Option.defaultData))
        let keys = try SettlementKeyRing(folder)
        return { reference in
            try keys.key(reference.keyID.text, partnerCode: reference.partnerID.text)
        }
    }
}
