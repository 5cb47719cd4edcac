import CivilTime
import Ledger
import Testing

@Suite("Expiry voids pending entries")
struct ExpiryTests {
    private static let now = TestBook.instant

    let book: TestBook
    let cash: ID<Account>
    let debt: ID<Account>

    init() throws {
        book = try TestBook()
        try book.openFirstDate()
        cash = try book.openAccount("1001")
        debt = try book.openAccount("2202", .liability)
    }

    private func pend(_ journal: Journal, endsAfter milliseconds: Int64?) throws
        -> ID<JournalEntry>
    {
        try journal.pend(
            TestBook.entry([.debit(cash, 10), .credit(debt, 10)]),
            expiresAt: milliseconds.map { Self.now.adding(milliseconds: $0) }, at: Self.now
        ).id
    }

    private func voidExpired(after milliseconds: Int64) throws -> [PostedEntry] {
        try book.write {
            try $0.voidExpired(at: Self.now.adding(milliseconds: milliseconds))
        }
    }

    @Test("whose time is up to the millisecond, the longest due first, and no others")
    func order() throws {
        let ends: [Int64?] = [300, 100, nil, 300, 200, 301]
        let made = try book.write { journal in try ends.map { try pend(journal, endsAfter: $0) } }
        #expect(try book.reader.nextExpiry() == Self.now.adding(milliseconds: 100))
        #expect(try voidExpired(after: 99) == [])
        let voids = try voidExpired(after: 300)
        #expect(voids.map(\.balances) == [[], [], [], []])
        let entries = try voids.map { try #require(try book.reader.entry($0.id)) }
        #expect(entries.map(\.id.number) == [7, 8, 9, 10])
        #expect(entries.map(\.original?.id) == [made[1], made[4], made[0], made[3]])
        for entry in entries {
            #expect(entry.phase == .voidsPending && entry.kind == .expiry)
            #expect(entry.source == 7 && entry.recordedAt == Self.now.adding(milliseconds: 300))
        }
        #expect(try book.reader.nextExpiry() == Self.now.adding(milliseconds: 301))
        #expect(try book.reader.balance(of: cash)?.pending.debits == 20)
        #expect(try voidExpired(after: 301).count == 1)
        #expect(try book.reader.nextExpiry() == nil)
        // The one without an end waits for ever.
        #expect(try voidExpired(after: 1_000_000_000_000) == [])
        #expect(try book.reader.entry(made[2])?.actedOnBy == nil)
    }

    @Test("a bounded number at a time, and the rest when it is called again")
    func bounded() throws {
        let most = Journal.maximumExpiriesPerCommand
        try book.write { journal in
            for _ in 0..<most + 3 { _ = try pend(journal, endsAfter: 5) }
        }
        #expect(try voidExpired(after: 5).count == most)
        #expect(try book.reader.balance(of: debt)?.pending.credits == 30)
        #expect(try voidExpired(after: 5).count == 3)
        #expect(try voidExpired(after: 5) == [])
        #expect(try book.reader.balance(of: debt) == .zero)
    }

    @Test("unless they were posted or voided before, also in the same batch")
    func ended() throws {
        let late = Self.now.adding(milliseconds: 5)
        try book.write { journal in
            let made = try (0..<3).map { _ in try pend(journal, endsAfter: 5) }
            _ = try journal.postPending(made[0], at: Self.now)
            _ = try journal.void(made[1], narrative: "", at: late)
            let voids = try journal.voidExpired(at: late)
            #expect(try voids.map { try journal.entry($0.id)?.original?.id } == [made[2]])
            #expect(try journal.voidExpired(at: late) == [])
        }
        #expect(try book.reader.balance(of: cash)?.posted.debits == 10)
        #expect(try book.reader.balance(of: cash)?.pending == .zero)
    }

    @Test("again when the command that did so was undone")
    func undone() throws {
        struct Undone: Error {}
        let id = try book.write { try pend($0, endsAfter: 5) }
        let late = Self.now.adding(milliseconds: 5)
        let results = try book.writeBatch([
            { journal in
                _ = try journal.voidExpired(at: late)
                throw Undone()
            },
            { try $0.voidExpired(at: late) },
        ])
        #expect(throws: Undone.self) { try results[0].get() }
        let void = try #require(try results[1].get().first)
        #expect(void.id.number == 2)
        #expect(try book.reader.entry(id)?.actedOnBy == void.id)
    }
}
