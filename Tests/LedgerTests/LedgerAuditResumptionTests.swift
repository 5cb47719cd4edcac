import CivilTime
import Ledger
import SQL
import Testing

@Suite("An audit that goes on from where another was")
struct LedgerAuditResumptionTests {
    static let batchCount = 90
    static let entriesPerBatch = 100
    /// In the middle of a stretch between two states, so that a date starts and ends in one.
    static let sealedBatches: Set = [13, 14, 55]

    /// A book of some thousand entries in all phases, of three sealed dates and an open one.
    private static func book(narrative: String = "a test") throws -> TestBook {
        let book = try TestBook()
        try book.openFirstDate()
        let cash = try book.openAccount("1001.S0001-C1")
        let payable = try book.openAccount("2202.W001", .liability)
        for batch in 0..<batchCount {
            try book.write { journal in
                for _ in 0..<entriesPerBatch / 2 {
                    let entry = TestBook.entry(
                        [.debit(cash, 3), .credit(payable, 3)], narrative: narrative)
                    let pending = try journal.pend(entry, expiresAt: nil, at: TestBook.instant).id
                    switch pending.number % 3 {
                    case 0: _ = try journal.void(pending, narrative: "", at: TestBook.instant)
                    case 1: _ = try journal.postPending(pending, at: TestBook.instant)
                    case _: _ = try journal.post(entry, at: TestBook.instant)
                    }
                }
            }
            if sealedBatches.contains(batch) { try book.turnDay() }
        }
        return book
    }

    /// Audits a book and keeps as many states as it gives.
    private func states(
        _ book: TestBook
    ) throws -> (report: LedgerAuditReport, states: [LedgerAuditState]) {
        var states: [LedgerAuditState] = []
        let report = try LedgerAudit(
            book.connection,
            resumption: .init(start: nil, isDue: { true }, keep: { states.append($0) })
        ).run()
        return (report, states)
    }

    private func resume(_ book: TestBook, _ start: LedgerAuditState) throws -> LedgerAuditReport {
        try LedgerAudit(
            book.connection, resumption: .init(start: start, isDue: { false }, keep: { _ in })
        ).run()
    }

    @Test("finds what an audit of all entries finds, also when the book has grown since")
    func same() throws {
        let book = try Self.book()
        let (report, states) = try states(book)
        #expect(report.isClean && report.resumedAfter == 0)
        #expect(states.count >= 2)
        for state in states {
            #expect(LedgerAuditState(bytes: state.bytes) == state)
            let resumed = try resume(book, state)
            #expect(resumed.faults == [])
            #expect(resumed.resumedAfter == state.entryCount && state.entryCount > 0)
            #expect(resumed.entryCount == report.entryCount)
            #expect(resumed.postingCount == report.postingCount)
        }
        let state = try #require(states.last)
        // It ends a pending entry that was met before the state was kept.
        let pending = try #require(
            try book.number("SELECT min(entry_id) FROM pending_entry WHERE resolved_by IS NULL"))
        try book.write { _ = try $0.postPending(ID(pending), at: TestBook.instant) }
        try book.turnDay()
        _ = try book.openAccount("1001.S0002-C1")
        let grown = try resume(book, state)
        #expect(grown.faults == [] && grown.resumedAfter == state.entryCount)
        #expect(grown.entryCount == report.entryCount + 1)
    }

    @Test("finds a damage after the place, whatever it is of")
    func damaged() throws {
        let book = try Self.book()
        let state = try #require(try states(book).states.first)
        let raw = try Connection(path: book.path, access: .write)
        for name in try raw.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
            .all(read: { $0.text(0) })
        { try raw.execute(script: "DROP TRIGGER \(name)") }
        let last = Self.batchCount * Self.entriesPerBatch
        let damages = [
            "UPDATE journal_entry SET narrative = 'x' WHERE entry_id = \(last)",
            "UPDATE posting SET amount = amount * 2 WHERE entry_id = \(last)",
            "UPDATE tree_node SET digest = zeroblob(32) WHERE position = 30",
            "UPDATE tree_head SET root = zeroblob(32) WHERE tree_size = \(last)",
            "UPDATE tree_state SET tree_size = 1",
            "UPDATE account_balance SET debits = debits + 1 WHERE account_id = 1",
            "UPDATE account_balance SET pending_debits = 0 WHERE account_id = 1",
            "UPDATE account_day SET debits = 0 WHERE business_date = "
                + "(SELECT max(business_date) FROM account_day)",
            "UPDATE business_date SET tree_root = '' WHERE business_date = "
                + "(SELECT max(business_date) FROM account_day)",
            "UPDATE pending_entry SET resolved_by = 1 WHERE resolved_by IS NULL",
        ]
        for damage in damages {
            try raw.execute(script: "BEGIN IMMEDIATE")
            try raw.execute(script: damage)
            let report = try LedgerAudit(
                raw, resumption: .init(start: state, isDue: { false }, keep: { _ in })
            ).run()
            #expect(!report.isClean && report.resumedAfter == state.entryCount, "\(damage)")
            try raw.execute(script: "ROLLBACK")
        }
    }

    @Test("passes over a state that is not of this book, and keeps none of a book with faults")
    func otherBook() throws {
        let state = try #require(try states(Self.book(narrative: "another")).states.first)
        let book = try Self.book()
        let report = try resume(book, state)
        #expect(report.isClean && report.resumedAfter == 0)
        let raw = try Connection(path: book.path, access: .write)
        try raw.execute(script: "DROP TRIGGER ledger_account_fixed")
        let own = try #require(try states(book).states.first)
        try raw.execute(script: "UPDATE ledger_account SET code = '9999' WHERE account_id = 1")
        #expect(try resume(book, own).resumedAfter == 0, "an account is another one")
        let (faulty, kept) = try states(book)
        #expect(!faulty.isClean && kept == [])
    }

    @Test("refuses bytes that are cut, too long, or of another version")
    func bytes() throws {
        let state = try #require(try states(Self.book()).states.first)
        let bytes = state.bytes
        for count in 0..<bytes.count {
            #expect(LedgerAuditState(bytes: [UInt8](bytes.prefix(count))) == nil)
        }
        #expect(LedgerAuditState(bytes: bytes + [0]) == nil)
        var other = bytes
        other[7] += 1
        #expect(LedgerAuditState(bytes: other) == nil)
        // A number of accounts, or a size, that no memory could hold.
        for place in [64, 72] {
            var huge = bytes
            huge[place] = 0x7F
            #expect(LedgerAuditState(bytes: huge) == nil)
        }
    }
}
