import Agency
import Cryptography
import Foundation
import Settlement

/// Where the commands on settlement files take the keys from.
enum SettlementKeyOptions {
    static let options: [Arguments.Option] = [
        .data,
        Arguments.Option(
            name: "--keys", value: "FILE",
            help: "lines \"agency partner key-id hex\", without a book"),
        Arguments.Option(
            name: "--key", value: "HEX",
            help: "one key for every file; others can see it, use --keys"),
    ]
    static let discussion = """
        Each file's sidecar FILE.hmac must lie beside it. The keys are those of the book in the
        data folder, or, without a book, of --keys or --key.
        """

    /// A verifier over the keys that the options name.
    static func verifier(_ arguments: Arguments) throws -> SettlementVerifier {
        SettlementVerifier(key: try lookup(arguments))
    }

    /// Verifiers of both kinds of files over the keys that the options name.
    static func verifiers(
        _ arguments: Arguments
    ) throws -> (settlement: SettlementVerifier, acknowledgement: AcknowledgementVerifier) {
        let key = try lookup(arguments)
        return (SettlementVerifier(key: key), AcknowledgementVerifier(key: key))
    }

    private static func lookup(
        _ arguments: Arguments
    ) throws -> (SettlementKeyReference) throws -> SymmetricKey? {
        let given = ["--keys", "--key", "--data"].filter { arguments.has($0) }
        guard given.count <= 1 else {
            throw CommandError.usage("\(given.joined(separator: " and ")) exclude each other")
        }
        if let path = arguments.text("--keys") {
            let keys = try file(path)
            return { keys.key($0) }
        }
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

    private static func file(_ path: String) throws -> SettlementKeyFile {
        let data: Data
        do {
            let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            data = try handle.read(upToCount: SettlementKeyFile.maximumByteCount + 1) ?? Data()
        } catch {
            throw CommandError(
                message: "\(path): the key file cannot be read", code: .unusable)
        }
        guard data.count <= SettlementKeyFile.maximumByteCount else {
            throw CommandError.usage(
                "\(path): more than \(SettlementKeyFile.maximumByteCount) bytes, no key file")
        }
        do {
            return try SettlementKeyFile(String(decoding: data, as: UTF8.self))
        } catch {
            throw CommandError.usage("\(path), \(error)")
        }
    }
}
