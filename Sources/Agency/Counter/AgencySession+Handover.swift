import CivilTime
import Cryptography
import Ledger
import SQL
import StrictJSON

/// An operator's offer to hand the own till over.
public struct HandoverOffer: Sendable {
    public let shift: Int64
    public let successorCode: String
    public let witness: StaffWitness
    public let count: CashCount

    public init(shift: Int64, successorCode: String, witness: StaffWitness, count: CashCount) {
        self.shift = shift
        self.successorCode = successorCode
        self.witness = witness
        self.count = count
    }

    /// SHA-256 over the request's fields, for its idempotency key; the witness's PIN is none.
    public static func fingerprint(
        shift: Int64, successorCode: String, witnessCode: String, count: CashCount
    ) -> SHA256Digest {
        commandFingerprint(
            "handover", "\(shift)", successorCode, witnessCode, count.canonicalText)
    }
}

/// A row of the handovers.
enum Handover {}

/// A-to-B handover (交接): A counts before a witness, B counts again and takes over as B.
extension AgencySession {
    /// Offers the caller's till to a successor; until it is accepted the till takes no payment.
    ///
    /// Refusals: `operatorNotAllowed`, `unknownShift`, as the shift's state refuses,
    /// `shiftHasPendingItems`, `successorNotAllowed`, `witnessNotAllowed`.
    public func offer(
        _ offer: HandoverOffer, claim: IdempotencyClaim, by principal: Principal
    ) throws -> CommandOutcome {
        try once(claim) {
            let shift = try ownShift(offer.shift, principal)
            _ = try shift.state.after(.offer)
            try checkNothingUnfinished(shift)
            let successor = try successor(offer.successorCode, of: shift)
            try check(
                offer.witness, at: shift.station, isNoneOf: [shift.staff, successor])
            let counted = try keep(
                offer.count, for: .handover, shift: shift.id, by: principal.staff,
                witness: offer.witness.staff)
            let number = try insertHandover(
                of: shift, to: successor, counted: counted)
            try move(shift, .offer, by: principal.staff)
            var writer = JSONWriter()
            writer.beginObject()
            writer.field("handover_id", String(number))
            writer.field("shift_id", String(shift.id.number))
            writer.field("till_id", shift.tillCode)
            writer.field("operator_id", shift.staffCode)
            writer.field("successor_id", offer.successorCode)
            writer.field("witness_id", offer.witness.staffCode)
            writer.field("counted_cash_fen", offer.count.totalFen)
            writer.field("offered_at", profile.zone.text(now))
            writer.endObject()
            return writer.bytes
        }
    }

    /// Takes an offer back; the till goes on under its operator.
    ///
    /// - Throws: `Refusal` with `operatorNotAllowed`, `unknownShift`, `noHandover`.
    public func withdrawHandover(shift number: Int64, by principal: Principal) throws -> [UInt8] {
        let shift = try ownShift(number, principal)
        try move(shift, .withdraw, by: principal.staff)
        try endHandover(of: shift, as: "withdrawn")
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("shift_id", String(number))
        writer.field("till_id", shift.tillCode)
        writer.field("state", ShiftState.open.rawValue)
        writer.endObject()
        return writer.bytes
    }

    /// Takes a till over: the old shift is closed with its count and the caller's is opened.
    ///
    /// Refusals: `notPermitted`, `operatorNotAllowed`, `alreadySignedOn`, `noHandover`,
    /// `handoverCountDiffers`, `shiftHasPendingItems`.
    public func acceptHandover(
        shift number: Int64, count: CashCount, claim: IdempotencyClaim, by principal: Principal
    ) throws -> CommandOutcome {
        try once(claim) {
            let (_, terminal) = try mayHoldTill(principal)
            guard let offer = try openHandover(of: ID(number)),
                offer.successor == principal.staff,
                let shift = try ShiftReader(connection).shift(ID(number))
            else { throw Refusal.noHandover }
            guard count.totalFen == offer.countedFen else {
                throw Refusal(
                    .handoverCountDiffers,
                    "your count differs from the one handed over; count again, or let the "
                        + "operator withdraw the handover and count anew",
                    zh: "清点金额与交班人不一致，请重新清点，或由交班人撤回后重点",
                    field: "/counts")
            }
            let closed = try close(
                shift, .accept, counted: (offer.count, offer.countedFen), by: principal.staff)
            let opened = try open(
                (shift.till, shift.cashAccount), code: shift.tillCode, for: principal,
                at: terminal)
            let check = try keep(
                count, for: .handoverCheck, shift: opened.id, by: principal.staff)
            try accept(offer.number, opening: opened.id, check: check)
            var writer = JSONWriter()
            writer.beginObject()
            encode(opened, to: &writer)
            writer.field("handover_id", String(offer.number))
            writer.field("previous_shift_id", String(number))
            writer.field("previous_operator_id", shift.staffCode)
            writer.field("counted_cash_fen", closed.countedFen)
            writer.endObject()
            return writer.bytes
        }
    }

