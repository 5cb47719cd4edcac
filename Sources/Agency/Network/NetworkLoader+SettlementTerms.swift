import CivilTime
import SQL

extension NetworkLoader {
    /// Adds the terms that are new; what the book knows is never changed.
    ///
    /// - Parameter open: the open business date of a known book; new terms begin after it.
    /// - Throws: `BookError.unusable` for terms that differ from known ones, or begin too early.
    func loadSettlementTerms(
        _ rows: [CatalogueFile.SettlementTermsRow], _ numbers: LoadedNumbers,
        open: BusinessDate?
    ) throws {
        for row in rows {
            let name = "settlement terms of \(row.partnerID) from \(row.validFrom)"
            let values = values(of: row, numbers)
            let known = try connection.prepare(
                """
                SELECT match_rule IS $3 AND timing_margin_minutes = $4
                    AND write_off_limit_fen = $5 AND cycle = $6 AND file_weekdays = $7
                    AND file_due_minutes = $8 AND escalation_minutes = $9
                FROM settlement_terms WHERE partner_id = $1 AND valid_from = $2
                """
            ).all(values) { $0.integer(0) == 1 }.first
            if let known {
                guard known else { throw Self.changed(name, "differ") }
                continue
            }
            if let open, row.validFrom <= open {
                throw Self.changed(name, "begin not after the open date \(open)")
            }
            _ = try connection.prepare(
                """
                INSERT INTO settlement_terms (partner_id, valid_from, match_rule,
                    timing_margin_minutes, write_off_limit_fen, cycle, file_weekdays,
                    file_due_minutes, escalation_minutes)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING terms_id
                """
            ).all(values) { $0.integer(0) }
        }
    }

    private func values(
        of row: CatalogueFile.SettlementTermsRow, _ numbers: LoadedNumbers
    ) -> [SQLValue] {
        let terms = row.terms
        return [
            .integer(numbers.partners[row.partnerID]),
            .integer(Int64(row.validFrom.daysSinceEpoch)), .text(terms.matchRule),
            .integer(terms.timingMarginMinutes), .integer(terms.writeOffLimitFen),
            .text(terms.cycle.rawValue), .text(terms.fileWeekdays.text),
            .integer(terms.fileDueMinutes), .integer(terms.escalationMinutes),
        ]
    }
}
