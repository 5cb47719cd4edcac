import CivilTime
import Cryptography
import Ledger
import SQL
import Settlement

/// A partner's file whose bytes are kept and looked at, before the book knows of it.
struct PartnerFileArrival: Sendable {
    /// What was seen of a file that passed every check of its own.
    struct Verified: Sendable {
        let header: SettlementHeader
        let detailCount: Int64
        let netFen: Int64
    }

    /// Why a file does not count.
    struct Refused: Sendable {
        let state: PartnerFile.State
        let fault: String
        let reason: String
    }

    enum Finding: Sendable {
        case verified(Verified)
        case refused(Refused)
    }

    let partner: ID<Partner>
    let name: String
    let digest: SHA256Digest
    let sidecarDigest: SHA256Digest?
    let byteCount: Int64
    let finding: Finding
}

extension AgencySession {
    /// Keeps what became of a file, once; then files that waited for it find their place.
    func record(_ arrival: PartnerFileArrival) throws -> PartnerFile {
        let reader = PartnerFileReader(connection)
        let same = try reader.same(
            name: arrival.name, digest: arrival.digest.hex,
            sidecarDigest: arrival.sidecarDigest?.hex, partner: arrival.partner)
        // It came twice at once, and the other was quicker.
        if let same, same.state != .quarantined { return same }
        if let same, case .refused(let refused) = arrival.finding, refused.state == .quarantined {
            return same
        }
        let id: ID<PartnerFile>
        switch arrival.finding {
        case .refused(let refused): id = try insert(arrival, refused: refused)
        case .verified(let verified):
            let link = try reader.newestLink(of: arrival.partner)
            id = try insert(
                arrival, verified: verified, place: place(verified.header, after: link))
            try placeWaiting(of: arrival.partner)
        }
        guard let file = try reader.file(id) else {
            preconditionFailure("the file was written in this command")
        }
        return file
    }

    /// Where a verified file stands in its partner's chain.
    private enum Place {
        case follows
        case waits
        case refused(fault: String, reason: String)
    }

    private func place(_ header: SettlementHeader, after link: SettlementChainLink?) -> Place {
        let newest = link?.sequence ?? 0
        if header.sequence > newest + 1 { return .waits }
        if header.sequence <= newest {
            return .refused(
                fault: PartnerFile.Fault.sequenceReused.rawValue,
                reason: "number \(header.sequence) was accepted already, with other bytes; send "
                    + "corrections under the next number")
        }
        do {
            try header.checkFollows(link)
            return .follows
        } catch {
            return .refused(fault: error.code, reason: "\(error)")
        }
    }

    /// Looks at the files that waited for the newest one, one after the other.
    private func placeWaiting(of partner: ID<Partner>) throws {
        let reader = PartnerFileReader(connection)
        while let link = try reader.newestLink(of: partner) {
            let next = try connection.prepare(
                """
                SELECT file_id, previous_digest, business_date FROM partner_file
                WHERE partner_id = $1 AND state = 'waiting' AND sequence <= $2
                ORDER BY sequence, file_id LIMIT 1
                """
            ).first(.integer(partner.number), .integer(Int64(link.sequence) + 1)) {
                (id: $0.integer(0), previous: $0.text(1), date: $0.businessDate(2))
            }
            guard let next else { return }
            let follows = next.previous == link.digest.hex && next.date > link.businessDate
            try connection.prepare(
                """
                UPDATE partner_file SET state = $1, fault = $2, reason = $3 WHERE file_id = $4
                """
            ).run(
                .text((follows ? PartnerFile.State.accepted : .rejected).rawValue),
                .text(follows ? nil : "chainBroken"),
                .text(follows ? "" : "it does not follow the file that came before it, late"),
                .integer(next.id))
        }
    }

    private func insert(
        _ arrival: PartnerFileArrival, verified: PartnerFileArrival.Verified, place: Place
    ) throws -> ID<PartnerFile> {
        switch place {
        case .follows: try insert(arrival, .accepted, nil, "", verified)
        case .waits:
            try insert(
                arrival, .waiting, nil, "the file before it has not come yet", verified)
        case .refused(let fault, let reason):
            try insert(arrival, .rejected, fault, reason, verified)
        }
    }

    private func insert(
        _ arrival: PartnerFileArrival, refused: PartnerFileArrival.Refused
    ) throws -> ID<PartnerFile> {
        try insert(arrival, refused.state, refused.fault, refused.reason, nil)
    }

    private func insert(
        _ arrival: PartnerFileArrival, _ state: PartnerFile.State, _ fault: String?,
        _ reason: String, _ verified: PartnerFileArrival.Verified?
    ) throws -> ID<PartnerFile> {
        let header = verified?.header
        let number = try connection.prepare(
            """
            INSERT INTO partner_file (partner_id, name, received_at, digest, sidecar_digest,
                byte_count, state, fault, reason, key_id, business_date, sequence,
                previous_digest, detail_count, net_fen)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
            RETURNING file_id
            """
        ).first(
            .integer(arrival.partner.number), .text(arrival.name),
            .integer(now.millisecondsSinceEpoch), .text(arrival.digest.hex),
            .text(arrival.sidecarDigest?.hex), .integer(arrival.byteCount),
            .text(state.rawValue), .text(fault), .text(reason), .text(header?.keyID.text),
            .integer((header?.businessDate.daysSinceEpoch).map { Int64($0) }),
            .integer((header?.sequence).map { Int64($0) }), .text(header?.previousDigest.hex),
            .integer(verified?.detailCount), .integer(verified?.netFen)
        ) { $0.integer(0) }
        guard let number else { preconditionFailure("RETURNING gives a row or an error") }
        return ID(number)
    }
}
