import CivilTime
import Cryptography
import Ledger
import SQL
import Settlement

/// The lines of a settlement file, read in order of serial number.
struct SettlementLines {
    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    /// Makes a file from the book; the same rows give the same bytes.
    ///
    /// - Parameters:
    ///   - access: who may read it there.
    ///   - check: sees the totals before the file is finished, and may refuse them.
    /// - Throws: `SettlementError`, `BookError`, `SQLError`, and what `check` throws; then nothing
    ///   is left in the folder.
    func makeFile(
        _ file: SettlementFileRow, of profile: AgencyProfile, in folder: String,
        key: SymmetricKey, access: SettlementAccess = .owner,
        check: (SettlementTotals) throws -> Void = { _ in }
    ) throws -> SettlementCandidate {
        let previous = try SettlementFileReader(connection).previousDigest(of: file)
        let header = try settlementHeader(
            agencyCode: profile.code, partnerCode: file.partnerCode, date: file.date,
            currency: profile.currency, sequence: file.sequence, keyID: file.keyID,
            previousDigest: previous.flatMap { SHA256Digest(hex: $0) }, createdAt: file.createdAt,
            ledger: ledgerSeal(on: file.date))
        let writer = try SettlementFileWriter(
            folder: folder, header: header, key: key, access: access)
        do {
            try forEachLine(of: file) { try writer.append($0) }
            try check(writer.totals)
            return try writer.finish()
        } catch {
            writer.discard()
            throw error
        }
    }

    /// What the day's seal promises about the agency's own books.
    ///
    /// - Throws: `BookError` when the date has no seal that can be read.
    private func ledgerSeal(on date: BusinessDate) throws -> (root: SHA256Digest, size: Int64) {
        guard let seal = try LedgerReader(connection).seal(of: date),
            let root = SHA256Digest(hex: seal.treeRoot)
        else {
            throw BookError.unusable(
                path: "business_date \(date)", reason: "it has no seal; run verify")
        }
        return (root, seal.treeSize)
    }

    /// Hands over what became final on the file's date: what is posted, and, as proof, reversed.
    ///
    /// A void or a refund that came to nothing proves nothing: its original stands.
    func forEach(
        of file: SettlementFileRow, _ body: (SettlementDetail) throws -> Void
    ) throws {
        try connection.prepare(
            """
            SELECT x.serial, x.partner_reference, x.kind, x.account_reference, x.amount_fen,
                x.fee_fen, x.commission_fen, x.status, x.recorded_at, x.original_serial
            FROM service_transaction x JOIN product d ON d.product_id = x.product_id
            WHERE x.final_date = $1 AND x.final_date <> x.business_date AND d.partner_id = $2
                AND (x.status = 'posted'
                    OR x.status = 'reversed' AND x.original_serial IS NULL)
            UNION ALL
            SELECT x.serial, x.partner_reference, x.kind, x.account_reference, x.amount_fen,
                x.fee_fen, x.commission_fen, x.status, x.recorded_at, x.original_serial
            FROM service_transaction x JOIN product d ON d.product_id = x.product_id
            WHERE x.serial BETWEEN $3 AND $4 AND x.final_date = $1 AND d.partner_id = $2
                AND (x.status = 'posted'
                    OR x.status = 'reversed' AND x.original_serial IS NULL)
            ORDER BY 1
            """
        ).forEach(
            .integer(Int64(file.date.daysSinceEpoch)), .integer(file.partner.number),
            .integer(file.firstSerial), .integer(file.lastSerial)
        ) { try body(SettlementDetail(row: $0)) }
    }

    /// Hands over every line of a file: its transactions, then its adjustments.
    func forEachLine(
        of file: SettlementFileRow, _ body: (SettlementDetail) throws -> Void
    ) throws {
        try forEach(of: file, body)
        try forEachAdjustment(of: file, body)
    }

    /// Hands over what two people booked on the file's date to settle differences.
    private func forEachAdjustment(
        of file: SettlementFileRow, _ body: (SettlementDetail) throws -> Void
    ) throws {
        try connection.prepare(
            """
            SELECT adjustment_id, account_reference, amount_fen, recorded_at, original_serial
            FROM settlement_adjustment
            WHERE business_date = $1 AND partner_id = $2 AND moves_partner = 1
            ORDER BY adjustment_id
            """
        ).forEach(
            .integer(Int64(file.date.daysSinceEpoch)), .integer(file.partner.number)
        ) { row in
            try body(
                SettlementDetail(
                    serial: try settlementIdentifier("ADJ\(row.integer(0))"), type: .adjustment,
                    accountReference: row.text(1), amountFen: row.integer(2), commissionFen: 0,
                    time: Instant(millisecondsSinceEpoch: row.integer(3)),
                    originalSerial: try row.optionalText(4).map { try settlementIdentifier($0) }))
        }
    }

    /// A transaction as its settlement file carries it, or nothing.
    func detail(serial: Int64) throws -> SettlementDetail? {
        try connection.prepare(
            """
            SELECT serial, partner_reference, kind, account_reference, amount_fen, fee_fen,
                commission_fen, status, recorded_at, original_serial
            FROM service_transaction WHERE serial = $1
            """
        ).first(.integer(serial)) { try SettlementDetail(row: $0) }
    }
}

extension SettlementDetail {
    fileprivate init(row: Row) throws {
        guard let kind = TransactionKind(rawValue: row.text(2)) else {
            throw row.damage(2, expected: "a kind")
        }
        self.init(
            serial: try settlementIdentifier(Receipt.serialText(row.integer(0))),
            partnerReference: row.text(1), type: kind.settlementType,
            accountReference: row.text(3), amountFen: row.integer(4), feeFen: row.integer(5),
            commissionFen: row.integer(6),
            status: row.text(7) == TransactionStatus.posted.rawValue ? .posted : .reversed,
            time: Instant(millisecondsSinceEpoch: row.integer(8)),
            originalSerial: try row.optionalInteger(9).map {
                try settlementIdentifier(Receipt.serialText($0))
            })
    }
}

extension TransactionKind {
    fileprivate var settlementType: SettlementType {
        switch self {
        case .billPayment: .billPayment
        case .ticketSale: .ticketSale
        case .withdrawal: .withdrawal
        case .stockSale: .stockSale
        case .prizePayment: .prizePayment
        case .remittance: .remittance
        case .transfer: .transfer
        }
    }
}
