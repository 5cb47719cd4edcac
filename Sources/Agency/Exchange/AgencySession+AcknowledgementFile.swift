import CivilTime
import Cryptography
import Ledger
import SQL
import Settlement

extension AgencySession {
    /// Gives each partner's file that ended its acknowledgement, to be written afterwards.
    ///
    /// - Parameter limit: the most that are assigned at once.
    /// - Throws: `SettlementFault.noKey` when the partner has no key that signs.
    func assignAcknowledgements(of partner: ID<Partner>, code: String, limit: Int) throws {
        let due = try AcknowledgementFileReader(connection).due(of: partner, limit: limit)
        guard !due.isEmpty else { return }
        guard let keyID = try currentSettlementKeyID(of: partner) else {
            throw SettlementFault.noKey(partner: code)
        }
        var sequence =
            try connection.prepare(
                "SELECT ifnull(max(sequence), 0) FROM acknowledgement_file WHERE partner_id = $1"
            ).first(.integer(partner.number)) { $0.integer(0) } ?? 0
        for item in due {
            sequence += 1
            let verdict: Acknowledgement.Verdict =
                if item.isAccepted { item.itemCount == 0 ? .accepted : .partly } else { .rejected }
            let name = try SettlementFileName(
                kind: .acknowledgement, agencyID: settlementIdentifier(profile.code),
                partnerID: settlementIdentifier(code), businessDate: profile.zone.date(at: now),
                sequence: Int(sequence))
            try connection.prepare(
                """
                INSERT INTO acknowledgement_file (partner_id, partner_file_id, sequence, name,
                    key_id, created_at, verdict, fault, item_count, state)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'assigned')
                """
            ).run(
                .integer(partner.number), .integer(item.file.number), .integer(sequence),
                .text(name.text), .text(keyID), .integer(now.millisecondsSinceEpoch),
                .text(verdict.rawValue), .text(item.fault), .integer(item.itemCount))
        }
    }

    /// Notes that an acknowledgement is kept, and lies in its partner's folder.
    func recordRelease(
        of file: ID<AcknowledgementFileRow>, digest: SHA256Digest, mac: MessageAuthenticationCode
    ) throws {
        try connection.prepare(
            """
            UPDATE acknowledgement_file SET state = 'released', digest = $1, mac = $2,
                released_at = $3
            WHERE acknowledgement_id = $4 AND state = 'assigned'
            """
        ).run(
            .text(digest.hex), .text(mac.hex), .integer(now.millisecondsSinceEpoch),
            .integer(file.number))
    }
}
