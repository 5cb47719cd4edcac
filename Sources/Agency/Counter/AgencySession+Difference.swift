import CivilTime
import Cryptography
import Ledger
import SQL
import StrictJSON

/// Over (长款) and short (短款): each is approved singly, and one never nets another.
extension AgencySession {
    private struct Difference {
        let number: Int64
        let kind: DifferenceKind
        let amountFen: Int64
        let state: DifferenceState
        let shift: Shift
        /// Who counted, beside whose till it was.
        let counter: ID<StaffMember>
        let over: ID<Account>
        let short: ID<Account>

        func refuse(_ detail: String, zh: String) -> Refusal {
            Refusal(.resolutionNotAllowed, detail, zh: zh, field: "/resolution")
        }
    }

    /// Objects to a difference: by the operator whose till it was, or a supervisor.
    ///
    /// - Throws: `Refusal` with `operatorNotAllowed`, `unknownDifference`, and as its state
    ///   refuses.
    public func disputeDifference(
        _ number: Int64, reason: String, by principal: Principal
    ) throws -> [UInt8] {
        try changeDifference(number, .dispute, reason: reason, by: principal) { difference in
            try difference.shift.staff == principal.staff
                || oversees(principal, difference.shift.station)
        }
    }

    /// Dismisses an objection: by a supervisor who is no party to it.
    ///
    /// - Throws: `Refusal` with `operatorNotAllowed`, `unknownDifference`, `samePerson`, and as
    ///   its state refuses.
    public func dismissDispute(
        _ number: Int64, reason: String, by principal: Principal
    ) throws -> [UInt8] {
        try changeDifference(number, .dismiss, reason: reason, by: principal) { difference in
            try decides(principal, difference)
        }
    }

    private func changeDifference(
        _ number: Int64, _ event: DifferenceEvent, reason: String, by principal: Principal,
        mayAct: (Difference) throws -> Bool
    ) throws -> [UInt8] {
        try checkMayWork(principal)
        guard let difference = try difference(number), try mayAct(difference) else {
            throw Self.unknownDifference
        }
        let state = try difference.state.after(event)
        try connection.prepare("UPDATE till_difference SET state = $1 WHERE difference_id = $2")
            .run(.text(state.rawValue), .integer(number))
        try note(event, of: number, reason: reason, by: principal.staff)
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("difference_id", String(number))
        writer.field("state", state.rawValue)
        writer.endObject()
        return writer.bytes
    }

    /// Approves one difference and books what it was, once for each key.
    ///
    /// Refusals: `operatorNotAllowed`, `unknownDifference`, `samePerson`, as its state refuses,
    /// `resolutionNotAllowed`, `tillNotHeld`, `tillShortOfCash`.
    public func approveDifference(
        _ number: Int64, as resolution: DifferenceResolution, reason: String,
        claim: IdempotencyClaim, by principal: Principal
    ) throws -> CommandOutcome {
        try once(claim) {
            try checkMayWork(principal)
            guard let difference = try difference(number), try decides(principal, difference)
            else { throw Self.unknownDifference }
            _ = try difference.state.after(.approve)
            guard resolution.kind == difference.kind else {
                throw difference.refuse(
                    "an over is income or returned_to_customer, a short is a loss or repaid",
                    zh: "长款只能转收入或退还客户，短款只能列损失或由操作员赔付")
            }
            let shift = try resolution.movesCash ? openShift(with: difference.shift.till) : nil
            let entry = try post(resolution, difference)
            try connection.prepare(
                """
                UPDATE till_difference SET state = 'approved', resolution = $1,
                    resolution_entry_id = $2, resolution_shift_id = $3
                WHERE difference_id = $4
                """
            ).run(
                .text(resolution.rawValue), .integer(entry.number),
                .integer(shift?.id.number), .integer(number))
            try note(.approve, of: number, reason: reason, by: principal.staff)
            var writer = JSONWriter()
            writer.beginObject()
            writer.field("difference_id", String(number))
            writer.field("state", DifferenceState.approved.rawValue)
            writer.field("resolution", resolution.rawValue)
            writer.field("amount_fen", difference.amountFen)
            writer.field("approved_at", profile.zone.text(now))
            writer.endObject()
            return writer.bytes
        }
    }

