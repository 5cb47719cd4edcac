import CSQLite
import Foundation

/// Copies a database, also while others write to it, into a file that is whole by itself.
///
/// The source's connection holds one snapshot for as long as the copy takes: writers go on, and
/// the copy never starts over. Meanwhile the write-ahead log cannot begin afresh, so it grows by
/// what is written in that time, and is reused afterwards.
public struct DatabaseCopy {
    /// How fast pages are copied, so that the disk and a core are left to who writes.
    public struct Pace: Sendable {
        /// Pages copied between two pauses.
        public var pagesPerStep: Int32 = 1_024
        /// How long a pause takes, in microseconds.
        public var pauseMicroseconds: UInt32 = 2_000

        public init() {}
    }

    /// What was copied.
    public struct Outcome: Sendable, Equatable {
        public let pageCount: Int64
        public let pageBytes: Int64
        /// Pages that the destination did not hold already.
        public let writtenPages: Int64

        /// The size of the copy.
        public var byteCount: Int64 { pageCount * pageBytes }
    }

    /// A page of the source that does not hold what was written to it; the copy would hide that.
    public struct DamagedPage: Error, Equatable, Sendable {
        public let fault: PageFault
    }

    /// What a pass over the pages did.
    private struct Pass {
        let pageCount: Int64
        let writtenPages: Int64
        let unstampedPages: [Int]
    }

    /// How much of the copy's own file is kept in memory, in KiB.
    private static let cacheKibibytes = 8_192

    private let source: Connection
    private let pace: Pace

    /// - Parameter source: is in a snapshot, which it holds until the copy is done.
    public init(of source: Connection, pace: Pace = Pace()) {
        self.source = source
        self.pace = pace
    }

    /// Makes an existing file, which may be empty or an older copy, equal to the snapshot.
    ///
    /// Until it returns the file is no database; then it is, and is on the disk. An error or a
    /// crash leaves a file that only serves to be copied to again.
    /// - Parameter progress: hears of pages copied and pages in all; what it throws ends the copy.
    /// - Throws: `DamagedPage` when the source's file is not what was written to it; `SQLError`,
    ///   busy when somebody reads the destination; what `progress` throws.
    public func write(
        to path: String, progress: (Int64, Int64) throws -> Void = { _, _ in }
    ) throws -> Outcome {
        precondition(source.isInTransaction, "a copy is made of one snapshot")
        // A deferred transaction has its snapshot from the first read on.
        let pageBytes = try source.prepare("PRAGMA page_size").first { $0.integer(0) } ?? 0
        _ = try source.prepare("SELECT count(*) FROM sqlite_schema").first { $0.integer(0) }
        let pass = try copyPagesAfresh(to: path, progress)
        let audit = PageAudit(source, maximumFaults: 1)
        if let fault = try audit.firstFault(among: pass.unstampedPages) {
            throw DamagedPage(fault: fault)
        }
        try Self.synchronize(path)
        return Outcome(
            pageCount: pass.pageCount, pageBytes: pageBytes, writtenPages: pass.writtenPages)
    }

    /// Copies the pages; begins from nothing where a crash left what cannot even be opened.
    private func copyPagesAfresh(
        to path: String, _ progress: (Int64, Int64) throws -> Void
    ) throws -> Pass {
        do {
            return try copyPages(to: path, progress)
        } catch let error as SQLError where error.isUnreadableFile {
            try Self.empty(path)
            return try copyPages(to: path, progress)
        }
    }

    private func copyPages(
        to path: String, _ progress: (Int64, Int64) throws -> Void
    ) throws -> Pass {
        let destination = try Self.open(path)
        // Declared first, so that it outlives the connection, which uses it to the end.
        let filter: UnchangedPageFilter
        do {
            filter = try UnchangedPageFilter(
                destination, layout: source.mainFile().layout())
        } catch {
            sqlite3_close(destination)
            throw error
        }
        defer { withExtendedLifetime(filter) { _ = sqlite3_close(destination) } }
        // Nothing of this file counts before it is complete, so it needs neither journal nor sync.
        let settings = """
            PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
            PRAGMA cache_size = -\(Self.cacheKibibytes);
            """
        try Self.check(sqlite3_exec(destination, settings, nil, nil, nil), destination)
        guard let backup = sqlite3_backup_init(destination, "main", source.handle, "main") else {
            throw SQLError(
                connection: destination, result: sqlite3_errcode(destination), sql: "backup")
        }
        var pageCount: Int64 = 0
        do {
            while true {
                let result = sqlite3_backup_step(backup, pace.pagesPerStep)
                pageCount = Int64(sqlite3_backup_pagecount(backup))
                try progress(pageCount - Int64(sqlite3_backup_remaining(backup)), pageCount)
                if result == SQLITE_DONE { break }
                try Self.check(result, nil)
                usleep(pace.pauseMicroseconds)
            }
        } catch {
            sqlite3_backup_finish(backup)
            throw error
        }
        try Self.check(sqlite3_backup_finish(backup), destination)
        return Pass(
            pageCount: pageCount, writtenPages: filter.writtenPages,
            unstampedPages: filter.unstampedPages)
    }

    private static func open(_ path: String) throws -> OpaquePointer {
        var handle: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        let result = sqlite3_open_v2(path, &handle, flags, nil)
        guard result == SQLITE_OK, let handle else {
            defer { sqlite3_close(handle) }
            throw SQLError(connection: handle, result: result, sql: "open the copy")
        }
        return handle
    }

    private static func check(_ result: Int32, _ connection: OpaquePointer?) throws {
        guard result == SQLITE_OK else {
            throw SQLError(connection: connection, result: result, sql: "copy")
        }
    }

    private static func empty(_ path: String) throws {
        guard truncate(path, 0) == 0 else { throw SQLError.system("truncate", errno) }
    }

    private static func synchronize(_ path: String) throws {
        let descriptor = Foundation.open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { throw SQLError.system("open", errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw SQLError.system("fsync", errno) }
    }
}

extension SQLError {
    /// Whether the file's bytes make no database that can be opened.
    ///
    /// A header with a schema format of the future gives the general error.
    fileprivate var isUnreadableFile: Bool {
        code == SQLITE_NOTADB || code == SQLITE_CORRUPT || code == SQLITE_ERROR
    }

    fileprivate static func system(_ call: String, _ number: Int32) -> SQLError {
        SQLError(
            code: number == ENOSPC ? SQLITE_FULL : SQLITE_IOERR, extendedCode: SQLITE_IOERR,
            message: "\(call): \(String(cString: strerror(number)))", sql: "copy")
    }
}
