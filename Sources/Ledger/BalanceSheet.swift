import CivilTime
import SQL

/// The balances that commands touch: read once, netted in memory, written once for each batch.
///
/// A command's changes can be undone alone, in step with the database's savepoint.
final class BalanceSheet {
    /// What changes of an account; plain numbers, so that undoing costs no more than a copy.
    struct Amounts {
        var balance: AccountBalance
        /// The latest date on which the account changed, in days since 1970-01-01.
        var latestDate: Int64
        /// What was posted on that date.
        var dateTotals: AccountTotals
    }

    struct Line {
        let account: ID<Account>
        let code: AccountCode
        let currency: Currency
        let limit: BalanceLimit
        var amounts: Amounts
        var isChanged = false
    }

    /// The two places that an amount may be in.
    enum Part {
        case posted, pending
    }

    /// How many lines are kept from batch to batch; beyond it all are read anew.
    static let maximumKeptLines = 100_000

    private let connection: Connection
    @exclusivity(unchecked) private var lines: [Line] = []
    @exclusivity(unchecked) private var placeOf = AccountPlaces()
    @exclusivity(unchecked) private var changed: [Int] = []
    @exclusivity(unchecked) private var undo: [(place: Int, amounts: Amounts)] = []
    @exclusivity(unchecked) private var commandMark = Mark(changeCount: 0, lineCount: 0)

    init(connection: Connection) {
        self.connection = connection
    }

    /// The place of an account's line, or nothing when there is no such account.
    func place(of account: ID<Account>) throws -> Int? {
        if let place = placeOf[account] { return place }
        let read = try connection.prepare(
            """
            SELECT a.code, a.currency, a.balance_limit, b.debits, b.credits, b.pending_debits,
                b.pending_credits, b.latest_date, b.date_debits, b.date_credits
            FROM account_balance b JOIN ledger_account a ON a.account_id = b.account_id
            WHERE b.account_id = $1
            """
        ).first(.integer(account.number)) { row in
            Line(
                account: account, code: row.accountCode(0), currency: row.currency(1),
                limit: row.balanceLimit(2),
                amounts: Amounts(
                    balance: row.accountBalance(3), latestDate: row.integer(7),
                    dateTotals: row.accountTotals(8)))
        }
        guard let read else { return nil }
        placeOf[account] = lines.count
        lines.append(read)
        return lines.count - 1
    }

    /// Adds an amount to one part of a line; a negative one takes back what was pending.
    ///
    /// - Throws: `LedgerError.totalOverflow`. Limits are checked apart, once all postings are in.
    func add(
        _ amount: Int64, to part: Part, on side: Side, at place: Int, date: Int64
    ) throws {
        undo.append((place, lines[place].amounts))
        noteChange(at: place)
        guard lines[place].amounts.add(amount, to: part, on: side, date: date) else {
            throw LedgerError.totalOverflow(lines[place].code)
        }
    }

    /// - Throws: `LedgerError.limitExceeded` when a line is past its account's limit.
    func checkLimit(at place: Int) throws {
        // An account without a limit is the common case, and needs no reckoning.
        guard lines[place].limit != .none else { return }
        guard lines[place].limit.allows(lines[place].amounts.balance) else {
            throw LedgerError.limitExceeded(lines[place].code, lines[place].limit)
        }
    }

    func currency(at place: Int) -> Currency { lines[place].currency }

    func code(at place: Int) -> AccountCode { lines[place].code }

    func balance(at place: Int) -> AccountBalance { lines[place].amounts.balance }

    /// Starts a command: what follows can be undone up to here.
    func beginCommand() {
        undo.removeAll(keepingCapacity: true)
        commandMark = mark
    }

    /// Undoes all that the command changed.
    func undoCommand() { restore(to: commandMark) }

    /// A moment of the running command that can be returned to.
    struct Mark {
        let changeCount: Int
        let lineCount: Int
    }

    /// This moment.
    var mark: Mark { Mark(changeCount: undo.count, lineCount: lines.count) }

    /// Undoes all since a moment of the running command.
    func restore(to mark: Mark) {
        for (place, amounts) in undo[mark.changeCount...].reversed() {
            lines[place].amounts = amounts
            noteChange(at: place)
        }
        undo.removeSubrange(mark.changeCount...)
        // An account that was opened since is gone, and its number may be given again.
        guard lines.count > mark.lineCount else { return }
        for line in lines[mark.lineCount...] { placeOf[line.account] = nil }
        changed.removeAll { $0 >= mark.lineCount }
        lines.removeSubrange(mark.lineCount...)
    }

    /// Writes the changed lines to the database, in the order of their pages.
    func write() throws {
        let update = try connection.prepare(
            """
            UPDATE account_balance SET debits = $1, credits = $2, pending_debits = $3,
                pending_credits = $4, latest_date = $5, date_debits = $6, date_credits = $7
            WHERE account_id = $8
            """)
        changed.sort { lines[$0].account < lines[$1].account }
        for place in changed {
            let amounts = lines[place].amounts
            try update.run {
                $0.add(amounts.balance.posted.debits)
                $0.add(amounts.balance.posted.credits)
                $0.add(amounts.balance.pending.debits)
                $0.add(amounts.balance.pending.credits)
                $0.add(amounts.latestDate)
                $0.add(amounts.dateTotals.debits)
                $0.add(amounts.dateTotals.credits)
                $0.add(lines[place].account.number)
            }
            lines[place].isChanged = false
            // Undoing the command undoes this write too: the line must then be written again.
            undo.append((place, amounts))
        }
        changed.removeAll(keepingCapacity: true)
    }

    /// Ends a batch; lines outlive it only when it was committed, for only we write balances.
    func batchDidEnd(isCommitted: Bool) {
        if !isCommitted || lines.count > Self.maximumKeptLines {
            for line in lines { placeOf[line.account] = nil }
            lines.removeAll(keepingCapacity: true)
        }
        changed.removeAll(keepingCapacity: true)
        beginCommand()
    }

    private func noteChange(at place: Int) {
        guard !lines[place].isChanged else { return }
        lines[place].isChanged = true
        changed.append(place)
    }
}

extension BalanceSheet.Amounts {
    /// Adds to one part; false when 64 bits cannot hold a sum.
    fileprivate mutating func add(
        _ amount: Int64, to part: BalanceSheet.Part, on side: Side, date: Int64
    ) -> Bool {
        if latestDate != date {
            latestDate = date
            dateTotals = .zero
        }
        return switch part {
        case .posted:
            balance.posted.add(amount, to: side) && dateTotals.add(amount, to: side)
        case .pending: balance.pending.add(amount, to: side)
        }
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
