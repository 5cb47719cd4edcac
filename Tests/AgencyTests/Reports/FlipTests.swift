import Foundation
import Ledger
import Testing

@testable import Agency
@testable import SQL

/// One byte of a closed book's file changes, and `verify` must notice.
///
/// The seed is printed; `AGENCYPOS_TEST_SEED` repeats a run.
@Suite("A byte flipped in the book's file")
struct FlipTests {
    /// Each case takes its share of tables and places, so that none holds a thread for long.
    static let shares = 0..<8
    static let flipsOfTable = 3 * rounds
    static let flipsAnywhere = 12 * rounds
    static let forgedFlipsOfTable = 12 * rounds

    /// `AGENCYPOS_FLIP_ROUNDS` asks for so many times more.
    private static let rounds =
        ProcessInfo.processInfo.environment["AGENCYPOS_FLIP_ROUNDS"].flatMap { Int($0) } ?? 1

    /// The ledger's tables, and a query for what of a row must not change unnoticed.
    static let ledgerTables = [
        "journal_entry": """
        SELECT quote(entry_id) || quote(business_date) || quote(recorded_at) || quote(kind)
            || quote(narrative) || quote(source_id) || quote(phase)
            || quote(original_entry_id) || quote(original_date) FROM journal_entry
        """,
        "posting": """
        SELECT quote(entry_id) || quote(line) || quote(account_id) || quote(amount)
            || quote(currency) FROM posting
        """,
        "pending_posting": """
        SELECT quote(entry_id) || quote(line) || quote(account_id) || quote(amount)
            || quote(currency) FROM pending_posting
        """,
        "pending_entry": """
        SELECT quote(entry_id) || quote(expires_at) || quote(resolved_by) FROM pending_entry
        """,
        "account_balance": """
        SELECT quote(account_id) || quote(debits) || quote(credits) || quote(pending_debits)
            || quote(pending_credits) || quote(latest_date) || quote(date_debits)
            || quote(date_credits) FROM account_balance
        """,
        "account_day": """
        SELECT quote(business_date) || quote(account_id) || quote(debits) || quote(credits)
            || quote(closing_debits) || quote(closing_credits)
            || quote(closing_pending_debits) || quote(closing_pending_credits)
        FROM account_day
        """,
        // The seal does not cover at what time a date was opened and sealed.
        "business_date": """
        SELECT quote(business_date) || quote(state) || quote(entry_count) || quote(tree_size)
            || quote(tree_root) || quote(balances_digest) FROM business_date
        """,
        "tree_head": "SELECT quote(tree_size) || quote(root) FROM tree_head",
        "tree_state": "SELECT quote(state_id) || quote(tree_size) || quote(peaks) FROM tree_state",
    ]

    @Test("is found in every table and anywhere else", arguments: shares)
    func found(share: Int) throws {
        let book = try FlippedBook()
        #expect(book.judge().isSound)
        var numbers = SeededNumbers(of: "a flipped byte", share: share)
        for table in book.tables.enumerated() where table.offset % Self.shares.count == share {
            let pages = book.pages.filter { $0.table == table.element }
            for _ in 0..<Self.flipsOfTable {
                let page = try #require(pages.randomElement(using: &numbers))
                let place = Int.random(in: 0..<FlippedBook.pageBytes, using: &numbers)
                try expectFound((page.number - 1) * FlippedBook.pageBytes + place, book, &numbers)
            }
        }
        for _ in 0..<Self.flipsAnywhere {
            try expectFound(Int.random(in: 0..<book.byteCount, using: &numbers), book, &numbers)
        }
    }

    @Test("is found in every byte of the file's header", arguments: shares)
    func header(share: Int) throws {
        let book = try FlippedBook()
        var numbers = SeededNumbers(of: "a flipped header", share: share)
        for offset in 0..<PageLayout.headerBytes where offset % Self.shares.count == share {
            try expectFound(offset, book, &numbers)
        }
    }

    @Test(
        "is found by the ledger's own audit when the page's checksum was forged",
        arguments: ledgerTables.keys.sorted())
    func rehashed(table: String) throws {
        let book = try FlippedBook()
        let query = try #require(Self.ledgerTables[table])
        let before = try #require(book.rows(query))
        var numbers = SeededNumbers(of: "a forged page of \(table)", share: 0)
        let pages = book.pages.filter { $0.owner == table }
        var changed = 0
        for _ in 0..<Self.forgedFlipsOfTable {
            let page = try #require(pages.randomElement(using: &numbers))
            guard let place = book.placeInRows(of: page, &numbers) else { continue }
            let byte = book.otherByte(at: place, &numbers)
            try book.withFlip(place, to: byte, isRehashed: true) {
                let after = book.rows(query)
                guard after != before else { return }
                changed += 1
                let comment = "byte \(place) to \(byte)"
                switch book.judge() {
                case .sound: Issue.record("\(comment): not found")
                case .unreadable(let error):
                    #expect(after == nil, "\(comment): readable, but: \(error)")
                case .faults(let faults, let ledger):
                    #expect(
                        after == nil || !ledger.isEmpty,
                        "\(comment): the ledger's audit missed it; found were \(faults)")
                }
            }
        }
        print("a forged page of \(table): \(changed) of \(Self.forgedFlipsOfTable) changed a row")
        #expect(changed > 0, "no flip changed a row")
    }

    @Test(
        "never ends the check, wherever it is and though the checksum was forged", arguments: shares
    )
    func forgedAnywhere(share: Int) throws {
        let book = try FlippedBook()
        var numbers = SeededNumbers(of: "a forged page", share: share)
        var found = 0
        for table in book.tables.enumerated() where table.offset % Self.shares.count == share {
            let pages = book.pages.filter { $0.table == table.element }
            for _ in 0..<Self.flipsOfTable {
                let page = try #require(pages.randomElement(using: &numbers))
                let place =
                    book.placeInRows(of: page, &numbers) ?? (page.number - 1)
                    * FlippedBook.pageBytes
                let byte = book.otherByte(at: place, &numbers)
                if try !book.verdict(flipping: place, to: byte, isRehashed: true).isSound {
                    found += 1
                }
            }
        }
        #expect(found > 0)
    }

    private func expectFound(
        _ offset: Int, _ book: FlippedBook, _ numbers: inout SeededNumbers
    ) throws {
        let byte = book.otherByte(at: offset, &numbers)
        let verdict = try book.verdict(flipping: offset, to: byte)
        #expect(!verdict.isSound, "byte \(offset) to \(byte)")
    }
}
