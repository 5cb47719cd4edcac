/// The rules of what partners were asked: each call stands as its transaction does.
extension BusinessChecks {
    /// What calls moved in the tills beside or instead of their transactions' own entries.
    static let calledCash = """
        SELECT x.shift_id, abs(c.cash_fen) AS fen
        FROM partner_call c JOIN service_transaction x ON x.serial = c.serial
        WHERE c.suspense_entry_id IS NOT NULL AND (x.status <> 'posted' OR c.cash_fen < 0)
        UNION ALL SELECT return_shift_id, -abs(cash_fen) FROM partner_call
        """

    static let gateways = [
        Check(
            name: "calls stand as their transactions", table: "partner_call",
            fault: "field state: its transaction has another status",
            sql: """
                SELECT CAST(c.serial AS TEXT) FROM partner_call c
                LEFT JOIN service_transaction x ON x.serial = c.serial
                LEFT JOIN service_transaction b ON b.serial = c.refund_serial
                WHERE (x.status = 'pending') IS NOT (c.state = 'posting')
                    OR (x.status = 'unknown') IS NOT (c.state IN ('unknown', 'reversing', 'disputed'))
                    OR (x.status = 'posted') IS NOT (c.state = 'booked')
                    OR x.status = 'declined' AND (c.state <> 'refused'
                        OR c.suspense_entry_id IS NOT NULL)
                    OR x.status = 'reversed' AND (c.cash_fen > 0
                        OR c.state NOT IN ('refused', 'reversed'))
                    OR c.cash_fen > 0
                        AND (x.status = 'returned') IS NOT (c.return_entry_id IS NOT NULL)
                    OR c.cash_fen IS NOT CASE WHEN x.kind IN ('withdrawal', 'prize_payment')
                        THEN x.fee_fen - x.amount_fen WHEN x.kind = 'transfer' THEN x.fee_fen
                        ELSE x.amount_fen + x.fee_fen + ifnull(b.amount_fen + b.fee_fen, 0) END
                    OR (c.act = 'undo') IS NOT (x.correction IS 'void')
                """),
        Check(
            name: "open payments have their calls", table: "service_transaction",
            fault: "field status: it waits for a partner, and no call says which",
            sql: """
                SELECT CAST(x.serial AS TEXT) FROM service_transaction x
                LEFT JOIN partner_call c ON c.serial = x.serial
                WHERE (x.kind IN ('bill_payment', 'ticket_sale', 'prize_payment')
                        OR x.original_serial IS NOT NULL)
                    AND x.serial NOT IN (SELECT refund_serial FROM partner_call
                        WHERE refund_serial IS NOT NULL)
                    AND (x.status = 'pending' OR x.status = 'unknown'
                        OR x.status = 'return_due' OR x.status = 'returned')
                    AND c.serial IS NULL
                """),
        Check(
            name: "calls have their answers", table: "partner_call",
            fault: "field key: its key is missing, or its answer is another",
            sql: """
                SELECT CAST(c.serial AS TEXT) FROM partner_call c
                JOIN service_transaction x ON x.serial = c.serial
                LEFT JOIN idempotency_key k ON k.key = c.key AND k.credential = c.credential
                WHERE c.key IS NOT NULL AND k.outcome IS NOT CASE x.status
                    WHEN 'posted' THEN iif(c.cash_fen < 0 AND c.suspense_entry_id IS NOT NULL
                        AND c.return_entry_id IS NULL, 'running', 'done')
                    WHEN 'returned' THEN 'done' WHEN 'declined' THEN 'refused'
                    WHEN 'reversed' THEN 'refused' ELSE 'running' END
                """),
        Check(
            name: "calls hold their cash", table: "partner_call",
            fault: "fields pending_entry_id, suspense_entry_id, return_entry_id: an entry is "
                + "missing, or of another amount or account",
            sql: """
                SELECT CAST(c.serial AS TEXT) FROM partner_call c
                JOIN service_transaction x ON x.serial = c.serial
                JOIN product d ON d.product_id = x.product_id
                JOIN partner g ON g.partner_id = d.partner_id
                LEFT JOIN journal_entry e ON e.entry_id = c.pending_entry_id
                LEFT JOIN pending_entry w ON w.entry_id = c.pending_entry_id
                LEFT JOIN journal_entry r ON r.entry_id = w.resolved_by
                LEFT JOIN journal_entry u ON u.entry_id = c.suspense_entry_id
                LEFT JOIN journal_entry b ON b.entry_id = c.return_entry_id
                LEFT JOIN service_transaction f ON f.serial = c.refund_serial
                WHERE (c.pending_entry_id IS NULL)
                        IS NOT (x.fee_fen = 0 AND x.commission_fen = 0 AND x.kind = 'transfer'
                            OR f.serial IS NOT NULL AND c.cash_fen = 0
                                AND x.commission_fen + f.commission_fen = 0)
                    OR c.pending_entry_id IS NOT NULL AND (e.phase IS NOT 1
                        OR e.source_id IS NOT c.serial
                        OR CASE WHEN c.state = 'posting' THEN r.entry_id IS NOT NULL
                            WHEN f.serial IS NOT NULL THEN r.phase IS NOT 3
                            WHEN x.status = 'posted' AND c.cash_fen = 0
                                THEN r.entry_id IS NOT x.entry_id AND r.phase IS NOT 3
                            WHEN x.status = 'posted' AND c.suspense_entry_id IS NULL
                                THEN r.entry_id IS NOT x.entry_id
                            ELSE r.phase IS NOT 3 END)
                    OR c.suspense_entry_id IS NOT NULL AND (u.source_id
                            IS NOT iif(c.cash_fen < 0, ifnull(f.serial, c.serial), c.serial)
                        OR u.kind IS NOT iif(c.cash_fen > 0, 'partner_suspense', x.kind)
                        OR c.cash_fen < 0
                            AND u.entry_id IS NOT iif(f.serial IS NULL, x.entry_id, f.entry_id)
                        OR (
                            SELECT sum(p.amount) FROM posting p WHERE (p.entry_id = u.entry_id
                                OR c.cash_fen < 0 AND p.entry_id = x.entry_id)
                                AND p.account_id = g.suspense_account_id
                        ) IS NOT -abs(c.cash_fen))
                    OR c.return_entry_id IS NOT NULL AND (b.kind IS NOT 'partner_return'
                        OR b.source_id IS NOT c.serial OR (
                            SELECT sum(p.amount) FROM posting p WHERE p.entry_id = b.entry_id
                                AND p.account_id = g.suspense_account_id
                        ) IS NOT abs(c.cash_fen))
                """),
        Check(
            name: "changes are booked as one", table: "partner_call",
            fault: "field refund_serial: the refund stands elsewhere than the sale, or both "
                + "together moved another amount in the till",
            sql: """
                SELECT CAST(c.serial AS TEXT) FROM partner_call c
                JOIN service_transaction x ON x.serial = c.serial
                LEFT JOIN service_transaction f ON f.serial = c.refund_serial
                JOIN shift h ON h.shift_id = x.shift_id JOIN till t ON t.till_id = h.till_id
                WHERE c.refund_serial IS NOT NULL AND (x.kind IS NOT 'ticket_sale'
                    OR x.original_serial IS NOT NULL OR f.kind IS NOT 'ticket_sale'
                    OR f.original_serial IS NULL OR f.shift_id IS NOT x.shift_id
                    OR f.partner_reference IS NOT x.partner_reference AND x.status = 'posted'
                    OR f.status IS NOT CASE WHEN x.status IN ('return_due', 'returned')
                        THEN 'reversed' ELSE x.status END
                    OR x.status = 'posted' AND ifnull((
                        SELECT sum(p.amount) FROM posting p
                        WHERE p.account_id = t.cash_account_id AND (p.entry_id = x.entry_id
                            OR p.entry_id = f.entry_id OR p.entry_id = c.suspense_entry_id)
                    ), 0) IS NOT iif(c.cash_fen < 0 AND c.suspense_entry_id IS NOT NULL,
                        0, c.cash_fen))
                """),
        Check(
            name: "suspense is what is open", table: "partner",
            fault: "field suspense_account_id: its balance is not the sum of what is unknown and "
                + "what waits for customers",
            sql: """
                SELECT CAST(g.partner_id AS TEXT) FROM partner g
                LEFT JOIN account_balance a ON a.account_id = g.suspense_account_id
                LEFT JOIN (
                    SELECT d.partner_id, sum(abs(c.cash_fen)) AS fen
                    FROM partner_call c JOIN service_transaction x ON x.serial = c.serial
                    JOIN product d ON d.product_id = x.product_id
                    WHERE c.suspense_entry_id IS NOT NULL AND c.return_entry_id IS NULL
                        AND (x.status IN ('unknown', 'return_due') OR c.cash_fen < 0)
                    GROUP BY d.partner_id
                ) o ON o.partner_id = g.partner_id
                WHERE ifnull(a.credits - a.debits, 0) IS NOT ifnull(o.fen, 0)
                """),
    ]
}
