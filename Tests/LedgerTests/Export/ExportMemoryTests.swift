import Foundation
import Testing

@testable import Ledger

@Suite struct ExportMemoryTests {
    static let isSanitized = ProcessInfo.processInfo.environment["AGENCYPOS_SANITIZED"] != nil
    static let manyEntries = 60_000
    static let allowedGrowthKilobytes = 8_192

    // In a process of its own, because the other tests allocate at the same time.
    @Test(
        "sixty thousand entries take no more memory to export than a thousand",
        .disabled(if: isSanitized, "a sanitizer keeps what was freed"))
    func streaming() async {
        await #expect(processExitsWith: .success) {
            let book = try ExportBook()
            let accounts = [try book.account("1001", "cash"), try book.account("1002", "bank")]
            try Self.post(1_000, accounts, book)
            try book.connection.execute(script: "PRAGMA cache_size = -1024")
            let few = try Self.exportAll(book)
            try Self.post(Self.manyEntries, accounts, book)
            // Writing had a peak of its own: the kernel forgets it, and goes on from what is held.
            try Data("5".utf8).write(to: URL(filePath: "/proc/self/clear_refs"))
            let before = try Self.peakKilobytes()
            let many = try Self.exportAll(book)
            precondition(many > few * 40, "\(many) bytes after \(few)")
            let growth = try Self.peakKilobytes() - before
            // The largest export has more than 12 MB; to hold it, or its rows, would show.
            precondition(growth < Self.allowedGrowthKilobytes, "peak memory grew by \(growth) kB")
        }
    }

    static func post(_ count: Int, _ accounts: [ID<Account>], _ book: ExportBook) throws {
        try book.write { journal in
            for number in 0..<count {
                _ = try journal.post(
                    NewEntry(
                        kind: EntryKind("test"), narrative: "payment \(number)", source: 1,
                        postings: [.debit(accounts[0], 100), .credit(accounts[1], 100)]),
                    at: ExportBook.instant)
            }
        }
        try book.turnDay()
    }

    /// Exports in each format; gives the bytes of all, and holds none.
    static func exportAll(_ book: ExportBook) throws -> Int {
        var count = 0
        for format in ExportFormat.allCases {
            _ = try JournalExport(book.connection, format: format).run { count += $0.count }
        }
        return count
    }

    static func peakKilobytes() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
        return try #require(Int(line.split(whereSeparator: { !$0.isNumber })[0]))
    }
}
