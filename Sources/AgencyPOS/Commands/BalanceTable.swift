import Agency
import Ledger
import Printing

/// Accounts with their amounts, to be printed: one row for each, and one for each currency's sums.
struct BalanceTable {
    enum Format: String {
        case text, csv

        /// What ends a line: RFC 4180 has its own.
        var lineEnd: String {
            switch self {
            case .text: "\n"
            case .csv: "\r\n"
            }
        }
    }

    private struct Row {
        let code: String
        let name: String
        let type: AccountType
        let currency: Currency
        /// Debits and credits by turns, in minor units.
        let sides: [Int64]
    }

    private static let head = "account,account_name,account_type,currency"

    private let rows: [Row]
    private let columns: String
    /// What text shows of a row's sides.
    private let textAmounts: ([Int64]) -> [Int64]

    /// A trial balance: posted debits and credits, then the pending ones.
    init(_ balance: TrialBalance) {
        columns = "debits,credits,pending_debits,pending_credits"
        textAmounts = { $0 }
        rows = balance.lines.map { line in
            let (posted, pending) = (line.balance.posted, line.balance.pending)
            return Row(
                code: line.code.text, name: line.name, type: line.type, currency: line.currency,
                sides: [posted.debits, posted.credits, pending.debits, pending.credits])
        }
    }

    /// A period: totals before it, in it, and at its end; text nets the first and the last.
    init(_ movements: [PeriodMovement]) {
        columns = "opening_debits,opening_credits,debits,credits,closing_debits,closing_credits"
        textAmounts = { [$0[0] - $0[1], $0[2], $0[3], $0[4] - $0[5]] }
        rows = movements.map { line in
            Row(
                code: line.code.text, name: line.name, type: line.type, currency: line.currency,
                sides: [
                    line.opening.debits, line.opening.credits, line.movement.debits,
                    line.movement.credits, line.closing.debits, line.closing.credits,
                ])
        }
    }

    /// Whether debits equal credits in every currency.
    ///
    /// Of a period only what moved in it counts, which is its second pair: it names the accounts
    /// that moved, and what those held before need not balance by itself.
    var isBalanced: Bool {
        let pair = sidesCount == 6 ? 2 : 0
        return sums.allSatisfy { $0.sides[pair] == $0.sides[pair + 1] }
    }

    /// The table's lines, without their ends.
    func lines(_ format: Format) -> [String] {
        switch format {
        case .csv:
            return [Self.head + "," + columns]
                + rows.map { row in
                    let cells = [
                        row.code, CSVCell.text(row.name), row.type.rawValue, row.currency.code,
                    ]
                    return (cells + row.sides.map(YuanText.plain)).joined(separator: ",")
                }
        case .text:
            return rows.map { textLine($0.code, $0.sides, $0.name) }
                + sums.map { textLine("total \($0.currency.code)", $0.sides, "") }
        }
    }

    private var sidesCount: Int { rows.first?.sides.count ?? 0 }

    private var sums: [(currency: Currency, sides: [Int64])] {
        Currency.allCases.compactMap { currency in
            let own = rows.filter { $0.currency == currency }
            guard !own.isEmpty else { return nil }
            return (
                currency, (0..<sidesCount).map { side in own.reduce(0) { $0 + $1.sides[side] } }
            )
        }
    }

    private func textLine(_ code: String, _ sides: [Int64], _ name: String) -> String {
        let amounts = textAmounts(sides).map {
            (YuanText.plain($0), TextColumns.Alignment.right(16))
        }
        return TextColumns.line(
            [(code, .left(24))] + amounts + (name.isEmpty ? [] : [(name, .left(0))]))
    }
}
