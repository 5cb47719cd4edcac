import CivilTime
import Ledger
import SQL
import StrictJSON

/// A row of a till's over or short.
public enum TillDifference {}

/// The one way in which a shift ends.
extension AgencySession {
    /// What a shift's end found.
    struct ClosedShift {
        let bookFen: Int64
        let countedFen: Int64
        /// The over or short that now waits for a supervisor.
        let difference: ID<TillDifference>?
    }

    /// Closes a shift with a count: over or short is posted to its own account.
    ///
    /// - Throws: `Refusal` with `shiftHasPendingItems`, or as the shift's state refuses the event.
    func close(
        _ shift: Shift, _ event: ShiftEvent, counted: (id: ID<CashCountRow>, fen: Int64),
        by staff: ID<StaffMember>, reason: String? = nil
    ) throws -> ClosedShift {
        let state = try shift.state.after(event)
        precondition(state == .closed, "\(event) closes no shift")
        try checkNothingUnfinished(shift)
        let book = try journal.balance(of: shift.cashAccount)?.posted.balance(on: .debit) ?? 0
        let entry = try postDifference(counted.fen - book, shift: shift)
        try connection.prepare(
            """
            UPDATE shift SET state = 'closed', closed_at = $1, closed_by = $2, book_fen = $3,
                counted_fen = $4, count_id = $5, entry_id = $6
            WHERE shift_id = $7
            """
        ).run(
            .integer(now.millisecondsSinceEpoch), .integer(staff.number), .integer(book),
            .integer(counted.fen), .integer(counted.id.number), .integer(entry?.number),
            .integer(shift.id.number))
        try note(event, of: shift.id, by: staff, reason: reason)
        shifts.shiftsDidChange()
        let difference = try entry.map { entry in
            try raiseDifference(counted.fen - book, shift: shift, entry: entry, by: staff)
        }
        return ClosedShift(bookFen: book, countedFen: counted.fen, difference: difference)
    }

    /// Writes the members of a shift's end.
    func encode(_ closed: ClosedShift, of shift: Shift, to writer: inout JSONWriter) {
        let difference = closed.countedFen - closed.bookFen
        writer.field("shift_id", String(shift.id.number))
        writer.field("till_id", shift.tillCode)
        writer.field("operator_id", shift.staffCode)
        writer.field("closed_at", profile.zone.text(now))
        writer.field("counted_cash_fen", closed.countedFen)
        writer.field("book_cash_fen", closed.bookFen)
        writer.field("over_fen", max(difference, 0))
        writer.field("short_fen", max(-difference, 0))
        writer.field("difference_id", orNull: closed.difference.map { String($0.number) })
    }

    /// - Throws: `Refusal` with `shiftHasPendingItems`.
    func checkNothingUnfinished(_ shift: Shift) throws {
        let hasUnfinished =
            try connection.prepare(
                """
                SELECT 1 FROM service_transaction
                WHERE shift_id = $1 AND final_date IS NULL
                    AND (status = 'pending' OR status = 'authorised')
                """
            ).first(.integer(shift.id.number)) { _ in true } ?? false
        guard !hasUnfinished else {
            throw Refusal(
                .shiftHasPendingItems,
                "transactions of this shift are unfinished: finish or cancel authorised "
                    + "withdrawals, and wait for partners that are being asked",
                zh: "本班次还有未完成的业务：请先办结或撤销取款，并等待合作方应答")
        }
    }

    /// Keeps that something happened to a shift.
    func note(
        _ event: ShiftEvent, of shift: ID<Shift>, by staff: ID<StaffMember>,
        reason: String? = nil
    ) throws {
        try connection.prepare(
            """
            INSERT INTO shift_event (shift_id, event, staff_id, recorded_at, reason)
            VALUES ($1, $2, $3, $4, $5)
            """
        ).run(
            .integer(shift.number), .text(event.rawValue), .integer(staff.number),
            .integer(now.millisecondsSinceEpoch), .text(reason))
    }

    /// Moves a shift to the state after an event that does not close it.
    func move(_ shift: Shift, _ event: ShiftEvent, by staff: ID<StaffMember>) throws {
        let state = try shift.state.after(event)
        precondition(state != .closed, "\(event) closes the shift")
        try connection.prepare("UPDATE shift SET state = $1 WHERE shift_id = $2")
            .run(.text(state.rawValue), .integer(shift.id.number))
        try note(event, of: shift.id, by: staff)
        shifts.shiftsDidChange()
    }

    /// Over goes to other payables, short to other receivables; one never nets the other.
    private func postDifference(_ difference: Int64, shift: Shift) throws -> ID<JournalEntry>? {
        guard difference != 0 else { return nil }
        let accounts = try differenceAccounts(of: shift.till)
        let amount = abs(difference)
        let postings: [Posting] =
            difference > 0
            ? [.debit(shift.cashAccount, amount), .credit(accounts.over, amount)]
            : [.debit(accounts.short, amount), .credit(shift.cashAccount, amount)]
        return try journal.post(
            NewEntry(
                kind: difference > 0 ? .tillOver : .tillShort, narrative: shift.tillCode,
                source: shift.id.number, postings: postings),
            at: now
        ).id
    }

    private func differenceAccounts(
        of till: ID<Till>
    ) throws -> (over: ID<Account>, short: ID<Account>) {
        let accounts = try connection.prepare(
            "SELECT over_account_id, short_account_id FROM till WHERE till_id = $1"
        ).first(.integer(till.number)) {
            (over: ID<Account>($0.integer(0)), short: ID<Account>($0.integer(1)))
        }
        guard let accounts else { preconditionFailure("a shift's till is kept") }
        return accounts
    }

    private func raiseDifference(
        _ difference: Int64, shift: Shift, entry: ID<JournalEntry>, by staff: ID<StaffMember>
    ) throws -> ID<TillDifference> {
        let number = try connection.prepare(
            """
            INSERT INTO till_difference (shift_id, kind, amount_fen, entry_id, raised_at, state)
            VALUES ($1, $2, $3, $4, $5, 'open') RETURNING difference_id
            """
        ).first(
            .integer(shift.id.number), .text(difference > 0 ? "over" : "short"),
            .integer(abs(difference)), .integer(entry.number),
            .integer(now.millisecondsSinceEpoch)
        ) { $0.integer(0) }
        guard let number else { preconditionFailure("RETURNING gives a row or an error") }
        return ID(number)
    }
}
