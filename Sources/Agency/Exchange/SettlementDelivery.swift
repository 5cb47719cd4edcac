import CivilTime
import Ledger
import SQL
import StrictJSON

/// A way on which a file of ours reached its partner.
public struct SettlementDelivery: Sendable, Equatable {
    public enum Channel: String, Sendable, CaseIterable {
        /// It was put into the partner's folder.
        case outbox
        /// The partner's liaison fetched it; the first time counts.
        case download
    }

    public let channel: Channel
    /// Who fetched it.
    public let staffCode: String?
    public let recordedAt: Instant

    func encode(to writer: inout JSONWriter, zone: ZoneOffset) {
        writer.beginObject()
        writer.field("channel", channel.rawValue)
        writer.field("by", orNull: staffCode)
        writer.field("recorded_at", zone.text(recordedAt))
        writer.endObject()
    }
}

/// A settlement file with how it was delivered and what its partner said of it.
public struct SettlementFileReport: Sendable {
    public let file: SettlementFileRow
    public let deliveries: [SettlementDelivery]
    /// The newest one, which counts.
    public let acknowledgement: SettlementAcknowledgement?

    public func encode(to writer: inout JSONWriter, zone: ZoneOffset) {
        writer.beginObject()
        file.encodeMembers(to: &writer, zone: zone)
        writer.key("deliveries")
        writer.beginArray()
        for delivery in deliveries { delivery.encode(to: &writer, zone: zone) }
        writer.endArray()
        writer.key("acknowledgement")
        if let acknowledgement {
            acknowledgement.encode(to: &writer, zone: zone)
        } else {
            writer.null()
        }
        writer.endObject()
    }
}

/// What a connection can read of how files were delivered.
public struct SettlementDeliveryReader {
    /// The most deliveries of a file that are shown, oldest first.
    public static let maximumShown = 20

    private let connection: Connection

    public init(_ connection: Connection) {
        self.connection = connection
    }

    public func reports(of files: [SettlementFileRow]) throws -> [SettlementFileReport] {
        let acknowledgements = SettlementAcknowledgementReader(connection)
        return try files.map { file in
            SettlementFileReport(
                file: file, deliveries: try deliveries(of: file.id),
                acknowledgement: try acknowledgements.newest(of: file.id))
        }
    }

    /// Whether it is known that a person has fetched a file.
    public func isFetched(_ file: ID<SettlementFileRow>, by staff: ID<StaffMember>) throws -> Bool {
        try connection.prepare(
            """
            SELECT 1 FROM settlement_delivery
            WHERE file_id = $1 AND staff_id = $2 AND channel = 'download'
            """
        ).first(.integer(file.number), .integer(staff.number)) { _ in true } ?? false
    }

    private func deliveries(of file: ID<SettlementFileRow>) throws -> [SettlementDelivery] {
        try connection.prepare(
            """
            SELECT d.channel, m.code, d.recorded_at FROM settlement_delivery d
            LEFT JOIN staff_member m ON m.staff_id = d.staff_id
            WHERE d.file_id = $1 ORDER BY d.delivery_id LIMIT $2
            """
        ).all(.integer(file.number), .integer(Int64(Self.maximumShown))) { row in
            guard let channel = SettlementDelivery.Channel(rawValue: row.text(0)) else {
                throw row.damage(0, expected: "a channel")
            }
            return SettlementDelivery(
                channel: channel, staffCode: row.optionalText(1),
                recordedAt: Instant(millisecondsSinceEpoch: row.integer(2)))
        }
    }
}

extension AgencySession {
    /// Notes that a file was put into its partner's folder.
    func recordDelivery(of file: ID<SettlementFileRow>) throws {
        try insert(file, .outbox, nil)
    }

    /// Notes that a partner's liaison has fetched a file, the first time.
    public func recordDownload(of file: ID<SettlementFileRow>, by principal: Principal) throws {
        let isKnown = try SettlementDeliveryReader(connection)
            .isFetched(file, by: principal.staff)
        if !isKnown { try insert(file, .download, principal.staff) }
    }

    private func insert(
        _ file: ID<SettlementFileRow>, _ channel: SettlementDelivery.Channel,
        _ staff: ID<StaffMember>?
    ) throws {
        try connection.prepare(
            """
            INSERT INTO settlement_delivery (file_id, channel, staff_id, recorded_at)
            VALUES ($1, $2, $3, $4)
            """
        ).run(
            .integer(file.number), .text(channel.rawValue), .integer(staff?.number),
            .integer(now.millisecondsSinceEpoch))
    }
}
