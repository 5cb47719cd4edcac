import CSQLite
import Foundation

/// A page of the database file that does not hold what was written to it.
public struct PageFault: Equatable, Sendable {
    /// Its number, from 1.
    public let page: Int
    /// The table or index that owns it, if one does and it can be told.
    public let owner: String?
    /// What is wrong with it.
    public let fault: String
}

extension PageFault: CustomStringConvertible {
    public var description: String {
        "page \(page)" + (owner.map { " of \($0)" } ?? "") + ": \(fault)"
    }
}

/// What a check of the page checksums found.
public struct PageAuditReport: Equatable, Sendable {
    public let pageCount: Int
    /// False for a file that was made before pages held checksums; then none were checked.
    public let hasChecksums: Bool
    public let faults: [PageFault]
}

/// Checks each page of the database file against its checksum, in use or not.
///
/// It reads the file beneath the connection's snapshot, also while another process copies pages
/// into it. It finds what was changed past this program, byte by byte or with another SQLite.
public struct PageAudit {
    /// Pages between two calls of `progress`.
    public static let pagesPerProgress = 65_536

    // A page that is being written while it is read is right a moment later.
    private static let maximumRereads = 10
    private static let pauseSeconds = 0.001

    let connection: Connection
    private let maximumFaults: Int
    private let progress: (Int) -> Void

    /// - Parameters:
    ///   - maximumFaults: how many faults are listed before the check ends.
    ///   - progress: called with the number of pages read, every `pagesPerProgress` pages.
    public init(
        _ connection: Connection, maximumFaults: Int, progress: @escaping (Int) -> Void = { _ in }
    ) {
        self.connection = connection
        self.maximumFaults = maximumFaults
        self.progress = progress
    }

    /// Reads the whole file once.
    ///
    /// - Throws: `SQLError` when the file cannot be read; wrong pages are reported, not thrown.
    public func run() throws -> PageAuditReport {
        let file = try connection.mainFile()
        guard let layout = try file.layout() else {
            let fault = PageFault(page: 1, owner: nil, fault: "it does not begin a database")
            return PageAuditReport(pageCount: 0, hasChecksums: false, faults: [fault])
        }
        let page = UnsafeMutableRawBufferPointer.allocate(
            byteCount: layout.pageBytes, alignment: PageChecksum.byteCount)
        defer { page.deallocate() }
        guard layout.hasChecksums else { return try undeclared(file, layout, page) }
        let pageCount = Int(try file.size() / step(layout))
        let logged = pagesInLog(layout)
        var wrong: [(page: Int, isEmpty: Bool)] = []
        var number = 0
        while wrong.count < maximumFaults, number < pageCount {
            number += 1
            if number.isMultiple(of: Self.pagesPerProgress) { progress(number) }
            guard number != layout.lockPage, try !isRight(number, file, page) else { continue }
            guard try !logged().contains(number), try !becomesRight(number, file, page) else {
                continue
            }
            wrong.append((number, page.allSatisfy { $0 == 0 }))
        }
        let owners = try owners(of: Set(wrong.map(\.page)))
        var faults = wrong.compactMap { page, isEmpty -> PageFault? in
            // A page that was free before it was ever written is a hole in the file.
            if isEmpty, owners[page] == nil { return nil }
            return PageFault(
                page: page, owner: owners[page],
                fault: "its checksum is wrong; it was damaged, or written by another program")
        }
        if faults.count < maximumFaults, let fault = try rest(file, layout, logged) {
            faults.append(fault)
        }
        return PageAuditReport(pageCount: number, hasChecksums: true, faults: faults)
    }

    /// The pages that the log holds newer contents of, read when they are first asked for.
    ///
    /// A power cut may tear a page that was being copied from the log. SQLite goes on reading it
    /// there, and copies it again, so that what the file holds of it means nothing.
    func pagesInLog(_ layout: PageLayout) -> () throws -> Set<Int> {
        var pages: Set<Int>?
        return {
            if let pages { return pages }
            let read = try connection.logFile().map {
                try LogPages($0, pageBytes: layout.pageBytes).numbers
            }
            pages = read
            return read ?? []
        }
    }

    private func step(_ layout: PageLayout) -> Int64 { Int64(layout.pageBytes) }

    func isRight(
        _ number: Int, _ file: OpenFile, _ page: UnsafeMutableRawBufferPointer
    ) throws -> Bool {
        try file.read(page, at: Int64(number - 1) * Int64(page.count))
            && PageChecksum.isRight(UnsafeRawBufferPointer(page), number: UInt32(number))
    }

    func becomesRight(
        _ number: Int, _ file: OpenFile, _ page: UnsafeMutableRawBufferPointer
    ) throws -> Bool {
        for _ in 0..<Self.maximumRereads {
            Thread.sleep(forTimeInterval: Self.pauseSeconds)
            if try isRight(number, file, page) { return true }
        }
        return false
    }

    /// A file whose header says that it has no checksums: so it is, or the header is damaged.
    private func undeclared(
        _ file: OpenFile, _ layout: PageLayout, _ page: UnsafeMutableRawBufferPointer
    ) throws -> PageAuditReport {
        let pageCount = Int(try file.size() / step(layout))
        var faults: [PageFault] = []
        if try file.read(page, at: 0) {
            page[PageLayout.reservedBytesOffset] = UInt8(PageChecksum.byteCount)
            if PageChecksum.isRight(UnsafeRawBufferPointer(page), number: 1) {
                faults.append(
                    PageFault(
                        page: 1, owner: nil,
                        fault: "byte \(PageLayout.reservedBytesOffset), the count of reserved "
                            + "bytes, should be \(PageChecksum.byteCount), "
                            + "found \(layout.reservedBytes)"))
            }
        }
        return PageAuditReport(
            pageCount: pageCount, hasChecksums: !faults.isEmpty, faults: faults)
    }

    /// Bytes after the last whole page.
    private func rest(
        _ file: OpenFile, _ layout: PageLayout, _ logged: () throws -> Set<Int>
    ) throws -> PageFault? {
        for _ in 0..<Self.maximumRereads {
            if try file.size() % step(layout) == 0 { return nil }
            Thread.sleep(forTimeInterval: Self.pauseSeconds)
        }
        let size = try file.size()
        let page = Int(size / step(layout)) + 1
        guard try !logged().contains(page) else { return nil }
        return PageFault(
            page: page, owner: nil,
            fault: "the file ends within it, after \(size % step(layout)) bytes")
    }

    /// Which table or index owns each page, where SQLite was built to tell.
    private func owners(of pages: Set<Int>) throws -> [Int: String] {
        guard !pages.isEmpty, sqlite3_compileoption_used("ENABLE_DBSTAT_VTAB") != 0 else {
            return [:]
        }
        var owners: [Int: String] = [:]
        do {
            try connection.prepare("SELECT pageno, name FROM dbstat").forEach { row in
                guard row.isInteger(0), pages.contains(Int(row.integer(0))) else { return }
                owners[Int(row.integer(0))] = row.optionalText(1)
            }
        } catch is SQLError {
            // The damage keeps SQLite from walking the tables: what was met until then is named.
        }
        return owners
    }
}
