import Ledger
import SQL

/// What a connection can read of the partners, by their codes.
public struct PartnerReader {
    private let connection: Connection

    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// A partner by its code, or nothing.
    public func partner(_ code: String) throws -> ID<Partner>? {
        try connection.prepare("SELECT partner_id FROM partner WHERE code = $1")
            .first(.text(code)) { ID<Partner>($0.integer(0)) }
    }

    /// The code of a partner, or nothing.
    public func code(of partner: ID<Partner>) throws -> String? {
        try connection.prepare("SELECT code FROM partner WHERE partner_id = $1")
            .first(.integer(partner.number)) { $0.text(0) }
    }

    /// All partners, in order of their codes.
    func all() throws -> [(id: ID<Partner>, code: String)] {
        try connection.prepare("SELECT partner_id, code FROM partner ORDER BY code")
            .all { (ID<Partner>($0.integer(0)), $0.text(1)) }
    }
}
