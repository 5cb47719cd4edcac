import CivilTime
import SQL

/// Streams the journal's posted entries as text that other accounting programs read and check.
///
/// Each sealed date is followed by the balances that the book keeps for its close, so that the
/// other program compares them with its own sums of the postings. Pending and voiding entries
/// move no posted money and are left out.
///
/// ```swift
/// try JournalExport(connection, format: .hledger).run { try file.write($0) }
/// ```
public struct JournalExport {
    /// What was exported.
    public struct Summary: Equatable, Sendable {
        public fileprivate(set) var entryCount: Int64 = 0
        public fileprivate(set) var postingCount: Int64 = 0
        public fileprivate(set) var sealCount = 0
    }

    private struct Day {
        let date: BusinessDate
        let seal: SealedDate?
        /// Its entries are those after this one, up to the seal's.
        let lastEntryBefore: Int64
        let lastEntry: Int64
    }

    private let connection: Connection
    private let format: ExportFormat
    private let first: BusinessDate?
    private let last: BusinessDate?
    private let zone: ZoneOffset

    /// - Parameters:
    ///   - connection: read-only will do; a transaction that is open on it serves as the snapshot.
    ///   - first: the first date; what was posted before becomes the opening balances.
    ///   - last: the last date.
    ///   - zone: where instants are told.
    public init(
        _ connection: Connection, format: ExportFormat, from first: BusinessDate? = nil,
        to last: BusinessDate? = nil, zone: ZoneOffset = .china
    ) {
        self.connection = connection
        self.format = format
        self.first = first
        self.last = last
        self.zone = zone
    }

    /// Writes the export.
    ///
    /// - Parameter sink: takes the text, piece by piece.
    /// - Throws: `ExportError`, `SQLError`, and what `sink` throws.
    public func run(_ sink: @escaping ([UInt8]) throws -> Void) throws -> Summary {
        if connection.isInTransaction { return try write(sink) }
        return try connection.snapshot { try write(sink) }
    }

    private func write(_ sink: @escaping ([UInt8]) throws -> Void) throws -> Summary {
        let chart = try ExportChart(connection)
        let out = ExportBuffer(sink)
        return switch format {
        case .hledger, .ledger: try write(LedgerText(chart, out, zone), chart, out)
        case .beancount: try write(BeancountText(chart, out, zone), chart, out)
        case .csv: try write(CSVText(chart, out, zone), chart, out)
        }
    }

    private func write(
        _ text: some ExportText, _ chart: ExportChart, _ out: ExportBuffer
    ) throws -> Summary {
        var summary = Summary()
        let days = try days()
        var balances = try openingBalances(chart)
        let start = days.first?.date ?? first ?? .epoch
        text.begin(on: start)
        if !days.isEmpty, balances.amounts.contains(where: { $0 != 0 }) {
            text.opening(balances, on: start)
        }
        for (index, day) in days.enumerated() {
            try writeEntries(of: day, text, chart, out, &summary)
            var places = try take(balancesOf: day, &balances, chart)
            // The last balances are of every account, that none is left unchecked.
            if index == days.count - 1 { places = Array(chart.lines.indices) }
            text.close(
                ExportedClose(
                    date: day.date, lastEntry: day.lastEntry, seal: day.seal, places: places),
                balances)
            if day.seal != nil { summary.sealCount += 1 }
            try out.passOn()
        }
        try out.finish()
        return summary
    }

    /// The business dates of the range, in order, with the entries of each.
    private func days() throws -> [Day] {
        let reader = LedgerReader(connection)
        var before: Int64 = 0
        var days: [Day] = []
        for seal in try reader.seals() {
            days.append(
                Day(
                    date: seal.date, seal: seal, lastEntryBefore: before,
                    lastEntry: seal.treeSize))
            before = seal.treeSize
        }
        if let open = try reader.openDate() {
            let newest = try connection.prepare(
                "SELECT ifnull(max(entry_id), 0) FROM journal_entry"
            )
            .first { $0.integer(0) }
            days.append(
                Day(date: open, seal: nil, lastEntryBefore: before, lastEntry: newest ?? 0))
        }
        return days.filter { $0.date >= first ?? $0.date && $0.date <= last ?? $0.date }
    }

    private func openingBalances(_ chart: ExportChart) throws -> KeptBalances {
        var balances = KeptBalances(chart)
        guard let first else { return balances }
        try connection.prepare(
            """
            SELECT d.account_id, d.closing_debits - d.closing_credits
            FROM (
                SELECT account_id, max(business_date) AS business_date
                FROM account_day WHERE business_date < $1 GROUP BY account_id
            ) latest
            JOIN account_day d ON d.business_date = latest.business_date
                AND d.account_id = latest.account_id
            """
        ).forEach(.integer(Int64(first.daysSinceEpoch))) { row in
            if let place = chart.place(row.integer(0)) { balances.set(row.integer(1), at: place) }
        }
        return balances
    }

    private func writeEntries(
        of day: Day, _ text: some ExportText, _ chart: ExportChart, _ out: ExportBuffer,
        _ summary: inout Summary
    ) throws {
        var current: Int64 = 0
        try connection.prepare(
            """
            SELECT p.entry_id, p.line, p.account_id, p.amount, p.currency, e.business_date,
                e.recorded_at, e.kind, e.narrative, e.source_id, e.phase, e.original_entry_id,
                e.original_date
            FROM journal_entry e JOIN posting p ON p.entry_id = e.entry_id
            WHERE e.entry_id > $1 AND e.entry_id <= $2 ORDER BY e.entry_id, p.line
            """
        ).forEach(.integer(day.lastEntryBefore), .integer(day.lastEntry)) { row in
            let number = row.integer(0)
            if number != current {
                try out.passOn()
                text.begin(ExportedEntry(row))
                current = number
                summary.entryCount += 1
            }
            let (line, account) = (row.integer(1), row.integer(2))
            guard let place = chart.place(account),
                chart.lines[place].account.currency.rawValue == row.integer(4)
            else { throw ExportError.strayPosting(entry: number, line: line, account: account) }
            text.posting(line: line, place: place, amount: row.integer(3))
            summary.postingCount += 1
        }
    }

    /// Reads the balances that the book keeps for a date; gives the accounts that it moved.
    private func take(
        balancesOf day: Day, _ balances: inout KeptBalances, _ chart: ExportChart
    ) throws -> [Int] {
        var places: [Int] = []
        let read = { (row: Row) in
            guard let place = chart.place(row.integer(0)) else { return }
            balances.set(row.integer(1), at: place)
            places.append(place)
        }
        if day.seal == nil {
            try connection.prepare("SELECT account_id, debits - credits FROM account_balance")
                .forEach(read: read)
        } else {
            try connection.prepare(
                """
                SELECT account_id, closing_debits - closing_credits FROM account_day
                WHERE business_date = $1 ORDER BY account_id
                """
            ).forEach(.integer(Int64(day.date.daysSinceEpoch)), read: read)
        }
        return places.sorted()
    }
}

extension ExportedEntry {
    fileprivate init(_ row: Row) {
        self.init(
            id: row.integer(0), date: row.businessDate(5),
            recordedAt: Instant(millisecondsSinceEpoch: row.integer(6)), kind: row.text(7),
            narrative: row.text(8), source: row.optionalInteger(9), phase: row.entryPhase(10),
            original: row.optionalInteger(11),
            originalDate: row.isNull(12) ? nil : row.businessDate(12))
    }
}
