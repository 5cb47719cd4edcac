import Foundation
import Ledger
import Testing

@testable import Agency
@testable import SQL

/// A closed book of which single bytes are flipped and set right again.
final class FlippedBook {
    static let pageBytes = 4_096

    /// A page of the file and the table that owns it, itself or by an index.
    struct Page {
        let number: Int
        let table: String
        /// The table's or the index's own name.
        let owner: String
    }

    let copy: BookCopy
    let pages: [Page]
    private let path: String
    private let sound: [UInt8]

    /// Copies a book that was played and closed once for all tests.
    init() throws {
        copy = try BookCopy(of: Self.played.get().path)
        path = copy.path + "/book.db"
        sound = try copy.bytes("book.db")
        pages = try ReaderPool(path: path).read { connection in
            try connection.prepare(
                """
                SELECT d.pageno, ifnull(s.tbl_name, d.name), d.name
                FROM dbstat d LEFT JOIN sqlite_schema s ON s.name = d.name ORDER BY d.pageno
                """
            ).all { Page(number: Int($0.integer(0)), table: $0.text(1), owner: $0.text(2)) }
        }
    }

    var byteCount: Int { sound.count }
    var tables: [String] { Set(pages.map(\.table)).sorted() }

    // A closed day and an open one, both with all kinds of transactions, and all files checked in.
    private static let played = Result {
        let test = try TestBook()
        try test.playDay("day1")
        try test.closeDay()
        try test.release()
        test.clock.advance(milliseconds: 86_400_000)
        let operatorA = try test.signOn(1)
        try test.payBill("WATER", key: "day2-water", by: operatorA)
        _ = try test.reserve("QC0013", seats: 3, by: operatorA)
        _ = try test.pending(key: "day2-pending", by: operatorA)
        test.book.close()
        return test.copy
    }

    /// What `verify` says of the book.
    enum Verdict {
        case sound
        /// Its faults, and those that the ledger's own audit found among them.
        case faults([String], ledger: [LedgerFault])
        case unreadable(any Error)

        var isSound: Bool {
            switch self {
            case .sound: true
            case .faults, .unreadable: false
            }
        }
    }

    /// Changes one byte, lets `verify` judge, and sets the byte right.
    ///
    /// - Parameter isRehashed: gives the page the checksum of its changed bytes, as a liar would.
    func verdict(flipping offset: Int, to byte: UInt8, isRehashed: Bool = false) throws -> Verdict {
        try withFlip(offset, to: byte, isRehashed: isRehashed) { judge() }
    }

    /// Changes one byte, runs a body, and sets the byte right.
    func withFlip<T>(
        _ offset: Int, to byte: UInt8, isRehashed: Bool, _ body: () throws -> T
    ) throws -> T {
        let start = offset / Self.pageBytes * Self.pageBytes
        var page = Array(sound[start..<start + Self.pageBytes])
        page[offset - start] = byte
        if isRehashed {
            page.withUnsafeMutableBytes {
                PageChecksum.stamp($0, number: UInt32(start / Self.pageBytes) + 1)
            }
        }
        try write(page, at: start)
        defer {
            do {
                try write(Array(sound[start..<start + Self.pageBytes]), at: start)
            } catch {
                Issue.record(error)
            }
        }
        return try body()
    }

    /// A byte other than the one at an offset.
    func otherByte(at offset: Int, _ numbers: inout SeededNumbers) -> UInt8 {
        sound[offset] ^ UInt8.random(in: 1...255, using: &numbers)
    }

    /// A place among the rows of a page; nothing in pages that hold no rows of their own.
    func placeInRows(of page: Page, _ numbers: inout SeededNumbers) -> Int? {
        let start = (page.number - 1) * Self.pageBytes
        // The kinds of pages with rows: leaves of tables, leaves and inner pages of indexes.
        guard page.number > 1, [0x0D, 0x0A, 0x02].contains(sound[start]) else { return nil }
        let content = Int(sound[start + 5]) << 8 | Int(sound[start + 6])
        let end = Self.pageBytes - PageChecksum.byteCount
        guard content < end else { return nil }
        return start + Int.random(in: content..<end, using: &numbers)
    }

    /// The columns' values of all rows, or nothing when they cannot be read.
    func rows(_ sql: String) -> [String]? {
        try? ReaderPool(path: path).read { connection in
            try connection.prepare(computed: sql).all { $0.text(0) }
        }
    }

    func judge() -> Verdict {
        do {
            let folder = BookFolder(path: copy.path)
            return try folder.openReaders().read { connection in
                let faults = try BookAudit(connection, maximumFaults: 20) { _ in }.run().faults
                let settlement = try SettlementAudit(folder, connection) { _ in }
                    .run(maximumFaults: 20)
                let ledger = Result { try LedgerAudit(connection, maximumFaults: 20).run().faults }
                let all = faults + settlement
                return all.isEmpty ? .sound : .faults(all, ledger: (try? ledger.get()) ?? [])
            }
        } catch {
            return .unreadable(error)
        }
    }

    private func write(_ page: [UInt8], at offset: Int) throws {
        let handle = try #require(FileHandle(forUpdatingAtPath: path))
        try handle.seek(toOffset: UInt64(offset))
        try handle.write(contentsOf: Data(page))
        try handle.close()
    }
}
