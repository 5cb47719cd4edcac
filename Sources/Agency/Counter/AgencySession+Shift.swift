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
        let (station, terminal) = try mayHoldTill(principal)
        guard let till = try till(tillCode, of: station) else {
            throw Refusal(
                .unknownTill, "this station has no such till; see GET /v1/tills",
                zh: "本站没有该尾箱，请先查询尾箱列表", field: "/till_id")
        }
        guard try ShiftReader(connection).openShift(with: till.id) == nil else {
            throw Refusal(
                .tillTaken, "another operator holds this till; take another",
                zh: "该尾箱已被他人领用，请换一个尾箱", field: "/till_id")
        }
        let opened = try open(till, code: tillCode, for: principal, at: terminal)
        var writer = JSONWriter()
        writer.beginObject()
        encode(opened, to: &writer)
        writer.endObject()
        return writer.bytes
    }

    /// Checks that a person may take a till at its terminal.
    ///
    /// - Throws: `Refusal` with `notPermitted`, `operatorNotAllowed`, `alreadySignedOn`.
    func mayHoldTill(
        _ principal: Principal
    ) throws -> (station: ID<Station>, terminal: ID<Terminal>) {
        guard let station = principal.station, let terminal = principal.terminal else {
            throw Refusal(
                .notPermitted, "only an operator at a terminal signs on",
                zh: "只有在终端登录的操作员可以签到")
        }
        try checkMayWork(principal)
        guard try ShiftReader(connection).openShift(of: principal.staff) == nil else {
            throw Refusal(
                .alreadySignedOn, "you hold a till already; sign off first",
                zh: "您已领用尾箱，请先签退")
        }
        return (station, terminal)
    }

    /// A shift that was just opened.
    struct OpenedShift {
        let id: ID<Shift>
        let tillCode: String
        let staffCode: String
        let date: BusinessDate
        let openingFen: Int64
    }

    /// Opens a shift with what the till holds by the book.
    func open(
        _ till: (id: ID<Till>, cash: ID<Account>), code: String, for principal: Principal,
        at terminal: ID<Terminal>
    ) throws -> OpenedShift {
        let date = try journal.currentDate()
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
        return OpenedShift(
            id: ID(id), tillCode: code, staffCode: principal.staffCode, date: date,
            openingFen: opening)
    }

    /// Writes the members of an opened shift.
    func encode(_ shift: OpenedShift, to writer: inout JSONWriter) {
        writer.field("shift_id", String(shift.id.number))
        writer.field("till_id", shift.tillCode)
        writer.field("operator_id", shift.staffCode)
        writer.field("business_date", shift.date.description)
        writer.field("opened_at", profile.zone.text(now))
        writer.field("opening_cash_fen", shift.openingFen)
    }

    /// Signs the caller off: the counted cash is compared with the book, over or short is posted.
    ///
    /// The count is blind: the book figure is shown only in the answer, and a till that was counted
    /// is not counted again. Refusals: `operatorNotAllowed`, `unknownShift`, `shiftSuspended`,
    /// `handoverOffered`, `shiftHasPendingItems`.
    public func signOff(
        shift number: Int64, count: CashCount, claim: IdempotencyClaim, by principal: Principal
    ) throws -> CommandOutcome {
        try once(claim) {
            let shift = try ownShift(number, principal)
            _ = try shift.state.after(.signOff)
            let counted = try keep(
                count, for: .signOff, shift: shift.id, by: principal.staff)
            let closed = try close(
                shift, .signOff, counted: (counted, count.totalFen), by: principal.staff)
            var writer = JSONWriter()
            writer.beginObject()
            encode(closed, of: shift, to: &writer)
            writer.endObject()
            return writer.bytes
        }
    }

    /// The shift of this number that the caller holds, in whatever state but closed.
    ///
    /// - Throws: `Refusal` with `operatorNotAllowed`, `unknownShift`.
    func ownShift(_ number: Int64, _ principal: Principal) throws -> Shift {
        guard let shift = try shifts.held(by: principal, connection), shift.id.number == number
        else { throw Refusal.unknownShift }
        return shift
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
public func signOffFingerprint(shift: Int64, count: CashCount) -> SHA256Digest {
    commandFingerprint("sign_off", "\(shift)", count.canonicalText)
}

/// Hashes a command's name and fields; the unit separator stands in none of them.
func commandFingerprint(_ fields: String...) -> SHA256Digest {
    SHA256.hash(fields.joined(separator: "\u{1F}"))
}

extension EntryKind {
    /// Cash that a till held above its book figure.
    static let tillOver = EntryKind("till_over")
    /// Cash that a till lacked.
    static let tillShort = EntryKind("till_short")
    /// The cash that a till, or a centre, starts its life with.
    static let tillOpening = EntryKind("till_opening")
    /// A station's commission of a day, shared out.
    static let commissionShare = EntryKind("commission_share")
}
