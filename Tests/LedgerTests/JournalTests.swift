import CivilTime
import Ledger
import SQL
import Testing

@Suite("The journal")
struct JournalTests {
    let book: TestBook
    let cash: ID<Account>
    let debt: ID<Account>
    let dollars: ID<Account>

    init() throws {
        book = try TestBook()
        try book.openFirstDate()
        cash = try book.openAccount("1001.C", limit: .creditsWithinDebits)
        debt = try book.openAccount("2202.D", .liability, limit: .debitsWithinCredits)
        dollars = try book.openAccount("1002.U", .asset, .usDollar)
        try book.post(.debit(cash, 1_000), .credit(debt, 1_000))
    }

    /// An entry with several mistakes, of which the first in the order of `LedgerError` counts.
    struct Refused: Sendable, CustomTestStringConvertible {
        let name: String
        let postings: [Posting]
        var narrative = "a test"
        let expected: LedgerError
        var testDescription: String { name }
    }

    // The accounts of `init`, in order of opening; 99 is nobody's.
    private static let (one, two, three) = (ID<Account>(1), ID<Account>(2), ID<Account>(3))
    private static let nobody = ID<Account>(99)
    private static let long = String(repeating: "字", count: 201)
    // One visible character of 201 scalars: a limit on characters would let it pass.
    private static let stacked = "a" + String(repeating: "\u{301}", count: 200)

    static func refused() throws -> [Refused] {
        let cash = try #require(AccountCode("1001.C"))
        let debt = try #require(AccountCode("2202.D"))
        let most = Posting.maximumAmount
        return [
            .init(name: "no postings", postings: [], expected: .postingCount(0)),
            .init(
                name: "one posting, long narrative, zero amount", postings: [.debit(nobody, 0)],
                narrative: long, expected: .postingCount(1)),
            .init(
                name: "257 postings",
                postings: Array(repeating: .debit(one, 1), count: 257),
                expected: .postingCount(257)),
            .init(
                name: "long narrative, zero amount",
                postings: [.debit(nobody, 0), .credit(two, 1)], narrative: long,
                expected: .narrativeTooLong(length: 201)),
            .init(
                name: "long narrative of one character",
                postings: [.debit(one, 1), .credit(two, 1)], narrative: stacked,
                expected: .narrativeTooLong(length: 201)),
            .init(
                name: "zero amount, unknown account",
                postings: [.debit(nobody, 1), .credit(two, 0)],
                expected: .amountOutOfRange(line: 2, amount: 0)),
            .init(
                name: "negative amount", postings: [.debit(one, -5), .debit(two, 5)],
                expected: .amountOutOfRange(line: 1, amount: -5)),
            .init(
                name: "amount above the largest",
                postings: [.debit(one, most), .credit(two, most + 1)],
                expected: .amountOutOfRange(line: 2, amount: most + 1)),
            .init(
                name: "smallest integer", postings: [.debit(one, .min), .credit(two, 1)],
                expected: .amountOutOfRange(line: 1, amount: .min)),
            .init(
                name: "unknown account, unbalanced",
                postings: [.debit(one, 1), .credit(two, 2), .credit(nobody, 1)],
                expected: .unknownAccount(line: 3, nobody)),
            .init(
                name: "unbalanced, past its limit",
                postings: [.credit(one, 5_000), .debit(two, 5_001)],
                expected: .unbalanced(.renminbi, difference: 1)),
            .init(
                name: "balanced across currencies only",
                postings: [.debit(one, 5), .credit(three, 5)],
                expected: .unbalanced(.renminbi, difference: 5)),
            .init(
                name: "asset below zero", postings: [.credit(one, 1_001), .debit(two, 1_001)],
                expected: .limitExceeded(cash, .creditsWithinDebits)),
            .init(
                name: "liability overdrawn", postings: [.debit(two, 1_001), .credit(one, 1_001)],
                expected: .limitExceeded(debt, .debitsWithinCredits)),
        ]
    }

