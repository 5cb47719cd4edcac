import CivilTime
import Ledger
import SQL
import StrictJSON

/// How exceptions are settled, as one person proposes and another agrees.
///
///     proposed ──▶ approved | refused     by a second person
///        └───────▶ withdrawn              by who proposed it
///        └───────▶ lapsed                 the partner's later file held the counterpart
public struct SettlementResolution: Sendable, Equatable {
    public enum Kind: String, CaseIterable, Sendable {
        /// The partner's figure is booked, and the difference is a loss or an income.
        case writeOff = "write_off"
        /// The partner's figure is booked, and the difference waits in an account of its own.
        case suspense
        /// Exceptions of one partner whose differences add up to nothing; nothing is booked.
        case offset
    }

    public enum State: String, CaseIterable, Sendable {
        case proposed, approved, refused, withdrawn, lapsed
    }

    public let id: ID<SettlementResolution>
    public let partner: ID<Partner>
    public let partnerCode: String
    public let kind: Kind
    public let state: State
    public let proposedBy: ID<StaffMember>
    public let proposedByCode: String
    public let proposedAt: Instant
    public let reason: String
    public let decidedByCode: String?
    public let decidedAt: Instant?
    public let decisionReason: String
}

/// What a connection can read of resolutions.
public struct ResolutionReader {
    /// The most resolutions on one page.
    public static let maximumPageSize = 200

    private static let columns = """
        SELECT r.resolution_id, r.partner_id, p.code, r.kind, r.state, r.proposed_by, a.code,
            r.proposed_at, r.reason, b.code, r.decided_at, r.decision_reason
        FROM settlement_resolution r JOIN partner p ON p.partner_id = r.partner_id
        JOIN staff_member a ON a.staff_id = r.proposed_by
        LEFT JOIN staff_member b ON b.staff_id = r.decided_by
        """

    private let connection: Connection

    public init(_ connection: Connection) {
        self.connection = connection
    }

    func resolution(_ number: Int64) throws -> SettlementResolution? {
        try connection.prepare(computed: Self.columns + " WHERE r.resolution_id = $1")
            .first(.integer(number), read: SettlementResolution.init(row:))
    }

    /// The proposal that an exception is part of, or nothing.
    func proposal(on exception: ID<SettlementException>) throws -> ID<SettlementResolution>? {
        try connection.prepare(
            """
            SELECT r.resolution_id FROM settlement_resolution_item i
            JOIN settlement_resolution r ON r.resolution_id = i.resolution_id
            WHERE i.exception_id = $1 AND r.state = 'proposed'
            """
        ).first(.integer(exception.number)) { ID($0.integer(0)) }
    }

    func items(of resolution: ID<SettlementResolution>) throws -> [ID<SettlementException>] {
        try connection.prepare(
            """
            SELECT exception_id FROM settlement_resolution_item WHERE resolution_id = $1
            ORDER BY exception_id
            """
        ).all(.integer(resolution.number)) { ID($0.integer(0)) }
    }

    /// Writes a page of resolutions as a JSON array, oldest first; gives the cursor of the next.
    public func encodeResolutions(
        partner: ID<Partner>?, state: SettlementResolution.State?, after cursor: Int64,
        limit: Int, zone: ZoneOffset, to writer: inout JSONWriter
    ) throws -> Int64? {
        let found = try connection.prepare(
            computed: Self.columns + """

                WHERE r.resolution_id > $1 AND ($2 IS NULL OR r.partner_id = $2)
                    AND ($3 IS NULL OR r.state = $3)
                ORDER BY r.resolution_id LIMIT $4
                """
        ).all(
            .integer(cursor), .integer(partner?.number), .text(state?.rawValue),
            .integer(Int64(limit)), read: SettlementResolution.init(row:))
        writer.beginArray()
        for resolution in found { try encode(resolution, zone: zone, to: &writer) }
        writer.endArray()
        return found.count == limit ? found.last?.id.number : nil
    }

    /// Writes a resolution with its exceptions as a JSON object.
    func encode(
        _ resolution: SettlementResolution, zone: ZoneOffset, to writer: inout JSONWriter
    ) throws {
        writer.beginObject()
        writer.field("resolution_id", String(resolution.id.number))
        writer.field("partner_id", resolution.partnerCode)
        writer.field("kind", resolution.kind.rawValue)
        writer.field("state", resolution.state.rawValue)
        writer.key("exception_ids")
        writer.beginArray()
        for item in try items(of: resolution.id) { writer.string(String(item.number)) }
        writer.endArray()
        writer.field("proposed_by", resolution.proposedByCode)
        writer.field("proposed_at", zone.text(resolution.proposedAt))
        writer.field("reason", resolution.reason)
        writer.field("decided_by", orNull: resolution.decidedByCode)
        writer.field("decided_at", orNull: resolution.decidedAt.map { zone.text($0) })
        writer.field("decision_reason", resolution.decisionReason)
        writer.endObject()
    }
}

extension SettlementResolution {
    fileprivate init(row: Row) throws {
        guard let kind = Kind(rawValue: row.text(3)), let state = State(rawValue: row.text(4))
        else { throw row.damage(3, expected: "a kind and a state") }
        self.init(
            id: ID(row.integer(0)), partner: ID(row.integer(1)), partnerCode: row.text(2),
            kind: kind, state: state, proposedBy: ID(row.integer(5)),
            proposedByCode: row.text(6),
            proposedAt: Instant(millisecondsSinceEpoch: row.integer(7)), reason: row.text(8),
            decidedByCode: row.optionalText(9),
            decidedAt: row.optionalInteger(10).map { Instant(millisecondsSinceEpoch: $0) },
            decisionReason: row.text(11))
    }
}
