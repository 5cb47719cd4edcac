import CivilTime
import Ledger
import SQL
import StrictJSON

/// A settlement file as the book knows it.
public struct SettlementFileRow: Sendable, Equatable {
    /// Whether the file lies in the partner's folder.
    public enum State: String, Sendable {
        /// Its date is closed; the file is still to be written.
        case assigned
        case released
    }

    public let id: ID<SettlementFileRow>
    public let partner: ID<Partner>
    public let partnerCode: String
    public let date: BusinessDate
    public let sequence: Int64
    public let keyID: String
    public let createdAt: Instant
    public let firstSerial: Int64
    public let lastSerial: Int64
    public let name: String
    public let state: State
    public let digest: String?
    public let detailCount: Int64?
    public let netFen: Int64?

    /// Writes the file's description into an open object.
    func encodeMembers(to writer: inout JSONWriter, zone: ZoneOffset) {
        writer.field("name", name)
        writer.field("partner_id", partnerCode)
        writer.field("business_date", date.description)
        writer.field("sequence", sequence)
        writer.field("key_id", keyID)
        writer.field("created_at", zone.text(createdAt))
        writer.field("status", state.rawValue)
        writer.field("sha256", orNull: digest)
        writer.field("detail_count", orNull: detailCount)
        writer.field("net_fen", orNull: netFen)
    }
}

/// What a connection can read of the settlement files.
public struct SettlementFileReader {
    /// The most files on one page.
    public static let maximumPageSize = 200

    private static let columns = """
        SELECT f.file_id, f.partner_id, p.code, f.business_date, f.sequence, f.key_id,
            f.created_at, f.first_serial, f.last_serial, f.name, f.state, f.digest,
            f.detail_count, f.net_fen
        FROM settlement_file f JOIN partner p ON p.partner_id = f.partner_id
        """

    private let connection: Connection

    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// Files after a file number, oldest first.
    ///
    /// - Parameters:
    ///   - partner: only this partner's.
    ///   - date: only this date's.
    public func files(
        partner: ID<Partner>?, date: BusinessDate?, after cursor: Int64, limit: Int
    ) throws -> [SettlementFileRow] {
        try connection.prepare(
            computed: Self.columns + """

                WHERE f.file_id > $1 AND ($2 IS NULL OR f.partner_id = $2)
                    AND ($3 IS NULL OR f.business_date = $3)
                ORDER BY f.file_id LIMIT $4
                """
        ).all(
            .integer(cursor), .integer(partner?.number),
            .integer(date.map { Int64($0.daysSinceEpoch) }),
            .integer(Int64(min(limit, Self.maximumPageSize))),
            read: SettlementFileRow.init(row:))
    }

    /// A partner's files of a range of dates, oldest first.
    func files(
        partner: ID<Partner>, from first: BusinessDate, to last: BusinessDate
    ) throws -> [SettlementFileRow] {
        try connection.prepare(
            computed: Self.columns + """

                WHERE f.partner_id = $1 AND f.business_date BETWEEN $2 AND $3
                ORDER BY f.sequence
                """
        ).all(
            .integer(partner.number), .integer(Int64(first.daysSinceEpoch)),
            .integer(Int64(last.daysSinceEpoch)), read: SettlementFileRow.init(row:))
    }

    /// A file by its name, or nothing.
    public func file(named name: String) throws -> SettlementFileRow? {
        try connection.prepare(computed: Self.columns + " WHERE f.name = $1")
            .first(.text(name), read: SettlementFileRow.init(row:))
    }

    /// The code that a file was released with.
    func mac(of file: SettlementFileRow) throws -> String? {
        try connection.prepare("SELECT mac FROM settlement_file WHERE file_id = $1")
            .first(.integer(file.id.number)) { $0.optionalText(0) } ?? nil
    }

    /// The files that are assigned and not yet released, in the order of their chains.
    func unreleased() throws -> [SettlementFileRow] {
        try connection.prepare(
            computed: Self.columns + " WHERE f.state = 'assigned' ORDER BY f.file_id"
        ).all(read: SettlementFileRow.init(row:))
    }

    /// The released files that were not put into their partners' folders, in order.
    func undelivered() throws -> [SettlementFileRow] {
        try connection.prepare(
            computed: Self.columns + """

                WHERE f.state = 'released' AND NOT EXISTS (SELECT 1 FROM settlement_delivery d
                    WHERE d.file_id = f.file_id AND d.channel = 'outbox')
                ORDER BY f.file_id
                """
        ).all(read: SettlementFileRow.init(row:))
    }

    /// The digest of the file before one in its partner's chain; nothing for the first.
    func previousDigest(of file: SettlementFileRow) throws -> String? {
        try connection.prepare(
            """
            SELECT digest FROM settlement_file
            WHERE partner_id = $1 AND sequence < $2 ORDER BY sequence DESC LIMIT 1
            """
        ).first(.integer(file.partner.number), .integer(file.sequence)) {
            $0.optionalText(0)
        } ?? nil
    }
}

extension SettlementFileRow {
    fileprivate init(row: Row) throws {
        guard let state = State(rawValue: row.text(10)) else {
            throw row.damage(10, expected: "a state")
        }
        self.init(
            id: ID(row.integer(0)), partner: ID(row.integer(1)), partnerCode: row.text(2),
            date: row.businessDate(3), sequence: row.integer(4), keyID: row.text(5),
            createdAt: Instant(millisecondsSinceEpoch: row.integer(6)),
            firstSerial: row.integer(7), lastSerial: row.integer(8), name: row.text(9),
            state: state, digest: row.optionalText(11), detailCount: row.optionalInteger(12),
            netFen: row.optionalInteger(13))
    }
}
