import CivilTime
import Ledger
import Testing

@Suite("A reversal")
struct ReversalTests {
    let book: TestBook
    let cash: ID<Account>
    let debt: ID<Account>
    let original: ID<JournalEntry>

    init() throws {
        book = try TestBook()
        try book.openFirstDate()
        cash = try book.openAccount("1001", limit: .creditsWithinDebits)
        debt = try book.openAccount("2202", .liability)
        original = try book.post(.debit(cash, 900), .credit(debt, 600), .credit(debt, 300))
    }

    private func reverse(_ id: ID<JournalEntry>) throws -> ID<JournalEntry> {
        try book.write { try $0.reverse(id, narrative: "undo", at: TestBook.instant).id }
    }

    @Test("is the exact inverse, linked to its entry")
    func inverse() throws {
        let id = try reverse(original)
        let entry = try #require(try book.reader.entry(id))
        #expect(entry.postings == [.credit(cash, 900), .debit(debt, 600), .debit(debt, 300)])
        #expect(
            entry.original?.id == original && entry.original?.businessDate == TestBook.firstDate)
        #expect(try book.reader.entry(original)?.actedOnBy == id)
        #expect(entry.kind == .reversal)
        #expect(entry.source == 7)
        #expect(entry.narrative == "undo")
        #expect(
            try book.reader.balance(of: cash)?.posted == AccountTotals(debits: 900, credits: 900))
        #expect(try book.audit().faults == [])
    }

    @Test("of what a pending entry was posted in part is the inverse of that part")
    func partlyPosted() throws {
        let (pending, posted) = try book.write { journal in
            let pending = try journal.pend(
                TestBook.entry([.debit(cash, 80), .credit(debt, 80)]), expiresAt: nil,
                at: TestBook.instant
            ).id
            let posted = try journal.postPending(
                pending, postings: [.debit(cash, 30), .credit(debt, 30)], at: TestBook.instant)
            return (pending, posted.id)
        }
        try book.turnDay()
        #expect(throws: LedgerError.notPosted(pending)) { try reverse(pending) }
        let entry = try #require(try book.reader.entry(try reverse(posted)))
        #expect(entry.postings == [.credit(cash, 30), .debit(debt, 30)])
        #expect(entry.original?.id == posted)
        #expect(entry.original?.businessDate == TestBook.firstDate)
        #expect(entry.businessDate == TestBook.firstDate.adding(days: 1))
        #expect(try book.reader.balance(of: cash)?.pending == .zero)
        #expect(try book.audit().faults == [])
    }

    @Test("is made once, in the same batch and later")
    func once() throws {
        let results = try book.writeBatch([
            { try $0.reverse(original, narrative: "1", at: TestBook.instant) },
            { try $0.reverse(original, narrative: "2", at: TestBook.instant) },
        ])
        #expect(try results[0].get().id.number == 2)
        #expect(throws: LedgerError.alreadyReversed(original)) { try results[1].get() }
        #expect(throws: LedgerError.alreadyReversed(original)) { try reverse(original) }
        #expect(try book.number("SELECT count(*) FROM journal_entry") == 2)
    }

    @Test("can be made again when the command that made it was undone")
    func afterUndo() throws {
        let results = try book.writeBatch([
            { journal -> PostedEntry in
                _ = try journal.reverse(original, narrative: "1", at: TestBook.instant)
                throw LedgerError.noOpenDate
            },
            { try $0.reverse(original, narrative: "2", at: TestBook.instant) },
        ])
        #expect(try results[1].get().id.number == 2)
        #expect(try book.audit().faults == [])
    }

    @Test("is never reversed itself, nor is an unknown entry")
    func refusals() throws {
        let reversal = try reverse(original)
        #expect(throws: LedgerError.isReversal(reversal)) { try reverse(reversal) }
        for number in [Int64(99), 0, -1, .max] {
            #expect(throws: LedgerError.unknownEntry(ID(number))) { try reverse(ID(number)) }
        }
    }

    @Test("of a sealed date's entry goes to the open date")
    func sealedDate() throws {
        try book.turnDay()
        let id = try reverse(original)
        #expect(try book.reader.entry(id)?.businessDate == TestBook.firstDate.adding(days: 1))
        #expect(try book.audit().faults == [])
    }

    @Test("is refused when it would push an account past its limit, and can be made later")
    func limit() throws {
        try book.post(.debit(debt, 500), .credit(cash, 500))
        let code = try #require(AccountCode("1001"))
        #expect(throws: LedgerError.limitExceeded(code, .creditsWithinDebits)) {
            try reverse(original)
        }
        try book.post(.debit(cash, 500), .credit(debt, 500))
        #expect(try reverse(original).number == 4)
    }
}
