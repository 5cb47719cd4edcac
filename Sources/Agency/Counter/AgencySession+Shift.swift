import CivilTime
import Cryptography
import Ledger
import SQL
import StrictJSON

extension AgencySession {
    /// Signs an operator on with a till of its own station.
    ///
    /// - Returns: the shift as the bytes of a JSON object.
    /// - Throws: `Refusal` with `notPermitted`, `operatorNotAllowed`, `alreadySignedOn`,
    ///   `unknownTill`, `tillTaken`.
    public func signOn(tillCode: String, by principal: Principal) throws -> [UInt8] {
        guard let station = principal.station, let terminal = principal.terminal else {
            throw Refusal(.notPermitted, "only an operator at a terminal signs on")
        }
        let date = try journal.currentDate()
        try StaffReader(connection).checkMayWork(principal.staff, on: date)
        guard try ShiftReader(connection).openShift(of: principal.staff) == nil else {
            throw Refusal(.alreadySignedOn, "you hold a till already; sign off first")
        }
        guard let till = try till(tillCode, of: station) else {
            throw Refusal(
                .unknownTill, "this station has no such till; see GET /v1/tills",
                field: "/till_id")
        }
        let isTaken =
            try connection.prepare("SELECT 1 FROM shift WHERE till_id = $1 AND state = 'open'")
            .first(.integer(till.id.number)) { _ in true } ?? false
        guard !isTaken else {
            throw Refusal(
                .tillTaken, "another operator holds this till; take another",
                field: "/till_id")
        }
        let opening = try journal.balance(of: till.cash)?.posted.balance(on: .debit) ?? 0
        let id = try connection.prepare(
            """
            INSERT INTO shift (till_id, staff_id, terminal_id, business_date, state, opened_at,
                opening_fen, first_serial)
            VALUES ($1, $2, $3, $4, 'open', $5, $6,
                (SELECT ifnull(max(serial), 0) + 1 FROM service_transaction))
            RETURNING shift_id
            """
        ).first(
            .integer(till.id.number), .integer(principal.staff.number),
            .integer(terminal.number), .integer(Int64(date.daysSinceEpoch)),
            .integer(now.millisecondsSinceEpoch), .integer(opening)
        ) { $0.integer(0) }
        guard let id else { preconditionFailure("RETURNING gives a row or an error") }
        shifts.shiftsDidChange()
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("shift_id", String(id))
        writer.field("till_id", tillCode)
        writer.field("operator_id", principal.staffCode)
        writer.field("business_date", date.description)
        writer.field("opened_at", profile.zone.text(now))
        writer.field("opening_cash_fen", opening)
        writer.endObject()
        return writer.bytes
    }

    /// Signs the caller off: the counted cash is compared with the book, over or short is posted.
    ///
    /// The count is blind: the book figure is shown only in the answer. Refusals: `unknownShift`,
    /// `shiftHasPendingItems`.
    public func signOff(
        shift number: Int64, countedFen: Int64, claim: IdempotencyClaim, by principal: Principal
    ) throws -> CommandOutcome {
        try once(claim) {
            guard let shift = try ShiftReader(connection).openShift(of: principal.staff),
                shift.id.number == number
            else {
                throw Refusal(.unknownShift, "you have no such open shift")
            }
            let hasUnfinished =
                try connection.prepare(
                    """
                    SELECT 1 FROM service_transaction
                    WHERE shift_id = $1 AND status IN ('pending', 'authorised')
                    """
                ).first(.integer(number)) { _ in true } ?? false
            guard !hasUnfinished else {
                throw Refusal(
                    .shiftHasPendingItems,
                    "finish or cancel the authorised withdrawals of this shift first")
            }
            let book = try journal.balance(of: shift.cashAccount)?.posted.balance(on: .debit) ?? 0
            let entry = try postDifference(countedFen - book, shift: shift)
            try connection.prepare(
                """
                UPDATE shift SET state = 'closed', closed_at = $1, book_fen = $2,
                    counted_fen = $3, entry_id = $4
                WHERE shift_id = $5
                """
            ).run(
                .integer(now.millisecondsSinceEpoch), .integer(book), .integer(countedFen),
                .integer(entry?.number), .integer(number))
            shifts.shiftsDidChange()
            var writer = JSONWriter()
            writer.beginObject()
            writer.field("shift_id", String(number))
            writer.field("till_id", shift.tillCode)
            writer.field("operator_id", shift.staffCode)
            writer.field("closed_at", profile.zone.text(now))
            writer.field("counted_cash_fen", countedFen)
            writer.field("book_cash_fen", book)
            writer.field("over_fen", max(countedFen - book, 0))
            writer.field("short_fen", max(book - countedFen, 0))
            writer.endObject()
            return writer.bytes
        }
    }

    /// Over goes to other payables, short to other receivables; one never nets the other.
    private func postDifference(_ difference: Int64, shift: Shift) throws -> ID<JournalEntry>? {
        guard difference != 0 else { return nil }
        let accounts = try connection.prepare(
            "SELECT over_account_id, short_account_id FROM till WHERE till_id = $1"
        ).first(.integer(shift.till.number)) {
            (over: ID<Account>($0.integer(0)), short: ID<Account>($0.integer(1)))
        }
        guard let accounts else { preconditionFailure("a shift's till is kept") }
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

    private func till(
        _ code: String, of station: ID<Station>
    ) throws -> (id: ID<Till>, cash: ID<Account>)? {
        try connection.prepare(
            "SELECT till_id, cash_account_id FROM till WHERE code = $1 AND station_id = $2"
        ).first(.text(code), .integer(station.number)) {
            (ID<Till>($0.integer(0)), ID<Account>($0.integer(1)))
        }
    }
}

/// SHA-256 over a sign-off's fields, for its idempotency key.
public func signOffFingerprint(shift: Int64, countedFen: Int64) -> SHA256Digest {
    fingerprintOf("sign_off", "\(shift)", "", countedFen)
}

extension EntryKind {
    /// Cash that a till held above its book figure.
    static let tillOver = EntryKind("till_over")
    /// Cash that a till lacked.
    static let tillShort = EntryKind("till_short")
    /// The cash that a till starts its life with.
    static let tillOpening = EntryKind("till_opening")
    /// A station's commission of a day, shared out.
    static let commissionShare = EntryKind("commission_share")
}
