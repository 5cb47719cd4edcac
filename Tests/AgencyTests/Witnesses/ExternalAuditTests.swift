import Foundation
import Ledger
import Printing
import SQL
import Testing

@testable import Agency

@Suite struct ExternalAuditTests {
    /// What is changed in an export, and what its witness then says.
    struct Change: Sendable, CustomTestStringConvertible {
        let name: String
        let witness: Witness
        let body: @Sendable (String) throws -> String
        let objection: String

        var testDescription: String { "\(witness): \(name)" }
    }

    static let changes = Witness.allCases.flatMap { witness in
        [
            Change(
                name: "one amount is a fen more", witness: witness, body: addFen,
                objection: "ended with "),
            Change(
                name: "two amounts of an entry are a fen more, so that it balances",
                witness: witness, body: { try addFen(addFen($0), isSecond: true) },
                objection: "ended with "),
            Change(
                name: "an entry is missing", witness: witness, body: dropEntry,
                objection: "ended with "),
            Change(
                name: "kept balances are missing, and an entry", witness: witness,
                body: { try dropEntry(dropAssertions($0)) },
                objection: "the book"),
        ]
    }

    @Test("each witness objects to an export that was changed", arguments: changes)
    func changed(_ change: Change) async throws {
        let faults = try await onOwnThread {
            let test = try Self.playedBook()
            let audit = try test.book.readers.read { try ExternalAudit($0) }
            let file = audit.folderPath + "/book." + change.witness.format.rawValue
            let before = try audit.ask(change.witness, file: file).faults
            let text = try String(contentsOfFile: file, encoding: .utf8)
            try change.body(text).write(toFile: file, atomically: true, encoding: .utf8)
            return (before: before, after: try audit.ask(change.witness, file: file).faults)
        }
        #expect(faults.before == [])
        #expect(faults.after.first?.contains(change.objection) == true, "\(faults.after)")
    }

    @Test(
        "a kept balance that differs from the postings is found by each",
        arguments: Witness.allCases)
    func keptBalance(_ witness: Witness) async throws {
        let reports = try await onOwnThread {
            let copy = try Self.playedBook().copy
            try copy.damage(
                """
                UPDATE account_day SET closing_debits = closing_debits + 1 WHERE account_id = 1
                    AND business_date = (SELECT min(business_date) FROM account_day)
                """)
            let readers = try BookFolder(path: copy.path).openReaders()
            return try readers.read { try ExternalAudit($0) }.run()
        }
        let report = try #require(reports.first { $0.witness == witness })
        #expect(report.faults.first?.contains("ended with ") == true, "\(report.faults)")
    }

    @Test("texts and codes of all sorts pass every witness")
    func hostile() async throws {
        let asked = try await onOwnThread {
            let test = try TestBook()
            try test.perform { session in
                let journal = session.journal
                let names = ["", " ", "type: X, a:b; c | d", "\"q\" \\ \n x", "=1+1", "现金：一"]
                let codes = ["1002", "1002.-A", "1002.A", "1002.A.B", "9999.0-", "1002.DASH-A"]
                var accounts: [ID<Account>] = []
                for (code, name) in zip(codes, names) {
                    accounts.append(
                        try journal.openAccount(
                            code: try #require(AccountCode(code)), name: name, type: .asset,
                            currency: .usDollar))
                }
                for narrative in Self.narratives {
                    // Sums of subaccounts differ from the account's own at every step.
                    _ = try journal.post(
                        NewEntry(
                            kind: EntryKind("a kind, of: its own"), narrative: narrative,
                            source: -7,
                            postings: [
                                .debit(accounts[0], 1), .debit(accounts[2], 30),
                                .debit(accounts[3], 1_000_000_000_000), .credit(accounts[1], 31),
                                .credit(accounts[4], 999_999_999_999), .credit(accounts[5], 1),
                            ]),
                        at: session.now)
                }
            }
            try test.closeDay()
            return try AskedBook(test)
        }
        asked.expectAgreement()
    }

    static let narratives = [
        "", " ", "  two  spaces  ", "; comment", "a ; b", "payee | note", "(code) x", "* x", "! x",
        "= x", "2026-01-01", "\"quoted\" \\ back\\", "line\nbreak\r\nand\ttab", "{x} [y] @ 3 @@ 4",
        "#tag ^link", "key: value, other:", "终端：甲｜乙；丙", "\u{85}\u{2028}\u{0}end", "~ x",
        "%(account)", "include /etc/passwd", "--help", "emoji 👩‍👩‍👧",
    ]

    @Test("the folder is this user's, and is gone with the audit") func folder() throws {
        let test = try TestBook()
        var path = ""
        try { () throws in
            let audit = try test.book.readers.read { try ExternalAudit($0) }
            path = audit.folderPath
            #expect(FileManager.default.fileExists(atPath: path + "/book.hledger"))
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o700)
        }()
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test("an audit that is cancelled ends before it has written all") func cancelled() throws {
        let test = try TestBook()
        #expect(throws: WitnessError.interrupted) {
            try test.book.readers.read { try ExternalAudit($0, isCancelled: { true }) }
        }
    }

    @Test("a program that does not end in time, or is cancelled, is ended") func timeout() throws {
        let sleep = try #require(ExternalProgram("sleep"))
        let folder = try BookCopy()
        #expect(throws: WitnessError.timedOut(program: "sleep", seconds: 1)) {
            try sleep.run(["60"], in: folder.path, timeoutSeconds: 1, isCancelled: { false })
        }
        #expect(throws: WitnessError.interrupted) {
            try sleep.run(["60"], in: folder.path, timeoutSeconds: 60, isCancelled: { true })
        }
        #expect(ExternalProgram("no-such-program") == nil)
    }

    /// Two closed days and an open one.
    private static func playedBook() throws -> TestBook {
        var year = try DemoYear()
        try year.play(days: 3)
        return year.test
    }

    // MARK: - Changes

    private static let cash = "Assets:1001-Cash:S0001-C1  "

    /// Adds a fen to the first posting to a till; with `isSecond`, takes it from the next posting.
    @Sendable private static func addFen(_ text: String) throws -> String {
        try addFen(text, isSecond: false)
    }

    private static func addFen(_ text: String, isSecond: Bool) throws -> String {
        var lines = text.components(separatedBy: "\n")
        let first = try #require(
            lines.firstIndex { $0.contains(cash) && !$0.contains("=") && !$0.contains("balance") })
        let index = isSecond ? first + 1 : first
        var words = lines[index].components(separatedBy: "  ")
        let amount = try #require(words.last?.components(separatedBy: " "))
        let fen = try #require(ForeignBalance.minorUnits(amount[0]))
        words[words.count - 1] = YuanText.plain(fen + (isSecond ? -1 : 1)) + " " + amount[1]
        lines[index] = words.joined(separator: "  ")
        return lines.joined(separator: "\n")
    }

    @Sendable private static func dropEntry(_ text: String) throws -> String {
        var paragraphs = text.components(separatedBy: "\n\n")
        let index = try #require(paragraphs.firstIndex { $0.contains("till_opening") })
        paragraphs.remove(at: index)
        return paragraphs.joined(separator: "\n\n")
    }

    @Sendable private static func dropAssertions(_ text: String) -> String {
        text.components(separatedBy: "\n")
            .filter { !$0.contains(" = ") && !$0.contains(" balance ") }.joined(separator: "\n")
            .components(separatedBy: "\n\n")
            .filter { !$0.contains("(seal)") && !$0.contains("(balances)") }
            .joined(separator: "\n\n")
    }
}
