import CivilTime
import Ledger
import Testing

/// Entries that are pending first, then posted or voided. The accounts, in order of opening, are
/// 1 a till, 2 and 4 debts, 3 dollars; 99 is nobody's. Amounts of balances are posted debits,
/// posted credits, pending debits, pending credits.
@Suite("A pending entry")
struct TwoPhaseTests {
    static let (till, debt, dollars, other) = (
        ID<Account>(1), ID<Account>(2), ID<Account>(3), ID<Account>(4)
    )
    static let nobody = ID<Account>(99)
    static let now = TestBook.instant
    static let end = now.adding(milliseconds: 1_000)

    let book: TestBook

    init() throws {
        book = try TestBook()
        try book.openFirstDate()
        _ = try book.openAccount("1001.C", limit: .creditsWithinDebits)
        _ = try book.openAccount("2202.D", .liability, limit: .debitsWithinCredits)
        _ = try book.openAccount("1002.U", .asset, .usDollar)
        _ = try book.openAccount("2202.E", .liability)
        try book.post(.debit(Self.till, 1_000), .credit(Self.debt, 1_000))
    }

    private func pend(
        _ postings: [Posting], expiresAt: Instant? = nil, narrative: String = "a test"
    ) throws -> PostedEntry {
        try book.write {
            try $0.pend(
                TestBook.entry(postings, narrative: narrative), expiresAt: expiresAt, at: Self.now)
        }
    }

    private func post(
        _ id: ID<JournalEntry>, _ postings: [Posting]? = nil, at instant: Instant = now
    ) throws -> PostedEntry {
        try book.write { try $0.postPending(id, postings: postings, at: instant) }
    }

    private func void(_ id: ID<JournalEntry>) throws -> PostedEntry {
        try book.write { try $0.void(id, narrative: "given up", at: Self.now) }
    }

    /// The balance of an account, read and as the journal keeps it.
    private func balance(_ account: ID<Account>) throws -> [Int64] {
        let read = try #require(try book.reader.balance(of: account))
        #expect(try book.journal.balance(of: account) == read)
        return Self.numbers(read)
    }

    private static func numbers(_ balance: AccountBalance) -> [Int64] {
        [
            balance.posted.debits, balance.posted.credits, balance.pending.debits,
            balance.pending.credits,
        ]
    }

    // MARK: - What is taken

    @Test("is kept as it was made, counts as pending, and moves nothing")
    func kept() throws {
        let postings: [Posting] = [.debit(Self.till, 70), .credit(Self.other, 70)]
        let made = try pend(postings, expiresAt: Self.end)
        #expect(made.id.number == 2)
        #expect(made.balances.map(Self.numbers) == [[1_000, 0, 70, 0], [0, 0, 0, 70]])
        let entry = try #require(try book.reader.entry(made.id))
        #expect(entry.phase == .pending && entry.postings == postings)
        #expect(entry.expiresAt == Self.end && entry.original == nil && entry.actedOnBy == nil)
        #expect(entry.kind.name == "test" && entry.narrative == "a test" && entry.source == 7)
        #expect(try balance(Self.till) == [1_000, 0, 70, 0])
        #expect(try book.reader.movement(of: Self.till, on: TestBook.firstDate).debits == 1_000)
        #expect(try book.reader.trialBalance().totals.map(\.debits) == [1_000])
    }

    /// What is posted of a pending entry, and what that leaves.
    struct Part: Sendable, CustomTestStringConvertible {
        let name: String
        let pending: [Posting]
        /// Nothing posts the whole.
        let posted: [Posting]?
        let till: [Int64]
        let debt: [Int64]
        let other: [Int64]
        var testDescription: String { name }
    }

    private static let pair: [Posting] = [.debit(till, 100), .credit(other, 100)]
    private static let triple: [Posting] = [
        .debit(till, 100), .credit(other, 60), .credit(debt, 40),
    ]

    static let parts: [Part] = [
        .init(
            name: "the whole", pending: pair, posted: nil, till: [1_100, 0, 0, 0],
            debt: [0, 1_000, 0, 0], other: [0, 100, 0, 0]),
        .init(
            name: "the whole, named", pending: pair, posted: pair, till: [1_100, 0, 0, 0],
            debt: [0, 1_000, 0, 0], other: [0, 100, 0, 0]),
        .init(
            name: "a part", pending: pair, posted: [.debit(till, 1), .credit(other, 1)],
            till: [1_001, 0, 0, 0], debt: [0, 1_000, 0, 0], other: [0, 1, 0, 0]),
        .init(
            name: "a part without a line", pending: triple,
            posted: [.credit(other, 60), .debit(till, 60)], till: [1_060, 0, 0, 0],
            debt: [0, 1_000, 0, 0], other: [0, 60, 0, 0]),
        .init(
            name: "one line in several", pending: pair,
            posted: [.debit(till, 30), .credit(other, 100), .debit(till, 30), .debit(till, 40)],
            till: [1_100, 0, 0, 0], debt: [0, 1_000, 0, 0], other: [0, 100, 0, 0]),
        .init(
            name: "several lines in one",
            pending: [.debit(till, 40), .debit(till, 60), .credit(other, 100)],
            posted: [.debit(till, 100), .credit(other, 100)], till: [1_100, 0, 0, 0],
            debt: [0, 1_000, 0, 0], other: [0, 100, 0, 0]),
        .init(
            name: "both sides of one account",
            pending: [.debit(till, 90), .credit(till, 50), .credit(other, 40)],
            posted: [.debit(till, 50), .credit(till, 50)], till: [1_050, 50, 0, 0],
            debt: [0, 1_000, 0, 0], other: [0, 0, 0, 0]),
    ]

