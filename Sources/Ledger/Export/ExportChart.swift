import SQL

/// The accounts of an export, in order of code, with the names that other programs give them.
struct ExportChart {
    struct Line {
        let account: Account
        let name: String
        /// The places of the accounts below this one that have its currency.
        var subaccounts: [Int] = []
    }

    private(set) var lines: [Line]
    private var placesByNumber: [Int64: Int] = [:]

    init(_ connection: Connection) throws {
        lines = try connection.prepare(
            """
            SELECT account_id, code, name, type, currency, balance_limit
            FROM ledger_account ORDER BY code
            """
        ).all { row in
            let account = Account(row: row)
            return Line(account: account, name: ExportName(account.code, account.type).text)
        }
        var placesByName: [Substring: Int] = [:]
        for (place, line) in lines.enumerated() {
            placesByNumber[line.account.id.number] = place
            placesByName[line.name[...]] = place
        }
        for (place, line) in lines.enumerated() {
            var rest = line.name[...]
            while let colon = rest.lastIndex(of: ":") {
                rest = rest[..<colon]
                guard let above = placesByName[rest],
                    lines[above].account.currency == line.account.currency
                else { continue }
                lines[above].subaccounts.append(place)
            }
        }
    }

    /// The place of an account by its number, or nothing.
    func place(_ number: Int64) -> Int? { placesByNumber[number] }

    /// The currencies of the accounts.
    var currencies: [Currency] {
        let used = Set(lines.map(\.account.currency))
        return Currency.allCases.filter(used.contains)
    }
}

/// The balances that the book keeps, by place in the chart; debits positive, in minor units.
///
/// They are read, never summed from postings: so a program that compares them with its own sums
/// checks the one against the other.
struct KeptBalances {
    private(set) var amounts: [Int64]

    init(_ chart: ExportChart) {
        amounts = Array(repeating: 0, count: chart.lines.count)
    }

    /// Takes what an account holds.
    mutating func set(_ amount: Int64, at place: Int) {
        amounts[place] = amount
    }

    /// What an account and all below it hold.
    func total(at place: Int, in chart: ExportChart) -> Int64 {
        chart.lines[place].subaccounts.reduce(amounts[place]) { $0 &+ amounts[$1] }
    }
}
