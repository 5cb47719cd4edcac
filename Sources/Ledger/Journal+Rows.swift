import CivilTime
import SQL

/// The rows of an entry and its leaf.
extension Journal {
    func insert(
        _ draft: Draft, number: Int64, date: BusinessDate, at instant: Instant
    ) throws {
        let insert = try connection.prepare(
            """
            INSERT INTO journal_entry (entry_id, business_date, recorded_at, kind, narrative,
                source_id, phase, original_entry_id, original_date)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """)
        try insert.run {
            $0.add(number)
            $0.add(Int64(date.daysSinceEpoch))
            $0.add(instant.millisecondsSinceEpoch)
            $0.add(draft.kind.name)
            $0.add(draft.narrative)
            $0.add(draft.source)
            $0.add(draft.phase.rawValue)
            $0.add(draft.original?.id.number)
            $0.add(draft.original?.day)
        }
    }

    func insertPostings(_ draft: Draft, entry: Int64) throws {
        // One row a statement: several would pass through a temporary table, for the table has
        // triggers.
        let insert: Statement
        if draft.phase == .pending {
            try connection.prepare(
                "INSERT INTO pending_entry (entry_id, expires_at) VALUES ($1, $2)"
            ).run(.integer(entry), .integer(draft.expiresAt?.millisecondsSinceEpoch))
            insert = try connection.prepare(
                """
                INSERT INTO pending_posting (entry_id, line, account_id, amount, currency)
                VALUES ($1, $2, $3, $4, $5)
                """)
        } else {
            insert = try connection.prepare(
                """
                INSERT INTO posting (entry_id, line, account_id, amount, currency)
                VALUES ($1, $2, $3, $4, $5)
                """)
        }
        for (index, posting) in draft.postings.enumerated() {
            let currency = balances.currency(at: places[index])
            try insert.run {
                $0.add(entry)
                $0.add(Int64(index + 1))
                $0.add(posting.account.number)
                $0.add(posting.signedAmount)
                $0.add(currency.rawValue)
            }
        }
    }

    func appendLeaf(
        _ draft: Draft, number: Int64, date: BusinessDate, at instant: Instant
    ) {
        tree.begin(draft, number: number, date: date, at: instant)
        for (posting, place) in zip(draft.postings, places) {
            tree.add(
                code: balances.code(at: place), currency: balances.currency(at: place),
                amount: posting.signedAmount)
        }
        tree.endLeaf()
    }
}
