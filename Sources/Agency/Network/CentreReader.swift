import Ledger
import SQL

/// What a connection can read of the centres.
public struct CentreReader {
    private let connection: Connection

    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// Whether a centre is a district's.
    public func isDistrict(_ centre: ID<Centre>) throws -> Bool {
        try connection.prepare("SELECT level FROM centre WHERE centre_id = $1")
            .first(.integer(centre.number)) { $0.text(0) == "district" } ?? false
    }

    /// The district centre above a town centre, or nothing.
    func parent(of centre: ID<Centre>) throws -> ID<Centre>? {
        try connection.prepare("SELECT parent_id FROM centre WHERE centre_id = $1")
            .first(.integer(centre.number)) { $0.optionalInteger(0).map { ID($0) } } ?? nil
    }

    /// Whether a centre is the station's town centre or the district centre above that.
    func isCentre(_ centre: ID<Centre>?, above station: ID<Station>) throws -> Bool {
        try connection.prepare(
            """
            SELECT 1 FROM station s
            JOIN village v ON v.village_id = s.village_id
            JOIN centre c ON c.centre_id = v.town_centre_id
            WHERE s.station_id = $1 AND (c.centre_id = $2 OR c.parent_id = $2)
            """
        ).first(.integer(station.number), .integer(centre?.number)) { _ in true } ?? false
    }
}
