import Cryptography
import Foundation
import Settlement

/// A file's bytes on their way from a partner's inbox to where they are kept.
enum ReceivedFile {
    private static let pieceByteCount = 65_536

    /// Copies a regular file durably, and hashes what it copies.
    ///
    /// - Throws: `SettlementError` from the system; `fileTooLarge` beyond the limit.
    static func copy(
        _ path: String, to target: String, limit: Int64
    ) throws -> (digest: SHA256Digest, byteCount: Int64) {
        let name = (path as NSString).lastPathComponent
        let source = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard source >= 0 else { throw failure(.open, name) }
        defer { close(source) }
        let output = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard output >= 0 else { throw failure(.create, name) }
        defer { close(output) }
        let hash = SHA256()
        var byteCount: Int64 = 0
        try eachPiece(of: source, name) { piece in
            byteCount += Int64(piece.count)
            guard byteCount <= limit else {
                throw SettlementError.fileTooLarge(name: name, byteCount: byteCount, limit: limit)
            }
            hash.update(piece)
            try put(piece, into: output, name)
        }
        guard fsync(output) == 0 else { throw failure(.synchronize, name) }
        return (hash.finalize(), byteCount)
    }

    /// Writes a file durably that must not exist yet.
    ///
    /// - Throws: `SettlementError` from the system.
    static func create(
        _ bytes: [UInt8], at target: String
    ) throws -> (digest: SHA256Digest, byteCount: Int64) {
        let name = (target as NSString).lastPathComponent
        let output = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard output >= 0 else { throw failure(.create, name) }
        defer { close(output) }
        try bytes.withUnsafeBytes { try put($0, into: output, name) }
        guard fsync(output) == 0 else { throw failure(.synchronize, name) }
        return (SHA256.hash(bytes), Int64(bytes.count))
    }

    private static func put(
        _ piece: UnsafeRawBufferPointer, into output: Int32, _ name: String
    ) throws {
        var done = 0
        while done < piece.count, let base = piece.baseAddress {
            let count = write(output, base + done, piece.count - done)
            guard count > 0 || errno == EINTR else { throw failure(.write, name) }
            done += max(0, count)
        }
    }

    /// The digest of a file that is kept.
    static func digest(of path: String) throws -> SHA256Digest {
        let name = (path as NSString).lastPathComponent
        let source = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard source >= 0 else { throw failure(.open, name) }
        defer { close(source) }
        let hash = SHA256()
        try eachPiece(of: source, name) { hash.update($0) }
        return hash.finalize()
    }

    /// Waits until the disk has a folder's names.
    static func synchronize(folder path: String) throws {
        let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw failure(.openFolder, path) }
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw failure(.synchronize, path) }
    }

    static func failure(_ operation: SettlementOperation, _ name: String) -> SettlementError {
        .systemFailure(operation: operation, name: name, code: errno)
    }

    private static func eachPiece(
        of source: Int32, _ name: String, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: pieceByteCount, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let count = read(source, buffer.baseAddress, buffer.count)
            if count == 0 { return }
            if count < 0 {
                guard errno == EINTR else { throw failure(.read, name) }
                continue
            }
            try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }
}
