import Ledger
import SQL
import Settlement

/// The lines of a partner's file that did not agree, as its acknowledgement tells them.
struct AcknowledgementItems {
    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    /// The differences that the file opened, in their order; what became of them later is no matter.
    func items(of file: ID<PartnerFile>) throws -> [AcknowledgementItem] {
        // TIMING becomes another class when the next file lacks the line; here it stays what it was.
        try connection.prepare(
            """
            SELECT e.class, e.ours, e.theirs, e.serial, e.explanation, EXISTS (
                SELECT 1 FROM exception_event v
                WHERE v.exception_id = e.exception_id AND v.event = 'reclassify')
            FROM settlement_exception e
            JOIN reconciliation r ON r.reconciliation_id = e.reconciliation_id
            WHERE r.partner_file_id = $1 ORDER BY e.exception_id
            """
        ).all(.integer(file.number)) { row in
            guard let exceptionClass = ExceptionClass(rawValue: row.text(0)) else {
                throw row.damage(0, expected: "a class")
            }
            return try Self.item(
                row.integer(5) == 1 ? .timing : exceptionClass,
                ours: row.optionalText(1).map { try ExceptionLine(json: $0) },
                theirs: row.optionalText(2).map { try ExceptionLine(json: $0) },
                serial: row.text(3), explanation: row.text(4))
        }
    }

    private static func item(
        _ exceptionClass: ExceptionClass, ours: ExceptionLine?, theirs: ExceptionLine?,
        serial: String, explanation: String
    ) throws -> AcknowledgementItem {
        let code: AcknowledgementItem.Code
        let cause: String
        switch exceptionClass {
        case .oursOnly:
            (code, cause) = (.missing, facts(ours: ours, theirs: nil))
        case .partnerOnly:
            (code, cause) = (.notFound, facts(ours: nil, theirs: theirs))
        case .amountDifference:
            (code, cause) = (.amountDiffers, facts(ours: ours, theirs: theirs))
        case .statusDifference:
            (code, cause) = (.statusDiffers, facts(ours: ours, theirs: theirs))
        case .duplicate:
            (code, cause) = (.duplicate, facts(ours: ours, theirs: theirs))
        case .timing:
            (code, cause) = (.timing, facts(ours: ours, theirs: theirs))
        case .commissionDifference: (code, cause) = (.commissionDiffers, explanation)
        case .fileDifference: (code, cause) = (.fileDiffers, explanation)
        }
        return AcknowledgementItem(
            lineNumber: theirs?.line.lineNumber ?? 0, serial: serial, code: code,
            cause: AcknowledgementItem.writableCause(cause))
    }

    /// What each side has, without the account.
    private static func facts(ours: ExceptionLine?, theirs: ExceptionLine?) -> String {
        [("ours", ours), ("yours", theirs)].compactMap { whose, line in
            line.map { "\(whose) \($0.line.amountFen) fen \($0.line.status.rawValue)" }
        }.joined(separator: ", ")
    }
}
