import CivilTime
import Cryptography
import Ledger
import SQL

extension NetworkLoader {
    func loadStaff(
        _ staff: StaffFile, pins: [String: String], _ numbers: LoadedNumbers
    ) throws {
        for user in staff.users {
            guard let hash = pins[user.id] else {
                throw BookError.unusable(
                    path: DemoCredentialsFile.fileName, reason: "\(user.id) has no PIN")
            }
            let place = StaffPlace(user.assignment, numbers)
            _ = try insert(
                """
                INSERT INTO staff_member (code, name, role, post, station_id, centre_id,
                    partner_id, village_id, vetted_until, trained_until, is_active, pin_hash)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING staff_id
                """,
                .text(user.id), .text(user.name), .text(user.assignment.role.rawValue),
                .text(place.post), .integer(place.station), .integer(place.centre),
                .integer(place.partner), .integer(place.village),
                .integer(Int64(user.vettedUntil.daysSinceEpoch)),
                .integer(Int64(user.trainingUntil.daysSinceEpoch)),
                .integer(user.isActive ? 1 : 0), .text(hash))
        }
    }

    func loadKeys(
        _ credentials: DemoCredentialsFile, _ numbers: LoadedNumbers, at now: Instant
    ) throws {
        for key in credentials.settlementKeys {
            guard let partner = numbers.partners[key.partnerID] else { continue }
            let known = SettlementKeys(connection, sealing: keys.sealing)
            guard try known.key(key.keyID, of: ID(partner)) == nil else { continue }
            guard let bytes = Hexadecimal.decode(key.keyHex) else {
                throw BookError.unusable(
                    path: DemoCredentialsFile.fileName,
                    reason: "key \(key.keyID) is not hexadecimal")
            }
            if let other = try known.keyID(of: bytes) {
                throw BookError.unusable(
                    path: DemoCredentialsFile.fileName,
                    reason: "key \(key.keyID) has the bytes of \(other); give each its own")
            }
            try known.add(bytes, keyID: key.keyID, .out, partner: ID(partner), at: now)
        }
    }
}

/// Where a person belongs, as the database's columns hold it.
private struct StaffPlace {
    var post: String?
    var station: Int64?
    var centre: Int64?
    var partner: Int64?
    var village: Int64?

    init(_ assignment: StaffFile.Assignment, _ numbers: LoadedNumbers) {
        switch assignment {
        case .operator(let stationID, let post):
            self.post = post.rawValue
            station = numbers.stations[stationID]
        case .supervisor(let centreID): centre = numbers.centres[centreID]
        case .liaison(let partnerID): partner = numbers.partners[partnerID]
        case .committee(let villageID): village = numbers.villages[villageID]
        case .administrator: break
        }
    }
}
