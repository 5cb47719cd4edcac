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
                SELECT match_rule IS $1 AND timing_margin_minutes = $2
                    AND write_off_limit_fen = $3 AND cycle = $4 AND file_weekdays = $5
                    AND file_due_minutes = $6 AND escalation_minutes = $7
                    AND sends_on_holidays = $8 AND bank_name IS $9 AND bank_account IS $10
                    AND account_name IS $11
                FROM settlement_terms WHERE partner_id = $12 AND valid_from = $13
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
                INSERT INTO settlement_terms (match_rule, timing_margin_minutes,
                    write_off_limit_fen, cycle, file_weekdays, file_due_minutes,
                    escalation_minutes, sends_on_holidays, bank_name, bank_account,
                    account_name, partner_id, valid_from)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
                RETURNING terms_id
                """
            ).all(values) { $0.integer(0) }
        }
    }

    /// Adds holidays that the book does not know; a day that was one stays one.
    func loadHolidays(_ holidays: [CatalogueFile.Holiday]) throws {
        for holiday in holidays {
            try connection.prepare(
                """
                INSERT INTO settlement_holiday (holiday_date, name) VALUES ($1, $2)
                ON CONFLICT (holiday_date) DO UPDATE SET name = excluded.name
                """
            ).run(.integer(Int64(holiday.date.daysSinceEpoch)), .text(holiday.name))
        }
    }

    private func values(
        of row: CatalogueFile.SettlementTermsRow, _ numbers: LoadedNumbers
    ) -> [SQLValue] {
        let terms = row.terms
        return [
            .text(terms.matchRule), .integer(terms.timingMarginMinutes),
            .integer(terms.writeOffLimitFen), .text(terms.cycle.rawValue),
            .text(terms.fileWeekdays.text), .integer(terms.fileDueMinutes),
            .integer(terms.escalationMinutes), .integer(terms.sendsOnHolidays ? 1 : 0),
            .text(terms.bank?.name), .text(terms.bank?.account), .text(terms.bank?.holder),
            .integer(numbers.partners[row.partnerID]),
            .integer(Int64(row.validFrom.daysSinceEpoch)),
        ]
    }
}
