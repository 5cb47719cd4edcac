import CivilTime
import SQL

/// The business dates, which the audit's pass of the journal goes through in order.
final class AuditedDates {
    private struct State {
        let day: Int64
        let isSealed: Bool
        let treeSize: Int64?
        let entryCount: Int64?
        let treeRoot: String?
        let balancesDigest: String?
    }

    private let connection: Connection
    private let accounts: AuditedAccounts
    private let tree: TreeAudit
    private let faults: FaultList
    private var states: [State] = []
    private var placeOf: [Int64: Int] = [:]
    /// The place of the date that the pass is in, or -1 before the first entry.
    private var current = -1
    private var entryCount: Int64 = 0

    var count: Int { states.count }

    init(
        _ connection: Connection, accounts: AuditedAccounts, tree: TreeAudit, faults: FaultList
    ) throws {
        self.connection = connection
        self.accounts = accounts
        self.tree = tree
        self.faults = faults
        try connection.prepare(
            """
            SELECT business_date, state, tree_size, entry_count, tree_root, balances_digest,
                sealed_at
            FROM business_date ORDER BY business_date
            """
        ).forEach { load($0) }
        for (place, state) in states.enumerated()
        where !state.isSealed && place != states.count - 1 {
            faults.add(
                .wrongDateState, "business_date", "\(state.day)", "state",
                expected: "sealed, for a later date exists", found: "open")
        }
    }

    /// The date at a place, as days since 1970-01-01, or nothing for -1.
    func day(at place: Int) -> Int64? {
        states.indices.contains(place) ? states[place].day : nil
    }

    /// The date that the pass is in, and its entries so far.
    var position: (day: Int64, entryCount: Int64) {
        (day(at: current) ?? LedgerAuditState.noDay, entryCount)
    }

    /// Goes on from a position; false when the book has no such date.
    func resume(day: Int64, entryCount: Int64) -> Bool {
        guard let place = placeOf[day] else { return false }
        current = place
        self.entryCount = entryCount
        return true
    }

    /// The place of a date, or nothing.
    func place(of day: Int64) -> Int? {
        // Nearly every entry is of the date in hand.
        if current >= 0, states[current].day == day { return current }
        return placeOf[day]
    }

    /// Goes on to an entry's date, and closes those before it.
    ///
    /// - Parameter lastEntry: the number of the entry before it.
    /// - Returns: the date's place, or nothing when the entry's date is at fault.
    func enter(_ day: Int64, entry: Int64, lastEntry: Int64) throws -> Int? {
        let key = "\(entry)"
        guard let place = place(of: day) else {
            faults.add(
                .unknownDate, "journal_entry", key, "business_date", expected: "a business date",
                found: "\(day)")
            return nil
        }
        let state = states[place]
        if state.isSealed, let last = state.treeSize, entry > last {
            faults.add(
                .entryAfterSeal, "journal_entry", key, "business_date",
                expected: "a date whose seal counts entry \(entry)", found: "\(day)")
        }
        guard place >= current else {
            faults.add(
                .dateDescends, "journal_entry", key, "business_date",
                expected: "\(states[current].day) or later", found: "\(day)")
            return nil
        }
        try advance(to: place, lastEntry: lastEntry)
        entryCount += 1
        return place
    }

    /// Closes all dates that are left, and looks for totals of dates that do not exist.
    func finish(lastEntry: Int64) throws {
        if !states.isEmpty {
            try advance(to: states.count - 1, lastEntry: lastEntry)
            try close(lastEntry: lastEntry)
        }
        try connection.prepare(
            """
            SELECT DISTINCT business_date FROM account_day
            WHERE business_date NOT IN (SELECT business_date FROM business_date)
            """
        ).forEach { row in
            let day = row.isInteger(0) ? "\(row.integer(0))" : row.storageType(0).rawValue
            faults.add(
                .unknownDate, "account_day", day, "business_date", expected: "a business date",
                found: day)
        }
    }

    private func advance(to place: Int, lastEntry: Int64) throws {
        while current < place {
            if current >= 0 { try close(lastEntry: lastEntry) }
            current += 1
            entryCount = 0
        }
    }

    private func close(lastEntry: Int64) throws {
        let state = states[current]
        let balances = try accounts.compareDay(
            state.day, place: current, isSealed: state.isSealed)
        guard state.isSealed else { return }
        let key = "\(state.day)"
        let numbers = [
            ("tree_size", lastEntry, state.treeSize),
            ("entry_count", entryCount, state.entryCount),
        ]
        for (field, expected, found) in numbers {
            guard let found else { continue }
            faults.compare(
                .wrongSeal, "business_date", key, field, expected: expected, found: found)
        }
        if let root = state.treeRoot { tree.checkSeal(day: state.day, text: root) }
        guard let balances, let found = state.balancesDigest, balances != found else { return }
        faults.add(
            .wrongSeal, "business_date", key, "balances_digest", expected: balances, found: found)
    }

    private func load(_ row: Row) {
        let table = "business_date"
        guard let day = faults.integer(row, 0, table, "?", "business_date") else { return }
        let key = "\(day)"
        if BusinessDate(daysSinceEpoch: Int(day)) == nil {
            faults.add(
                .damagedValue, table, key, "business_date", expected: "years 1 to 9999",
                found: key)
        }
        let text = faults.text(row, 1, table, key, "state")
        let isSealed = text == "sealed"
        if let text, !isSealed, text != "open" {
            faults.add(
                .damagedValue, table, key, "state", expected: "open or sealed",
                found: "other text")
        }
        placeOf[day] = states.count
        guard isSealed else {
            reportSealOfOpenDate(row, key: key)
            states.append(
                State(
                    day: day, isSealed: false, treeSize: nil, entryCount: nil,
                    treeRoot: nil, balancesDigest: nil))
            return
        }
        _ = faults.integer(row, 6, table, key, "sealed_at")
        states.append(
            State(
                day: day, isSealed: true,
                treeSize: faults.integer(row, 2, table, key, "tree_size"),
                entryCount: faults.integer(row, 3, table, key, "entry_count"),
                treeRoot: faults.text(row, 4, table, key, "tree_root"),
                balancesDigest: faults.text(row, 5, table, key, "balances_digest")))
    }

    private func reportSealOfOpenDate(_ row: Row, key: String) {
        let fields = [
            "tree_size", "entry_count", "tree_root", "balances_digest", "sealed_at",
        ]
        for (offset, field) in fields.enumerated() where !row.isNull(Int32(offset + 2)) {
            faults.add(
                .wrongDateState, "business_date", key, field, expected: "null while it is open",
                found: row.storageType(Int32(offset + 2)).rawValue)
        }
    }
}