    private static let unknownDifference = Refusal(
        .unknownDifference, "there is no such difference that you may act on",
        zh: "没有您可处理的该笔长短款，请核对编号")

    /// Whether a supervisor decides on a difference.
    ///
    /// - Throws: `Refusal` with `samePerson` for one who counted the till.
    private func decides(_ principal: Principal, _ difference: Difference) throws -> Bool {
        guard try oversees(principal, difference.shift.station) else { return false }
        guard principal.staff != difference.shift.staff, principal.staff != difference.counter
        else {
            throw Refusal(
                .samePerson, "who counted the till does not approve it; ask another supervisor",
                zh: "清点人不能审批该笔长短款，请由其他主管处理")
        }
        return true
    }

    /// The shift that a till is open in.
    ///
    /// - Throws: `Refusal` with `tillNotHeld`.
    func openShift(with till: ID<Till>) throws -> Shift {
        guard let shift = try ShiftReader(connection).openShift(with: till), shift.state == .open
        else {
            throw Refusal(
                .tillNotHeld, "nobody works with this till now; let an operator sign on with it",
                zh: "该尾箱当前无人使用，请先由操作员签到领用")
        }
        return shift
    }

    private func post(
        _ resolution: DifferenceResolution, _ difference: Difference
    ) throws -> ID<JournalEntry> {
        let amount = difference.amountFen
        let cash = difference.shift.cashAccount
        let postings: [Posting] =
            switch resolution {
            case .income:
                [
                    .debit(difference.over, amount),
                    .credit(try cashAccount(.overIncome), amount),
                ]
            case .returnedToCustomer:
                [.debit(difference.over, amount), .credit(cash, amount)]
            case .loss:
                [
                    .debit(try cashAccount(.shortLoss), amount),
                    .credit(difference.short, amount),
                ]
            case .repaid: [.debit(cash, amount), .credit(difference.short, amount)]
            }
        return try postCash(
            NewEntry(
                kind: .differenceSettled, narrative: resolution.rawValue,
                source: difference.number, postings: postings)
        ).id
    }

    private func note(
        _ event: DifferenceEvent, of number: Int64, reason: String, by staff: ID<StaffMember>
    ) throws {
        try connection.prepare(
            """
            INSERT INTO difference_event (difference_id, event, staff_id, recorded_at, reason)
            VALUES ($1, $2, $3, $4, $5)
            """
        ).run(
            .integer(number), .text(event.rawValue), .integer(staff.number),
            .integer(now.millisecondsSinceEpoch), .text(reason))
    }

    private func difference(_ number: Int64) throws -> Difference? {
        let found = try connection.prepare(
            """
            SELECT d.kind, d.amount_fen, d.state, d.shift_id, c.counted_by, t.over_account_id,
                t.short_account_id
            FROM till_difference d
            JOIN shift h ON h.shift_id = d.shift_id
            JOIN cash_count c ON c.count_id = h.count_id
            JOIN till t ON t.till_id = h.till_id
            WHERE d.difference_id = $1
            """
        ).first(.integer(number)) { row in
            guard let kind = DifferenceKind(rawValue: row.text(0)),
                let state = DifferenceState(rawValue: row.text(2))
            else { throw row.damage(2, expected: "a difference's state") }
            return (
                kind: kind, amountFen: row.integer(1), state: state,
                shift: ID<Shift>(row.integer(3)), counter: ID<StaffMember>(row.integer(4)),
                over: ID<Account>(row.integer(5)), short: ID<Account>(row.integer(6))
            )
        }
        guard let found, let shift = try ShiftReader(connection).shift(found.shift) else {
            return nil
        }
        return Difference(
            number: number, kind: found.kind, amountFen: found.amountFen, state: found.state,
            shift: shift, counter: found.counter, over: found.over, short: found.short)
    }
}

/// SHA-256 over the fields of an approval, for its idempotency key.
public func approveDifferenceFingerprint(
    _ number: Int64, resolution: DifferenceResolution, reason: String
) -> SHA256Digest {
    commandFingerprint("approve_difference", "\(number)", resolution.rawValue, reason)
}
