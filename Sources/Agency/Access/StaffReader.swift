import CivilTime
import Cryptography
import Ledger
import SQL

/// What a connection can read of people, terminals and their sessions.
public struct StaffReader {
    private let connection: Connection

    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// A person as sign-in needs it.
    struct Credential: Sendable {
        let principal: Principal
        let pinHash: String
        let lockedUntil: Instant
    }

    /// The person with a code, or nothing; `terminal` is left open.
    func credential(_ code: String) throws -> Credential? {
        try connection.prepare(
            """
            SELECT staff_id, code, role, station_id, centre_id, partner_id, village_id, pin_hash,
                locked_until
            FROM staff_member WHERE code = $1 AND is_active = 1
            """
        ).first(.text(code)) { row in
            guard let role = Role(rawValue: row.text(2)) else { return nil }
            return Credential(
                principal: Principal(
                    staff: ID(row.integer(0)), staffCode: row.text(1), role: role,
                    station: row.optionalInteger(3).map { ID($0) }, terminal: nil,
                    centre: row.optionalInteger(4).map { ID($0) },
                    partner: row.optionalInteger(5).map { ID($0) },
                    village: row.optionalInteger(6).map { ID($0) }),
                pinHash: row.text(7),
                lockedUntil: Instant(millisecondsSinceEpoch: row.integer(8)))
        } ?? nil
    }

    /// A terminal's number, station and secret's digest, or nothing.
    func terminal(
        _ code: String
    ) throws -> (id: ID<Terminal>, station: ID<Station>, secretDigest: String)? {
        try connection.prepare(
            "SELECT terminal_id, station_id, secret_digest FROM terminal WHERE code = $1"
        ).first(.text(code)) {
            (ID<Terminal>($0.integer(0)), ID<Station>($0.integer(1)), $0.text(2))
        }
    }

    /// Who a session's token belongs to and until when, or nothing once it has ended.
    public func session(
        tokenDigest: String
    ) throws -> (principal: Principal, expiresAt: Instant)? {
        try connection.prepare(
            """
            SELECT m.staff_id, m.code, m.role, m.station_id, m.centre_id, m.partner_id,
                m.village_id, s.terminal_id, s.expires_at
            FROM session s JOIN staff_member m ON m.staff_id = s.staff_id
            WHERE s.token_digest = $1 AND s.ended_at IS NULL AND m.is_active = 1
            """
        ).first(.text(tokenDigest)) { row in
            guard let role = Role(rawValue: row.text(2)) else { return nil }
            let principal = Principal(
                staff: ID(row.integer(0)), staffCode: row.text(1), role: role,
                station: row.optionalInteger(3).map { ID($0) },
                terminal: row.optionalInteger(7).map { ID($0) },
                centre: row.optionalInteger(4).map { ID($0) },
                partner: row.optionalInteger(5).map { ID($0) },
                village: row.optionalInteger(6).map { ID($0) })
            return (principal, Instant(millisecondsSinceEpoch: row.integer(8)))
        } ?? nil
    }

    /// A person by code, employed or not, or nothing.
    func person(_ code: String) throws -> (principal: Principal, isActive: Bool)? {
        try connection.prepare(
            """
            SELECT staff_id, code, role, station_id, centre_id, partner_id, village_id, is_active
            FROM staff_member WHERE code = $1
            """
        ).first(.text(code)) { row in
            guard let role = Role(rawValue: row.text(2)) else { return nil }
            let principal = Principal(
                staff: ID(row.integer(0)), staffCode: row.text(1), role: role,
                station: row.optionalInteger(3).map { ID($0) }, terminal: nil,
                centre: row.optionalInteger(4).map { ID($0) },
                partner: row.optionalInteger(5).map { ID($0) },
                village: row.optionalInteger(6).map { ID($0) })
            return (principal, row.integer(7) == 1)
        } ?? nil
    }

    /// - Throws: `Refusal` with `operatorNotAllowed` unless employed, vetted and trained then.
    func checkMayWork(_ staff: ID<StaffMember>, on date: BusinessDate) throws {
        let mayWork =
            try connection.prepare(
                """
                SELECT 1 FROM staff_member WHERE staff_id = $1 AND is_active = 1
                    AND vetted_until >= $2 AND trained_until >= $2
                """
            ).first(.integer(staff.number), .integer(Int64(date.daysSinceEpoch))) { _ in true }
        guard mayWork != nil else { throw Refusal.operatorNotAllowed }
    }

    /// - Throws: `Refusal` with `operatorNotAllowed` unless employed, vetted and trained on the
    ///   date of the person's shift.
    func checkMayWork(_ staff: ID<StaffMember>, during shift: ID<Shift>) throws {
        let mayWork =
            try connection.prepare(
                """
                SELECT 1 FROM staff_member m JOIN shift h ON h.shift_id = $1
                WHERE m.staff_id = $2 AND m.is_active = 1
                    AND m.vetted_until >= h.business_date AND m.trained_until >= h.business_date
                """
            ).first(.integer(shift.number), .integer(staff.number)) { _ in true }
        guard mayWork != nil else { throw Refusal.operatorNotAllowed }
    }
}

extension Refusal {
    static let operatorNotAllowed = Refusal(
        .operatorNotAllowed,
        "you are dismissed, or vetting or training has run out; the centre must renew it first",
        zh: "您已停用，或政审、培训已过期，请联系中心办理后再操作")
}
