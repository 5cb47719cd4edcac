import CivilTime
import Cryptography
import Ledger
import SQL
import Settlement
import StrictJSON

/// A file that a partner sent, and what became of it.
///
///     accepted                       all of it counts
///     waiting ──▶ accepted           the file before it in the chain came late
///        └──────▶ rejected           and this one does not follow it
///     quarantined                    nothing proves who sent it; no line is believed
///     rejected                       its sender is known, and it is wrong
///
/// The same bytes under the same name change nothing, except that what was quarantined is looked at
/// again: the key may be known by now. An acknowledgement of a file of ours never waits.
public struct PartnerFile: Sendable, Equatable {
    /// What a file is, by its name.
    public enum Kind: String, Sendable, CaseIterable {
        case settlement, acknowledgement

        init(name: String) {
            switch SettlementFileName.kind(of: name) {
            case .settlement: self = .settlement
            case .acknowledgement: self = .acknowledgement
            }
        }
    }

    public enum State: String, Sendable, CaseIterable {
        case accepted, waiting, quarantined, rejected
    }

    /// Faults beside those of `SettlementError`.
    enum Fault: String {
        /// The number of an accepted file with other bytes.
        case sequenceReused
        /// No sidecar came.
        case sidecarMissing
        /// In a layout of the partner's own: the file is not as the layout says.
        case layoutViolated
        /// In a layout of the partner's own: neither name nor lines tell the date.
        case dateMissing
        /// A file of this date, or of a later one, was accepted already.
        case dateReused
        /// A partner's file repeats lines by which we settled differences.
        case adjustmentNotOurs
        /// A file of a day that has not come yet.
        case dateInFuture
        /// A file of a day before our books begin.
        case dateBeforeBooks
        /// An acknowledgement of a file of which a later numbered one came before.
        case acknowledgementOvertaken
        /// An acknowledgement of a file that we did not release to this partner.
        case acknowledgedFileUnknown
        /// An acknowledgement of other bytes than those that we released.
        case acknowledgedDigestDiffers
        /// An acknowledgement that names a line which the file does not have.
        case acknowledgedLineUnknown
    }

    public let id: ID<PartnerFile>
    public let partner: ID<Partner>
    public let partnerCode: String
    public let kind: Kind
    public let name: String
    public let receivedAt: Instant
    public let digest: String
    public let sidecarDigest: String?
    public let byteCount: Int64
    public let state: State
    public let fault: String?
    public let reason: String
    public let keyID: String?
    public let date: BusinessDate?
    public let sequence: Int64?
    public let detailCount: Int64?
    public let netFen: Int64?
    /// The name of the file in which we told the partner what became of it.
    public let acknowledgement: String?

    public func encode(to writer: inout JSONWriter, zone: ZoneOffset) {
        writer.beginObject()
        writer.field("file_id", String(id.number))
        writer.field("name", name)
        writer.field("partner_id", partnerCode)
        writer.field("kind", kind.rawValue)
        writer.field("received_at", zone.text(receivedAt))
        writer.field("status", state.rawValue)
        writer.field("fault", orNull: fault)
        writer.field("reason", reason)
        writer.field("sha256", digest)
        writer.field("byte_count", byteCount)
        writer.field("key_id", orNull: keyID)
        writer.field("business_date", orNull: date?.description)
        writer.field("sequence", orNull: sequence)
        writer.field("detail_count", orNull: detailCount)
        writer.field("net_fen", orNull: netFen)
        writer.field("acknowledgement", orNull: acknowledgement)
        writer.endObject()
    }
}

/// What a connection can read of the files that partners sent.
public struct PartnerFileReader {
    /// The most files on one page.
    public static let maximumPageSize = 200
    /// The most files that one date shows.
    static let maximumShownOfDate = 20

    private static let columns = """
        SELECT f.file_id, f.partner_id, p.code, f.name, f.received_at, f.digest, f.sidecar_digest,
            f.byte_count, f.state, f.fault, f.reason, f.key_id, f.business_date, f.sequence,
            f.detail_count, f.net_fen, f.kind, a.name
        FROM partner_file f JOIN partner p ON p.partner_id = f.partner_id
        LEFT JOIN acknowledgement_file a ON a.partner_file_id = f.file_id
            AND a.state = 'released'
        """

    private let connection: Connection

    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// Files after a file number, oldest first.
    ///
    /// - Parameter date: only this date's; not what nobody knows the date of.
    public func files(
        partner: ID<Partner>?, state: PartnerFile.State?, date: BusinessDate? = nil,
        after cursor: Int64, limit: Int
    ) throws -> [PartnerFile] {
        try connection.prepare(
            computed: Self.columns + """

                WHERE f.file_id > $1 AND ($2 IS NULL OR f.partner_id = $2)
                    AND ($3 IS NULL OR f.state = $3) AND ($4 IS NULL OR f.business_date = $4)
                ORDER BY f.file_id LIMIT $5
                """
        ).all(
            .integer(cursor), .integer(partner?.number), .text(state?.rawValue),
            .integer(date.map { Int64($0.daysSinceEpoch) }),
            .integer(Int64(min(limit, Self.maximumPageSize))), read: PartnerFile.init(row:))
    }

    /// What a partner sent for a date, the accepted file before the others, each newest first.
    ///
    /// Not what nobody knows the date of.
    func files(of partner: ID<Partner>, on date: BusinessDate) throws -> [PartnerFile] {
        try connection.prepare(
            computed: Self.columns + """

                WHERE f.partner_id = $1 AND f.business_date = $2
                ORDER BY f.state = 'accepted' DESC, f.file_id DESC LIMIT $3
                """
        ).all(
            .integer(partner.number), .integer(Int64(date.daysSinceEpoch)),
            .integer(Int64(Self.maximumShownOfDate)), read: PartnerFile.init(row:))
    }

