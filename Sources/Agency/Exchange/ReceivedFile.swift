import Cryptography
import Foundation
import Settlement

/// A file's bytes on their way from a partner's inbox to where they are kept.
enum ReceivedFile {
    private static let pieceByteCount = 65_536

    /// Which file a name means, and that nobody has written to it since.
    struct Identity: Equatable {
        private let device: dev_t
        private let number: ino_t
        let byteCount: Int64
        private let changedSeconds: Int
        private let changedNanoseconds: Int

        /// The file under a name itself, not one that a link leads to; nothing when there is none.
        init?(_ path: String) {
            var status = stat()
            guard lstat(path, &status) == 0 else { return nil }
            self.init(status)
        }

        fileprivate init(_ status: stat) {
            (device, number) = (status.st_dev, status.st_ino)
            byteCount = Int64(status.st_size)
            (changedSeconds, changedNanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
        }
    }

    /// A file that was copied.
    struct Copy {
        let digest: SHA256Digest
        let byteCount: Int64
        /// Which file it was before the first byte was read.
        let original: Identity
    }

    /// Copies a regular file durably, and hashes what it copies.
    ///
    /// Who compares the original with the name afterwards removes nothing that came meanwhile.
    /// - Throws: `SettlementError` from the system; `fileNotRegular`; `fileTooLarge` beyond the
    ///   limit.
    static func copy(_ path: String, to target: String, limit: Int64) throws -> Copy {
        let name = FilePlace(path).name
        let (source, identity) = try openRegular(path, name)
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
        try synchronize(output, name)
        return Copy(digest: hash.finalize(), byteCount: byteCount, original: identity)
    }

    /// Writes a file durably that must not exist yet.
    ///
    /// - Throws: `SettlementError` from the system.
    static func create(
        _ bytes: [UInt8], at target: String
    ) throws -> (digest: SHA256Digest, byteCount: Int64) {
        let name = FilePlace(target).name
        let output = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard output >= 0 else { throw failure(.create, name) }
        defer { close(output) }
        try bytes.withUnsafeBytes { try put($0, into: output, name) }
        try synchronize(output, name)
        return (SHA256.hash(bytes), Int64(bytes.count))
    }

    private static func put(
        _ piece: UnsafeRawBufferPointer, into output: Int32, _ name: String
    ) throws {
        var done = 0
        while done < piece.count, let base = piece.baseAddress {
            let count = write(output, base + done, piece.count - done)
            if count > 0 {
                done += count
            } else if count == 0 {
                // A file never takes nothing; going round would never end.
                throw SettlementError.systemFailure(operation: .write, name: name, code: EIO)
            } else if errno != EINTR {
                throw failure(.write, name)
            }
        }
    }

    private static func synchronize(_ file: Int32, _ name: String) throws {
        while fsync(file) != 0 {
            // After any other error the kernel may have dropped the pages: never try again.
            guard errno == EINTR else { throw failure(.synchronize, name) }
        }
    }

    /// Opens a regular file for reading; neither a pipe nor a link holds or leads the caller.
    private static func openRegular(
        _ path: String, _ name: String
    ) throws -> (file: Int32, identity: Identity) {
        let file = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else {
            guard errno == ELOOP else { throw failure(.open, name) }
            throw SettlementError.fileNotRegular(name: name)
        }
        var status = stat()
        guard fstat(file, &status) == 0 else {
            let error = failure(.open, name)
            close(file)
            throw error
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            close(file)
            throw SettlementError.fileNotRegular(name: name)
        }
        return (file, Identity(status))
    }

    /// The digest of a file that is kept.
    static func digest(of path: String) throws -> SHA256Digest {
        let name = FilePlace(path).name
        let (source, _) = try openRegular(path, name)
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
        try synchronize(folder, path)
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
