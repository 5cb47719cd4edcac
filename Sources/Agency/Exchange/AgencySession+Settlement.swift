import CivilTime
import Cryptography
import Ledger
import SQL
import Settlement

extension AgencySession {
    /// Assigns one settlement file to each partner for a date that is being closed.
    ///
    /// A partner without transactions gets a file without lines: a missing file means trouble.
    /// - Throws: `Refusal` with `noSettlementKey` when a partner has no key that signs.
    func assignSettlementFiles(
        on date: BusinessDate, serials: (first: Int64, last: Int64)
    ) throws {
        for (partner, code) in try PartnerReader(connection).all() {
            guard let keyID = try currentSettlementKeyID(of: partner) else {
                throw Refusal(
                    .noSettlementKey, "partner \(code) has no settlement key; add one first",
                    zh: "合作单位 \(code) 没有对账密钥；请先添加密钥")
            }
            let sequence =
                try connection.prepare(
                    "SELECT ifnull(max(sequence), 0) + 1 FROM settlement_file WHERE partner_id = $1"
                ).first(.integer(partner.number)) { $0.integer(0) } ?? 1
            // The digest of the file before is not known yet: it may still have to be written.
            let name = try SettlementFileName(
                agencyID: settlementIdentifier(profile.code),
                partnerID: settlementIdentifier(code), businessDate: date,
                sequence: Int(sequence))
            try connection.prepare(
                """
                INSERT INTO settlement_file (partner_id, business_date, sequence, key_id,
                    created_at, first_serial, last_serial, name, state)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'assigned')
                """
            ).run(
                .integer(partner.number), .integer(Int64(date.daysSinceEpoch)),
                .integer(sequence), .text(keyID), .integer(now.millisecondsSinceEpoch),
                .integer(serials.first), .integer(serials.last),
                .text(name.text))
        }
    }

    /// The id of the key that signs what goes to a partner from now on, or nothing.
    func currentSettlementKeyID(of partner: ID<Partner>) throws -> String? {
        try connection.prepare(
            """
            SELECT key_id FROM settlement_key
            WHERE partner_id = $1 AND direction = 'out' AND retired_at IS NULL
            ORDER BY number DESC LIMIT 1
            """
        ).first(.integer(partner.number)) { $0.text(0) }
    }

    /// Lets the current key sign a file whose own key ended before its release.
    ///
    /// - Throws: `SettlementFault.noKey` when the partner has none.
    func renewKey(of file: SettlementFileRow) throws {
        guard let keyID = try currentSettlementKeyID(of: file.partner) else {
            throw SettlementFault.noKey(partner: file.partnerCode)
        }
        try connection.prepare(
            "UPDATE settlement_file SET key_id = $1 WHERE file_id = $2 AND state = 'assigned'"
        ).run(.text(keyID), .integer(file.id.number))
    }

    /// Notes that a file is kept, and goes out; it may end a cycle.
    func recordRelease(
        of file: ID<SettlementFileRow>, digest: SHA256Digest, mac: MessageAuthenticationCode,
        totals: SettlementTotals
    ) throws {
        try connection.prepare(
            """
            UPDATE settlement_file SET state = 'released', digest = $1, mac = $2,
                detail_count = $3, net_fen = $4, released_at = $5
            WHERE file_id = $6 AND state = 'assigned'
            """
        ).run(
            .text(digest.hex), .text(mac.hex), .integer(Int64(totals.detailCount)),
            .integer(totals.netFen), .integer(now.millisecondsSinceEpoch), .integer(file.number))
        try keep(totals, .out, file: file.number)
        let partner = try connection.prepare(
            "SELECT partner_id FROM settlement_file WHERE file_id = $1"
        ).first(.integer(file.number)) { ID<Partner>($0.integer(0)) }
        if let partner { try concludeCycles(of: partner) }
    }
}

/// The header of a settlement file.
///
/// - Throws: `BookError` for a code that a settlement file cannot carry.
func settlementHeader(
    agencyCode: String, partnerCode: String, date: BusinessDate, currency: Currency,
    sequence: Int64, keyID: String, previousDigest: SHA256Digest?, createdAt: Instant,
    ledger: (root: SHA256Digest, size: Int64)
) throws -> SettlementHeader {
    SettlementHeader(
        agencyID: try settlementIdentifier(agencyCode),
        partnerID: try settlementIdentifier(partnerCode), businessDate: date,
        currency: currency.code, sequence: Int(sequence), keyID: try settlementIdentifier(keyID),
        previousDigest: previousDigest ?? .zero, createdAt: createdAt, ledgerRoot: ledger.root,
        ledgerSize: ledger.size)
}

/// A code as a settlement file carries it.
func settlementIdentifier(_ code: String) throws -> SettlementIdentifier {
    guard let identifier = SettlementIdentifier(code) else {
        throw BookError.unusable(
            path: code, reason: "a settlement file cannot carry this code; use A-Z, 0-9 and '-'")
    }
    return identifier
}
