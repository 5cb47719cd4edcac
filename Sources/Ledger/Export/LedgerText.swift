import CivilTime

/// A journal in the language that hledger and ledger share.
///
/// Kept balances are assertions on postings of nothing: both programs compare them with the
/// account's own sum, without the accounts below it.
struct LedgerText: ExportText {
    /// Assertions of one transaction; both programs slow down on very long ones.
    static let assertionsPerTransaction = 256

    private let chart: ExportChart
    private let out: ExportBuffer
    private let zone: ZoneOffset

    init(_ chart: ExportChart, _ out: ExportBuffer, _ zone: ZoneOffset) {
        self.chart = chart
        self.out = out
        self.zone = zone
    }

    func begin(on date: BusinessDate) {
        out.add("; Posted entries of an AgencyPOS book; pending and voided ones moved no money.\n")
        for currency in chart.currencies {
            out.add("commodity \(currency.code)\n    format 1000.00 \(currency.code)\n")
        }
        for tag in [
            "kind", "recorded_at", "source", "posts", "reverses", "original_date", "tree_root",
        ] {
            out.add("tag \(tag)\n")
        }
        for line in chart.lines {
            out.add("account \(line.name)\n")
            let note = line.account.name.onOneLine
            if note.contains(where: { $0 != " " }) { out.add("    note \(note)\n") }
        }
    }

    func opening(_ balances: KeptBalances, on date: BusinessDate) {
        out.add("\n")
        out.add(date)
        out.add(" * (opening) balances brought forward\n")
        for (place, amount) in balances.amounts.enumerated() where amount != 0 {
            posting(line: 0, place: place, amount: amount)
        }
    }

    func begin(_ entry: ExportedEntry) {
        out.add("\n")
        out.add(entry.date)
        out.add(" * (")
        out.add(number: entry.id)
        out.add(") ")
        out.add(Self.description(entry.narrative))
        out.add("\n    ; kind: ")
        out.add(entry.kind.onOneLine)
        out.add("\n    ; recorded_at: ")
        out.add(entry.recordedAt, in: zone)
        out.add("\n")
        out.add(referencesOf: entry, indent: "    ; ", dateName: "original_date")
    }

    func posting(line: Int64, place: Int, amount: Int64) {
        out.add("    ")
        out.add(amount, of: chart.lines[place])
    }

    func close(_ close: ExportedClose, _ balances: KeptBalances) {
        var rest = close.places[...]
        while !rest.isEmpty {
            out.add("\n")
            out.add(close.date)
            if let seal = close.seal {
                out.add(" * (seal) balances at the close of the date, tree size ")
                out.add(number: seal.treeSize)
                out.add("\n    ; tree_root: ")
                out.add(seal.treeRoot)
            } else {
                out.add(" * (balances) balances after entry ")
                out.add(number: close.lastEntry)
            }
            out.add("\n")
            for place in rest.prefix(Self.assertionsPerTransaction) {
                let code = chart.lines[place].account.currency.code
                out.add("    ")
                out.add(chart.lines[place].name)
                out.add("  0.00 ")
                out.add(code)
                out.add(" = ")
                out.add(amount: balances.amounts[place])
                out.add(byte: UInt8(ascii: " "))
                out.add(code)
                out.add("\n")
            }
            rest = rest.dropFirst(Self.assertionsPerTransaction)
        }
    }

    /// A narrative as a description: `;` would start a comment and `|` end the payee.
    private static func description(_ narrative: String) -> String {
        let text = narrative.onOneLine
        guard text.utf8.contains(where: { $0 == UInt8(ascii: ";") || $0 == UInt8(ascii: "|") })
        else { return text }
        return text.replacingScalars { scalar in
            switch scalar {
            case ";": "\u{FF1B}"
            case "|": "\u{FF5C}"
            case _: nil
            }
        }
    }
}
