/// The rules for what keeps a payment from being made twice, and for what the counter was told.
extension BusinessChecks {
    /// Each receipt that an answer tells of: the answer itself, a part of it, a basket's items, or
    /// what the change of a ticket took back.
    private static let toldReceipts = """
        told AS (
            SELECT k.credential || '/' || k.key AS name,
                ifnull(CAST(k.answer AS TEXT) -> '$.receipt', CAST(k.answer AS TEXT)) AS r
            FROM idempotency_key k
            WHERE k.outcome = 'done' AND json_valid(CAST(k.answer AS TEXT))
            UNION ALL
            SELECT k.credential || '/' || k.key, i.value -> '$.receipt'
            FROM idempotency_key k, json_each(CAST(k.answer AS TEXT), '$.items') i
            WHERE k.outcome = 'done' AND json_valid(CAST(k.answer AS TEXT))
                AND substr(k.answer, 1, 16) = CAST('{"basket_serial"' AS BLOB)
            UNION ALL
            SELECT k.credential || '/' || k.key, CAST(k.answer AS TEXT) -> '$.refund'
            FROM idempotency_key k
            WHERE k.outcome = 'done' AND json_valid(CAST(k.answer AS TEXT))
                AND substr(k.answer, 1, 9) = CAST('{"refund"' AS BLOB)
        )
        """

