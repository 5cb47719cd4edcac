import CivilTime
import Foundation
import Ledger
import Synchronization
import Testing

@testable import Agency

/// Pending entries whose time runs out while a book is open, and while it is closed.
@Suite("Pending entries expire")
struct PendingExpiryTests {
    private static let cash = "SELECT account_id FROM ledger_account WHERE code LIKE '1001.S%'"
    private static let capital = "SELECT account_id FROM ledger_account WHERE type = 'equity'"
    private static let open = "SELECT count(*) FROM pending_entry WHERE resolved_by IS NULL"

    @Test("by themselves, with nobody asking")
    func byThemselves() throws {
        let test = try TestBook(at: "2026-11-20 09:00")
        let pending = try pend(test, 300, expiringAfterSeconds: 60)
        let waiting = try pend(test, 500, expiringAfterSeconds: 120)
        let unlimited = try pend(test, 700, expiringAfterSeconds: nil)
        test.clock.advance(milliseconds: 59_000)
        Thread.sleep(forTimeInterval: 3 * Double(PendingExpiry.intervalMilliseconds) / 1_000)
        #expect(try test.integer(Self.open) == 3)
        test.clock.advance(milliseconds: 1_000)
        try wait(for: 2, in: test)
        try test.book.readers.read { connection in
            let reader = LedgerReader(connection)
            let end = try #require(try reader.entry(pending)?.actedOnBy)
            let void = try #require(try reader.entry(end))
            #expect(void.phase == .voidsPending && void.kind == .expiry)
            #expect(void.original?.id == pending && void.postings == [])
            #expect(try reader.entry(waiting)?.actedOnBy == nil)
            #expect(try reader.entry(unlimited)?.actedOnBy == nil)
        }
        #expect(try test.faults() == [])
    }

    @Test("once the book is opened again, if their time ran out meanwhile")
    func afterRestart() throws {
        var first: TestBook? = try TestBook(at: "2026-11-20 09:00")
        let copy = try #require(first?.copy)
        let count = Journal.maximumExpiriesPerCommand + 3
        for _ in 0..<count {
            _ = try pend(try #require(first), 1, expiringAfterSeconds: 60)
        }
        first?.book.close()
        first = nil
        let second = try TestBook(reopening: copy, at: "2026-11-20 09:30")
        try wait(for: 0, in: second)
        let voids = "SELECT count(*) FROM journal_entry WHERE kind = 'expiry'"
        #expect(try second.integer(voids) == Int64(count))
        #expect(try second.faults() == [])
    }

    @Test("or it is told, once for each cause, why they cannot")
    func failure() throws {
        var first: TestBook? = try TestBook(at: "2026-11-20 09:00")
        let copy = try #require(first?.copy)
        _ = try pend(try #require(first), 300, expiringAfterSeconds: 60)
        // The entry is then one that was posted at once, and such a one cannot expire.
        // The guard is put back, for a book without it is not opened.
        let guarding = try #require(
            try first?.book.readers.read { connection in
                try connection.prepare(
                    "SELECT sql FROM sqlite_schema WHERE name = 'journal_entry_fixed'"
                ).first { $0.text(0) }
            })
        try first?.execute(
            """
            DROP TRIGGER journal_entry_fixed;
            UPDATE journal_entry SET phase = 0 WHERE entry_id IN (SELECT entry_id FROM pending_entry);
            \(guarding);
            """)
        first?.book.close()
        first = nil
        let clock = try AdjustableClock("2026-11-20 09:30")
        let reports = Mutex<[String]>([])
        let book = try Book(path: copy.path) {
            clock.now
        } report: { text in
            reports.withLock { $0.append(text) }
        }
        defer { book.close() }
        let deadline = Date.now.addingTimeInterval(30)
        while reports.withLock({ $0.isEmpty }), Date.now < deadline {
            Thread.sleep(forTimeInterval: 0.02)
        }
        Thread.sleep(forTimeInterval: 3 * Double(PendingExpiry.intervalMilliseconds) / 1_000)
        let texts = reports.withLock { $0 }
        #expect(texts.count == 1)
        #expect(texts.allSatisfy { $0.contains("is not a pending one") }, "\(texts)")
    }

    private func pend(
        _ test: TestBook, _ amountFen: Int64, expiringAfterSeconds seconds: Int64?
    ) throws -> ID<JournalEntry> {
        let cash = ID<Account>(try test.integer(Self.cash))
        let capital = ID<Account>(try test.integer(Self.capital))
        return try test.perform { session in
            try session.journal.pend(
                NewEntry(
                    kind: EntryKind("test"), narrative: "", source: nil,
                    postings: [.debit(capital, amountFen), .credit(cash, amountFen)]),
                expiresAt: seconds.map {
                    Instant(
                        millisecondsSinceEpoch: session.now.millisecondsSinceEpoch + $0 * 1_000)
                }, at: session.now
            ).id
        }
    }

    /// Waits until a number of entries is left pending.
    private func wait(for count: Int64, in test: TestBook) throws {
        let deadline = Date.now.addingTimeInterval(30)
        while try test.integer(Self.open) != count {
            try #require(Date.now < deadline, "entries are still pending")
            Thread.sleep(forTimeInterval: 0.02)
        }
    }
}
