import Ledger
import SQL

/// Who looks after whom.
extension AgencySession {
    /// Whether a centre is the station's town centre or the district centre above that.
    func isCentre(_ centre: ID<Centre>?, above station: ID<Station>) throws -> Bool {
        try CentreReader(connection).isCentre(centre, above: station)
    }

    /// Whether a person looks after a station: a supervisor above it, or an administrator.
    func oversees(_ principal: Principal, _ station: ID<Station>) throws -> Bool {
        switch principal.role {
        case .administrator: true
        case .supervisor: try isCentre(principal.centre, above: station)
        case .operator, .liaison, .committee: false
        }
    }

    /// Whether a person acts for a centre: its own supervisor, one of the centre above, or an
    /// administrator.
    func oversees(_ principal: Principal, centre: ID<Centre>) throws -> Bool {
        switch principal.role {
        case .administrator: return true
        case .operator, .liaison, .committee: return false
        case .supervisor:
            let above = try CentreReader(connection).parent(of: centre)
            return principal.centre == centre
                || (principal.centre != nil && principal.centre == above)
        }
    }

    /// Whether a person looks after a place where stock lies.
    func oversees(_ principal: Principal, _ place: StockPlace) throws -> Bool {
        switch place {
        case .centre(let centre): try oversees(principal, centre: centre)
        case .station(let station): try oversees(principal, station)
        }
    }

    /// - Throws: `Refusal` with `operatorNotAllowed` unless employed, vetted and trained today.
    func checkMayWork(_ principal: Principal) throws {
        try StaffReader(connection).checkMayWork(
            principal.staff, on: try journal.currentDate())
    }

    /// Ends all sessions of a person.
    func endSessions(of staff: ID<StaffMember>) throws {
        try connection.prepare(
            "UPDATE session SET ended_at = $1 WHERE staff_id = $2 AND ended_at IS NULL"
        ).run(.integer(now.millisecondsSinceEpoch), .integer(staff.number))
    }
}