    static let answers = [
        Check(
            name: "answers agree with their transactions", table: "idempotency_key",
            fault: "field answer: it tells of another transaction than the book holds",
            sql: """
                WITH \(toldReceipts)
                SELECT a.name FROM told a LEFT JOIN service_transaction x ON x.serial = CAST(a.r ->> '$.serial' AS INTEGER)
                WHERE a.r ->> '$.serial' IS NOT NULL AND (x.serial IS NULL
                    OR a.r ->> '$.kind' IS NOT x.kind
                    OR a.r ->> '$.amount_fen' IS NOT x.amount_fen
                    OR a.r ->> '$.service_fee_fen' IS NOT x.fee_fen
                    OR a.r ->> '$.total_fen' IS NOT CASE
                        WHEN x.kind IN ('withdrawal', 'prize_payment') THEN x.amount_fen - x.fee_fen
                        WHEN x.kind = 'transfer' THEN x.fee_fen ELSE x.amount_fen + x.fee_fen END
                    OR a.r ->> '$.account_reference' IS NOT x.account_reference
                    OR a.r ->> '$.business_date' IS NOT
                        date(x.business_date * 86400, 'unixepoch')
                    OR NOT (a.r ->> '$.status' IS x.status
                        OR a.r ->> '$.status' IS 'authorised' AND x.kind = 'withdrawal'
                            AND (x.status = 'posted' OR x.status = 'reversed')))
                """),
        // One comparison of sums needs no table of a book's worth of keys in memory.
        Check(
            name: "payments have their answers", table: "idempotency_key",
            fault: "a key is missing or was added: a payment sent again would be booked again",
            sql: """
                WITH \(toldReceipts)
                SELECT 'of payments and sales' FROM (
                    SELECT count(*) AS n, sum(serial) AS s FROM service_transaction
                    WHERE (kind = 'bill_payment' OR kind = 'ticket_sale')
                        AND (status = 'posted' OR status = 'returned')
                        AND serial NOT IN (SELECT serial FROM partner_call WHERE cash_fen < 0
                            AND suspense_entry_id IS NOT NULL AND return_entry_id IS NULL
                            UNION ALL SELECT refund_serial FROM partner_call
                            WHERE refund_serial IS NOT NULL AND cash_fen < 0
                            AND suspense_entry_id IS NOT NULL AND return_entry_id IS NULL)
                        AND ifnull(basket_serial, 0) NOT IN (SELECT basket_serial FROM basket
                            WHERE state = 'open')
                ) x JOIN (
                    SELECT count(*) AS n, sum(CAST(r ->> '$.serial' AS INTEGER)) AS s FROM told
                    WHERE (r ->> '$.kind' = 'bill_payment' OR r ->> '$.kind' = 'ticket_sale')
                        AND r ->> '$.status' NOT IN ('declined', 'reversed')
                ) a WHERE a.n IS NOT x.n OR a.s IS NOT x.s
                """),
        Check(
            name: "withdrawals have their answers", table: "withdrawal",
            fault: "field key: its key is missing, or its answer is another",
            sql: """
                SELECT CAST(w.serial AS TEXT) FROM withdrawal w
                JOIN service_transaction x ON x.serial = w.serial
                LEFT JOIN idempotency_key k ON k.key = w.key AND k.credential = w.credential
                WHERE k.outcome IS NULL OR CASE x.status WHEN 'pending' THEN k.outcome <> 'running'
                    WHEN 'declined' THEN k.outcome <> 'refused'
                    WHEN 'reversed' THEN k.outcome = 'running'
                    ELSE k.outcome <> 'done' END
                """),
        Check(
            name: "reversals are told to the bank", table: "withdrawal",
            fault:
                "field reversal: it is reversed and the bank is not told, or the other way round",
            sql: """
                SELECT CAST(w.serial AS TEXT) FROM withdrawal w
                JOIN service_transaction x ON x.serial = w.serial
                WHERE (x.status = 'reversed' OR x.status = 'declined' AND EXISTS (
                    SELECT 1 FROM late_bank_answer l
                    WHERE l.serial = w.serial AND l.answer = 'approved'
                )) IS NOT (w.reversal <> 'none')
                """),
        Check(
            name: "shifts take up what was counted", table: "shift",
            fault: "fields opening_fen, book_fen: they are not what the shift before counted, "
                + "or not what its transactions and transfers moved",
            sql: """
                SELECT CAST(s.shift_id AS TEXT) FROM (
                    SELECT h.shift_id, h.state, h.opening_fen, h.book_fen,
                        lag(h.counted_fen) OVER (PARTITION BY h.till_id ORDER BY h.shift_id)
                            AS before_fen,
                        ifnull(m.moved_fen, 0) AS moved_fen
                    FROM shift h LEFT JOIN (
                        SELECT shift_id, sum(fen) AS moved_fen FROM (
                            SELECT shift_id, CASE WHEN kind IN ('withdrawal', 'prize_payment')
                                THEN fee_fen - amount_fen WHEN kind = 'transfer' THEN fee_fen
                                ELSE amount_fen + fee_fen END AS fen
                            FROM service_transaction WHERE status = 'posted'
                            UNION ALL \(BusinessChecks.calledCash)
                            UNION ALL SELECT sent_shift_id, -amount_fen FROM cash_transfer
                            UNION ALL SELECT received_shift_id, received_fen FROM cash_transfer
                            UNION ALL SELECT ended_shift_id,
                                amount_fen - ifnull(received_fen, 0) FROM cash_transfer
                            UNION ALL SELECT resolution_shift_id, CASE resolution
                                WHEN 'repaid' THEN amount_fen ELSE -amount_fen END
                            FROM till_difference
                        ) WHERE shift_id IS NOT NULL GROUP BY shift_id
                    ) m ON m.shift_id = h.shift_id
                ) s WHERE s.opening_fen IS NOT ifnull(s.before_fen, s.opening_fen)
                    OR s.state = 'closed' AND s.book_fen IS NOT s.opening_fen + s.moved_fen
                """),
        Check(
            name: "receipt numbers go on", table: "receipt_counter of station",
            fault: "field last_number: it is not the last receipt's",
            sql: """
                SELECT CAST(c.station_id AS TEXT) FROM receipt_counter c LEFT JOIN (
                    SELECT t.station_id, x.business_date, max(x.receipt_number) AS last_number
                    FROM service_transaction x
                    JOIN shift h ON h.shift_id = x.shift_id JOIN till t ON t.till_id = h.till_id
                    GROUP BY t.station_id, x.business_date
                ) l ON l.station_id = c.station_id AND l.business_date = c.business_date
                WHERE c.last_number IS NOT l.last_number
                """),
        Check(
            name: "shares went to those who share", table: "account_day of account/date",
            fault: "the shares in day_revenue went to another account, or in another amount",
            sql: """
                SELECT d.account_id || '/' || d.business_date FROM (
                    SELECT r.business_date, s.operator_share_account_id AS account_id,
                        r.operator_fen AS fen
                    FROM day_revenue r JOIN station s ON s.station_id = r.station_id
                    UNION ALL SELECT r.business_date, v.share_account_id, r.village_fen
                    FROM day_revenue r JOIN station s ON s.station_id = r.station_id
                    JOIN village v ON v.village_id = s.village_id
                    UNION ALL SELECT r.business_date, t.share_account_id, r.town_fen
                    FROM day_revenue r JOIN station s ON s.station_id = r.station_id
                    JOIN village v ON v.village_id = s.village_id
                    JOIN centre t ON t.centre_id = v.town_centre_id
                    UNION ALL SELECT r.business_date,
                        ifnull(d.share_account_id, t.share_account_id), r.district_fen
                    FROM day_revenue r JOIN station s ON s.station_id = r.station_id
                    JOIN village v ON v.village_id = s.village_id
                    JOIN centre t ON t.centre_id = v.town_centre_id
                    LEFT JOIN centre d ON d.centre_id = t.parent_id
                ) d LEFT JOIN account_day a ON a.business_date = d.business_date
                    AND a.account_id = d.account_id
                GROUP BY d.account_id, d.business_date
                HAVING sum(d.fen) IS NOT ifnull(max(a.credits - a.debits), 0)
                """),
    ]
}
