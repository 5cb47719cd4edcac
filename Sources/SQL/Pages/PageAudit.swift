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
    private static let maximumReads = 20
    private static let pauseSeconds = 0.002

    private let connection: Connection
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
        guard let layout = try layout(file) else {
            let fault = PageFault(page: 1, owner: nil, fault: "it does not begin a database")
            return PageAuditReport(pageCount: 0, hasChecksums: false, faults: [fault])
        }
        let page = UnsafeMutableRawBufferPointer.allocate(
            byteCount: layout.pageBytes, alignment: PageChecksum.byteCount)
        defer { page.deallocate() }
        guard layout.hasChecksums else { return try undeclared(file, layout, page) }
        var wrong: [(page: Int, isEmpty: Bool)] = []
        var number = 0
        while wrong.count < maximumFaults, try file.size() >= Int64(number + 1) * step(layout) {
            number += 1
            guard number != layout.lockPage else { continue }
            if try !isRight(number, file, page) {
                wrong.append((number, page.allSatisfy { $0 == 0 }))
            }
            if number.isMultiple(of: Self.pagesPerProgress) { progress(number) }
        }
        let owners = try owners(of: Set(wrong.map(\.page)))
        var faults = wrong.compactMap { page, isEmpty -> PageFault? in
            // A page that was free before it was ever written is a hole in the file.
            if isEmpty, owners[page] == nil { return nil }
            return PageFault(
                page: page, owner: owners[page],
                fault: "its checksum is wrong; it was damaged, or written by another program")
        }
        if wrong.count < maximumFaults, let fault = try rest(file, layout) { faults.append(fault) }
        return PageAuditReport(pageCount: number, hasChecksums: true, faults: faults)
    }

    private func step(_ layout: PageLayout) -> Int64 { Int64(layout.pageBytes) }

    private func layout(_ file: MainFile) throws -> PageLayout? {
        let header = UnsafeMutableRawBufferPointer.allocate(
            byteCount: PageLayout.headerBytes, alignment: 1)
        defer { header.deallocate() }
        guard try file.read(header, at: 0) else { return nil }
        return PageLayout(header: UnsafeRawBufferPointer(header))
    }

    private func isRight(
        _ number: Int, _ file: MainFile, _ page: UnsafeMutableRawBufferPointer
    ) throws -> Bool {
        for attempt in 1...Self.maximumReads {
            let isWhole = try file.read(page, at: Int64(number - 1) * Int64(page.count))
            if isWhole, PageChecksum.isRight(UnsafeRawBufferPointer(page), number: UInt32(number)) {
                return true
            }
            if attempt < Self.maximumReads { Thread.sleep(forTimeInterval: Self.pauseSeconds) }
        }
        return false
    }

    /// A file whose header says that it has no checksums: so it is, or the header is damaged.
    private func undeclared(
        _ file: MainFile, _ layout: PageLayout, _ page: UnsafeMutableRawBufferPointer
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
    private func rest(_ file: MainFile, _ layout: PageLayout) throws -> PageFault? {
        for attempt in 1...Self.maximumReads {
            let size = try file.size()
            if size % step(layout) == 0 { return nil }
            if attempt == Self.maximumReads {
                return PageFault(
                    page: Int(size / step(layout)) + 1, owner: nil,
                    fault: "the file ends within it, after \(size % step(layout)) bytes")
            }
            Thread.sleep(forTimeInterval: Self.pauseSeconds)
        }
        return nil
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
