import Ledger
import SQL
import StrictJSON

/// Temporary sign-off (临时签退): the till is locked while its operator is away.
extension AgencySession {
    /// Locks the caller's till and ends the caller's sessions.
    ///
    /// - Returns: the shift's number and state as the bytes of a JSON object.
    /// - Throws: `Refusal` with `operatorNotAllowed`, `unknownShift`, `shiftSuspended`,
    ///   `handoverOffered`.
    public func suspend(shift number: Int64, by principal: Principal) throws -> [UInt8] {
        let shift = try ownShift(number, principal)
        try move(shift, .suspend, by: principal.staff)
        // Whoever sits down at the terminal meanwhile finds no session to go on with.
        try endSessions(of: principal.staff)
        return encode(shift, as: .suspended)
    }

    /// Unlocks the caller's till; it takes a session that was opened after the suspension.
    ///
    /// - Parameter tokenDigest: of the session that the caller sends.
    /// - Throws: `Refusal` with `operatorNotAllowed`, `unknownShift`, `shiftNotSuspended`,
    ///   `handoverOffered`, `notPermitted`.
    public func resume(
        shift number: Int64, tokenDigest: String, by principal: Principal
    ) throws -> [UInt8] {
        let shift = try ownShift(number, principal)
        let isOpen =
            try connection.prepare(
                "SELECT 1 FROM session WHERE token_digest = $1 AND ended_at IS NULL"
            ).first(.text(tokenDigest)) { _ in true } ?? false
        guard isOpen || shift.state != .suspended else {
            throw Refusal(
                .notPermitted, "the suspension ended this session; sign in again, then resume",
                zh: "临时签退后原会话已失效，请重新登录后再恢复")
        }
        try move(shift, .resume, by: principal.staff)
        return encode(shift, as: .open)
    }

    private func encode(_ shift: Shift, as state: ShiftState) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("shift_id", String(shift.id.number))
        writer.field("till_id", shift.tillCode)
        writer.field("state", state.rawValue)
        writer.endObject()
        return writer.bytes
    }
}
