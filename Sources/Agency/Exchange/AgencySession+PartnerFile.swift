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
        let totals: SettlementTotals
    }

    /// What becomes of a file, and why, unless it counts.
    struct Verdict: Sendable {
        static let accepted = Verdict(state: .accepted, fault: nil, reason: "")

        let state: PartnerFile.State
        let fault: String?
        let reason: String

        /// Of a number that was accepted already.
        static func reused(_ number: Int) -> Verdict {
            Verdict(
                state: .rejected, fault: PartnerFile.Fault.sequenceReused.rawValue,
                reason: "number \(number) was accepted already, with other bytes; send "
                    + "corrections under the next number")
        }
    }

    /// What was seen of a file in a layout of the partner's own.
    struct Read: Sendable {
        let layout: ID<StoredLayout>
        let date: BusinessDate
        let totals: SettlementTotals
        let hasCommission: Bool
    }

    enum Finding: Sendable {
        /// Its place in the chain is still to be seen.
        case verified(Verified)
        /// Right in every respect of its layout; its date is still to be seen.
        case read(Read)
        /// The file of ours that it names is still to be seen.
        case acknowledgement(Acknowledgement)
        case refused(Verdict)
    }

    let partner: ID<Partner>
    let name: String
    let digest: SHA256Digest
    let sidecarDigest: SHA256Digest?
    let byteCount: Int64
    /// The key that it names, where that is a valid one of the partner's.
    let keyID: String?
    let finding: Finding
}

/// What became of a file of a partner, and what that tells of ours.
struct PartnerFileRecord: Sendable {
    let file: PartnerFile
    /// Whether it had come before, and nothing was done.
    let isRepeated: Bool
    var acknowledgement: SettlementAcknowledgement?
}

extension AgencySession {
    /// Keeps what became of a file, once; then files that waited for it find their place.
    func record(_ arrival: PartnerFileArrival) throws -> PartnerFileRecord {
        let reader = PartnerFileReader(connection)
        let same = try reader.same(
            name: arrival.name, digest: arrival.digest.hex,
            sidecarDigest: arrival.sidecarDigest?.hex, partner: arrival.partner)
        // It came twice at once, and the other was quicker.
        if let same, same.state != .quarantined { return .init(file: same, isRepeated: true) }
        if let same, case .refused(let refused) = arrival.finding, refused.state == .quarantined {
            return .init(file: same, isRepeated: true)
        }
        var acknowledgement: SettlementAcknowledgement?
        let id: ID<PartnerFile>
        switch arrival.finding {
        case .refused(let verdict): id = try insert(arrival, verdict)
        case .verified(let verified):
            let link = try reader.newestLink(of: arrival.partner)
            id = try insert(
                arrival, verdict(on: verified.header, after: link, of: arrival.partner), verified)
            try keep(verified.totals, .in, file: id.number)
            try placeWaiting(of: arrival.partner)
        case .read(let read):
            id = try insert(arrival, verdict(on: read.date, of: arrival.partner), read)
            try keep(read.totals, .in, file: id.number)
        case .acknowledgement(let content):
            (id, acknowledgement) = try record(content, arrival)
        }
        guard let file = try reader.file(id) else {
            preconditionFailure("the file was written in this command")
        }
        return PartnerFileRecord(
            file: file, isRepeated: false, acknowledgement: acknowledgement)
    }

    /// Keeps what a partner's file says of a file of ours; its number counts once.
    private func record(
        _ content: Acknowledgement, _ arrival: PartnerFileArrival
    ) throws -> (ID<PartnerFile>, SettlementAcknowledgement?) {
        let verdict: PartnerFileArrival.Verdict
        var acknowledged: SettlementFileRow?
        if try PartnerFileReader(connection).hasAcknowledgement(
            content.number, of: arrival.partner)
        {
            verdict = .reused(content.number)
        } else {
            do {
                acknowledged = try acknowledgedFile(
                    named: content.fileName, digest: content.fileDigest.hex,
                    lines: content.items.map { Int64($0.lineNumber) }, of: arrival.partner)
                verdict = .accepted
            } catch let mismatch as AcknowledgementMismatch {
                verdict = .init(
                    state: .rejected, fault: mismatch.fault.rawValue, reason: "\(mismatch)")
            }
        }
        let id = try insert(arrival, verdict, number: content.number)
        guard let acknowledged else { return (id, nil) }
        let acknowledgement = try keep(
            NewAcknowledgement(
                verdict: content.verdict, fault: content.fault, items: content.items),
            of: acknowledged, from: .file(id))
        return (id, acknowledgement)
    }

