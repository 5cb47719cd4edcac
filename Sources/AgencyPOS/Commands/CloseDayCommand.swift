import Agency
import Ledger
import Printing
import SQL

/// Closes the business date of a book that is not being served.
enum CloseDayCommand: Command {
    static let name = "close-day"
    static let abstract = "close the business date and write the settlement files"
    static let discussion = """
        Closes the open business date, or the one named, and writes one file for each partner.
        Run again after a crash it writes the files that are missing; a date that has not begun is
        not closed. While a server runs on the data folder use its POST /v1/day-close instead.
        """
    static let options: [Arguments.Option] = [
        .data,
        Arguments.Option(
            name: "--date", value: "YYYY-MM-DD", help: "the date to close (default: the open one)"),
    ]

    static func run(_ arguments: Arguments) throws {
        try arguments.allowNoOperands()
        let book = try Book(
            path: arguments.text("--data", default: Arguments.Option.defaultData))
        defer { book.close() }
        let exchange = SettlementExchange(book: book)
        // What an earlier close left unwritten comes first; a fault in it must not stop this close.
        _ = try release(exchange)
        let open = try book.readers.read { try LedgerReader($0).openDate() }
        guard let date = try arguments.date("--date") ?? open else {
            throw CommandError(message: "no business date is open", code: .refused)
        }
        let summary = try book.writer.perform { try $0.closeDay(date) }
        print(
            "closed \(summary.closedDate): \(summary.entryCount) entries, "
                + "\(summary.transactionCount) transactions; \(summary.nextDate) is open")
        let heldBack = try release(exchange)
        guard heldBack.isEmpty else {
            throw CommandError(
                message: heldBack.map(\.description).joined(separator: "\n"), code: .failure)
        }
    }

    /// Writes the files that are due, and gives those that are held back.
    private static func release(
        _ exchange: SettlementExchange
    ) throws -> [SettlementRelease.HeldBack] {
        let release = try exchange.releaseAll()
        for file in release.files {
            print(
                "\(file.name)  \(file.detailCount ?? 0) lines, net "
                    + YuanText.plain(file.netFen ?? 0))
        }
        return release.heldBack
    }
}
