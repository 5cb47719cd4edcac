import CivilTime
import Cryptography
import Foundation
import Ledger
import SQL
import Settlement

/// One file of a partner, copied and not yet looked at, on its way to where it is kept.
struct PartnerReception {
    /// The most bytes of one partner that are kept in quarantine.
    static let maximumQuarantinedByteCount: Int64 = 256 * 1_024 * 1_024

    let book: Book
    let partner: ID<Partner>
    let partnerCode: String
    /// How it is written; nothing for our own format.
    let layout: StoredLayout?
    let name: String
    let file: (digest: SHA256Digest, byteCount: Int64)
    let sidecarDigest: SHA256Digest?

    /// Checks a copy, keeps its bytes, and records what became of it.
    ///
    /// - Parameters:
    ///   - workshop: the folder of the copy and its sidecar, which this may take away.
    ///   - kept: the folder of what the partner sent.
    func take(_ workshop: String, keepingIn kept: String) throws -> PartnerInbox.Round.Item {
        let same = try book.readers.read {
            try PartnerFileReader($0).same(
                name: name, digest: file.digest.hex, sidecarDigest: sidecarDigest?.hex,
                partner: partner)
        }
        if let same, same.state != .quarantined {
            return .init(file: same, isRepeated: true, acknowledgement: nil)
        }
        let (finding, keyID) = try finding(in: workshop)
        try checkQuarantine(finding)
        try keep(workshop, in: kept)
        let arrival = PartnerFileArrival(
            partner: partner, name: name, digest: file.digest, sidecarDigest: sidecarDigest,
            byteCount: file.byteCount, keyID: keyID, finding: finding)
        let record = try book.writer.perform { try $0.record(arrival) }
        return .init(
            file: record.file, isRepeated: record.isRepeated,
            acknowledgement: record.acknowledgement)
    }

    /// What nobody has signed is kept, but not without end.
    private func checkQuarantine(_ finding: PartnerFileArrival.Finding) throws {
        guard case .refused(let verdict) = finding, verdict.state == .quarantined else { return }
        let byteCount = try book.readers.read {
            try PartnerFileReader($0).quarantinedByteCount(of: partner)
        }
        let limit = Self.maximumQuarantinedByteCount
        guard byteCount + file.byteCount <= limit else {
            throw Refusal(
                .partnerFileRefused,
                "\(name) is not kept: \(verdict.reason); \(byteCount) bytes of \(partnerCode) are in "
                    + "quarantine already, of \(limit); ask the partner what it sends",
                zh: "未保存文件 \(name)：合作单位 \(partnerCode) 被隔离的文件已超过上限；请与该单位联系")
        }
    }

    /// Verifies the copy with the partner's own keys; tells the key too, where it is one of them.
    ///
    /// - Throws: what is no verdict about the file, such as a full disk or an unreadable book.
    private func finding(
        in folder: String
    ) throws -> (PartnerFileArrival.Finding, keyID: String?) {
        if let layout { return (try layout.finding(of: name, in: folder), nil) }
        guard sidecarDigest != nil else {
            let verdict = PartnerFileArrival.Verdict(
                state: .quarantined, fault: PartnerFile.Fault.sidecarMissing.rawValue,
                reason: "no code came; lay \(name).hmac beside the file, or send it as hmac")
            return (.refused(verdict), nil)
        }
        var keyID: String?
        var isAuthentic = false
        let (book, now) = (book, book.clock())
        let key = { (reference: SettlementKeyReference) throws -> SymmetricKey? in
            guard reference.agencyID.text == book.profile.code,
                reference.partnerID.text == partnerCode
            else { return nil }
            let key = try book.readers.read {
                try SettlementKeys($0, sealing: book.keys.sealing).validKey(
                    reference.keyID.text, .in, of: partner, at: now)
            }
            if key != nil { keyID = reference.keyID.text }
            return key
        }
        do {
            switch PartnerFile.Kind(name: name) {
            case .settlement:
                let verified = try SettlementVerifier(key: key).verify(name, in: folder) { _ in
                    isAuthentic = true
                }
                guard verified.totals[.adjustment].detailCount == 0 else {
                    let verdict = PartnerFileArrival.Verdict(
                        state: .rejected, fault: PartnerFile.Fault.adjustmentNotOurs.rawValue,
                        reason: "lines of type ADJUSTMENT are ours alone; leave them out",
                        date: verified.header.businessDate)
                    return (.refused(verdict), keyID)
                }
                return (
                    .verified(.init(header: verified.header, totals: verified.totals)), keyID
                )
            case .acknowledgement:
                let content = try AcknowledgementVerifier(key: key).verify(name, in: folder) {
                    _ in isAuthentic = true
                }
                return (.acknowledgement(content), keyID)
            }
        } catch let error as SettlementError {
            return (.refused(try verdict(on: error, isAuthentic: isAuthentic)), keyID)
        }
    }

    private func verdict(
        on error: SettlementError, isAuthentic: Bool
    ) throws -> PartnerFileArrival.Verdict {
        let state: PartnerFile.State
        switch error {
        case .systemFailure: throw error
        case .fileNameMalformed, .fileNotRegular, .fileTooLarge: state = .rejected
        case _: state = isAuthentic ? .rejected : .quarantined
        }
        return .init(
            state: state, fault: error.code, reason: "\(error)",
            date: state == .rejected ? dateOfName() : nil)
    }

    /// The business date that the name of a settlement file tells.
    private func dateOfName() -> BusinessDate? {
        do throws(SettlementError) {
            return try SettlementFileName(name).businessDate
        } catch {
            return nil
        }
    }

    /// Gives the copies the name under which they are kept, for good.
    private func keep(_ workshop: String, in kept: String) throws {
        try ReceivedFile.synchronize(folder: workshop)
        let place = kept + "/" + BookFolder.receivedName(file.digest.hex, sidecarDigest?.hex)
        guard rename(workshop, place) == 0 else {
            // The same bytes under another name, at the same time, or before a crash.
            if errno == ENOTEMPTY || errno == EEXIST { return try add(workshop, to: place) }
            throw ReceivedFile.failure(.rename, place)
        }
        try ReceivedFile.synchronize(folder: kept)
    }

    private func add(_ workshop: String, to place: String) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: workshop) {
            guard rename(workshop + "/" + name, place + "/" + name) == 0 else {
                throw ReceivedFile.failure(.rename, name)
            }
        }
        try ReceivedFile.synchronize(folder: place)
    }
}
