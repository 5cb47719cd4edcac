/// The rules of what a transaction is about: bills, cards and withdrawals.
extension BusinessChecks {
    static let documents = [
        Check(
            name: "card allowances are used", table: "card_day",
            fault:
                "fields withdrawn_fen, withdrawal_count: they differ from the card's withdrawals",
            sql: """
                SELECT c.business_date || '/' || substr(c.card_digest, 1, 8) FROM card_day c
                LEFT JOIN (
                    SELECT x.business_date, w.card_digest, sum(x.amount_fen) AS amount_fen,
                        count(*) AS n
                    FROM withdrawal w JOIN service_transaction x ON x.serial = w.serial
                    WHERE x.status IN ('pending', 'authorised', 'posted')
                    GROUP BY x.business_date, w.card_digest
                ) used ON used.business_date = c.business_date
                    AND used.card_digest = c.card_digest
                WHERE c.withdrawn_fen IS NOT ifnull(used.amount_fen, 0)
                    OR c.withdrawal_count IS NOT ifnull(used.n, 0)
                """),
        Check(
            name: "withdrawals hold their cash", table: "withdrawal",
            fault: "field pending_entry_id: its pending entry is missing, or ended otherwise",
            sql: """
                SELECT CAST(w.serial AS TEXT) FROM withdrawal w
                JOIN service_transaction x ON x.serial = w.serial
                LEFT JOIN journal_entry e ON e.entry_id = w.pending_entry_id
                LEFT JOIN pending_entry p ON p.entry_id = w.pending_entry_id
                LEFT JOIN journal_entry r ON r.entry_id = p.resolved_by
                WHERE e.phase IS NOT 1 OR e.source_id IS NOT w.serial
                    OR CASE x.status WHEN 'posted' THEN r.entry_id IS NOT x.entry_id
                        WHEN 'declined' THEN r.phase IS NOT 3
                        WHEN 'reversed' THEN r.phase IS NOT 3
                        ELSE r.entry_id IS NOT NULL END
                """),
        Check(
            name: "withdrawals use their allowance", table: "service_transaction",
            fault: "field serial: its card or the card's allowance is missing",
            sql: """
                SELECT CAST(x.serial AS TEXT) FROM service_transaction x
                LEFT JOIN withdrawal w ON w.serial = x.serial
                LEFT JOIN card_day c ON c.business_date = x.business_date
                    AND c.card_digest = w.card_digest
                WHERE x.kind = 'withdrawal' AND c.card_digest IS NULL
                    AND x.status IN ('pending', 'authorised', 'posted')
                """),
    ]
}
