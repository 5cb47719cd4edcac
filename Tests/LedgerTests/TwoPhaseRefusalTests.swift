import CivilTime
import Ledger
import Testing

/// One row for each refusal, with mistakes that come later in the documented order.
@Suite("A pending entry is refused")
struct TwoPhaseRefusalTests {
    private static let (till, debt, dollars, nobody) = (
        ID<Account>(1), ID<Account>(2), ID<Account>(3), ID<Account>(99)
    )
    private static let now = TestBook.instant
    private static let end = now.adding(milliseconds: 1_000)
    private static let most = Posting.maximumAmount

    let book: TestBook
    /// 300 from the till in lines of 100 and 200, to the debt; it expires at `end`.
    let pending: ID<JournalEntry>

    init() throws {
        book = try TestBook()
        try book.openFirstDate()
        _ = try book.openAccount("1001.C", limit: .creditsWithinDebits)
        _ = try book.openAccount("2202.D", .liability)
        _ = try book.openAccount("1002.U", .asset, .usDollar)
        try book.post(.debit(Self.till, 1_000), .credit(Self.debt, 1_000))
        pending = try book.write {
            try $0.pend(
                TestBook.entry([
                    .credit(Self.till, 100), .credit(Self.till, 200), .debit(Self.debt, 300),
                ]), expiresAt: Self.end, at: Self.now
            ).id
        }
    }

    /// Everything that a refusal must leave alone.
    private func state() throws -> [Int64?] {
        try [
            "SELECT count(*) FROM journal_entry", "SELECT count(*) FROM posting",
            "SELECT count(*) FROM pending_posting", "SELECT count(resolved_by) FROM pending_entry",
            "SELECT sum(debits + 3 * credits + 5 * pending_debits + 7 * pending_credits) "
                + "FROM account_balance", "SELECT max(tree_size) FROM tree_head",
        ].map { try book.number($0) }
    }

    private func expectRefusal(
        _ expected: LedgerError, _ name: String, _ body: (Journal) throws -> PostedEntry
    ) throws {
        let before = try state()
        #expect(throws: expected, "\(name)") { try book.write(body) }
        #expect(try state() == before, "\(name)")
    }

    @Test("when it is made, for the first mistake in the documented order")
    func made() throws {
        let cash = try #require(AccountCode("1001.C"))
        let long = String(repeating: "字", count: 201)
        let rows: [(name: String, [Posting], Instant?, String, LedgerError)] = [
            (
                "ends as it begins, no postings", [], Self.now, "", .expiryNotAfter(Self.now)
            ),
            (
                "ends before it begins", [], Self.now.adding(milliseconds: -1), long,
                .expiryNotAfter(Self.now)
            ),
            ("no postings, long", [], nil, long, .postingCount(0)),
            ("one posting", [.debit(Self.nobody, 0)], Self.end, long, .postingCount(1)),
            (
                "long, zero amount", [.debit(Self.till, 0), .credit(Self.debt, 1)], nil, long,
                .narrativeTooLong(length: 201)
            ),
            (
                "zero amount, nobody", [.debit(Self.nobody, 1), .credit(Self.debt, 0)], nil, "",
                .amountOutOfRange(line: 2, amount: 0)
            ),
            (
                "too large", [.debit(Self.till, Self.most + 1), .credit(Self.nobody, 1)], nil, "",
                .amountOutOfRange(line: 1, amount: Self.most + 1)
            ),
            (
                "nobody, unbalanced", [.debit(Self.nobody, 1), .credit(Self.till, 2_000)], nil, "",
                .unknownAccount(line: 1, Self.nobody)
            ),
            (
                "unbalanced, past its limit", [.debit(Self.debt, 1), .credit(Self.till, 2_000)],
                nil, "", .unbalanced(.renminbi, difference: -1_999)
            ),
            (
                "balanced across currencies only",
                [.debit(Self.dollars, 5), .credit(Self.till, 5)], nil, "",
                .unbalanced(.renminbi, difference: -5)
            ),
            (
                "past its limit with what is pending",
                [.debit(Self.debt, 701), .credit(Self.till, 701)], nil, "",
                .limitExceeded(cash, .creditsWithinDebits)
            ),
        ]
        for (name, postings, expiresAt, narrative, expected) in rows {
            try expectRefusal(expected, name) {
                try $0.pend(
                    TestBook.entry(postings, narrative: narrative), expiresAt: expiresAt,
                    at: Self.now)
            }
        }
    }

