import CivilTime
import Cryptography
import Ledger
import SQL
import Settlement

/// A file in which we tell a partner what became of a file of its own.
public struct AcknowledgementFileRow: Sendable, Equatable {
    public let id: ID<AcknowledgementFileRow>
    public let partner: ID<Partner>
    public let partnerCode: String
    /// The partner's file that it is about.
    public let partnerFile: ID<PartnerFile>
    public let partnerFileName: String
    let partnerFileDigest: String
    public let sequence: Int64
    public let name: String
    public let keyID: String
    public let createdAt: Instant
    public let verdict: Acknowledgement.Verdict
    public let fault: String
    public let itemCount: Int64
    /// Whether it lies in the partner's folder.
    public let isReleased: Bool
    public let digest: String?
    let mac: String?
}

/// What a connection can read of our acknowledgements.
public struct AcknowledgementFileReader {
    /// The most files on one page.
    static let maximumPageSize = 200

    private static let columns = """
        SELECT a.acknowledgement_id, a.partner_id, p.code, a.partner_file_id, f.name, f.digest,
            a.sequence, a.name, a.key_id, a.created_at, a.verdict, a.fault, a.item_count,
            a.state, a.digest, a.mac
        FROM acknowledgement_file a JOIN partner p ON p.partner_id = a.partner_id
        JOIN partner_file f ON f.file_id = a.partner_file_id
        """

    private let connection: Connection

    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// A file by its name, or nothing.
    public func file(named name: String) throws -> AcknowledgementFileRow? {
        try connection.prepare(computed: Self.columns + " WHERE a.name = $1")
            .first(.text(name), read: AcknowledgementFileRow.init(row:))
    }

    func file(_ id: ID<AcknowledgementFileRow>) throws -> AcknowledgementFileRow? {
        try connection.prepare(computed: Self.columns + " WHERE a.acknowledgement_id = $1")
            .first(.integer(id.number), read: AcknowledgementFileRow.init(row:))
    }

    /// Files that are released, after a number, oldest first.
    func released(after cursor: Int64) throws -> [AcknowledgementFileRow] {
        try connection.prepare(
            computed: Self.columns + """

                WHERE a.acknowledgement_id > $1 AND a.state = 'released'
                ORDER BY a.acknowledgement_id LIMIT $2
                """
        ).all(
            .integer(cursor), .integer(Int64(Self.maximumPageSize)),
            read: AcknowledgementFileRow.init(row:))
    }

    /// The files that are assigned and not yet released, oldest first.
    func unreleased() throws -> [AcknowledgementFileRow] {
        try connection.prepare(
            computed: Self.columns + " WHERE a.state = 'assigned' ORDER BY a.acknowledgement_id"
        ).all(read: AcknowledgementFileRow.init(row:))
    }

    /// A partner's file that is to be acknowledged, as it ended.
    struct Due {
        let file: ID<PartnerFile>
        let fault: String
        let isAccepted: Bool
        let itemCount: Int64
    }

    /// The partner's files that ended and are not acknowledged, oldest first.
    ///
    /// An accepted file has ended once its lines were compared. Of one whose key is not known
    /// nobody knows who sent it, and it gets none.
    func due(of partner: ID<Partner>, limit: Int) throws -> [Due] {
        try connection.prepare(
            """
            SELECT f.file_id, ifnull(f.fault, ''), f.state = 'accepted',
                (SELECT count(*) FROM settlement_exception e
                    WHERE e.reconciliation_id = r.reconciliation_id)
            FROM partner_file f LEFT JOIN reconciliation r ON r.partner_file_id = f.file_id
            WHERE f.partner_id = $1 AND f.kind = 'settlement' AND f.key_id IS NOT NULL
                AND f.state <> 'waiting'
                AND (f.state <> 'accepted' OR r.reconciliation_id IS NOT NULL)
                AND NOT EXISTS (SELECT 1 FROM acknowledgement_file a
                    WHERE a.partner_file_id = f.file_id)
            ORDER BY f.file_id LIMIT $2
            """
        ).all(.integer(partner.number), .integer(Int64(limit))) { row in
            Due(
                file: ID(row.integer(0)), fault: row.text(1), isAccepted: row.integer(2) == 1,
                itemCount: row.integer(3))
        }
    }

    /// What a file says; the same rows give the same.
    ///
    /// - Throws: `SettlementError`, `BookError`, `SQLError`.
    func content(
        of file: AcknowledgementFileRow, _ profile: AgencyProfile
    ) throws -> Acknowledgement {
        guard let digest = SHA256Digest(hex: file.partnerFileDigest) else {
            throw BookError.unusable(
                path: "partner_file \(file.partnerFileName)",
                reason: "its digest is damaged; run verify")
        }
        return Acknowledgement(
            agencyID: try settlementIdentifier(profile.code),
            partnerID: try settlementIdentifier(file.partnerCode),
            date: profile.zone.date(at: file.createdAt), number: Int(file.sequence),
            keyID: try settlementIdentifier(file.keyID), createdAt: file.createdAt,
            fileName: file.partnerFileName, fileDigest: digest, verdict: file.verdict,
            fault: file.fault,
            items: try AcknowledgementItems(connection).items(of: file.partnerFile))
    }
}

extension AcknowledgementFileRow {
    fileprivate init(row: Row) throws {
        guard let verdict = Acknowledgement.Verdict(rawValue: row.text(10)) else {
            throw row.damage(10, expected: "a verdict")
        }
        self.init(
            id: ID(row.integer(0)), partner: ID(row.integer(1)), partnerCode: row.text(2),
            partnerFile: ID(row.integer(3)), partnerFileName: row.text(4),
            partnerFileDigest: row.text(5), sequence: row.integer(6), name: row.text(7),
            keyID: row.text(8), createdAt: Instant(millisecondsSinceEpoch: row.integer(9)),
            verdict: verdict, fault: row.text(11), itemCount: row.integer(12),
            isReleased: row.text(13) == "released", digest: row.optionalText(14),
            mac: row.optionalText(15))
    }
}
