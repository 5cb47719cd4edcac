import CivilTime
import Ledger
import SQL
import StrictJSON

/// Whose settlement files a key signs.
public enum SettlementDirection: String, Sendable, CaseIterable {
    /// Ours to the partner.
    case out
    /// The partner's to us.
    case `in`
}

/// A settlement key without its secret, as people may see it.
///
///     current ──▶ ending ──▶ retired     replaced: valid for the overlap, then no more
///        └───────────────────▲           retired at once
///
/// New files of ours are signed with the newest current key; all that are not retired are accepted.
public struct SettlementKeyRow: Sendable, Equatable {
    public enum State: String, Sendable, CaseIterable {
        case current, ending, retired
    }

    public let keyID: String
    public let partnerCode: String
    public let direction: SettlementDirection
    /// By which both sides see that they have the same key, without showing it.
    public let fingerprint: String
    public let createdAt: Instant
    /// From then on the key is not valid.
    public let retiredAt: Instant?
    public let createdBy: String?
    public let retiredBy: String?
    public let reason: String

    /// How the key stands at an instant; at the instant of its end it is retired.
    public func state(at instant: Instant) -> State {
        guard let retiredAt else { return .current }
        return retiredAt > instant ? .ending : .retired
    }

    /// Writes the key's members into an open object; never the secret, which nothing reads here.
    func encodeMembers(to writer: inout JSONWriter, zone: ZoneOffset, at instant: Instant) {
        writer.field("key_id", keyID)
        writer.field("partner_id", partnerCode)
        writer.field("direction", direction.rawValue)
        writer.field("state", state(at: instant).rawValue)
        writer.field("fingerprint", fingerprint)
        writer.field("created_at", zone.text(createdAt))
        writer.field("created_by", orNull: createdBy)
        writer.field("retired_at", orNull: retiredAt.map { zone.text($0) })
        writer.field("retired_by", orNull: retiredBy)
        writer.field("reason", reason)
    }

    public func encode(to writer: inout JSONWriter, zone: ZoneOffset, at instant: Instant) {
        writer.beginObject()
        encodeMembers(to: &writer, zone: zone, at: instant)
        writer.endObject()
    }
}

/// What a connection can read of settlement keys; never a secret.
public struct SettlementKeyReader {
    private static let columns = """
        SELECT k.key_id, p.code, k.direction, k.created_at, k.retired_at, c.code, r.code, k.reason,
            k.fingerprint
        FROM settlement_key k JOIN partner p ON p.partner_id = k.partner_id
        LEFT JOIN staff_member c ON c.staff_id = k.created_by
        LEFT JOIN staff_member r ON r.staff_id = k.retired_by
        """

    private let connection: Connection

    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// A partner's keys in both directions, oldest first.
    public func keys(of partner: ID<Partner>) throws -> [SettlementKeyRow] {
        try connection.prepare(
            computed: Self.columns + " WHERE k.partner_id = $1 ORDER BY k.number"
        ).all(.integer(partner.number), read: SettlementKeyRow.init(row:))
    }
}

extension SettlementKeyRow {
    fileprivate init(row: Row) throws {
        guard let direction = SettlementDirection(rawValue: row.text(2)) else {
            throw row.damage(2, expected: "a direction")
        }
        guard let fingerprint = SettlementKeyFingerprint(kept: row.bytes(8)) else {
            throw row.damage(8, expected: "a fingerprint")
        }
        self.init(
            keyID: row.text(0), partnerCode: row.text(1), direction: direction,
            fingerprint: fingerprint.text,
            createdAt: Instant(millisecondsSinceEpoch: row.integer(3)),
            retiredAt: row.optionalInteger(4).map { Instant(millisecondsSinceEpoch: $0) },
            createdBy: row.optionalText(5), retiredBy: row.optionalText(6), reason: row.text(7))
    }
}
