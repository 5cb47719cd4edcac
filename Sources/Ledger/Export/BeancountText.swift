import CivilTime

/// A journal in the language of beancount.
///
/// A `balance` directive is checked at the start of its day, so a close stands on the next one;
/// it counts the accounts below its own. The tolerance is set to nothing: by itself beancount
/// would let a balance be one fen off.
struct BeancountText: ExportText {
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
        out.add("option \"title\" \"AgencyPOS\"\n")
        out.add("option \"inferred_tolerance_multiplier\" \"0\"\n")
        for currency in chart.currencies {
            out.add("option \"operating_currency\" \"\(currency.code)\"\n")
        }
        for currency in chart.currencies { out.add("\(date) commodity \(currency.code)\n") }
        for line in chart.lines {
            out.add("\(date) open \(line.name) \(line.account.currency.code)\n")
            out.add("  title: \"\(Self.string(line.account.name))\"\n")
        }
    }

    func opening(_ balances: KeptBalances, on date: BusinessDate) {
        out.add("\n")
        out.add(date)
        out.add(" * \"balances brought forward\"\n")
        for (place, amount) in balances.amounts.enumerated() where amount != 0 {
            posting(line: 0, place: place, amount: amount)
        }
    }

    func begin(_ entry: ExportedEntry) {
        out.add("\n")
        out.add(entry.date)
        out.add(" * \"")
        out.add(Self.string(entry.narrative))
        out.add("\"\n  entry: ")
        out.add(number: entry.id)
        out.add("\n  kind: \"")
        out.add(Self.string(entry.kind))
        out.add("\"\n  recorded-at: \"")
        out.add(entry.recordedAt, in: zone)
        out.add("\"\n")
        out.add(referencesOf: entry, indent: "  ", dateName: "original-date")
    }

    func posting(line: Int64, place: Int, amount: Int64) {
        out.add("  ")
        out.add(amount, of: chart.lines[place])
    }

    func close(_ close: ExportedClose, _ balances: KeptBalances) {
        out.add("\n")
        if let seal = close.seal {
            out.add("; close of ")
            out.add(close.date)
            out.add(", tree size ")
            out.add(number: seal.treeSize)
            out.add(", root ")
            out.add(seal.treeRoot)
        } else {
            out.add("; after entry ")
            out.add(number: close.lastEntry)
        }
        out.add("\n")
        let nextDay = close.date.adding(days: 1)
        for place in close.places {
            out.add(nextDay)
            out.add(" balance ")
            out.add(balances.total(at: place, in: chart), of: chart.lines[place])
        }
    }

    private static func string(_ text: String) -> String {
        let text = text.onOneLine
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") })
        else { return text }
        return text.replacingScalars { scalar in
            switch scalar {
            case "\"": "\\\""
            case "\\": "\\\\"
            case _: nil
            }
        }
    }
}
