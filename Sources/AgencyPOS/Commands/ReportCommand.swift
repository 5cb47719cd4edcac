import Agency
import CivilTime
import Ledger
import Printing
import SQL

/// Prints a report of a book; it only reads, also while a server runs.
enum ReportCommand: Command {
    static let name = "report"
    static let abstract = "print the trial balance, the revenue or the commission"
    static let discussion = """
        agencypos report trial-balance [--date YYYY-MM-DD]
        agencypos report revenue [--from YYYY-MM-DD] [--to YYYY-MM-DD]
        agencypos report commission [--by PARTY] [--from YYYY-MM-DD] [--to YYYY-MM-DD]

        Amounts are in yuan. A trial balance has debits and credits of each account; that of a
        date is that of its close. Revenue has transactions, amount, service fee and commission;
        commission has transactions, commission and the shares of operators, village, town and
        district.
        """
    static let options: [Arguments.Option] = [
        .data,
        Arguments.Option(
            name: "--date", value: "YYYY-MM-DD", help: "a closed date, of a trial balance"),
        Arguments.Option(
            name: "--from", value: "YYYY-MM-DD",
            help: "of revenue or commission; default: the open date"),
        Arguments.Option(
            name: "--to", value: "YYYY-MM-DD",
            help: "of revenue or commission; default: --from"),
        Arguments.Option(
            name: "--by", value: "PARTY",
            help: "of commission: operator, station, village or centre; default: station"),
    ]

    static func run(_ arguments: Arguments) throws {
        try refuseOptionsOfOtherReport(arguments)
        let folder = BookFolder(
            path: arguments.text("--data", default: Arguments.Option.defaultData))
        let readers = try folder.openReaders()
        switch arguments.operands {
        case ["trial-balance"]: try printTrialBalance(readers, arguments)
        case ["revenue"]: try printRevenue(readers, arguments)
        case ["commission"]: try printCommission(readers, arguments)
        case _: throw CommandError.usage("name a report: trial-balance, revenue or commission")
        }
    }

    /// An option that is passed over would make a report look like that of another date.
    private static func refuseOptionsOfOtherReport(_ arguments: Arguments) throws {
        let others =
            switch arguments.operands {
            case ["trial-balance"]: ["--from", "--to", "--by"]
            case ["revenue"]: ["--date", "--by"]
            case ["commission"]: ["--date"]
            case _: [String]()
            }
        for name in others where arguments.has(name) {
            throw CommandError.usage(
                "\(name) is not for report \(arguments.operands[0]); see --help")
        }
    }

    private static func printTrialBalance(
        _ readers: ReaderPool, _ arguments: Arguments
    ) throws {
        let date = try arguments.date("--date")
        let balance = try readers.read { connection -> TrialBalance in
            let reader = LedgerReader(connection)
            guard let date else { return try reader.trialBalance() }
            guard try reader.seal(of: date) != nil else {
                throw CommandError(message: "\(date) is not a closed date", code: .refused)
            }
            return try reader.trialBalance(closing: date)
        }
        for line in balance.lines {
            print(
                TextColumns.line([
                    (line.code.text, .left(28)), (yuan(line.totals.debits), .right(18)),
                    (yuan(line.totals.credits), .right(18)), (line.name, .left(0)),
                ]))
        }
        for total in balance.totals {
            print(
                TextColumns.line([
                    ("total \(total.currency.code)", .left(28)), (yuan(total.debits), .right(18)),
                    (yuan(total.credits), .right(18)),
                ]))
        }
        guard balance.isBalanced else {
            throw CommandError(message: "the trial balance is off", code: .failure)
        }
    }

    private static func printRevenue(_ readers: ReaderPool, _ arguments: Arguments) throws {
        let (first, last) = try dates(readers, arguments)
        let lines = try readers.read { try RevenueReport($0).lines(from: first, to: last) }
        for line in lines {
            print(
                TextColumns.line([
                    (line.date.description, .left(11)), (line.villageName, .left(16)),
                    (line.productName, .left(20)), (String(line.transactionCount), .right(8)),
                    (yuan(line.amountFen), .right(16)), (yuan(line.feeFen), .right(12)),
                    (yuan(line.commissionFen), .right(12)),
                ]))
        }
        print(
            TextColumns.line([
                ("total", .left(47)),
                (String(lines.reduce(0) { $0 + $1.transactionCount }), .right(8)),
                (yuan(lines.reduce(0) { $0 + $1.amountFen }), .right(16)),
                (yuan(lines.reduce(0) { $0 + $1.feeFen }), .right(12)),
                (yuan(lines.reduce(0) { $0 + $1.commissionFen }), .right(12)),
            ]))
    }

    private static func printCommission(_ readers: ReaderPool, _ arguments: Arguments) throws {
        let (first, last) = try dates(readers, arguments)
        let by = arguments.text("--by", default: CommissionParty.station.rawValue)
        guard let party = CommissionParty(rawValue: by) else {
            throw CommandError.usage("--by must be operator, station, village or centre")
        }
        let lines = try readers.read {
            try CommissionStatement($0, try Catalogue.read($0)).lines(
                from: first, to: last, by: party, scope: CommissionStatement.Scope())
        }
        for line in lines {
            let figures = [
                line.commissionFen, line.shares.operatorFen, line.shares.villageFen,
                line.shares.townFen, line.shares.districtFen,
            ]
            print(
                TextColumns.line(
                    [
                        (line.partyCode, .left(10)), (line.partyName, .left(20)),
                        (line.productName, .left(20)), (String(line.transactionCount), .right(8)),
                    ] + figures.map { (yuan($0), .right(12)) }))
        }
    }

    private static func dates(
        _ readers: ReaderPool, _ arguments: Arguments
    ) throws -> (first: BusinessDate, last: BusinessDate) {
        let open = try readers.read { try LedgerReader($0).openDate() } ?? .epoch
        let first = try arguments.date("--from") ?? open
        let last = try arguments.date("--to") ?? first
        guard first <= last,
            Int(last.daysSinceEpoch - first.daysSinceEpoch) < RevenueReport.maximumDays
        else {
            throw CommandError.usage(
                "--to must be 0 to \(RevenueReport.maximumDays - 1) days after --from")
        }
        return (first, last)
    }

    private static func yuan(_ fen: Int64) -> String { YuanText.plain(fen) }
}
