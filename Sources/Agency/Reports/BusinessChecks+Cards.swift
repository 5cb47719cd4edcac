/// The rules of what cards used, who was known by which document, and what banks said late.
extension BusinessChecks {
    static let cards = [
        Check(
            name: "card months are used", table: "card_month",
            fault: "fields withdrawn_fen, free_count: they differ from the card's withdrawals",
            sql: """
                WITH used AS (
                    SELECT CAST(strftime('%Y%m', x.business_date * 86400, 'unixepoch') AS INTEGER)
                        AS month, w.card_digest, sum(x.amount_fen) AS fen, sum(w.is_free) AS n
                    FROM withdrawal w JOIN service_transaction x ON x.serial = w.serial
                    WHERE x.status IN ('pending', 'authorised', 'posted')
                    GROUP BY 1, w.card_digest
                )
                SELECT ifnull(c.month, u.month) || '/'
                    || substr(ifnull(c.card_digest, u.card_digest), 1, 8)
                FROM card_month c FULL JOIN used u
                    ON u.month = c.month AND u.card_digest = c.card_digest
                WHERE ifnull(c.withdrawn_fen, -1) <> ifnull(u.fen, 0)
                    OR ifnull(c.free_count, -1) <> ifnull(u.n, 0)
                """),
        Check(
            name: "free withdrawals cost nothing", table: "withdrawal",
            fault: "field is_free: it is free and has a fee, or the other way round",
            sql: """
                SELECT CAST(w.serial AS TEXT) FROM withdrawal w
                JOIN service_transaction x ON x.serial = w.serial
                JOIN contract c ON c.contract_id = x.contract_id
                WHERE x.fee_fen IS NOT CASE w.is_free WHEN 1 THEN 0 ELSE c.service_fee_fen END
                """),
        Check(
            name: "holders of cards were known", table: "identity_check",
            fault: "fields serial, checked_by: a withdrawal has no check of its holder's document, "
                + "or a check is another operator's or of another kind of transaction",
            sql: """
                SELECT CAST(w.serial AS TEXT) FROM withdrawal w
                LEFT JOIN identity_check i ON i.serial = w.serial AND i.person = 'holder'
                WHERE i.serial IS NULL
                UNION ALL
                SELECT i.serial || '/' || i.person FROM identity_check i
                LEFT JOIN service_transaction x ON x.serial = i.serial
                LEFT JOIN shift h ON h.shift_id = x.shift_id
                WHERE h.staff_id IS NOT i.checked_by OR x.kind IS NOT
                    CASE i.person WHEN 'payer' THEN 'remittance' ELSE 'withdrawal' END
                """),
        Check(
            name: "late answers change nothing", table: "late_bank_answer",
            fault: "field serial: its transaction has a part of what came too late",
            sql: """
                SELECT l.serial || '/' || l.late_answer_id FROM late_bank_answer l
                LEFT JOIN service_transaction x ON x.serial = l.serial
                WHERE x.kind IS NOT 'withdrawal' OR x.status = 'pending'
                    OR l.answer = 'approved' AND x.status NOT IN ('declined', 'reversed')
                """),
        Check(
            name: "inquiries were made in their shifts", table: "card_inquiry",
            fault: "field business_date: it differs from its shift's",
            sql: """
                SELECT CAST(q.inquiry_id AS TEXT) FROM card_inquiry q
                LEFT JOIN shift h ON h.shift_id = q.shift_id
                WHERE h.business_date IS NOT q.business_date
                """),
    ]
}
