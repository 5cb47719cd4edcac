import CivilTime
import Foundation
import Ledger
import SQL

/// A book in a temporary folder of its own, removed with the value.
final class TestBook {
    static let firstDate = BusinessDate.epoch.adding(days: 20_778)
    static let instant = Instant(millisecondsSinceEpoch: 1_795_219_200_000)

    let folder: URL
    let connection: Connection
    let journal: Journal

    var path: String { folder.appendingPathComponent("book.sqlite").path }
    var reader: LedgerReader { LedgerReader(connection) }

    /// A new book.
    convenience init() throws {
        try self.init(holding: nil)
    }

    /// A copy of a book's file, or a new book.
    init(holding file: Data?) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "agencypos-book-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        if let file { try file.write(to: folder.appendingPathComponent("book.sqlite")) }
        connection = try Connection(
            path: folder.appendingPathComponent("book.sqlite").path, access: .write)
        try Migrator(LedgerSchema.migrations).migrate(connection)
        journal = Journal(connection: connection)
    }

    deinit {
        do {
            try FileManager.default.removeItem(at: folder)
        } catch {
            print("a test's book is left behind: \(error)")
        }
    }

    /// Runs one command in a batch of its own, as the writer does.
    @discardableResult
    func write<T>(_ body: (Journal) throws -> T) throws -> T {
        var isCommitted = false
        defer { journal.batchDidEnd(isCommitted: isCommitted) }
        let value = try connection.transaction {
            journal.commandWillBegin()
            let value = try body(journal)
            try journal.batchWillCommit()
            return value
        }
        isCommitted = true
        return value
    }

    /// Runs several commands in one batch, each in its savepoint; tells how each ended.
    func writeBatch<T>(_ commands: [(Journal) throws -> T]) throws -> [Result<T, any Error>] {
        var isCommitted = false
        defer { journal.batchDidEnd(isCommitted: isCommitted) }
        let value = try connection.transaction {
            let results = try commands.map { command -> Result<T, any Error> in
                try connection.execute(script: "SAVEPOINT command")
                journal.commandWillBegin()
                let result = Result { try command(journal) }
                if case .failure = result {
                    journal.commandDidRollBack()
                    try connection.execute(script: "ROLLBACK TO command")
                }
                try connection.execute(script: "RELEASE command")
                return result
            }
            try journal.batchWillCommit()
            return results
        }
        isCommitted = true
        return value
    }

    func openFirstDate() throws {
        try write { try $0.open(Self.firstDate, at: Self.instant) }
    }

    func openAccount(
        _ code: String, _ type: AccountType = .asset, _ currency: Currency = .renminbi,
        limit: BalanceLimit = .none
    ) throws -> ID<Account> {
        try write { journal in
            try journal.openAccount(
                code: AccountCode(code) ?? BadCode.fallback, name: "account \(code)", type: type,
                currency: currency, limit: limit)
        }
    }

    @discardableResult
    func post(_ postings: Posting..., kind: String = "test") throws -> ID<JournalEntry> {
        try write { try $0.post(Self.entry(postings, kind: kind), at: Self.instant).id }
    }

    static func entry(
        _ postings: [Posting], kind: String = "test", narrative: String = "a test"
    ) -> NewEntry {
        NewEntry(kind: EntryKind(kind), narrative: narrative, source: 7, postings: postings)
    }

    /// Seals the open date and opens the next one.
    @discardableResult
    func turnDay() throws -> SealedDate {
        try write { journal in
            let date = try journal.currentDate()
            let seal = try journal.seal(date, at: Self.instant)
            try journal.open(date.adding(days: 1), at: Self.instant)
            return seal
        }
    }

    func audit() throws -> LedgerAuditReport {
        try LedgerAudit(connection).run()
    }

    func number(_ sql: String) throws -> Int64? {
        try connection.prepare(computed: sql).first { $0.isNull(0) ? nil : $0.integer(0) } ?? nil
    }
}

private enum BadCode {
    // A test that misspells a code gets an account with this one, and fails by it.
    static let fallback = AccountCode("0000") ?? Self.unreachable
    private static var unreachable: AccountCode { preconditionFailure("0000 is a code") }
}

/// A book with three accounts, two sealed dates, one reversal and an open date with one entry.
struct FilledBook {
    let book: TestBook
    let cash: ID<Account>
    let payable: ID<Account>
    let dollars: ID<Account>
    let dollarDebt: ID<Account>

    init() throws {
        book = try TestBook()
        try book.openFirstDate()
        cash = try book.openAccount("1001.S0001-C1", limit: .creditsWithinDebits)
        payable = try book.openAccount("2202.W001", .liability)
        dollars = try book.openAccount("1002.B001", .asset, .usDollar)
        dollarDebt = try book.openAccount("2202.B001", .liability, .usDollar)
        try book.post(.debit(cash, 5_000), .credit(payable, 5_000))
        try book.post(
            .debit(cash, 700), .debit(dollars, 30), .credit(payable, 700), .credit(dollarDebt, 30))
        try book.turnDay()
        let mistake = try book.post(.debit(cash, 250), .credit(payable, 250))
        try book.write { try $0.reverse(mistake, narrative: "undo", at: TestBook.instant) }
        try book.turnDay()
        try book.post(.debit(payable, 100), .credit(cash, 100))
    }
}
