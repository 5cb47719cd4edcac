/// The rules of remittances and transfers, and of the cash that unanswered ones hold.
extension BusinessChecks {
    /// What unanswered orders moved in the tills beside their entries: cash taken, cash returned.
    static let suspendedOrderCash = """
        SELECT x.shift_id, CASE x.kind WHEN 'transfer' THEN x.fee_fen
            ELSE x.amount_fen + x.fee_fen END AS fen
        FROM bank_order o JOIN service_transaction x ON x.serial = o.serial
        WHERE o.taken_entry_id IS NOT NULL AND x.status <> 'posted'
        UNION ALL SELECT o.returned_shift_id, CASE x.kind WHEN 'transfer' THEN -x.fee_fen
            ELSE -x.amount_fen - x.fee_fen END
        FROM bank_order o JOIN service_transaction x ON x.serial = o.serial
        WHERE o.returned_entry_id IS NOT NULL
        """

    static let bankOrders = [
        Check(
            name: "remittances and transfers have their orders", table: "service_transaction",
            fault: "field serial: its order to the bank is missing, or is of another kind",
            sql: """
                SELECT CAST(x.serial AS TEXT) FROM service_transaction x
                LEFT JOIN bank_order o ON o.serial = x.serial
                WHERE x.kind IN ('remittance', 'transfer') AND x.original_serial IS NULL
                    AND o.serial IS NULL
                UNION ALL
                SELECT CAST(o.serial AS TEXT) FROM bank_order o
                JOIN service_transaction x ON x.serial = o.serial
                WHERE x.kind NOT IN ('remittance', 'transfer')
                """),
        Check(
            name: "orders hold their cash", table: "bank_order",
            fault:
                "fields pending_entry_id, taken_entry_id, returned_entry_id: an entry is missing, "
                + "or ended otherwise",
            sql: """
                SELECT CAST(o.serial AS TEXT) FROM bank_order o
                JOIN service_transaction x ON x.serial = o.serial
                LEFT JOIN journal_entry e ON e.entry_id = o.pending_entry_id
                LEFT JOIN pending_entry p ON p.entry_id = o.pending_entry_id
                LEFT JOIN journal_entry r ON r.entry_id = p.resolved_by
                LEFT JOIN journal_entry t ON t.entry_id = o.taken_entry_id
                LEFT JOIN journal_entry b ON b.entry_id = o.returned_entry_id
                WHERE o.pending_entry_id IS NOT NULL
                        AND (e.phase IS NOT 1 OR e.source_id IS NOT o.serial)
                    OR o.taken_entry_id IS NOT NULL
                        AND (t.kind IS NOT 'order_suspended' OR t.source_id IS NOT o.serial)
                    OR o.returned_entry_id IS NOT NULL
                        AND (b.kind IS NOT 'order_returned' OR b.source_id IS NOT o.serial)
                    OR (o.returned_entry_id IS NOT NULL) IS NOT (x.status = 'returned')
                    OR o.pending_entry_id IS NOT NULL AND CASE
                        WHEN x.status = 'pending' THEN r.entry_id IS NOT NULL
                        WHEN x.status = 'posted'
                            THEN NOT (r.entry_id IS x.entry_id OR r.phase IS 3)
                        ELSE r.phase IS NOT 3 END
                    OR x.status IN ('return_due', 'returned') AND o.taken_entry_id IS NULL
                """),
        Check(
            name: "suspense is what unanswered orders hold", table: "ledger_account",
            fault:
                "its balance differs from the cash of the orders that are unknown or to be returned",
            sql: """
                SELECT r.code FROM partner r
                JOIN ledger_account a ON a.code = '2241.' || r.code || '.ORDERS'
                JOIN account_balance b ON b.account_id = a.account_id
                WHERE b.credits - b.debits IS NOT ifnull((
                    SELECT sum(CASE x.kind WHEN 'transfer' THEN x.fee_fen
                        ELSE x.amount_fen + x.fee_fen END)
                    FROM bank_order o JOIN service_transaction x ON x.serial = o.serial
                    JOIN product d ON d.product_id = x.product_id
                    WHERE d.partner_id = r.partner_id AND o.taken_entry_id IS NOT NULL
                        AND x.status IN ('unknown', 'return_due')), 0)
                """),
        Check(
            name: "orders count for their customer", table: "bank_order_day",
            fault: "field ordered_fen: it differs from the customer's orders",
            sql: """
                WITH used AS (
                    SELECT x.business_date, x.kind, o.party_digest, sum(x.amount_fen) AS fen
                    FROM bank_order o JOIN service_transaction x ON x.serial = o.serial
                    WHERE x.status IN ('pending', 'unknown', 'posted') AND NOT EXISTS (
                        SELECT 1 FROM service_transaction v WHERE v.original_serial = x.serial
                            AND v.correction = 'void' AND v.status = 'posted')
                    GROUP BY x.business_date, x.kind, o.party_digest
                )
                SELECT ifnull(d.business_date, u.business_date) || '/' || ifnull(d.kind, u.kind)
                    || '/' || substr(ifnull(d.party_digest, u.party_digest), 1, 8)
                FROM bank_order_day d FULL JOIN used u ON u.business_date = d.business_date
                    AND u.kind = d.kind AND u.party_digest = d.party_digest
                WHERE ifnull(d.ordered_fen, -1) <> ifnull(u.fen, 0)
                """),
        Check(
            name: "orders have their answers", table: "bank_order",
            fault: "field key: its key is missing, or its answer is another",
            sql: """
                SELECT CAST(o.serial AS TEXT) FROM bank_order o
                JOIN service_transaction x ON x.serial = o.serial
                LEFT JOIN idempotency_key k ON k.key = o.key AND k.credential = o.credential
                WHERE k.outcome IS NOT CASE x.status WHEN 'pending' THEN 'running'
                    WHEN 'declined' THEN 'refused' ELSE 'done' END
                """),
        Check(
            name: "orders undone are told to the bank", table: "bank_order",
            fault: "field reversal: it came to nothing by the bank's reversal, which is missing",
            sql: """
                SELECT CAST(o.serial AS TEXT) FROM bank_order o
                JOIN service_transaction x ON x.serial = o.serial
                WHERE x.status IN ('pending', 'posted') AND o.reversal <> 'none'
                    OR x.status = 'unknown' AND o.reversal = 'confirmed'
                """),
    ]
}
