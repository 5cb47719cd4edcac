import Agency
import CivilTime
import Ledger
import SQL

/// Prints every account's balance at a moment, or what it did over a period; it only reads.
enum BalancesCommand: Command {
    static let name = "balances"
    static let abstract =
        "print every account's balance now, at a date, after an entry, or a period"
    static let discussion = """
        agencypos balances [--as-of YYYY-MM-DD | --entry N]
        agencypos balances --from YYYY-MM-DD --to YYYY-MM-DD

        At a moment: posted debits and credits, and the pending ones apart. A date means its close;
        the open date means now. Over a period of closed dates: balance before, debits, credits
        and balance after, debits positive, of the accounts that moved. Amounts are in yuan.
        """
    static let options: [Arguments.Option] = [
        .data,
        Arguments.Option(name: "--as-of", value: "YYYY-MM-DD", help: "at the close of a date"),
        Arguments.Option(
            name: "--entry", value: "N", help: "after an entry; 0 is before the first"),
        Arguments.Option(name: "--from", value: "YYYY-MM-DD", help: "first date of a period"),
        Arguments.Option(name: "--to", value: "YYYY-MM-DD", help: "its last date, closed"),
        Arguments.Option(name: "--format", value: "NAME", help: "text or csv (default: text)"),
    ]

    static func run(_ arguments: Arguments) throws {
        try arguments.allowNoOperands()
        guard let format = BalanceTable.Format(rawValue: arguments.text("--format") ?? "text")
        else { throw CommandError.usage("--format must be text or csv") }
        let moment = try moment(arguments)
        let readers = try BookFolder(
            path: arguments.text("--data", default: Arguments.Option.defaultData)
        ).openReaders()
        let table = try readers.read { connection -> BalanceTable in
            let reader = LedgerReader(connection)
            return switch moment {
            case .now: BalanceTable(try reader.trialBalance())
            case .close(let date): BalanceTable(try balance(reader, closing: date))
            case .entry(let number): BalanceTable(try balance(reader, after: number))
            case .period(let first, let last):
                BalanceTable(try movements(reader, from: first, to: last))
            }
        }
        for line in table.lines(format) { print(line, terminator: format.lineEnd) }
        guard table.isBalanced else {
            throw CommandError(message: "debits and credits differ; run verify", code: .failure)
        }
    }

    private enum Moment {
        case now
        case close(BusinessDate)
        case entry(Int64)
        case period(BusinessDate, BusinessDate)
    }

    private static func moment(_ arguments: Arguments) throws -> Moment {
        let asOf = try arguments.date("--as-of")
        let (first, last) = (try arguments.date("--from"), try arguments.date("--to"))
        let entry = arguments.has("--entry")
        guard [asOf != nil, entry, first != nil || last != nil].count(where: { $0 }) <= 1 else {
            throw CommandError.usage("give one of --as-of, --entry, and --from with --to")
        }
        if let asOf { return .close(asOf) }
        if entry {
            return .entry(Int64(try arguments.integer("--entry", default: 0, in: 0...Int.max)))
        }
        switch (first, last) {
        case (let first?, let last?):
            guard first <= last else { throw CommandError.usage("--to must not be before --from") }
            return .period(first, last)
        case (nil, nil): return .now
        case (_, _): throw CommandError.usage("--from and --to go together")
        }
    }

    private static func balance(
        _ reader: LedgerReader, closing date: BusinessDate
    ) throws -> TrialBalance {
        if let open = try reader.openDate(), date >= open {
            guard date == open else {
                throw CommandError(message: "\(date) has not begun", code: .refused)
            }
            return try reader.trialBalance()
        }
        return try reader.trialBalance(closing: date)
    }

    private static func balance(
        _ reader: LedgerReader, after number: Int64
    ) throws -> TrialBalance {
        guard try number == 0 || reader.entry(ID(number)) != nil else {
            throw CommandError(message: "there is no entry \(number)", code: .refused)
        }
        return try reader.trialBalance(asOfEntry: ID(number))
    }

    private static func movements(
        _ reader: LedgerReader, from first: BusinessDate, to last: BusinessDate
    ) throws -> [PeriodMovement] {
        let closed = try reader.lastSeal()?.date
        guard let closed, last <= closed else {
            throw CommandError(
                message: "\(last) is not closed; "
                    + (closed.map { "the last closed date is \($0)" } ?? "no date is yet"),
                code: .refused)
        }
        return try reader.movements(from: first, to: last)
    }
}
