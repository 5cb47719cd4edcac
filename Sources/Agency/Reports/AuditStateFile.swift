import Cryptography
import Foundation
import Ledger

/// Where an audit keeps how far it has come, so that another process can go on from there.
///
/// The file ends with the SHA-256 of what is before it, and takes the place of the one before in
/// one step: a process that ends at any moment leaves a whole file, the new one or the old.
public struct AuditStateFile: Sendable {
    /// How long an audit goes on before its state is kept again, in seconds.
    public static let defaultIntervalSeconds = 5
    /// More than any book needs; a longer file is none of ours.
    static let maximumByteCount = 1 << 30

    /// The file's path.
    public let path: String

    public init(_ folder: BookFolder) {
        path = folder.path + "/verify.state"
    }

    /// The state that is kept, or nothing when there is none that can be read.
    public func read() -> LedgerAuditState? {
        guard
            let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int,
            size <= Self.maximumByteCount,
            let data = FileManager.default.contents(atPath: path),
            data.count > SHA256Digest.byteCount
        else { return nil }
        let bytes = [UInt8](data)
        let content = [UInt8](bytes.dropLast(SHA256Digest.byteCount))
        guard SHA256.hash(content).bytes == [UInt8](bytes.suffix(SHA256Digest.byteCount)) else {
            return nil
        }
        return LedgerAuditState(bytes: content)
    }

    /// Keeps a state in the place of the one before.
    ///
    /// - Throws: `BookError` when the file cannot be written; the one before is still there.
    public func keep(_ state: LedgerAuditState) throws {
        let content = state.bytes
        let data = Data(content + SHA256.hash(content).bytes)
        let part = path + ".part"
        do {
            try data.write(to: URL(fileURLWithPath: part))
        } catch {
            throw BookError.unusable(path: part, reason: "the state of verify cannot be written")
        }
        guard rename(part, path) == 0 else {
            throw BookError.unusable(path: path, reason: String(cString: strerror(errno)))
        }
    }

    /// Removes what is kept, for an audit that came to its end.
    public func remove() throws {
        for name in [path, path + ".part"] where unlink(name) != 0 && errno != ENOENT {
            throw BookError.unusable(path: name, reason: String(cString: strerror(errno)))
        }
    }
}
