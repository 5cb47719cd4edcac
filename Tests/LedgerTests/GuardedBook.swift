import Foundation
import Ledger
import SQL

/// A book with an entry of every phase, and a kept node of the tree, for attacks on its tables.
///
/// It is a `FilledBook` whose open date 20780 goes on with entries 6–256, plain ones; 257 pending;
/// 258 pending and posted in part by 259; 260 pending and voided by 261; 262 pending, with two
/// lines on one side of one account.
enum GuardedBook {
    static let pending = 257
    static let postedPending = 258
    static let posts = 259
    static let voidedPending = 260
    static let voids = 261
    static let pendingInTwoLines = 262
    static let next = 263
    static let pendingAmount: Int64 = 300

    /// The file of the book; it is made once, for all its copies are the same.
    private static let template = Result { try makeTemplate() }

    /// A copy of the book in a folder of its own.
    static func copy() throws -> TestBook {
        try TestBook(holding: template.get())
    }

    private static func makeTemplate() throws -> Data {
        let filled = try FilledBook()
        let (book, cash, payable) = (filled.book, filled.cash, filled.payable)
        let plain = TestBook.entry([.debit(cash, 3), .credit(payable, 3)])
        try book.write { journal in
            for _ in 6..<pending { _ = try journal.post(plain, at: TestBook.instant) }
        }
        try book.write { journal in
            let pend = { (amounts: Int64...) in
                try journal.pend(
                    TestBook.entry(
                        amounts.map { .debit(cash, $0) }
                            + [.credit(payable, amounts.reduce(0, +))]),
                    expiresAt: TestBook.instant.adding(milliseconds: 1_000),
                    at: TestBook.instant
                ).id
            }
            _ = try pend(pendingAmount)
            _ = try journal.postPending(
                try pend(200), postings: [.debit(cash, 150), .credit(payable, 150)],
                at: TestBook.instant)
            _ = try journal.void(try pend(50), narrative: "given up", at: TestBook.instant)
            _ = try pend(40, 60)
        }
        try book.connection.checkpoint(truncating: true)
        return try Data(contentsOf: URL(fileURLWithPath: book.path))
    }
}
