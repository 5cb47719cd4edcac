import CivilTime
import Cryptography
import Ledger
import SQL
import Settlement

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
        let later = try PartnerFileReader(connection).newestAcknowledgement(
            of: content.fileName, by: arrival.partner)
        if let later, later > content.number {
            verdict = .init(
                state: .rejected, fault: PartnerFile.Fault.acknowledgementOvertaken.rawValue,
                reason: "number \(later) of the same file came before; send what counts under the "
                    + "next number")
        } else if try PartnerFileReader(connection).hasAcknowledgement(
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
        if let verdict = try dateVerdict(on: header.businessDate) { return verdict }
        let newest = link?.sequence ?? 0
        if header.sequence > newest + 1 {
            return .init(
                state: .waiting, fault: nil,
                reason: "number \(newest + 1) has not come yet; send it")
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
        if let verdict = try dateVerdict(on: date) { return verdict }
        let newest = try PartnerFileReader(connection).newestDate(of: partner)
        guard let newest, date <= newest else { return .accepted }
        return .init(
            state: .rejected, fault: PartnerFile.Fault.dateReused.rawValue,
            reason: "a file of \(newest) was accepted already; send corrections with the next date")
    }

    /// What becomes of a file of a day that was not, or that our books do not reach.
    ///
    /// Once it counted, no file of a day before it could follow.
    private func dateVerdict(on date: BusinessDate) throws -> PartnerFileArrival.Verdict? {
        let today = profile.zone.date(at: now)
        guard date <= today else {
            return .init(
                state: .rejected, fault: PartnerFile.Fault.dateInFuture.rawValue,
                reason: "it is \(today) today and the file is of \(date); correct its date")
        }
        let first =
            try connection.prepare("SELECT min(business_date) FROM business_date")
            .first { $0.isNull(0) ? nil : $0.businessDate(0) } ?? nil
        guard let first, date < first else { return nil }
        return .init(
            state: .rejected, fault: PartnerFile.Fault.dateBeforeBooks.rawValue,
            reason: "our books begin on \(first) and the file is of \(date); correct its date")
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
            .integer((header?.businessDate ?? verdict.date).map { Int64($0.daysSinceEpoch) }),
            .integer((header?.sequence ?? sequence).map { Int64($0) }),
            .text(header?.previousDigest.hex),
            .integer((verified?.totals.detailCount).map { Int64($0) }),
            .integer(verified?.totals.netFen)
        ) { $0.integer(0) }
        guard let number else { preconditionFailure("RETURNING gives a row or an error") }
        return ID(number)
    }
}
