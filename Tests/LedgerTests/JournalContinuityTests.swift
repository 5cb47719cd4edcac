import CivilTime
import Ledger
import SQL
import Testing

/// What a session does with a book that something else has written to.
@Suite("A journal that was written past its session")
struct JournalContinuityTests {
    private static let now = TestBook.instant
    private static let next = GuardedBook.next
    private static let last = Int64(GuardedBook.next - 1)

    let book: TestBook
    let entry: NewEntry

    init() throws {
        book = try GuardedBook.copy()
        entry = TestBook.entry([.debit(ID(1), 5), .credit(ID(2), 5)])
    }

    /// Writes as a stranger does, who keeps every rule of the database.
    private func write(_ sql: String) throws {
        let raw = try Connection(path: book.path, access: .write)
        try raw.transaction { try raw.execute(script: sql) }
    }

    private func count(_ table: String) throws -> Int64? {
        try book.number("SELECT count(*) FROM \(table)")
    }

    @Test("is refused when the tree lacks entries, by a new session and by one that ran before")
    func treeOff() throws {
        try book.write { _ = try $0.post(entry, at: Self.now) }
        let size = Self.last + 1
        try write(
            DatabaseGuardTests.posting(1, 9, entry: Int(size) + 1)
                + DatabaseGuardTests.posting(2, -9, entry: Int(size) + 1, account: 2)
                + DatabaseGuardTests.entry(Int(size) + 1))
        let before = try count("posting")
        // The session that ran before is refused by the database first, and then forgets its tree.
        #expect(throws: SQLError.self) { try book.write { _ = try $0.post(entry, at: Self.now) } }
        let off = LedgerError.treeOff(treeSize: size, lastEntry: size + 1)
        for journal in [book.journal, Journal(connection: book.connection)] {
            #expect(throws: off) {
                try book.connection.transaction {
                    _ = try journal.post(entry, at: Self.now)
                    try journal.batchWillCommit()
                }
            }
            journal.batchDidEnd(isCommitted: false)
            #expect(throws: off) {
                try book.connection.transaction {
                    _ = try journal.seal(try journal.currentDate(), at: Self.now)
                }
            }
            journal.batchDidEnd(isCommitted: false)
        }
        #expect(try count("posting") == before)
        #expect(try book.reader.seals().count == 2)
    }

    @Test("is refused when the tree's state does not fit its size")
    func damagedState() throws {
        try write(
            """
            DROP TRIGGER tree_state_grows;
            UPDATE tree_state SET peaks = x'00';
            """)
        #expect(throws: LedgerError.treeOff(treeSize: 0, lastEntry: Self.last)) {
            try book.write { _ = try $0.post(entry, at: Self.now) }
        }
    }

    @Test(
        "is refused when lines wait for its next entry, which would not be in its balances",
        arguments: [
            DatabaseGuardTests.posting(3, 9) + DatabaseGuardTests.posting(4, -9, account: 2),
            DatabaseGuardTests.pendingPair, DatabaseGuardTests.pendingEntry(),
        ])
    func strayLines(sql: String) throws {
        try write(sql)
        let pending = TestBook.entry([.debit(ID(1), 5), .credit(ID(2), 5)])
        for journal in [book.journal, Journal(connection: book.connection)] {
            #expect(throws: LedgerError.strayPosting(entry: Self.last + 1)) {
                try book.connection.transaction {
                    _ = try journal.pend(pending, expiresAt: nil, at: Self.now)
                }
            }
            journal.batchDidEnd(isCommitted: false)
        }
        #expect(try count("journal_entry") == Self.last)
    }

    @Test("goes on when a second session has kept the tree as well")
    func secondSession() throws {
        try book.write { _ = try $0.post(entry, at: Self.now) }
        let connection = try Connection(path: book.path, access: .write)
        let other = Journal(connection: connection)
        try connection.transaction {
            _ = try other.post(entry, at: Self.now)
            try other.batchWillCommit()
        }
        // What the first one remembers is stale: its batch is lost, and the next one is right.
        #expect(throws: SQLError.self) { try book.write { _ = try $0.post(entry, at: Self.now) } }
        let made = try book.write { try $0.post(entry, at: Self.now) }
        #expect(made.id.number == Self.last + 3)
        #expect(try book.reader.balance(of: ID(1)) == made.balances[0])
        #expect(try book.number("SELECT tree_size FROM tree_state") == Self.last + 3)
    }
}
