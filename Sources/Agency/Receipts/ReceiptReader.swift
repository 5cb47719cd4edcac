import CivilTime
import Ledger
import SQL

/// Finds receipts for those who may see them.
public struct ReceiptReader {
    /// The most receipts on one page.
    public static let maximumPageSize = 200

    private static let columns = """
        SELECT x.serial, s.code, x.business_date, x.receipt_number, x.kind, x.status,
            x.recorded_at, m.code, t.code, p.code, p.name, x.account_reference,
            x.partner_reference, x.amount_fen, x.fee_fen, x.original_serial, x.original_item,
            x.correction, x.basket_serial, ifnull(g.token, ''),
            CASE WHEN g.suspense_entry_id IS NOT NULL AND g.return_entry_id IS NULL
                AND (x.status = 'return_due' OR x.status = 'posted' AND g.cash_fen < 0)
                THEN abs(g.cash_fen) ELSE 0 END
        FROM service_transaction x
        LEFT JOIN partner_call g ON g.serial = x.serial
        JOIN shift h ON h.shift_id = x.shift_id
        JOIN till t ON t.till_id = h.till_id
        JOIN station s ON s.station_id = t.station_id
        JOIN staff_member m ON m.staff_id = h.staff_id
        JOIN product p ON p.product_id = x.product_id
        """

    let connection: Connection

    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// The items of a basket, in their order.
    func basket(_ first: Int64) throws -> [Receipt] {
        try connection.prepare(
            computed: Self.columns
                + " JOIN basket_item i ON i.serial = x.serial"
                + " WHERE i.basket_serial = $1 ORDER BY i.position"
        ).all(.integer(first), read: Receipt.init(row:)).map(corrected)
    }

    /// A receipt with what undid it.
    private func corrected(_ receipt: Receipt) throws -> Receipt {
        var receipt = receipt
        receipt.corrections = try connection.prepare(
            """
            SELECT serial, original_item, correction FROM service_transaction
            WHERE original_serial = $1 AND status = 'posted' ORDER BY serial
            """
        ).all(.integer(receipt.serial)) { row in
            guard let correction = Correction(rawValue: row.text(2)) else {
                throw row.damage(2, expected: "a correction")
            }
            return Receipt.Original(
                serial: row.integer(0), item: row.integer(1), correction: correction)
        }
        return receipt
    }

    /// The receipt of a transaction, or nothing.
    public func receipt(serial: Int64) throws -> Receipt? {
        try connection.prepare(computed: Self.columns + " WHERE x.serial = $1")
            .first(.integer(serial), read: Receipt.init(row:)).map(corrected)
    }

    /// Proves that the entry of a receipt is in the journal.
    ///
    /// - Parameter date: whose seal it is proved against; see `LedgerReader.proof(of:sealedOn:)`.
    /// - Throws: `Refusal` without such a receipt or its entry; `ProofError`.
    public func proof(serial: Int64, sealedOn date: BusinessDate?) throws -> EntryProof {
        let found = try connection.prepare(
            "SELECT entry_id FROM service_transaction WHERE serial = $1"
        ).first(.integer(serial)) { $0.optionalInteger(0) }
        guard let found else {
            throw Refusal(
                .unknownReceipt, "there is no receipt \(serial)", zh: "没有流水号为 \(serial) 的凭条")
        }
        guard let entry = found else {
            throw Refusal(
                .receiptNotPosted,
                "nothing was posted for receipt \(serial), so that there is nothing to prove",
                zh: "流水号 \(serial) 没有入账，无可证明")
        }
        return try LedgerReader(connection).proof(of: ID(entry), sealedOn: date)
    }

    /// Whether a person may see a transaction: at the own station, or below the own centre.
    public func isVisible(serial: Int64, to principal: Principal) throws -> Bool {
        try connection.prepare(
            """
            SELECT 1 FROM service_transaction x
            JOIN shift h ON h.shift_id = x.shift_id
            JOIN till t ON t.till_id = h.till_id
            JOIN station s ON s.station_id = t.station_id
            JOIN village v ON v.village_id = s.village_id
            JOIN centre c ON c.centre_id = v.town_centre_id
            WHERE x.serial = $1
                AND (s.station_id = $2 OR c.centre_id = $3 OR c.parent_id = $3)
            """
        ).first(
            .integer(serial), .integer(principal.station?.number),
            .integer(principal.centre?.number)
        ) { _ in true } ?? false
    }

    /// The receipts of a shift after a serial number, oldest first.
    ///
    /// It walks the serial numbers since the shift began, for an index by shift would cost every
    /// payment a page.
    public func receipts(
        of shift: ID<Shift>, after serial: Int64, limit: Int
    ) throws -> [Receipt] {
        let first =
            try connection.prepare("SELECT first_serial FROM shift WHERE shift_id = $1")
            .first(.integer(shift.number)) { $0.integer(0) } ?? 1
        return try connection.prepare(
            computed: Self.columns
                + " WHERE x.serial > $1 AND x.shift_id = $2 ORDER BY x.serial LIMIT $3"
        ).all(
            .integer(max(serial, first - 1)), .integer(shift.number),
            .integer(Int64(min(limit, Self.maximumPageSize))), read: Receipt.init(row:)
        ).map(corrected)
    }
}

extension Receipt {
    init(row: Row) throws {
        guard let kind = TransactionKind(rawValue: row.text(4)),
            let status = TransactionStatus(rawValue: row.text(5))
        else { throw row.damage(5, expected: "a status, beside a kind") }
        var original: Original?
        if let serial = row.optionalInteger(15) {
            guard let correction = row.optionalText(17).flatMap(Correction.init(rawValue:)) else {
                throw row.damage(17, expected: "a correction")
            }
            original = Original(serial: serial, item: row.integer(16), correction: correction)
        }
        self.init(
            serial: row.integer(0),
            number: ReceiptNumber(
                stationCode: row.text(1), businessDate: row.businessDate(2),
                number: row.integer(3)),
            kind: kind, status: status,
            recordedAt: Instant(millisecondsSinceEpoch: row.integer(6)),
            operatorCode: row.text(7), tillCode: row.text(8), productCode: row.text(9),
            productName: row.text(10), accountReference: row.text(11),
            partnerReference: row.text(12), amountFen: row.integer(13), feeFen: row.integer(14),
            original: original, basketSerial: row.optionalInteger(18), token: row.text(19),
            returnDueFen: row.integer(20))
    }
}