    @Test("when it is posted, for the first mistake in the documented order")
    func posted() throws {
        let past: (Int, ID<Account>, Int64) -> LedgerError = {
            .exceedsPending(line: $0, $1, maximum: $2)
        }
        let rows: [(name: String, [Posting], LedgerError)] = [
            (
                "more than pending, unbalanced", [.credit(Self.till, 301), .debit(Self.debt, 1)],
                past(1, Self.till, 300)
            ),
            (
                "more in two lines",
                [
                    .debit(Self.debt, 300), .credit(Self.till, 150), .credit(Self.till, 151),
                ], past(2, Self.till, 300)
            ),
            (
                "the largest integers", [.credit(Self.till, .max), .credit(Self.till, .max)],
                past(1, Self.till, 300)
            ),
            (
                "another side", [.debit(Self.till, 5), .credit(Self.debt, 5)],
                past(1, Self.till, 0)
            ),
            (
                "another account", [.credit(Self.till, 5), .debit(Self.dollars, 5)],
                past(2, Self.dollars, 0)
            ),
            (
                "nobody, one line", [.credit(Self.nobody, 5)], past(1, Self.nobody, 0)
            ),
            ("no lines", [], .postingCount(0)),
            ("one line", [.credit(Self.till, 5)], .postingCount(1)),
            (
                "a zero line",
                [
                    .credit(Self.till, 5), .debit(Self.debt, 6), .credit(Self.till, 0),
                ], .amountOutOfRange(line: 3, amount: 0)
            ),
            (
                "a negative line beside what makes up for it",
                [
                    .credit(Self.till, 300), .credit(Self.till, -5), .debit(Self.debt, 295),
                ], .amountOutOfRange(line: 2, amount: -5)
            ),
            (
                "unbalanced", [.credit(Self.till, 5), .debit(Self.debt, 6)],
                .unbalanced(.renminbi, difference: 1)
            ),
        ]
        for (name, postings, expected) in rows {
            try expectRefusal(expected, name) {
                try $0.postPending(pending, postings: postings, at: Self.now)
            }
        }
        try expectRefusal(.pendingExpired(pending, Self.end), "expired, more than pending") {
            try $0.postPending(
                pending, postings: [.credit(Self.till, 301), .debit(Self.debt, 1)], at: Self.end)
        }
        // None of these ended it.
        _ = try book.write { try $0.postPending(pending, at: Self.now) }
    }

    @Test("while no business date is open, after what is wrong with the entry that is acted on")
    func noOpenDate() throws {
        try book.write { _ = try $0.seal(TestBook.firstDate, at: Self.now) }
        let fit = TestBook.entry([.debit(Self.till, 1), .credit(Self.debt, 1)])
        let unknown = ID<JournalEntry>(77)
        try expectRefusal(.expiryNotAfter(Self.end), "pend, ended") {
            try $0.pend(fit, expiresAt: Self.now, at: Self.end)
        }
        try expectRefusal(.noOpenDate, "pend") { try $0.pend(fit, expiresAt: nil, at: Self.now) }
        try expectRefusal(.noOpenDate, "pend nothing") {
            try $0.pend(TestBook.entry([]), expiresAt: nil, at: Self.now)
        }
        try expectRefusal(.unknownEntry(unknown), "post") {
            try $0.postPending(unknown, at: Self.now)
        }
        try expectRefusal(.notPending(ID(1)), "post") { try $0.postPending(ID(1), at: Self.now) }
        try expectRefusal(.exceedsPending(line: 1, Self.debt, maximum: 0), "post") {
            try $0.postPending(pending, postings: [.credit(Self.debt, 1)], at: Self.now)
        }
        try expectRefusal(.noOpenDate, "post") { try $0.postPending(pending, at: Self.now) }
        try expectRefusal(.noOpenDate, "void") {
            try $0.void(pending, narrative: "", at: Self.now)
        }
        try expectRefusal(.noOpenDate, "reverse") {
            try $0.reverse(ID(1), narrative: "", at: Self.now)
        }
        #expect(throws: LedgerError.noOpenDate) {
            try book.write { _ = try $0.voidExpired(at: Self.end) }
        }
        #expect(try book.write { try $0.voidExpired(at: Self.now) } == [])
    }

    @Test("when it is voided with a narrative that is too long")
    func longVoid() throws {
        let long = String(repeating: "x", count: 201)
        try expectRefusal(.narrativeTooLong(length: 201), "void") {
            try $0.void(pending, narrative: long, at: Self.now)
        }
        try expectRefusal(.narrativeTooLong(length: 201), "reverse") {
            try $0.reverse(ID(1), narrative: long, at: Self.now)
        }
    }
}
