import SQL

/// One pass of the journal in order of entry and line, which checks each entry by itself.
struct JournalScan {
    private let connection: Connection
    private let accounts: AuditedAccounts
    private let dates: AuditedDates
    private let faults: FaultList
    private let progress: (LedgerAudit.Progress) -> Void
    private let lastNumber: Int64

    private(set) var entryCount: Int64 = 0
    private(set) var postingCount: Int64 = 0
    /// The number of the entry in hand; 0 before the first.
    private(set) var lastEntry: Int64 = 0

    private var datePlace: Int?
    private var lastLine: Int64 = 0
    private var entryPostingCount = 0
    // An entry has one currency nearly always; the list is kept to spare its allocation.
    private var sums: [(currency: Int64, sum: Int64)] = []

    init(
        _ connection: Connection, accounts: AuditedAccounts, dates: AuditedDates,
        faults: FaultList, progress: @escaping (LedgerAudit.Progress) -> Void
    ) throws {
        self.connection = connection
        self.accounts = accounts
        self.dates = dates
        self.faults = faults
        self.progress = progress
        let last = try connection.prepare("SELECT max(entry_id) FROM journal_entry")
            .first { $0.isInteger(0) ? $0.integer(0) : 0 }
        lastNumber = last ?? 0
    }

    mutating func run() throws {
        try connection.prepare(
            """
            SELECT e.entry_id, e.business_date, e.recorded_at, e.kind, e.narrative, e.source_id,
                e.original_entry_id, p.line, p.account_id, p.amount, p.currency
            FROM journal_entry e LEFT JOIN posting p ON p.entry_id = e.entry_id
            ORDER BY e.entry_id, p.line
            """
        ).forEach { row in
            guard let entry = faults.integer(row, 0, "journal_entry", "?", "entry_id") else {
                return
            }
            if entryCount == 0 || entry != lastEntry {
                finishEntry()
                try start(entry, row)
            }
            if !(row.isNull(7) && row.isNull(8)) { add(row) }
        }
        finishEntry()
        report()
    }

    private mutating func start(_ entry: Int64, _ row: Row) throws {
        let table = "journal_entry"
        if entry != lastEntry + 1 {
            faults.add(
                .entryNumberGap, table, "\(entry)", "entry_id", expected: "\(lastEntry + 1)",
                found: "\(entry)")
        }
        datePlace = nil
        let isReadable = checkTypes(of: row, key: "\(entry)")
        if let day = faults.integer(row, 1, table, "\(entry)", "business_date") {
            datePlace = try dates.enter(day, entry: entry, lastEntry: lastEntry)
        }
        // The seal of an entry that cannot be read cannot agree; its digest goes on without it.
        _ = isReadable
        lastEntry = entry
        lastLine = 0
        entryPostingCount = 0
        sums.removeAll(keepingCapacity: true)
        entryCount += 1
        if entryCount % LedgerAudit.entriesPerProgress == 0 { report() }
    }

    private func checkTypes(of row: Row, key: @autoclosure () -> String) -> Bool {
        let table = "journal_entry"
        let isReadable =
            row.isInteger(2) && row.storageType(3) == .text && row.storageType(4) == .text
            && (row.isNull(5) || row.isInteger(5)) && (row.isNull(6) || row.isInteger(6))
        if isReadable { return row.isInteger(1) }
        let key = key()
        _ = faults.integer(row, 2, table, key, "recorded_at")
        _ = faults.text(row, 3, table, key, "kind")
        _ = faults.text(row, 4, table, key, "narrative")
        if !row.isNull(5) { _ = faults.integer(row, 5, table, key, "source_id") }
        if !row.isNull(6) { _ = faults.integer(row, 6, table, key, "original_entry_id") }
        return false
    }

    private mutating func add(_ row: Row) {
        postingCount += 1
        entryPostingCount += 1
        let entry = lastEntry
        let nextLine = lastLine &+ 1
        let table = "posting"
        guard let line = faults.integer(row, 7, table, "\(entry)/?", "line"),
            let account = faults.integer(row, 8, table, "\(entry)/\(line)", "account_id"),
            let amount = faults.integer(row, 9, table, "\(entry)/\(line)", "amount"),
            let currency = faults.integer(row, 10, table, "\(entry)/\(line)", "currency")
        else { return }
        // One missing line is one fault, not one for each line after it.
        lastLine = line
        if line != nextLine {
            faults.add(
                .lineGap, table, "\(entry)/\(line)", "line", expected: "\(nextLine)",
                found: "\(line)")
        }
        if amount == 0 {
            faults.add(
                .zeroAmount, table, "\(entry)/\(line)", "amount", expected: "not 0", found: "0")
        }
        accounts.add(
            amount, currency: currency, to: account, datePlace: datePlace,
            key: "\(entry)/\(line)")
        addToSums(amount, currency)
    }

    private mutating func addToSums(_ amount: Int64, _ currency: Int64) {
        for index in sums.indices where sums[index].currency == currency {
            let (sum, hasOverflow) = sums[index].sum.addingReportingOverflow(amount)
            sums[index].sum = sum
            if hasOverflow {
                faults.add(
                    .overflow, "journal_entry", "\(lastEntry)", "amount",
                    expected: "a sum within 64 bits", found: "\(amount)")
            }
            return
        }
        sums.append((currency, amount))
    }

    private func finishEntry() {
        guard entryCount > 0 else { return }
        if entryPostingCount < NewEntry.postingCounts.lowerBound {
            faults.add(
                .tooFewPostings, "journal_entry", "\(lastEntry)", "postings",
                expected: "\(NewEntry.postingCounts.lowerBound) or more",
                found: "\(entryPostingCount)")
        }
        for (currency, sum) in sums where sum != 0 {
            faults.add(
                .unbalanced, "journal_entry", "\(lastEntry)", "amount in currency \(currency)",
                expected: "0", found: "\(sum)")
        }
    }

    private func report() {
        progress(LedgerAudit.Progress(entriesChecked: entryCount, lastEntry: lastNumber))
    }
}
