import Ledger
import SQL

/// Finds the instruction that an entry of a bank's statement settles, by number alone.
struct StatementMatching {
    enum Finding {
        case settles(SettlementInstruction)
        case unmatched(StatementEntryReason)
    }

    private let connection: Connection
    private let instructions: SettlementInstructionReader

    init(_ connection: Connection) {
        self.connection = connection
        instructions = SettlementInstructionReader(connection)
    }

    /// What an entry on a centre's account settles, or why it settles nothing.
    ///
    /// - Parameter statement: the statement that it is taken from.
    func finding(
        of entry: ParsedStatement.Entry, in statement: Int64, on account: ID<Centre>
    ) throws -> Finding {
        if let obstacle = entry.obstacle { return .unmatched(obstacle) }
        if try isKnown(entry, besides: statement, on: account) { return .unmatched(.seenBefore) }
        let candidates = Self.references(of: entry).filter {
            $0 == entry.endToEndID || Self.looksOurs($0)
        }
        guard !candidates.isEmpty else { return .unmatched(.noReference) }
        var found: [SettlementInstruction] = []
        for reference in candidates {
            if let known = try instructions.instruction(reference: reference) {
                found.append(known)
            }
        }
        guard let instruction = found.first else { return .unmatched(.unknownReference) }
        guard found.count == 1 else { return .unmatched(.severalReferences) }
        if let obstacle = Self.obstacle(
            to: instruction, direction: entry.direction, amountFen: entry.amountFen, on: account)
        {
            return .unmatched(obstacle)
        }
        return .settles(instruction)
    }

    /// Why money of a direction and an amount does not settle an instruction.
    static func obstacle(
        to instruction: SettlementInstruction, direction: MoneyDirection, amountFen: Int64,
        on account: ID<Centre>
    ) -> StatementEntryReason? {
        switch instruction.state {
        case .proposed, .declined, .recalled: return .notApproved
        case .confirmed: return .alreadySettled
        case .approved: break
        }
        guard instruction.centre == account else { return .otherAccount }
        guard instruction.direction == direction else { return .wrongDirection }
        return instruction.amountFen == amountFen ? nil : .wrongAmount
    }

    /// The words of an entry that may be a reference, each once: the payer's, then of the text.
    static func references(of entry: ParsedStatement.Entry) -> [String] {
        var words = entry.endToEndID.isEmpty ? [] : [entry.endToEndID]
        for word in entry.remittance.unicodeScalars.split(whereSeparator: { !isReferencePart($0) })
        {
            // A full stop may end the sentence.
            let text = String(String.UnicodeScalarView(word)).trimming(".-")
            if !text.isEmpty, !words.contains(text) { words.append(text) }
        }
        return words
    }

    private static func looksOurs(_ word: String) -> Bool {
        word.hasPrefix("APS-") || word.hasPrefix("APS.")
    }

    private static func isReferencePart(_ scalar: Unicode.Scalar) -> Bool {
        guard let byte = UInt8(exactly: scalar.value) else { return false }
        return Identifier.allows(byte) || byte == UInt8(ascii: ".")
    }

    /// Whether another statement of the account told the same entry before.
    private func isKnown(
        _ entry: ParsedStatement.Entry, besides statement: Int64, on account: ID<Centre>
    ) throws -> Bool {
        guard !entry.bankReference.isEmpty else { return false }
        return try connection.prepare(
            """
            SELECT 1 FROM bank_statement_entry e
            JOIN bank_statement s ON s.statement_id = e.statement_id
            WHERE e.bank_reference = $1 AND e.bank_reference <> '' AND s.centre_id = $2
                AND e.direction = $3 AND e.amount_fen = $4 AND e.booking_date = $5
                AND e.statement_id <> $6
            """
        ).first(
            .text(entry.bankReference), .integer(account.number), .text(entry.direction.rawValue),
            .integer(entry.amountFen), .integer(Int64(entry.bookingDate.daysSinceEpoch)),
            .integer(statement)
        ) { _ in true } ?? false
    }
}

extension String {
    /// The text without any of some characters at its ends.
    fileprivate func trimming(_ ends: String) -> String {
        var text = self[...]
        while let first = text.first, ends.contains(first) { text.removeFirst() }
        while let last = text.last, ends.contains(last) { text.removeLast() }
        return String(text)
    }
}
