import CivilTime
import Ledger
import Testing

@Suite("A business date of the ledger")
struct LedgerDateTests {
    let book: TestBook
    let first = TestBook.firstDate

    init() throws {
        book = try TestBook()
    }

    private func open(_ date: BusinessDate) throws {
        try book.write { try $0.open(date, at: TestBook.instant) }
    }

    private func seal(_ date: BusinessDate) throws -> SealedDate {
        try book.write { try $0.seal(date, at: TestBook.instant) }
    }

    @Test("is opened one at a time, each after the last")
    func ascending() throws {
        #expect(try book.reader.openDate() == nil)
        try open(first)
        #expect(try book.reader.openDate() == first)
        for days in [-1, 0, 1] {
            #expect(throws: LedgerError.dateNotAfter(first)) { try open(first.adding(days: days)) }
        }
        _ = try seal(first)
        #expect(try book.reader.openDate() == nil)
        for days in [-1, 0] {
            #expect(throws: LedgerError.dateNotAfter(first)) { try open(first.adding(days: days)) }
        }
        // A holiday may lie between two business dates.
        try open(first.adding(days: 9))
        #expect(try book.reader.openDate() == first.adding(days: 9))
    }

    @Test("is sealed only while it is open")
    func sealOnlyOpen() throws {
        #expect(throws: LedgerError.noOpenDate) { try seal(first) }
        try open(first)
        for days in [-1, 1] {
            let other = first.adding(days: days)
            #expect(throws: LedgerError.dateNotOpen(other)) { try seal(other) }
        }
        _ = try seal(first)
        #expect(throws: LedgerError.noOpenDate) { try seal(first) }
        try open(first.adding(days: 1))
        #expect(throws: LedgerError.dateNotOpen(first)) { try seal(first) }
    }

    @Test("without an entry has a seal of its own")
    func emptyDate() throws {
        try open(first)
        let empty = try seal(first)
        #expect(empty.entryCount == 0 && empty.treeSize == 0)
        // SHA-256 of nothing.
        let digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        #expect(empty.treeRoot == digest && empty.balancesDigest == digest)
        #expect(try book.audit().faults == [])
    }

    @Test("keeps in its seal what was posted, and the next date counts on from there")
    func seals() throws {
        let filled = try FilledBook()
        let seals = try filled.book.reader.seals()
        #expect(seals.map(\.date) == [first, first.adding(days: 1)])
        #expect(seals.map(\.treeSize) == [2, 4])
        #expect(seals.map(\.entryCount) == [2, 2])
        #expect(Set(seals.flatMap { [$0.treeRoot, $0.balancesDigest] }).count == 4)
        #expect(try filled.book.reader.seal(of: first) == seals[0])
        #expect(try filled.book.reader.seal(of: first.adding(days: 2)) == nil)
    }

    @Test("has the same digests in the same book, and others in another")
    func digests() throws {
        let books = try (0..<2).map { _ in try FilledBook().book }
        let seals = try books.map { try $0.reader.seals() }
        #expect(seals[0] == seals[1])
        let other = try TestBook()
        try other.openFirstDate()
        _ = try other.openAccount("1001.S0001-C1", limit: .creditsWithinDebits)
        _ = try other.openAccount("2202.W001", .liability)
        try other.post(.debit(ID(1), 5_001), .credit(ID(2), 5_001))
        #expect(try other.turnDay().treeRoot != seals[0][0].treeRoot)
    }

    @Test("gives each account's movement, open and sealed")
    func movement() throws {
        let filled = try FilledBook()
        let expected = [
            AccountTotals(debits: 5_700, credits: 0), AccountTotals(debits: 250, credits: 250),
            AccountTotals(debits: 0, credits: 100), .zero,
        ]
        for (days, totals) in expected.enumerated() {
            let date = first.adding(days: days)
            #expect(try filled.book.reader.movement(of: filled.cash, on: date) == totals)
        }
        #expect(try filled.book.reader.movement(of: filled.dollars, on: first).debits == 30)
        let next = first.adding(days: 1)
        #expect(try filled.book.reader.movement(of: filled.dollars, on: next) == .zero)
    }

    @Test("can turn in the middle of a batch")
    func turnInBatch() throws {
        try open(first)
        let cash = try book.openAccount("1001")
        let debt = try book.openAccount("2202", .liability)
        let post: (Journal) throws -> Void = { journal in
            _ = try journal.post(
                TestBook.entry([.debit(cash, 10), .credit(debt, 10)]), at: TestBook.instant)
        }
        let turn: (Journal) throws -> Void = { [first] journal in
            _ = try journal.seal(first, at: TestBook.instant)
            try journal.open(first.adding(days: 1), at: TestBook.instant)
        }
        for result in try book.writeBatch([post, post, turn, post]) { try result.get() }
        #expect(try book.reader.movement(of: cash, on: first).debits == 20)
        #expect(try book.reader.movement(of: cash, on: first.adding(days: 1)).debits == 10)
        #expect(try book.reader.seal(of: first)?.entryCount == 2)
        #expect(try book.audit().faults == [])
    }

    @Test("is not sealed while the books do not balance")
    func trialBalanceOff() throws {
        try open(first)
        let cash = try book.openAccount("1001")
        let debt = try book.openAccount("2202", .liability)
        try book.post(.debit(cash, 10), .credit(debt, 10))
        try book.connection.execute(
            script: "UPDATE account_balance SET debits = 13 WHERE account_id = \(cash.number)")
        #expect(throws: LedgerError.trialBalanceOff(.renminbi, difference: 3)) { try seal(first) }
        #expect(try book.reader.openDate() == first)
    }
}
