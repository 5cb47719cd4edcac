import CivilTime
import Foundation
import SQL
import Testing

@testable import Ledger

/// A book in a temporary folder, to be exported.
final class ExportBook {
    static let firstDate = BusinessDate.epoch.adding(days: 20_778)
    static let instant = Instant(millisecondsSinceEpoch: 1_795_219_200_000)

    let connection: Connection
    private let folder: URL
    private let journal: Journal

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "agencypos-export-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        connection = try Connection(
            path: folder.appendingPathComponent("book.sqlite").path, access: .write)
        try Migrator(LedgerSchema.migrations).migrate(connection)
        journal = Journal(connection: connection)
        try write { try $0.open(Self.firstDate, at: Self.instant) }
    }

    deinit {
        do {
            try FileManager.default.removeItem(at: folder)
        } catch {
            print("a test's book is left behind: \(error)")
        }
    }

    /// Runs one batch of one command.
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

    func account(
        _ code: String, _ name: String, _ type: AccountType = .asset,
        _ currency: Currency = .renminbi
    ) throws -> ID<Account> {
        let code = try #require(AccountCode(code))
        return try write {
            try $0.openAccount(code: code, name: name, type: type, currency: currency)
        }
    }

    func turnDay() throws {
        try write { journal in
            let date = try journal.currentDate()
            _ = try journal.seal(date, at: Self.instant)
            try journal.open(date.adding(days: 1), at: Self.instant)
        }
    }

    func text(
        _ format: ExportFormat, from first: BusinessDate? = nil, to last: BusinessDate? = nil
    ) throws -> String {
        var bytes: [UInt8] = []
        _ = try JournalExport(connection, format: format, from: first, to: last)
            .run { bytes += $0 }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Two sealed dates and an open one: every phase, two currencies, an account with others below.
    static func filled() throws -> ExportBook {
        let book = try ExportBook()
        let cash = try book.account("1001.S0001-C1", "cash S0001-C1")
        let fees = try book.account("6051.S0001", "=commission, \"S0001\"", .income)
        let extra = try book.account("6051.S0001.FEE", "fees: a; b", .income)
        let dollars = try book.account("1002.-B", "银行存款", .asset, .usDollar)
        let debt = try book.account("2202.B001", "", .liability, .usDollar)
        let entry = { (narrative: String, source: Int64?, postings: [Posting]) in
            NewEntry(
                kind: EntryKind("bill_payment"), narrative: narrative, source: source,
                postings: postings)
        }
        let first = try book.write { journal in
            let pending = try journal.pend(
                entry("cash held", 3, [.debit(cash, 900), .credit(fees, 900)]), expiresAt: nil,
                at: instant)
            let posted = try journal.post(
                entry(
                    "-1; a | \"b\"\n\\c", 12,
                    [
                        .debit(cash, 5_005), .credit(fees, 5_000), .credit(extra, 5),
                        .debit(dollars, 100_000), .credit(debt, 100_000),
                    ]), at: instant)
            _ = try journal.postPending(
                pending.id, postings: [.debit(cash, 700), .credit(fees, 700)], at: instant)
            return posted.id
        }
        try book.turnDay()
        try book.write { journal in
            let pending = try journal.pend(
                entry("given up", nil, [.debit(cash, 1), .credit(fees, 1)]), expiresAt: nil,
                at: instant)
            _ = try journal.void(pending.id, narrative: "void", at: instant)
            _ = try journal.reverse(first, narrative: "undo", at: instant)
        }
        try book.turnDay()
        try book.write { journal in
            _ = try journal.post(
                entry("@today", nil, [.debit(cash, 1), .credit(extra, 1)]), at: instant)
        }
        return book
    }
}
