import Foundation
import Glibc
import SQL

/// Keeps a copy of a book near the book: each round brings it up to date.
///
/// Two files take turns. `FILE` is a complete backup at every moment; `FILE.spare` is the one
/// before it, which a round makes equal to the book, writing only the pages that differ, and then
/// exchanges with `FILE`. Whatever a crash leaves in the spare, the next round puts right.
public final class BookFollower {
    /// What a round did.
    public enum Round: Sendable {
        /// Nothing was committed since the round before; the copy's time was set to now.
        case unchanged
        /// The copy is of the book as it was when the round began; of its contents nothing is told
        /// when its schema is not this program's.
        case copied(BookContents?, DatabaseCopy.Outcome)
    }

    /// What the name of the file that is not the copy at the moment ends with.
    static let spareSuffix = ".spare"
    /// What the old copy is called for the moment between two renamings.
    static let retiredSuffix = ".retired"

    private struct Source {
        let connection: Connection
        let stamp: FileStamp
        /// SQLite's own number for what others have committed, as of the last round.
        var copiedVersion: Int64?
    }

    /// What a round has put into the spare.
    private struct Filled {
        let version: Int64
        let identity: BookIdentity
        let contents: BookContents?
        let outcome: DatabaseCopy.Outcome
    }

    private let folder: BookFolder
    private let path: String
    private let pace: DatabaseCopy.Pace
    private let claim: CopyClaim
    private var source: Source?
    private var copied: BookIdentity?
    // Each of the two files is read through once; later rounds write what they compared.
    private var isCopySound = false
    private var isSpareSound = false

    private var sparePath: String { path + Self.spareSuffix }
    private var retiredPath: String { path + Self.retiredSuffix }

    /// Claims the copy's name, and reads what an earlier process left in it.
    ///
    /// - Throws: `BackupError`, `BookError`, `SQLError`.
    public init(
        _ folder: BookFolder, to path: String, pace: DatabaseCopy.Pace = DatabaseCopy.Pace()
    ) throws {
        self.folder = folder
        self.path = path
        self.pace = pace
        try folder.checkHoldsBook()
        try CopyFile.checkIsApart(path, from: folder, suffixes: ["", Self.spareSuffix])
        claim = try CopyClaim(path)
        // The copy's second name, if a crash left it.
        CopyFile.remove(path + Self.retiredSuffix)
        if FileStamp(path) != nil { copied = try BookIdentity(ofCopy: path) }
    }

    /// Brings the copy up to date.
    ///
    /// - Parameter progress: hears of pages compared and pages in all; what it throws ends the
    ///   round.
    /// - Throws: `BackupError`, `BookError`, `SQLError`; the copy then is what it was. After
    ///   `BackupError.otherBook` and `.ahead` further rounds are of no use.
    public func round(progress: (Int64, Int64) throws -> Void = { _, _ in }) throws -> Round {
        let connection = try openSource()
        let filled = try connection.snapshot { try fillSpare(from: connection, progress) }
        guard let filled else {
            try touch()
            return .unchanged
        }
        if !isSpareSound { try CopyFile.checkPages(of: sparePath) }
        isSpareSound = true
        try exchange()
        copied = filled.identity
        source?.copiedVersion = filled.version
        return .copied(filled.contents, filled.outcome)
    }

    /// The book's connection; a new one when another file lies at its place, such as a restored one.
    private func openSource() throws -> Connection {
        try folder.checkHoldsBook()
        guard let stamp = FileStamp(folder.databasePath) else {
            throw BackupError.system(folder.databasePath)
        }
        if let source, source.stamp == stamp { return source.connection }
        let connection = try Connection(path: folder.databasePath, access: .read)
        source = Source(connection: connection, stamp: stamp)
        return connection
    }

    /// Makes the spare equal to the snapshot; gives nothing when the copy is that already.
    private func fillSpare(
        from connection: Connection, _ progress: (Int64, Int64) throws -> Void
    ) throws -> Filled? {
        let version = try connection.prepare("PRAGMA data_version").first { $0.integer(0) } ?? 0
        if source?.copiedVersion == version, FileStamp(path) != nil { return nil }
        let identity = try BookIdentity(connection)
        if let copied { try identity.checkContinues(copied, at: path, connection) }
        let contents = try BookContents.read(connection)
        // A file with a second name is somebody's snapshot: it is not ours to write to.
        if FileStamp(sparePath)?.isOnlyName != true { try renewSpare() }
        let outcome = try writeSpare(DatabaseCopy(of: connection, pace: pace), progress)
        return Filled(version: version, identity: identity, contents: contents, outcome: outcome)
    }

    private func writeSpare(
        _ copy: DatabaseCopy, _ progress: (Int64, Int64) throws -> Void
    ) throws -> DatabaseCopy.Outcome {
        do {
            do {
                return try copy.write(to: sparePath, progress: progress)
            } catch let error as SQLError where error.isBusy {
                // Somebody still reads the copy of two rounds ago; he keeps it, without a name.
                try renewSpare()
                return try copy.write(to: sparePath, progress: progress)
            }
        } catch {
            throw BackupError.copying(to: sparePath, error)
        }
    }

    private func renewSpare() throws {
        isSpareSound = false
        try CopyFile.makeNew(sparePath)
    }

    /// Gives the filled spare the copy's name, and the copy the spare's.
    private func exchange() throws {
        // The old copy gets a second name first, so that its own never stands for nothing. Where
        // there are no links it goes, and the next round makes a spare from nothing.
        let isRetired = link(path, retiredPath) == 0
        defer { if isRetired { CopyFile.remove(retiredPath) } }
        guard rename(sparePath, path) == 0 else { throw BackupError.system(path) }
        (isCopySound, isSpareSound) = (isSpareSound, isCopySound)
        // Only when the disk knows the new copy may the old one be written to.
        try CopyFile.synchronizeFolder(of: path)
        if isRetired, rename(retiredPath, sparePath) != 0 { throw BackupError.system(sparePath) }
    }

    /// Sets the copy's time to now: whoever watches it sees that it is up to date.
    private func touch() throws {
        guard utimensat(AT_FDCWD, path, nil, 0) == 0 else { throw BackupError.system(path) }
    }
}
