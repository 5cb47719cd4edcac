import Foundation
import Glibc
import SQL
import Settlement

/// Makes a data folder from a backup and the book's master key.
///
/// `book.db` gets its place last. Until then there is no book in the folder that a server would
/// open, and what a crash leaves there the next attempt clears away.
public struct BookRestore {
    /// What was restored.
    public struct Report: Sendable {
        public let byteCount: Int64
        public let contents: BookContents?
        /// Settlement files that were made anew.
        public let settlementFileCount: Int
        /// Files that were released once and could not be made anew, with the cause.
        public let settlementFaults: [String]
    }

    /// Where the book lies until it is complete.
    static let stagingName = ".restoring"
    /// What an otherwise empty folder may hold: the user's key, and what file systems put there.
    private static let harmlessNames: Set = ["keys", "lost+found"]
    /// The folders of the files that are made anew.
    private static let madeAnewNames = ["settlement", "sent"]

    private let folder: BookFolder
    private var stagingPath: String { folder.path + "/" + Self.stagingName }
    private var stagedBook: String { stagingPath + "/book.db" }

    /// - Parameter folder: missing, or empty apart from the book's key.
    public init(_ folder: BookFolder) {
        self.folder = folder
    }

    /// Restores a backup.
    ///
    /// - Parameters:
    ///   - keyPath: the copy of the book's `keys/master.key`; nothing when it lies in its place.
    ///   - progress: hears of pages copied and pages in all; what it throws ends the restoring.
    /// - Throws: `BackupError`, `BookError`, `MigrationError` for a book of a newer program,
    ///   `SQLError`; then the folder is as it was.
    public func run(
        from path: String, keyPath: String?,
        progress: (Int64, Int64) throws -> Void = { _, _ in }
    ) throws -> Report {
        // A file that is no backup must not even make the folder.
        _ = try BookIdentity(ofCopy: path)
        let isNew = FileStamp(folder.path) == nil
        let lock = try BookLock(folder)
        defer { withExtendedLifetime(lock) {} }
        do {
            try checkIsEmpty()
            try clear()
            let hadKey = FileStamp(folder.masterKeyPath) != nil
            do {
                return try restore(from: path, keyPath: keyPath, progress)
            } catch {
                if !hadKey { removeKey() }
                try clear()
                throw error
            }
        } catch {
            // Only an empty folder goes.
            if isNew { _ = rmdir(folder.path) }
            throw error
        }
    }

    private func restore(
        from path: String, keyPath: String?, _ progress: (Int64, Int64) throws -> Void
    ) throws -> Report {
        let keys = try readKeys(keyPath)
        try BookFolder.make(stagingPath)
        let byteCount = try copy(path, progress)
        try CopyFile.checkPages(of: stagedBook)
        let (contents, files, faults) = try complete(
            keys, keyPath: keyPath ?? folder.masterKeyPath)
        guard FileStamp(stagedBook + "-wal") == nil else {
            throw BackupError.unusable(path: stagedBook, reason: "its log could not be closed")
        }
        guard chmod(folder.path, 0o700) == 0 else { throw BackupError.system(folder.path) }
        if let keyPath { try placeKey(from: keyPath) }
        // From here on a server finds a whole book.
        guard rename(stagedBook, folder.databasePath) == 0 else {
            throw BackupError.system(folder.databasePath)
        }
        do {
            try CopyFile.synchronizeFolder(of: folder.databasePath)
            try remove(stagingPath)
        } catch {
            // The key goes as well, so that nobody could open the book.
            CopyFile.remove(folder.databasePath)
            throw error
        }
        return Report(
            byteCount: byteCount, contents: contents, settlementFileCount: files,
            settlementFaults: faults)
    }

    private func readKeys(_ keyPath: String?) throws -> BookKeys {
        let path = keyPath ?? folder.masterKeyPath
        guard let keys = try BookKeys(masterKeyPath: path) else {
            throw BackupError.keyMissing(path: path)
        }
        if keyPath != nil, FileStamp(folder.masterKeyPath) != nil {
            guard FileManager.default.contentsEqual(atPath: path, andPath: folder.masterKeyPath)
            else { throw BackupError.otherKeyPresent(path: folder.masterKeyPath) }
        }
        return keys
    }

    private func copy(
        _ path: String, _ progress: (Int64, Int64) throws -> Void
    ) throws -> Int64 {
        try CopyFile.makeNew(stagedBook)
        let source = try Connection(path: path, access: .read)
        return try source.snapshot {
            do {
                var pace = DatabaseCopy.Pace()
                // Nobody is served from here yet.
                pace.pauseMicroseconds = 0
                return try DatabaseCopy(of: source, pace: pace)
                    .write(to: stagedBook, progress: progress).byteCount
            } catch {
                throw BackupError.copying(to: stagedBook, error)
            }
        }
    }

    /// Brings the schema up to date, checks the key and makes the settlement files.
    private func complete(
        _ keys: BookKeys, keyPath: String
    ) throws -> (contents: BookContents?, files: Int, faults: [String]) {
        let connection = try Connection(path: stagedBook, access: .write)
        try Migrator(AgencySchema.migrations).migrate(connection)
        try SettlementKeys(connection, sealing: keys.sealing).checkSealing(masterKeyPath: keyPath)
        let contents = try BookContents.read(connection)
        let (count, faults) = try SettlementRestorer(folder, connection, keys: keys).run()
        // Closing then removes the log, so that the file is whole by itself.
        try connection.checkpoint(truncating: true)
        return (contents, count, faults)
    }

    private func placeKey(from keyPath: String) throws {
        let place = folder.masterKeyPath
        guard FileStamp(place) == nil else { return }
        guard let data = FileManager.default.contents(atPath: keyPath) else {
            throw BackupError.system(keyPath)
        }
        try BookFolder.make(FilePlace(place).folder)
        // Half a key under its name would be taken for another one by the next attempt.
        let staged = stagingPath + "/master.key"
        try CopyFile.makeNew(staged, holding: [UInt8](data))
        guard rename(staged, place) == 0 else { throw BackupError.system(place) }
        try CopyFile.synchronizeFolder(of: place)
    }

    private func checkIsEmpty() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        var allowed = Self.harmlessNames
        // What an attempt that was killed has made; a book it has not made.
        if names.contains(Self.stagingName) {
            allowed.formUnion([Self.stagingName] + Self.madeAnewNames)
        }
        if let name = names.sorted().first(where: { !allowed.contains($0) }) {
            throw BackupError.folderNotEmpty(path: folder.path, name: name)
        }
    }

    /// Removes what an attempt has made, apart from the key; the settlement files go first.
    private func clear() throws {
        for name in Self.madeAnewNames { try remove(folder.path + "/" + name) }
        try remove(stagingPath)
    }

    private func removeKey() {
        CopyFile.remove(folder.masterKeyPath)
        // Only an empty folder goes.
        _ = rmdir(FilePlace(folder.masterKeyPath).folder)
    }

    private func remove(_ path: String) throws {
        guard FileStamp(path) != nil else { return }
        try FileManager.default.removeItem(atPath: path)
    }
}