    func file(_ id: ID<PartnerFile>) throws -> PartnerFile? {
        try connection.prepare(computed: Self.columns + " WHERE f.file_id = $1")
            .first(.integer(id.number), read: PartnerFile.init(row:))
    }

    /// A file of the same name, bytes and sidecar that came before.
    func same(
        name: String, digest: String, sidecarDigest: String?, partner: ID<Partner>
    ) throws -> PartnerFile? {
        try connection.prepare(
            computed: Self.columns + """

                WHERE f.partner_id = $1 AND f.digest = $2 AND f.name = $3
                    AND f.sidecar_digest IS $4
                ORDER BY f.file_id DESC LIMIT 1
                """
        ).first(
            .integer(partner.number), .text(digest), .text(name), .text(sidecarDigest),
            read: PartnerFile.init(row:))
    }

    /// The newest accepted file of a partner, as far as the next one depends on it.
    func newestLink(of partner: ID<Partner>) throws -> SettlementChainLink? {
        try connection.prepare(
            """
            SELECT sequence, business_date, digest FROM partner_file
            WHERE partner_id = $1 AND kind = 'settlement' AND state = 'accepted'
                AND sequence IS NOT NULL
            ORDER BY sequence DESC LIMIT 1
            """
        ).first(.integer(partner.number)) { row in
            guard let digest = SHA256Digest(hex: row.text(2)) else {
                throw row.damage(2, expected: "a digest")
            }
            return SettlementChainLink(
                sequence: Int(row.integer(0)), businessDate: row.businessDate(1), digest: digest)
        }
    }

    /// The newest date of which a file of a partner was accepted.
    func newestDate(of partner: ID<Partner>) throws -> BusinessDate? {
        try connection.prepare(
            """
            SELECT max(business_date) FROM partner_file
            WHERE partner_id = $1 AND state = 'accepted'
            """
        ).first(.integer(partner.number)) { $0.isNull(0) ? nil : $0.businessDate(0) } ?? nil
    }

    /// Whether an acknowledgement of a number was accepted from a partner.
    func hasAcknowledgement(_ number: Int, of partner: ID<Partner>) throws -> Bool {
        try connection.prepare(
            """
            SELECT 1 FROM partner_file WHERE partner_id = $1 AND kind = 'acknowledgement'
                AND state = 'accepted' AND sequence = $2
            """
        ).first(.integer(partner.number), .integer(Int64(number))) { _ in true } ?? false
    }

    /// How much of a partner's is kept in quarantine.
    func quarantinedByteCount(of partner: ID<Partner>) throws -> Int64 {
        try connection.prepare(
            """
            SELECT ifnull(sum(byte_count), 0) FROM partner_file
            WHERE partner_id = $1 AND state = 'quarantined'
            """
        ).first(.integer(partner.number)) { $0.integer(0) } ?? 0
    }

    /// The highest number of a partner's acknowledgements of a file of ours.
    func newestAcknowledgement(of fileName: String, by partner: ID<Partner>) throws -> Int? {
        try connection.prepare(
            """
            SELECT max(p.sequence) FROM settlement_file f
            JOIN settlement_acknowledgement a ON a.file_id = f.file_id
            JOIN partner_file p ON p.file_id = a.partner_file_id
            WHERE f.name = $1 AND p.partner_id = $2
            """
        ).first(.text(fileName), .integer(partner.number)) { row in
            row.optionalInteger(0).map { Int($0) }
        } ?? nil
    }

    /// A file that waits, as far as its place in the chain depends on it.
    struct Waiting {
        let id: ID<PartnerFile>
        let sequence: Int
        let previousDigest: SHA256Digest
        let date: BusinessDate
    }

    /// The next file of a partner whose wait is over, now that a link is the newest.
    func waiting(
        of partner: ID<Partner>, after link: SettlementChainLink
    ) throws -> Waiting? {
        try connection.prepare(
            """
            SELECT file_id, sequence, previous_digest, business_date FROM partner_file
            WHERE partner_id = $1 AND state = 'waiting' AND sequence <= $2
            ORDER BY sequence, file_id LIMIT 1
            """
        ).first(.integer(partner.number), .integer(Int64(link.sequence) + 1)) { row in
            guard let digest = SHA256Digest(hex: row.text(2)) else {
                throw row.damage(2, expected: "a digest")
            }
            return Waiting(
                id: ID(row.integer(0)), sequence: Int(row.integer(1)), previousDigest: digest,
                date: row.businessDate(3))
        }
    }
}

extension PartnerFile {
    fileprivate init(row: Row) throws {
        guard let state = State(rawValue: row.text(8)) else {
            throw row.damage(8, expected: "a state")
        }
        guard let kind = Kind(rawValue: row.text(16)) else {
            throw row.damage(16, expected: "a kind")
        }
        self.init(
            id: ID(row.integer(0)), partner: ID(row.integer(1)), partnerCode: row.text(2),
            kind: kind, name: row.text(3),
            receivedAt: Instant(millisecondsSinceEpoch: row.integer(4)),
            digest: row.text(5), sidecarDigest: row.optionalText(6), byteCount: row.integer(7),
            state: state, fault: row.optionalText(9), reason: row.text(10),
            keyID: row.optionalText(11),
            date: row.isNull(12) ? nil : row.businessDate(12),
            sequence: row.optionalInteger(13), detailCount: row.optionalInteger(14),
            netFen: row.optionalInteger(15), acknowledgement: row.optionalText(17))
    }
}
