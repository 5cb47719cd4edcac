import CivilTime
import Foundation
import Testing

@testable import Ledger

@Suite struct JournalExportTests {
    private static let fixtures: URL = {
        var folder = URL(filePath: #filePath)
        for _ in 0..<4 { folder.deleteLastPathComponent() }
        return folder.appending(path: "fixtures/ledger")
    }()

    /// The text with its tree roots, which are tested elsewhere, taken out.
    private static func withoutRoots(_ text: String) -> String {
        text.replacing(/[0-9a-f]{64}/, with: "ROOT")
    }

    @Test("each format is as its golden file has it", arguments: ExportFormat.allCases)
    func golden(_ format: ExportFormat) throws {
        let file = Self.fixtures.appending(path: "export.\(format.rawValue)")
        let text = Self.withoutRoots(try ExportBook.filled().text(format))
        #expect(text == String(decoding: try Data(contentsOf: file), as: UTF8.self))
    }

    @Test(
        "a range brings forward what was posted before it, and ends with its last date's balances")
    func range() throws {
        let book = try ExportBook.filled()
        let second = ExportBook.firstDate.adding(days: 1)
        let text = try book.text(.hledger, from: second, to: second)
        let entries = text.split(separator: "\n\n").dropFirst().map(String.init)
        #expect(entries.count == 3)
        #expect(
            entries[0] == """
                2026-11-22 * (opening) balances brought forward
                    Assets:1001-Cash:S0001-C1  57.05 CNY
                    Assets:1002-BankDeposits:Dash-B  1000.00 USD
                    Liabilities:2202-AccountsPayable:B001  -1000.00 USD
                    Income:6051-OtherIncome:S0001  -57.00 CNY
                    Income:6051-OtherIncome:S0001:FEE  -0.05 CNY
                """)
        #expect(entries[1].hasPrefix("2026-11-22 * (6) undo\n"))
        #expect(entries[2].contains("\n    Assets:1001-Cash:S0001-C1  0.00 CNY = 7.00 CNY\n"))
        let later = try book.text(.csv, from: ExportBook.firstDate.adding(days: 2))
        #expect(
            later.split(separator: "\r\n").dropFirst().map { $0.prefix(12) } == [
                "7,2026-11-23", "7,2026-11-23",
            ])
        for format in ExportFormat.allCases {
            let nothing = try book.text(format, from: second.adding(days: 9))
            #expect(!nothing.contains("2026-11-2"), "\(format)")
        }
    }

    @Test("an entry that is only pending, or void, is left out", arguments: ExportFormat.allCases)
    func posted(_ format: ExportFormat) throws {
        let text = try ExportBook.filled().text(format)
        #expect(!text.contains("given up"))
        #expect(!text.contains("9.00"))
        #expect(text.contains("7.00"))
    }

    @Test("the summary counts what was written") func summary() throws {
        let book = try ExportBook.filled()
        var pieces = 0
        let summary = try JournalExport(book.connection, format: .beancount).run { _ in
            pieces += 1
        }
        #expect(summary.entryCount == 4)
        #expect(summary.postingCount == 14)
        #expect(summary.sealCount == 2)
        #expect(pieces == 1)
    }

    @Test("a posting to an account that is missing is an error and not left out")
    func stray() throws {
        let book = try ExportBook.filled()
        try book.connection.execute(
            script: """
                DROP TRIGGER posting_fixed;
                UPDATE posting SET account_id = 77 WHERE entry_id = 3 AND line = 2;
                """)
        #expect(throws: ExportError.strayPosting(entry: 3, line: 2, account: 77)) {
            try book.text(.csv)
        }
    }
}