    /// What becomes of a verified file by its place in its partner's chain.
    private func verdict(
        on header: SettlementHeader, after link: SettlementChainLink?, of partner: ID<Partner>
    ) throws -> PartnerFileArrival.Verdict {
        let newest = link?.sequence ?? 0
        if header.sequence > newest + 1 {
            return .init(
                state: .waiting, fault: nil, reason: "the file before it has not come yet")
        }
        if header.sequence <= newest {
            return .reused(header.sequence)
        }
        do throws(SettlementError) {
            try header.checkFollows(link)
        } catch {
            return .init(state: .rejected, fault: error.code, reason: "\(error)")
        }
        return try verdict(on: header.businessDate, of: partner)
    }

    /// What becomes of a file that is right, by its date: whatever its form, dates only grow.
    private func verdict(
        on date: BusinessDate, of partner: ID<Partner>
    ) throws -> PartnerFileArrival.Verdict {
        let newest = try PartnerFileReader(connection).newestDate(of: partner)
        guard let newest, date <= newest else { return .accepted }
        return .init(
            state: .rejected, fault: PartnerFile.Fault.dateReused.rawValue,
            reason: "a file of \(newest) was accepted already; send corrections with the next date")
    }

    /// Keeps a file in a layout of the partner's own.
    private func insert(
        _ arrival: PartnerFileArrival, _ verdict: PartnerFileArrival.Verdict,
        _ read: PartnerFileArrival.Read
    ) throws -> ID<PartnerFile> {
        let number = try connection.prepare(
            """
            INSERT INTO partner_file (partner_id, name, received_at, digest, byte_count, state,
                fault, reason, business_date, detail_count, net_fen, layout_id, has_commission)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) RETURNING file_id
            """
        ).first(
            .integer(arrival.partner.number), .text(arrival.name),
            .integer(now.millisecondsSinceEpoch), .text(arrival.digest.hex),
            .integer(arrival.byteCount), .text(verdict.state.rawValue), .text(verdict.fault),
            .text(verdict.reason), .integer(Int64(read.date.daysSinceEpoch)),
            .integer(Int64(read.totals.detailCount)), .integer(read.totals.netFen),
            .integer(read.layout.number), .integer(read.hasCommission ? 1 : 0)
        ) { $0.integer(0) }
        guard let number else { preconditionFailure("RETURNING gives a row or an error") }
        return ID(number)
    }

    /// Looks at the files that waited for the newest one, one after the other.
    private func placeWaiting(of partner: ID<Partner>) throws {
        let reader = PartnerFileReader(connection)
        while let link = try reader.newestLink(of: partner),
            let next = try reader.waiting(of: partner, after: link)
        {
            let verdict: PartnerFileArrival.Verdict
            do throws(SettlementError) {
                try SettlementChainLink.check(
                    sequence: next.sequence, previousDigest: next.previousDigest,
                    businessDate: next.date, follows: link)
                verdict = .accepted
            } catch {
                verdict = .init(
                    state: .rejected, fault: error.code,
                    reason: "it does not follow the file that came before it, late")
            }
            try connection.prepare(
                """
                UPDATE partner_file SET state = $1, fault = $2, reason = $3 WHERE file_id = $4
                """
            ).run(
                .text(verdict.state.rawValue), .text(verdict.fault), .text(verdict.reason),
                .integer(next.id.number))
        }
    }

    private func insert(
        _ arrival: PartnerFileArrival, _ verdict: PartnerFileArrival.Verdict,
        _ verified: PartnerFileArrival.Verified? = nil, number sequence: Int? = nil
    ) throws -> ID<PartnerFile> {
        let header = verified?.header
        let number = try connection.prepare(
            """
            INSERT INTO partner_file (partner_id, kind, name, received_at, digest,
                sidecar_digest, byte_count, state, fault, reason, key_id, business_date, sequence,
                previous_digest, detail_count, net_fen)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
            RETURNING file_id
            """
        ).first(
            .integer(arrival.partner.number),
            .text(PartnerFile.Kind(name: arrival.name).rawValue), .text(arrival.name),
            .integer(now.millisecondsSinceEpoch), .text(arrival.digest.hex),
            .text(arrival.sidecarDigest?.hex), .integer(arrival.byteCount),
            .text(verdict.state.rawValue), .text(verdict.fault), .text(verdict.reason),
            .text(arrival.keyID),
            .integer((header?.businessDate.daysSinceEpoch).map { Int64($0) }),
            .integer((header?.sequence ?? sequence).map { Int64($0) }),
            .text(header?.previousDigest.hex),
            .integer((verified?.totals.detailCount).map { Int64($0) }),
            .integer(verified?.totals.netFen)
        ) { $0.integer(0) }
        guard let number else { preconditionFailure("RETURNING gives a row or an error") }
        return ID(number)
    }
}
