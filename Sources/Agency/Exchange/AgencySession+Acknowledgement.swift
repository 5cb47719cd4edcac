import CivilTime
import Ledger
import SQL
import Settlement
import StrictJSON

/// What a partner says of a file of ours.
public struct NewAcknowledgement: Sendable {
    /// The most items that a person sends at once.
    public static let maximumItemCount = 1_000

    public let verdict: Acknowledgement.Verdict
    /// Why the file does not count; empty unless it was rejected.
    public let fault: String
    public let items: [AcknowledgementItem]

    public init(
        verdict: Acknowledgement.Verdict, fault: String, items: [AcknowledgementItem]
    ) {
        self.verdict = verdict
        self.fault = fault
        self.items = items
    }
}

/// Why an acknowledgement is not of a file that we released.
enum AcknowledgementMismatch: Error, CustomStringConvertible {
    case fileUnknown
    case digestDiffers
    case lineUnknown(last: Int64)

    /// What becomes of a file that says so.
    var fault: PartnerFile.Fault {
        switch self {
        case .fileUnknown: .acknowledgedFileUnknown
        case .digestDiffers: .acknowledgedDigestDiffers
        case .lineUnknown: .acknowledgedLineUnknown
        }
    }

    var description: String {
        switch self {
        case .fileUnknown: "no file of this name was released to this partner"
        case .digestDiffers: "the SHA-256 is not that of the file that was released"
        case .lineUnknown(let last):
            "an item names a line without a detail; they are 2 to \(last)"
        }
    }
}

extension AgencySession {
    /// Who said something of a file of ours.
    enum AcknowledgementSource {
        case file(ID<PartnerFile>)
        case person(ID<StaffMember>)
    }

    /// Keeps what a partner's liaison says of a file; the same as before is not kept twice.
    ///
    /// - Returns: what was kept.
    /// - Throws: `Refusal` with `operatorNotAllowed`, `unknownSettlementFile`,
    ///   `acknowledgementMismatch`.
    public func acknowledge(
        _ name: String, digest: String, _ acknowledgement: NewAcknowledgement,
        by principal: Principal
    ) throws -> SettlementAcknowledgement {
        try checkMayWork(principal)
        guard let partner = principal.partner else { throw Refusal.unknownSettlementFile }
        let file: SettlementFileRow
        do {
            file = try acknowledgedFile(
                named: name, digest: digest,
                lines: acknowledgement.items.map { Int64($0.lineNumber) }, of: partner)
        } catch let mismatch as AcknowledgementMismatch {
            switch mismatch {
            case .digestDiffers:
                throw Refusal(
                    .acknowledgementMismatch,
                    "the file that you have is not the one that was released; fetch it again",
                    zh: "您持有的文件与已发送的不一致；请重新下载后再回执", field: "/sha256")
            case .lineUnknown:
                throw Refusal(
                    .acknowledgementMismatch,
                    "an item names a line that the file does not have; the header is line 1",
                    zh: "回执条目的行号不在文件中；文件头为第 1 行，请核对", field: "/items")
            case .fileUnknown:
                throw Refusal.unknownSettlementFile
            }
        }
        if let newest = try SettlementAcknowledgementReader(connection).newest(of: file.id),
            newest.staffCode == principal.staffCode, try isSame(newest, acknowledgement)
        {
            return newest
        }
        return try keep(acknowledgement, of: file, from: .person(principal.staff))
    }

    /// The file of ours that an acknowledgement names.
    ///
    /// - Throws: `AcknowledgementMismatch` for another partner's file, one that was not released,
    ///   other bytes, or lines that it does not have.
    func acknowledgedFile(
        named name: String, digest: String, lines: [Int64], of partner: ID<Partner>
    ) throws -> SettlementFileRow {
        guard let file = try SettlementFileReader(connection).file(named: name),
            file.partner == partner, file.state == .released
        else {
            throw AcknowledgementMismatch.fileUnknown
        }
        guard file.digest == digest else { throw AcknowledgementMismatch.digestDiffers }
        // The header is line 1, and 0 stands for no line.
        let lastLine = (file.detailCount ?? 0) + 1
        guard lines.allSatisfy({ $0 <= lastLine && $0 != 1 }) else {
            throw AcknowledgementMismatch.lineUnknown(last: lastLine)
        }
        return file
    }

    func keep(
        _ acknowledgement: NewAcknowledgement, of file: SettlementFileRow,
        from source: AcknowledgementSource
    ) throws -> SettlementAcknowledgement {
        let (partnerFile, staff): (Int64?, Int64?) =
            switch source {
            case .file(let id): (id.number, nil)
            case .person(let id): (nil, id.number)
            }
        let number = try connection.prepare(
            """
            INSERT INTO settlement_acknowledgement (file_id, partner_file_id, staff_id,
                recorded_at, verdict, fault, item_count)
            VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING acknowledgement_id
            """
        ).first(
            .integer(file.id.number), .integer(partnerFile), .integer(staff),
            .integer(now.millisecondsSinceEpoch), .text(acknowledgement.verdict.rawValue),
            .text(acknowledgement.fault), .integer(Int64(acknowledgement.items.count))
        ) { $0.integer(0) }
        guard let number else { preconditionFailure("RETURNING gives a row or an error") }
        let insert = try connection.prepare(
            """
            INSERT INTO settlement_acknowledgement_item (acknowledgement_id, number, line_number,
                serial, code, cause)
            VALUES ($1, $2, $3, $4, $5, $6)
            """)
        for (index, item) in acknowledgement.items.enumerated() {
            try insert.run(
                .integer(number), .integer(Int64(index + 1)), .integer(Int64(item.lineNumber)),
                .text(item.serial), .text(item.code.rawValue), .text(item.cause))
        }
        let reader = SettlementAcknowledgementReader(connection)
        guard let kept = try reader.acknowledgement(ID(number)) else {
            preconditionFailure("the acknowledgement was written in this command")
        }
        return kept
    }

    private func isSame(
        _ kept: SettlementAcknowledgement, _ acknowledgement: NewAcknowledgement
    ) throws -> Bool {
        guard kept.verdict == acknowledgement.verdict, kept.fault == acknowledgement.fault,
            kept.itemCount == Int64(acknowledgement.items.count)
        else { return false }
        let items = try SettlementAcknowledgementReader(connection).items(
            of: kept.id, after: 0, limit: NewAcknowledgement.maximumItemCount)
        return items == acknowledgement.items
    }
}

extension Refusal {
    /// A file that is not there, or not this caller's.
    public static let unknownSettlementFile = Refusal(
        .unknownSettlementFile, "there is no such released file that you may see",
        zh: "没有您可查看的此对账文件；请核对文件名")
}