    @Test("refuses an entry for the first mistake in the documented order")
    func refusals() throws {
        for refused in try Self.refused() {
            let before = try state()
            #expect(throws: refused.expected, "\(refused.name)") {
                try book.write { journal in
                    try journal.post(
                        TestBook.entry(refused.postings, narrative: refused.narrative),
                        at: TestBook.instant)
                }
            }
            #expect(try state() == before, "\(refused.name)")
        }
        #expect(try book.audit().faults == [])
    }

    @Test("refuses everything while no business date is open, before all else")
    func noOpenDate() throws {
        try book.write { _ = try $0.seal(TestBook.firstDate, at: TestBook.instant) }
        for postings in [[], [Posting.debit(cash, 1), .credit(debt, 1)]] {
            #expect(throws: LedgerError.noOpenDate) {
                try book.write { try $0.post(TestBook.entry(postings), at: TestBook.instant) }
            }
        }
    }

    @Test("refuses a total that 64 bits do not hold, before it looks at limits")
    func overflow() throws {
        let code = try #require(AccountCode("1001.C"))
        try book.connection.execute(
            script: """
                UPDATE account_balance SET credits = 9223372036854775800
                WHERE account_id = \(cash.number)
                """)
        // The journal remembers balances from batch to batch, and this one was written past it.
        book.journal.batchDidEnd(isCommitted: false)
        #expect(throws: LedgerError.totalOverflow(code)) {
            try book.write { journal in
                try journal.post(
                    TestBook.entry([.debit(debt, 8), .credit(cash, 8)]), at: TestBook.instant)
            }
        }
    }

    @Test("keeps an entry as it was posted", arguments: [2, 3, 8, 9, 17, 256])
    func kept(count: Int) throws {
        // The last line takes the sum of the others.
        var postings = (1..<count).map { Posting.debit(cash, Int64($0)) }
        postings.append(.credit(debt, Int64(count * (count - 1) / 2)))
        let narrative = String(repeating: "字", count: 200)
        let id = try book.write {
            try $0.post(
                TestBook.entry(postings, kind: "bill_payment", narrative: narrative),
                at: TestBook.instant
            ).id
        }
        let entry = try #require(try book.reader.entry(id))
        #expect(id.number == 2)
        #expect(entry.postings == postings)
        #expect(entry.kind.name == "bill_payment")
        #expect(entry.narrative == narrative)
        #expect(entry.source == 7)
        #expect(entry.original == nil && entry.phase == .posted && entry.actedOnBy == nil)
        #expect(entry.businessDate == TestBook.firstDate)
        #expect(entry.recordedAt == TestBook.instant)
        #expect(try book.audit().faults == [])
    }

    @Test("checks a limit on the whole entry, not on its lines one by one")
    func limitOverLines() throws {
        try book.post(.credit(cash, 1_500), .debit(cash, 600), .debit(debt, 900))
        #expect(
            try book.reader.balance(of: cash)?.posted
                == AccountTotals(debits: 1_600, credits: 1_500))
    }

    @Test("balances each currency of an entry by itself")
    func twoCurrencies() throws {
        let owed = try book.openAccount("2202.U", .liability, .usDollar)
        try book.post(.debit(cash, 70), .debit(dollars, 10), .credit(debt, 70), .credit(owed, 10))
        #expect(
            try book.reader.balance(of: dollars)?.posted == AccountTotals(debits: 10, credits: 0))
        #expect(throws: LedgerError.unbalanced(.usDollar, difference: 4)) {
            try book.post(
                .debit(cash, 70), .debit(dollars, 14), .credit(debt, 70), .credit(owed, 10))
        }
    }

    @Test("refuses a second account with a code, and numbers accounts from 1")
    func accounts() throws {
        let code = try #require(AccountCode("1001.C"))
        #expect(throws: LedgerError.accountExists(code)) {
            try book.openAccount("1001.C", .liability)
        }
        let account = try #require(try book.reader.account(code))
        #expect(account.id == cash && account.id.number == 1)
        #expect(account.limit == .creditsWithinDebits && account.type == .asset)
        #expect(try book.reader.balance(of: ID(99)) == nil)
    }

    @Test("numbers entries without gaps over refused commands and new connections")
    func numbers() throws {
        let results = try book.writeBatch([
            { try $0.post(entry(1), at: TestBook.instant) },
            { journal in
                _ = try journal.post(entry(2), at: TestBook.instant)
                throw LedgerError.noOpenDate
            },
            { try $0.post(entry(3), at: TestBook.instant) },
        ])
        #expect(try results[0].get().id.number == 2)
        #expect(throws: LedgerError.noOpenDate) { try results[1].get() }
        #expect(try results[2].get().id.number == 3)
        let connection = try Connection(path: book.path, access: .write)
        let other = Journal(connection: connection)
        let number = try connection.transaction {
            let number = try other.post(entry(4), at: TestBook.instant).id
            try other.batchWillCommit()
            return number
        }
        #expect(number.number == 4)
        #expect(try book.audit().faults == [])
    }

    private func entry(_ amount: Int64) -> NewEntry {
        TestBook.entry([.debit(cash, amount), .credit(debt, amount)])
    }

    private func state() throws -> [Int64?] {
        try [
            "SELECT count(*) FROM journal_entry", "SELECT count(*) FROM posting",
            "SELECT sum(debits) FROM account_balance", "SELECT sum(credits) FROM account_balance",
        ].map { try book.number($0) }
    }
}
