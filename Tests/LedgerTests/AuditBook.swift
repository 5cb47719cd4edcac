import CivilTime
import Ledger

/// A book with something of everything that the audit looks at.
///
/// Accounts are 1 cash, 2 payable, 3 and 4 in dollars. Dates 20778 and 20779 are sealed with
/// entries 1–2 and 3–6; the rest is of 20780, which is open.
///
/// | entry | what it does |
/// |---|---|
/// | 1, 2 | are posted; 2 in two currencies |
/// | 3, 4 | a posted entry, and its reversal |
/// | 5, 6 | are pending; 5 with an expiry |
/// | 7 | posts a part of 5 |
/// | 8, 9 | a pending entry, and its void |
/// | 10 | is posted |
/// | 11–260 | are posted in one batch, so that a subtree of 256 leaves is complete |
struct AuditBook {
    static let entryCount: Int64 = 260

    let book: TestBook

    init() throws {
        book = try TestBook()
        try book.openFirstDate()
        let cash = try book.openAccount("1001.S0001-C1", limit: .creditsWithinDebits)
        let payable = try book.openAccount("2202.W001", .liability)
        let dollars = try book.openAccount("1002.B001", .asset, .usDollar)
        let dollarDebt = try book.openAccount("2202.B001", .liability, .usDollar)
        try post(.debit(cash, 5_000), .credit(payable, 5_000))
        try post(
            .debit(cash, 700), .debit(dollars, 30), .credit(payable, 700), .credit(dollarDebt, 30))
        try book.turnDay()
        let mistake = try post(.debit(cash, 250), .credit(payable, 250))
        try book.write { try $0.reverse(mistake, narrative: "undo", at: TestBook.instant) }
        let partly = try pend(.debit(payable, 400), .credit(cash, 400), expires: true)
        try pend(.debit(payable, 60), .credit(cash, 60), expires: false)
        try book.turnDay()
        try book.write { journal in
            try journal.postPending(
                partly, postings: [.debit(payable, 300), .credit(cash, 300)],
                at: TestBook.instant)
        }
        let wrong = try pend(.debit(payable, 80), .credit(cash, 80), expires: false)
        try book.write { try $0.void(wrong, narrative: "not paid", at: TestBook.instant) }
        try post(.debit(payable, 100), .credit(cash, 100))
        try book.write { journal in
            for _ in 11...Self.entryCount {
                _ = try journal.post(
                    TestBook.entry([.debit(dollars, 1), .credit(dollarDebt, 1)]),
                    at: TestBook.instant)
            }
        }
    }

    @discardableResult
    private func post(_ postings: Posting...) throws -> ID<JournalEntry> {
        try book.write { try $0.post(TestBook.entry(postings), at: TestBook.instant).id }
    }

    @discardableResult
    private func pend(_ postings: Posting..., expires: Bool) throws -> ID<JournalEntry> {
        let expiry = Instant(
            millisecondsSinceEpoch: TestBook.instant.millisecondsSinceEpoch + 60_000)
        return try book.write { journal in
            try journal.pend(
                TestBook.entry(postings), expiresAt: expires ? expiry : nil,
                at: TestBook.instant
            ).id
        }
    }
}
