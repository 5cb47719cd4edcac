import SQL

/// The lines of one entry, as the audit's pass reads them.
struct EntryLines {
    private(set) var entry: Int64 = 0
    private(set) var all: [AuditedLine] = []
    /// The place of each line's account.
    private(set) var places: [Int] = []
    private(set) var areReadable = true

    private var count = 0
    private var lastLine: Int64 = 0
    // An entry has one currency nearly always; the list is kept to spare its allocation.
    private var sums: [(currency: Int64, sum: Int64)] = []

    /// Forgets the entry before.
    mutating func begin(_ entry: Int64) {
        self.entry = entry
        all.removeAll(keepingCapacity: true)
        places.removeAll(keepingCapacity: true)
        sums.removeAll(keepingCapacity: true)
        areReadable = true
        count = 0
        lastLine = 0
    }

    /// Checks a line by itself and adds it to its account.
    mutating func add(
        _ row: Row, table: String, isPending: Bool, datePlace: Int?, accounts: AuditedAccounts,
        faults: FaultList
    ) {
        let entry = entry
        count += 1
        let nextLine = lastLine &+ 1
        guard let line = faults.integer(row, 1, table, "\(entry)/?", "line"),
            let account = faults.integer(row, 2, table, "\(entry)/\(line)", "account_id"),
            let amount = faults.integer(row, 3, table, "\(entry)/\(line)", "amount"),
            let currency = faults.integer(row, 4, table, "\(entry)/\(line)", "currency")
        else {
            areReadable = false
            return
        }
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
        // A damaged file may give an entry any number of lines; the memory is bounded.
        if count <= NewEntry.postingCounts.upperBound {
            all.append(
                AuditedLine(line: line, account: account, amount: amount, currency: currency))
        }
        addToSums(amount, currency, faults)
        guard let place = accounts.place(of: account) else {
            areReadable = false
            faults.add(
                .unknownAccount, table, "\(entry)/\(line)", "account_id",
                expected: "an account", found: "\(account)")
            return
        }
        if count <= NewEntry.postingCounts.upperBound { places.append(place) }
        if accounts.states[place].currency != currency {
            faults.add(
                .wrongCurrency, table, "\(entry)/\(line)", "currency",
                expected: "\(accounts.states[place].currency)", found: "\(currency)")
        }
        let fits =
            isPending
            ? accounts.pend(amount, at: place, datePlace: datePlace)
            : accounts.post(amount, at: place, datePlace: datePlace)
        if !fits {
            faults.add(
                .overflow, table, "\(entry)/\(line)", "amount",
                expected: "a sum within 64 bits", found: "\(amount)")
        }
    }

    /// Checks the lines together, once all are there.
    mutating func finish(faults: FaultList) {
        let allowed = NewEntry.postingCounts
        if count < allowed.lowerBound {
            faults.add(
                .tooFewPostings, "journal_entry", "\(entry)", "postings",
                expected: "\(allowed.lowerBound) or more", found: "\(count)")
        }
        if count > allowed.upperBound {
            areReadable = false
            faults.add(
                .tooManyPostings, "journal_entry", "\(entry)", "postings",
                expected: "\(allowed.upperBound) or fewer", found: "\(count)")
        }
        for (currency, sum) in sums where sum != 0 {
            faults.add(
                .unbalanced, "journal_entry", "\(entry)", "amount in currency \(currency)",
                expected: "0", found: "\(sum)")
        }
    }

    private mutating func addToSums(_ amount: Int64, _ currency: Int64, _ faults: FaultList) {
        for index in sums.indices where sums[index].currency == currency {
            let (sum, hasOverflow) = sums[index].sum.addingReportingOverflow(amount)
            sums[index].sum = sum
            if hasOverflow {
                faults.add(
                    .overflow, "journal_entry", "\(entry)", "amount",
                    expected: "a sum within 64 bits", found: "\(amount)")
            }
            return
        }
        sums.append((currency, amount))
    }
}
