import CivilTime

/// The head of an entry that moved posted money.
struct ExportedEntry {
    let id: Int64
    let date: BusinessDate
    let recordedAt: Instant
    let kind: String
    let narrative: String
    let source: Int64?
    let phase: EntryPhase
    let original: Int64?
    let originalDate: BusinessDate?
}

/// What the kept balances of a date are given with.
struct ExportedClose {
    let date: BusinessDate
    /// The last entry that the balances count.
    let lastEntry: Int64
    /// The date's seal, or nothing while it is open.
    let seal: SealedDate?
    /// The accounts whose balances are given, by place in the chart.
    let places: [Int]
}

/// One format's text; the journal is handed to it in order.
protocol ExportText {
    /// - Parameter date: the first date of the export.
    func begin(on date: BusinessDate)
    /// What the accounts held before the first date; called only when that is not nothing.
    func opening(_ balances: KeptBalances, on date: BusinessDate)
    func begin(_ entry: ExportedEntry)
    func posting(line: Int64, place: Int, amount: Int64)
    /// The balances at the end of a date.
    func close(_ close: ExportedClose, _ balances: KeptBalances)
}
