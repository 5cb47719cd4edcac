import CivilTime
import Ledger
import SQL
import StrictJSON

/// A partner's file, compared with the dates of ours that it answers.
public struct Reconciliation: Sendable, Equatable {
    public let id: ID<Reconciliation>
    public let partnerCode: String
    public let fileName: String
    public let firstDate: BusinessDate
    public let lastDate: BusinessDate
    public let recordedAt: Instant
    /// Whether the nets are less commission; not where the partner's file does not tell it.
    public let hasCommission: Bool
    /// Whether the lines were compared, and not only the sums.
    public let isCompared: Bool
    public let ourCount: Int64
    public let ourNetFen: Int64
    public let theirCount: Int64
    public let theirNetFen: Int64
    public let matchedCount: Int64
    /// Exceptions of earlier dates whose counterparts this file held.
    public let clearedCount: Int64
    public let exceptionCount: Int64
    public let unresolvedCount: Int64

    /// Ours less theirs, in fen.
    public var differenceFen: Int64 { ourNetFen - theirNetFen }

    public func encode(to writer: inout JSONWriter, zone: ZoneOffset) {
        writer.beginObject()
        writer.field("reconciliation_id", String(id.number))
        writer.field("partner_id", partnerCode)
        writer.field("partner_file", fileName)
        writer.field("first_date", firstDate.description)
        writer.field("last_date", lastDate.description)
        writer.field("recorded_at", zone.text(recordedAt))
        writer.field("has_commission", hasCommission)
        writer.field("is_compared", isCompared)
        writer.field("our_count", ourCount)
        writer.field("our_net_fen", ourNetFen)
        writer.field("their_count", theirCount)
        writer.field("their_net_fen", theirNetFen)
        writer.field("difference_fen", differenceFen)
        writer.field("matched_count", matchedCount)
        writer.field("cleared_count", clearedCount)
        writer.field("exception_count", exceptionCount)
        writer.field("unresolved_count", unresolvedCount)
        writer.endObject()
    }
}

/// What a connection can read of the reconciliations.
public struct ReconciliationList {
    /// The most reconciliations on one page.
    public static let maximumPageSize = 200

    private static let columns = """
        SELECT r.reconciliation_id, p.code, f.name, r.first_date, r.last_date, r.recorded_at,
            r.has_commission, r.is_compared, r.our_count, r.our_net_fen, r.their_count,
            r.their_net_fen, r.matched_count, r.cleared_count,
            (SELECT count(*) FROM settlement_exception e
                WHERE e.reconciliation_id = r.reconciliation_id),
            (SELECT count(*) FROM settlement_exception e
                WHERE e.reconciliation_id = r.reconciliation_id AND e.state <> 'resolved')
        FROM reconciliation r JOIN partner p ON p.partner_id = r.partner_id
        JOIN partner_file f ON f.file_id = r.partner_file_id
        """

    private let connection: Connection

    public init(_ connection: Connection) {
        self.connection = connection
    }

    func reconciliation(_ id: ID<Reconciliation>) throws -> Reconciliation? {
        try connection.prepare(computed: Self.columns + " WHERE r.reconciliation_id = $1")
            .first(.integer(id.number), read: Reconciliation.init(row:))
    }

    /// Reconciliations after a number, oldest first.
    public func reconciliations(
        partner: ID<Partner>?, date: BusinessDate?, after cursor: Int64, limit: Int
    ) throws -> [Reconciliation] {
        try connection.prepare(
            computed: Self.columns + """

                WHERE r.reconciliation_id > $1 AND ($2 IS NULL OR r.partner_id = $2)
                    AND ($3 IS NULL OR $3 BETWEEN r.first_date AND r.last_date)
                ORDER BY r.reconciliation_id LIMIT $4
                """
        ).all(
            .integer(cursor), .integer(partner?.number),
            .integer((date?.daysSinceEpoch).map { Int64($0) }),
            .integer(Int64(min(limit, Self.maximumPageSize))),
            read: Reconciliation.init(row:))
    }
}

extension Reconciliation {
    fileprivate init(row: Row) throws {
        self.init(
            id: ID(row.integer(0)), partnerCode: row.text(1), fileName: row.text(2),
            firstDate: row.businessDate(3), lastDate: row.businessDate(4),
            recordedAt: Instant(millisecondsSinceEpoch: row.integer(5)),
            hasCommission: row.integer(6) == 1, isCompared: row.integer(7) == 1,
            ourCount: row.integer(8), ourNetFen: row.integer(9), theirCount: row.integer(10),
            theirNetFen: row.integer(11), matchedCount: row.integer(12),
            clearedCount: row.integer(13), exceptionCount: row.integer(14),
            unresolvedCount: row.integer(15))
    }
}
