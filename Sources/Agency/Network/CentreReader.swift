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
}
