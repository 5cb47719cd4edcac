import CivilTime
import Ledger
import SQL
import Settlement
import StrictJSON

/// What a partner said of a file of ours.
public struct SettlementAcknowledgement: Sendable, Equatable {
    public let id: ID<SettlementAcknowledgement>
    public let fileName: String
    public let verdict: Acknowledgement.Verdict
    /// Why it does not count there; empty unless it was rejected.
    public let fault: String
    public let recordedAt: Instant
    /// The partner's file that said so.
    public let partnerFileName: String?
    /// Or the person who did.
    public let staffCode: String?
    public let itemCount: Int64

    public func encode(to writer: inout JSONWriter, zone: ZoneOffset) {
        writer.beginObject()
        encodeMembers(to: &writer, zone: zone)
        writer.endObject()
    }

    func encodeMembers(to writer: inout JSONWriter, zone: ZoneOffset) {
        writer.field("acknowledgement_id", String(id.number))
        writer.field("file", fileName)
        writer.field("verdict", verdict.rawValue)
        writer.field("fault", orNull: fault.isEmpty ? nil : fault)
        writer.field("recorded_at", zone.text(recordedAt))
        writer.field("partner_file", orNull: partnerFileName)
        writer.field("by", orNull: staffCode)
        writer.field("item_count", itemCount)
    }
}

/// What a connection can read of what partners said of our files.
public struct SettlementAcknowledgementReader {
    /// The most items on one page.
    public static let maximumPageSize = 200

    private static let columns = """
        SELECT a.acknowledgement_id, f.name, a.verdict, a.fault, a.recorded_at, p.name, m.code,
            a.item_count
        FROM settlement_acknowledgement a
        JOIN settlement_file f ON f.file_id = a.file_id
        LEFT JOIN partner_file p ON p.file_id = a.partner_file_id
        LEFT JOIN staff_member m ON m.staff_id = a.staff_id
        """

    private let connection: Connection

    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// What counts of what was said of a file: the newest; nothing when nothing was.
    public func newest(of file: ID<SettlementFileRow>) throws -> SettlementAcknowledgement? {
        try connection.prepare(
            computed: Self.columns
                + " WHERE a.file_id = $1 ORDER BY a.acknowledgement_id DESC LIMIT 1"
        ).first(.integer(file.number), read: SettlementAcknowledgement.init(row:))
    }

    func acknowledgement(
        _ id: ID<SettlementAcknowledgement>
    ) throws -> SettlementAcknowledgement? {
        try connection.prepare(computed: Self.columns + " WHERE a.acknowledgement_id = $1")
            .first(.integer(id.number), read: SettlementAcknowledgement.init(row:))
    }

    /// Items after a number, in their order.
    func items(
        of id: ID<SettlementAcknowledgement>, after cursor: Int64, limit: Int
    ) throws -> [AcknowledgementItem] {
        try connection.prepare(
            """
            SELECT line_number, serial, code, cause FROM settlement_acknowledgement_item
            WHERE acknowledgement_id = $1 AND number > $2 ORDER BY number LIMIT $3
            """
        ).all(.integer(id.number), .integer(cursor), .integer(Int64(limit))) { row in
            guard let code = AcknowledgementItem.Code(rawValue: row.text(2)) else {
                throw row.damage(2, expected: "a reject code")
            }
            return AcknowledgementItem(
                lineNumber: Int(row.integer(0)), serial: row.text(1), code: code,
                cause: row.text(3))
        }
    }

    /// Writes an acknowledgement with a page of its items as a JSON object.
    public func encode(
        _ acknowledgement: SettlementAcknowledgement, zone: ZoneOffset, after cursor: Int64,
        limit: Int, to writer: inout JSONWriter
    ) throws {
        let limit = min(limit, Self.maximumPageSize)
        let items = try items(of: acknowledgement.id, after: cursor, limit: limit)
        writer.beginObject()
        acknowledgement.encodeMembers(to: &writer, zone: zone)
        writer.key("items")
        writer.beginArray()
        for item in items {
            writer.beginObject()
            writer.field("line", item.lineNumber)
            writer.field("serial", item.serial)
            writer.field("code", item.code.rawValue)
            writer.field("cause", item.cause)
            writer.endObject()
        }
        writer.endArray()
        let last = cursor + Int64(items.count)
        writer.field("next_cursor", orNull: items.count == limit ? String(last) : nil)
        writer.endObject()
    }
}

extension SettlementAcknowledgement {
    fileprivate init(row: Row) throws {
        guard let verdict = Acknowledgement.Verdict(rawValue: row.text(2)) else {
            throw row.damage(2, expected: "a verdict")
        }
        self.init(
            id: ID(row.integer(0)), fileName: row.text(1), verdict: verdict, fault: row.text(3),
            recordedAt: Instant(millisecondsSinceEpoch: row.integer(4)),
            partnerFileName: row.optionalText(5), staffCode: row.optionalText(6),
            itemCount: row.integer(7))
    }
}
