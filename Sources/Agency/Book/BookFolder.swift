import Cryptography
import Foundation
import SQL
import Settlement

/// Where a book's files lie.
public struct BookFolder: Sendable {
    /// The folder's path.
    public let path: String

    public init(path: String) {
        self.path = path
    }

    /// The database file.
    public var databasePath: String { path + "/book.db" }
    var masterKeyPath: String { path + "/keys/master.key" }

    /// Where the settlement files for a partner are laid out.
    public func settlementFolder(partnerCode: String) -> String {
        path + "/settlement/" + partnerCode
    }

    /// Opens the book for reading only, also while another process serves it.
    ///
    /// - Throws: `BookError`, `MigrationError` when its schema is not this program's, `SQLError`.
    public func openReaders() throws -> ReaderPool {
        try checkHoldsBook()
        let readers = ReaderPool(path: databasePath)
        do {
            try readers.read { try Migrator(AgencySchema.migrations).check($0) }
        } catch MigrationError.missing(let name) where name == AgencySchema.migrations.first?.name {
            throw BookError.notABook(path: databasePath)
        }
        return readers
    }

    /// - Throws: `BookError` when there is no book in the folder, so that a mistyped path makes none.
    func checkHoldsBook() throws {
        guard try Self.exists(databasePath) else {
            throw BookError.unusable(
                path: databasePath,
                reason: "there is no book here; load one, or name its folder with --data")
        }
    }

    /// Whether there is a file of this name.
    ///
    /// - Throws: `BookError.unusable` when that cannot be seen, as in another user's folder.
    static func exists(_ path: String) throws -> Bool {
        if access(path, F_OK) == 0 { return true }
        guard errno != ENOENT else { return false }
        throw BookError.unusable(path: path, reason: String(cString: strerror(errno)))
    }

    /// Makes a folder, with those above it, for this user only.
    static func make(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw BookError.unusable(path: path, reason: "the folder cannot be made")
        }
    }
}

/// A process's claim on a book; it ends with the process, however that ends.
final class BookLock: Sendable {
    private let descriptor: Int32

    /// - Throws: `BookError.inUse` when another process holds the claim.
    init(_ folder: BookFolder) throws {
        try BookFolder.make(folder.path)
        // The folder itself is locked: a file in it could be removed and made again.
        descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw BookError.unusable(path: folder.path, reason: String(cString: strerror(errno)))
        }
        // From here on `deinit` closes the descriptor, also when this throws.
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw BookError.inUse(folder: folder.path)
        }
    }

    deinit {
        // A program that is being started has a copy of the descriptor until it runs, and closing
        // ours alone would leave the lock with it.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}

/// The keys that protect a book's secrets, derived from one master key in a file of its own.
struct BookKeys: Sendable {
    /// Seals settlement keys in the database.
    let sealing: SymmetricKey
    /// Digests card numbers.
    let card: SymmetricKey
    /// Checks the links of receipts.
    let receiptLink: SymmetricKey

    private static let masterBytes = 32

    /// The environment's variable that may hold the master key instead of a file.
    static let masterKeyVariable = "AGENCYPOS_MASTER_KEY"

    /// Takes the master key from the environment or its file, or makes it for a new book.
    init(_ folder: BookFolder) throws {
        try self.init(
            master: Self.givenMaster() ?? Self.readMaster(folder.masterKeyPath)
                ?? Self.makeMaster(folder))
    }

    /// Reads the master key from a file, or gives nothing when there is none.
    init?(masterKeyPath: String) throws {
        guard let master = try Self.readMaster(masterKeyPath) else { return nil }
        try self.init(master: master)
    }

    private init(master: SymmetricKey) throws {
        sealing = try Self.derive("settlement keys, version 1", from: master)
        card = try Self.derive("card digests, version 1", from: master)
        receiptLink = try Self.derive("receipt links, version 1", from: master)
    }

    private static func derive(_ label: String, from master: SymmetricKey) throws -> SymmetricKey {
        try SymmetricKey(bytes: HMACSHA256.authenticate(label, key: master).bytes)
    }

    private static func givenMaster() throws -> SymmetricKey? {
        guard let hex = ProcessInfo.processInfo.environment[masterKeyVariable] else { return nil }
        guard let key = SymmetricKey(hex: hex), key.byteCount == masterBytes else {
            throw BookError.unusable(
                path: masterKeyVariable, reason: "this is not a key of 64 hex digits")
        }
        return key
    }

    private static func readMaster(_ path: String) throws -> SymmetricKey? {
        guard try BookFolder.exists(path) else { return nil }
        guard let data = FileManager.default.contents(atPath: path),
            let key = SymmetricKey(
                hex: String(decoding: data, as: UTF8.self).prefix(masterBytes * 2)),
            key.byteCount == masterBytes
        else {
            throw BookError.unusable(path: path, reason: "this is not a key of 64 hex digits")
        }
        return key
    }

    private static func makeMaster(_ folder: BookFolder) throws -> SymmetricKey {
        let path = folder.masterKeyPath
        guard !FileManager.default.fileExists(atPath: folder.databasePath) else {
            throw BookError.unusable(
                path: path, reason: "the key of this book is missing; put the copy of it here")
        }
        try BookFolder.make(FilePlace(path).folder)
        let bytes = try SecureRandom.bytes(masterBytes)
        // Half a key must never lie under its name, for no book would open with it.
        let staged = path + ".new"
        _ = unlink(staged)
        let descriptor = open(staged, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw BookError.unusable(path: path, reason: String(cString: strerror(errno)))
        }
        defer { close(descriptor) }
        let text = [UInt8]((Hexadecimal.encode(bytes) + "\n").utf8)
        guard write(descriptor, text, text.count) == text.count, fsync(descriptor) == 0,
            rename(staged, path) == 0
        else {
            throw BookError.unusable(path: path, reason: String(cString: strerror(errno)))
        }
        return try SymmetricKey(bytes: bytes)
    }
}
