import Cryptography
import Ledger
import SQL
import StrictJSON

/// A supervisor's request to sign off an operator who is gone.
public struct ForcedSignOff: Sendable {
    public let shift: Int64
    public let witness: StaffWitness
    public let count: CashCount
    public let reason: String

    public init(shift: Int64, witness: StaffWitness, count: CashCount, reason: String) {
        self.shift = shift
        self.witness = witness
        self.count = count
        self.reason = reason
    }

    /// SHA-256 over the request's fields, for its idempotency key; the witness's PIN is none.
    public static func fingerprint(
        shift: Int64, witnessCode: String, count: CashCount, reason: String
    ) -> SHA256Digest {
        commandFingerprint(
            "forced_sign_off", "\(shift)", witnessCode, count.canonicalText, reason)
    }
}

extension AgencySession {
    /// Signs an operator off whom nobody can reach: a supervisor counts before a witness.
    ///
    /// Refusals: `operatorNotAllowed`, `unknownShift`, `witnessNotAllowed`,
    /// `shiftHasPendingItems`.
    public func forceSignOff(
        _ request: ForcedSignOff, claim: IdempotencyClaim, by principal: Principal
    ) throws -> CommandOutcome {
        try once(claim) {
            try checkMayWork(principal)
            guard let shift = try ShiftReader(connection).shift(ID(request.shift)),
                shift.staff != principal.staff, try oversees(principal, shift.station)
            else {
                throw Refusal(
                    .unknownShift, "there is no such open shift below your centre",
                    zh: "本中心辖内没有该未结束的班次")
            }
            _ = try shift.state.after(.force)
            try check(
                request.witness, at: shift.station, isNoneOf: [shift.staff, principal.staff])
            let counted = try keep(
                request.count, for: .forcedSignOff, shift: shift.id, by: principal.staff,
                witness: request.witness.staff)
            try endHandover(of: shift, as: "withdrawn")
            let closed = try close(
                shift, .force, counted: (counted, request.count.totalFen), by: principal.staff,
                reason: request.reason)
            try endSessions(of: shift.staff)
            var writer = JSONWriter()
            writer.beginObject()
            encode(closed, of: shift, to: &writer)
            writer.endObject()
            return writer.bytes
        }
    }
}
