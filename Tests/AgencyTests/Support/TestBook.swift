import CivilTime
import Foundation
import Ledger
import SQL
import Testing

@testable import Agency

/// An open book of the demo network with a clock that the test moves.
final class TestBook: Sendable {
    let copy: BookCopy
    let clock: AdjustableClock
    let book: Book

    /// Opens a new copy of the demo network.
    ///
    /// - Parameter preparing: SQL that changes the copy before it is opened.
    convenience init(at time: String = "2026-11-20 09:00", preparing sql: String = "") throws {
        let copy = try TestNetwork.copy()
        if !sql.isEmpty {
            try Connection(path: copy.path + "/book.db", access: .write).execute(script: sql)
        }
        try self.init(reopening: copy, at: time)
    }

    /// Opens a book that an earlier one was closed on.
    init(
        reopening copy: BookCopy, at time: String, limits: WriterLimits = WriterLimits(),
        fileSystem: FileSystem = .checksummed
    ) throws {
        let clock = try AdjustableClock(time)
        self.copy = copy
        self.clock = clock
        book = try Book(path: copy.path, limits: limits, fileSystem: fileSystem) { clock.now }
    }

    deinit {
        book.close()
    }

    func perform<Value: Sendable>(
        _ body: @escaping @Sendable (AgencySession) throws -> Value
    ) throws -> Value {
        try book.writer.perform(body)
    }

    /// Runs SQL through the writer's own connection.
    func execute(_ sql: String) throws {
        try perform { try $0.connection.execute(script: sql) }
    }

    /// Returns once every command is done that a finished command's completion queued.
    func settle() throws {
        // The first passes behind the running batch, the second behind what that batch queued.
        try perform { _ in }
        try perform { _ in }
    }

    /// The first column of the first row.
    func integer(_ sql: String) throws -> Int64 {
        try #require(
            try book.readers.read { try $0.prepare(computed: sql).all { $0.integer(0) } }.first)
    }

    func texts(_ sql: String) throws -> [String] {
        try book.readers.read { try $0.prepare(computed: sql).all { $0.text(0) } }
    }

    func count(_ table: String) throws -> Int64 {
        try integer("SELECT count(*) FROM \(table)")
    }

    func date() throws -> String {
        try #require(try book.readers.read { try LedgerReader($0).openDate() }).description
    }

    /// Every account's balance, debits counted positive.
    func balances() throws -> [String: Int64] {
        let lines = try book.readers.read { try LedgerReader($0).trialBalance().lines }
        return Dictionary(
            uniqueKeysWithValues: lines.map { ($0.code.text, $0.totals.balance(on: .debit)) })
    }

    /// What a body moved in each account that it touched, debits positive.
    func movement(_ body: () throws -> Void) throws -> [String: Int64] {
        let before = try balances()
        try body()
        let after = try balances()
        return after.reduce(into: [:]) { moved, line in
            let difference = line.value - (before[line.key] ?? 0)
            if difference != 0 { moved[line.key] = difference }
        }
    }

    /// What the audit finds while the book is open.
    func faults() throws -> [String] {
        try copy.faults()
    }
}