    /// Notes that a handover that nobody accepted came to nothing, where there is one.
    func endHandover(of shift: Shift, as state: String) throws {
        try connection.prepare(
            """
            UPDATE handover SET state = $1, ended_at = $2
            WHERE shift_id = $3 AND state = 'offered'
            """
        ).run(
            .text(state), .integer(now.millisecondsSinceEpoch), .integer(shift.id.number))
    }

    /// Another operator of the station, who may work and holds no till.
    private func successor(_ code: String, of shift: Shift) throws -> ID<StaffMember> {
        let refusal = Refusal(
            .successorNotAllowed,
            "a successor is another operator of this station who may work and holds no till",
            zh: "接班人须为本站另一名在岗且未领用尾箱的操作员", field: "/successor_id")
        guard let (person, isActive) = try StaffReader(connection).person(code), isActive,
            person.role == .operator, person.station == shift.station,
            person.staff != shift.staff,
            try ShiftReader(connection).openShift(of: person.staff) == nil
        else { throw refusal }
        do {
            try checkMayWork(person)
        } catch _ as Refusal {
            throw refusal
        }
        return person.staff
    }

    private func insertHandover(
        of shift: Shift, to successor: ID<StaffMember>, counted: ID<CashCountRow>
    ) throws -> Int64 {
        let number = try connection.prepare(
            """
            INSERT INTO handover (shift_id, successor_id, count_id, state, offered_at)
            VALUES ($1, $2, $3, 'offered', $4) RETURNING handover_id
            """
        ).first(
            .integer(shift.id.number), .integer(successor.number), .integer(counted.number),
            .integer(now.millisecondsSinceEpoch)
        ) { $0.integer(0) }
        guard let number else { preconditionFailure("RETURNING gives a row or an error") }
        return number
    }

    private struct OpenHandover {
        let number: Int64
        let successor: ID<StaffMember>
        let count: ID<CashCountRow>
        let countedFen: Int64
    }

    private func openHandover(of shift: ID<Shift>) throws -> OpenHandover? {
        try connection.prepare(
            """
            SELECT o.handover_id, o.successor_id, o.count_id, c.total_fen
            FROM handover o JOIN cash_count c ON c.count_id = o.count_id
            WHERE o.shift_id = $1 AND o.state = 'offered'
            """
        ).first(.integer(shift.number)) {
            OpenHandover(
                number: $0.integer(0), successor: ID($0.integer(1)), count: ID($0.integer(2)),
                countedFen: $0.integer(3))
        }
    }

    private func accept(
        _ handover: Int64, opening shift: ID<Shift>, check: ID<CashCountRow>
    ) throws {
        try connection.prepare(
            """
            UPDATE handover SET state = 'accepted', ended_at = $1, next_shift_id = $2,
                check_count_id = $3
            WHERE handover_id = $4
            """
        ).run(
            .integer(now.millisecondsSinceEpoch), .integer(shift.number),
            .integer(check.number), .integer(handover))
    }
}

/// SHA-256 over the fields of an acceptance, for its idempotency key.
public func acceptHandoverFingerprint(shift: Int64, count: CashCount) -> SHA256Digest {
    commandFingerprint("accept_handover", "\(shift)", count.canonicalText)
}
