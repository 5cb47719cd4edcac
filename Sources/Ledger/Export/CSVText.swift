import CivilTime

/// A journal as a table: one line for each posting, as RFC 4180 has it.
/// Amounts are never negative, for each side has its own column.
struct CSVText: ExportText {
    private let chart: ExportChart
    private let out: ExportBuffer
    private let zone: ZoneOffset
    private let head: EntryCells
    private let accounts: [String]

    /// The cells before a line's number, kept from one posting of an entry to the next.
    private final class EntryCells {
        var cells = ""
    }

    init(_ chart: ExportChart, _ out: ExportBuffer, _ zone: ZoneOffset) {
        self.chart = chart
        self.out = out
        self.zone = zone
        head = EntryCells()
        accounts = chart.lines.map { line in
            [
                line.account.code.text, CSVCell.text(line.account.name), line.account.type.rawValue,
                line.account.currency.code,
            ].joined(separator: ",")
        }
    }

    func begin(on date: BusinessDate) {
        out.add(
            "entry,business_date,recorded_at,kind,phase,narrative,source,original_entry,"
                + "original_date,line,account,account_name,account_type,currency,debit,credit\r\n")
    }

    func opening(_ balances: KeptBalances, on date: BusinessDate) {}

    func begin(_ entry: ExportedEntry) {
        head.cells = [
            String(entry.id), entry.date.description, zone.text(entry.recordedAt),
            CSVCell.text(entry.kind), Self.name(entry.phase), CSVCell.text(entry.narrative),
            entry.source.map(String.init) ?? "", entry.original.map(String.init) ?? "",
            entry.originalDate?.description ?? "",
        ].joined(separator: ",")
    }

    func posting(line: Int64, place: Int, amount: Int64) {
        out.add(head.cells)
        out.add(",")
        out.add(number: line)
        out.add(",")
        out.add(accounts[place])
        out.add(",")
        if amount < 0 { out.add(",") }
        out.add(amount: amount == .min ? amount : abs(amount))
        if amount >= 0 { out.add(",") }
        out.add("\r\n")
    }

    func close(_ close: ExportedClose, _ balances: KeptBalances) {}

    private static func name(_ phase: EntryPhase) -> String {
        switch phase {
        case .posted: "posted"
        case .pending: "pending"
        case .postsPending: "posts_pending"
        case .voidsPending: "voids_pending"
        case .reversal: "reversal"
        }
    }
}
