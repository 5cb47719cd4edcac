import Foundation
import SQL

/// Copies a book into one file, also while a server writes to it.
///
/// The file holds `book.db` and no key: who finds it reads the business, but neither settlement
/// keys nor card numbers.
public struct BookBackup {
    /// What was copied.
    public struct Report: Sendable {
        public let byteCount: Int64
        /// Nothing for a book whose schema this program does not know; it is copied all the same.
        public let contents: BookContents?
    }

    /// What the name of an unfinished backup ends with.
    static let unfinishedSuffix = ".part"

    private let folder: BookFolder

    public init(_ folder: BookFolder) {
        self.folder = folder
    }

    /// Makes the backup; the file gets its name when it is complete, checked and on the disk.
    ///
    /// Every payment that was acknowledged before the call is in it.
    /// - Parameter progress: hears of pages copied and pages in all; what it throws ends the copy.
    /// - Throws: `BackupError`, `BookError`, `SQLError`; then nothing is left of it.
    public func run(
        to path: String, progress: (Int64, Int64) throws -> Void = { _, _ in }
    ) throws -> Report {
        try folder.checkHoldsBook()
        guard FileStamp(path) == nil else { throw BackupError.exists(path: path) }
        try CopyFile.checkIsApart(path, from: folder)
        let claim = try CopyClaim(path)
        defer { withExtendedLifetime(claim) {} }
        let unfinished = path + Self.unfinishedSuffix
        defer { CopyFile.remove(unfinished) }
        try CopyFile.makeNew(unfinished)
        let report = try copy(to: unfinished, progress)
        try CopyFile.publish(unfinished, as: path)
        return report
    }

    private func copy(
        to path: String, _ progress: (Int64, Int64) throws -> Void
    ) throws -> Report {
        let source = try Connection(path: folder.databasePath, access: .read)
        let report = try source.snapshot {
            let contents = try BookContents.read(source)
            do {
                let copied = try DatabaseCopy(of: source).write(to: path, progress: progress)
                return Report(byteCount: copied.byteCount, contents: contents)
            } catch {
                throw BackupError.copying(to: path, error)
            }
        }
        try CopyFile.checkPages(of: path)
        return report
    }
}
