import CivilTime
import Ledger
import SQL
import StrictJSON

/// Shows a cycle with its files and its instruction.
public struct SettlementCycleReport {
    private let connection: Connection
    private let zone: ZoneOffset

    public init(_ connection: Connection, zone: ZoneOffset) {
        self.connection = connection
        self.zone = zone
    }

    /// Writes a cycle with its newest instruction.
    public func encode(_ cycle: SettlementCycle, to writer: inout JSONWriter) throws {
        writer.beginObject()
        try encodeMembers(of: cycle, to: &writer)
        writer.endObject()
    }

    /// A cycle with its files too, as a JSON object; nothing when it is unknown.
    public func encoded(_ id: ID<SettlementCycle>) throws -> [UInt8]? {
        guard let cycle = try SettlementCycleReader(connection).cycle(id) else { return nil }
        var writer = JSONWriter()
        writer.beginObject()
        try encodeMembers(of: cycle, to: &writer)
        writer.key("settlement_files")
        writer.beginArray()
        try connection.prepare(
            """
            SELECT name, business_date, state, net_fen FROM settlement_file
            WHERE partner_id = $1 AND business_date BETWEEN $2 AND $3 ORDER BY sequence
            """
        ).forEach(
            .integer(cycle.partner.number), .integer(Int64(cycle.from.daysSinceEpoch)),
            .integer(Int64(cycle.to.daysSinceEpoch))
        ) { row in
            writer.beginObject()
            writer.field("name", row.text(0))
            writer.field("business_date", row.businessDate(1).description)
            writer.field("status", row.text(2))
            writer.field("net_fen", orNull: row.optionalInteger(3))
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    private func encodeMembers(
        of cycle: SettlementCycle, to writer: inout JSONWriter
    ) throws {
        cycle.encodeMembers(to: &writer)
        writer.key("instruction")
        if let found = try SettlementInstructionReader(connection).newest(of: cycle.id) {
            found.encode(to: &writer, zone: zone)
        } else {
            writer.null()
        }
    }
}