    @Test("is posted once, and what is not posted of it is released:", arguments: parts)
    func posted(_ part: Part) throws {
        let pending = try pend(part.pending, expiresAt: Self.end).id
        let made = try post(pending, part.posted, at: Self.end.adding(milliseconds: -1))
        #expect(try balance(Self.till) == part.till)
        #expect(try balance(Self.debt) == part.debt)
        #expect(try balance(Self.other) == part.other)
        let lines = part.posted ?? part.pending
        let own = [Self.till: part.till, Self.debt: part.debt, Self.other: part.other]
        #expect(made.balances.map(Self.numbers) == lines.map { own[$0.account] })
        let entry = try #require(try book.reader.entry(made.id))
        #expect(entry.phase == .postsPending && entry.postings == lines)
        #expect(entry.original?.id == pending)
        #expect(entry.original?.businessDate == TestBook.firstDate)
        #expect(entry.kind.name == "test" && entry.narrative == "a test" && entry.source == 7)
        #expect(try book.reader.entry(pending)?.actedOnBy == made.id)
        #expect(try book.reader.trialBalance().isBalanced)
        #expect(throws: LedgerError.alreadyResolved(pending, by: made.id)) { try post(pending) }
    }

    @Test("is voided once, and all of it is released")
    func voided() throws {
        let pending = try pend(Self.triple).id
        let made = try void(pending)
        #expect(made.balances == [])
        #expect(try balance(Self.till) == [1_000, 0, 0, 0])
        #expect(try balance(Self.other) == [0, 0, 0, 0])
        let entry = try #require(try book.reader.entry(made.id))
        #expect(entry.phase == .voidsPending && entry.kind == .void && entry.postings == [])
        #expect(entry.narrative == "given up" && entry.source == 7)
        #expect(entry.original?.id == pending)
        #expect(throws: LedgerError.alreadyResolved(pending, by: made.id)) { try void(pending) }
    }

    @Test("of a sealed date is ended on the open one, and the seal keeps what was pending")
    func acrossDates() throws {
        let first = TestBook.firstDate
        let (kept, given) = (try pend(Self.pair).id, try pend(Self.triple).id)
        try book.turnDay()
        let ends = [try post(kept).id, try void(given).id]
        try book.turnDay()
        for end in ends {
            let entry = try #require(try book.reader.entry(end))
            #expect(entry.businessDate == first.adding(days: 1))
            #expect(entry.original?.businessDate == first)
        }
        let till = try (0...1).map {
            try book.reader.balance(of: Self.till, asOf: first.adding(days: $0))
        }
        #expect(till.map(Self.numbers) == [[1_000, 0, 200, 0], [1_100, 0, 0, 0]])
        // Nothing was posted to this account on the second date, but its pending amount changed.
        let debt = try (0...1).map {
            try book.reader.balance(of: Self.debt, asOf: first.adding(days: $0))
        }
        #expect(debt.map(Self.numbers) == [[0, 1_000, 0, 40], [0, 1_000, 0, 0]])
        #expect(try book.reader.movement(of: Self.debt, on: first.adding(days: 1)) == .zero)
    }

    // MARK: - Limits

    @Test("counts against its accounts' limits until it ends, on the side that uses them up")
    func limits() throws {
        let tillFull = LedgerError.limitExceeded(
            try #require(AccountCode("1001.C")), .creditsWithinDebits)
        let debtFull = LedgerError.limitExceeded(
            try #require(AccountCode("2202.D")), .debitsWithinCredits)
        let out = { (amount: Int64) -> [Posting] in
            [.credit(Self.till, amount), .debit(Self.other, amount)]
        }
        let outgoing = try pend(out(600)).id
        // An incoming amount is none to spend before it is posted.
        let incoming = try pend([.debit(Self.till, 500), .credit(Self.other, 500)]).id
        #expect(throws: tillFull) { try pend(out(401)) }
        #expect(throws: tillFull) { try book.post(out(401)[0], out(401)[1]) }
        _ = try post(incoming)
        try book.post(out(401)[0], out(401)[1])
        #expect(throws: tillFull) { try pend(out(500)) }
        // What is not posted of the first is free again.
        _ = try post(outgoing, out(100))
        let last = try pend(out(999)).id
        #expect(throws: tillFull) { try pend(out(1)) }
        _ = try void(last)
        _ = try pend(out(999))
        #expect(try balance(Self.till) == [1_500, 501, 0, 999])
        let down = { (amount: Int64) -> [Posting] in
            [.debit(Self.debt, amount), .credit(Self.other, amount)]
        }
        _ = try pend([.credit(Self.debt, 70), .debit(Self.other, 70)])
        _ = try pend(down(600))
        #expect(throws: debtFull) { try pend(down(401)) }
        #expect(throws: debtFull) { try book.post(down(401)[0], down(401)[1]) }
        try book.post(down(400)[0], down(400)[1])
        #expect(try balance(Self.debt) == [400, 1_000, 600, 70])
    }

    @Test("that would pass 64 bits is refused, and so is a limit that only a wrapped sum keeps")
    func overflow() throws {
        try book.connection.execute(
            script: """
                UPDATE account_balance SET pending_credits = 9223372036854775800
                WHERE account_id = 4;
                UPDATE account_balance SET credits = 9223372036854775800 WHERE account_id = 1;
                """)
        book.journal.batchDidEnd(isCommitted: false)
        let (tillCode, otherCode) = try (
            #require(AccountCode("1001.C")), #require(AccountCode("2202.E"))
        )
        #expect(throws: LedgerError.totalOverflow(otherCode)) {
            try pend([.debit(Self.till, 8), .credit(Self.other, 8)])
        }
        #expect(throws: LedgerError.limitExceeded(tillCode, .creditsWithinDebits)) {
            try pend([.credit(Self.till, 8), .debit(Self.other, 8)])
        }
    }
}
