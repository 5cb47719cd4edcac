import CivilTime
import SQL

/// The balances that commands touch: read once, netted in memory, written once for each batch.
///
/// A command's changes can be undone alone, in step with the database's savepoint.
struct BalanceSheet {
    struct Line {
        let code: AccountCode
        let currency: Currency
        let limit: BalanceLimit
        var totals: AccountTotals
        var latestDate: Int64
        var dateTotals: AccountTotals
    }

    /// How many lines are kept from batch to batch; beyond it all are read anew.
    static let maximumKeptLines = 100_000

    private let connection: Connection
    private var lines: [ID<Account>: Line] = [:]
    private var changed: Set<ID<Account>> = []
    private var undo: [(account: ID<Account>, line: Line)] = []
    private var readSinceMark: [ID<Account>] = []

    init(connection: Connection) {
        self.connection = connection
    }

    /// The line of an account, or nothing when there is no such account.
    mutating func line(_ account: ID<Account>) throws -> Line? {
        if let line = lines[account] { return line }
        let read = try connection.prepare(
            """
            SELECT a.code, a.currency, a.balance_limit, b.debits, b.credits, b.latest_date,
                b.date_debits, b.date_credits
            FROM account_balance b JOIN ledger_account a ON a.account_id = b.account_id
            WHERE b.account_id = $1
            """
        ).first(.integer(account.number)) { row in
            Line(
                code: row.accountCode(0), currency: row.currency(1), limit: row.balanceLimit(2),
                totals: AccountTotals(debits: row.integer(3), credits: row.integer(4)),
                latestDate: row.integer(5),
                dateTotals: AccountTotals(debits: row.integer(6), credits: row.integer(7)))
        }
        guard let read else { return nil }
        lines[account] = read
        readSinceMark.append(account)
        return read
    }

    /// Adds a posting to its account's totals.
    ///
    /// - Throws: `LedgerError.totalOverflow`. Limits are checked apart, once all postings are in.
    mutating func add(_ posting: Posting, on date: BusinessDate) throws {
        guard var line = try line(posting.account) else {
            preconditionFailure("the journal looks each account up before it adds")
        }
        undo.append((posting.account, line))
        let day = Int64(date.daysSinceEpoch)
        if line.latestDate != day {
            line.latestDate = day
            line.dateTotals = .zero
        }
        let hasRoom =
            line.totals.add(posting.amount, to: posting.side)
            && line.dateTotals.add(posting.amount, to: posting.side)
        guard hasRoom else { throw LedgerError.totalOverflow(line.code) }
        lines[posting.account] = line
        changed.insert(posting.account)
    }

    /// Starts a command: what follows can be undone up to here.
    mutating func mark() {
        undo.removeAll(keepingCapacity: true)
        readSinceMark.removeAll(keepingCapacity: true)
    }

    /// Undoes all since the last mark.
    mutating func restore() {
        restore(to: 0)
        // An account that the command opened is gone, and its number may be given again.
        for account in readSinceMark { lines[account] = nil }
        readSinceMark.removeAll(keepingCapacity: true)
    }

    /// How many changes were made since the last mark.
    var changeCount: Int { undo.count }

    /// Undoes the latest changes, until `count` of those since the last mark are left.
    mutating func restore(to count: Int) {
        for (account, line) in undo[count...].reversed() {
            lines[account] = line
            changed.insert(account)
        }
        undo.removeSubrange(count...)
    }

    /// Writes the changed lines to the database, in the order of their pages.
    mutating func write() throws {
        let update = try connection.prepare(
            """
            UPDATE account_balance SET debits = $1, credits = $2, latest_date = $3,
                date_debits = $4, date_credits = $5
            WHERE account_id = $6
            """)
        for account in changed.sorted() {
            guard let line = lines[account] else { continue }
            try update.run(
                .integer(line.totals.debits), .integer(line.totals.credits),
                .integer(line.latestDate), .integer(line.dateTotals.debits),
                .integer(line.dateTotals.credits), .integer(account.number))
            // Undoing the command undoes this write too: the line must then be written again.
            undo.append((account, line))
        }
        changed.removeAll(keepingCapacity: true)
    }

    /// Ends a batch; lines outlive it only when it was committed, for only we write balances.
    mutating func batchDidEnd(isCommitted: Bool) {
        if !isCommitted || lines.count > Self.maximumKeptLines {
            lines.removeAll(keepingCapacity: true)
        }
        changed.removeAll(keepingCapacity: true)
        mark()
    }
}

extension AccountTotals {
    /// Adds to one side; false when 64 bits cannot hold the sum.
    fileprivate mutating func add(_ amount: Int64, to side: Side) -> Bool {
        switch side {
        case .debit:
            let (sum, hasOverflow) = debits.addingReportingOverflow(amount)
            debits = sum
            return !hasOverflow
        case .credit:
            let (sum, hasOverflow) = credits.addingReportingOverflow(amount)
            credits = sum
            return !hasOverflow
        }
    }
}
