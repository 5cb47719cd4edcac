/// The rules of cash on its way, and of what tills may hold.
extension BusinessChecks {
    static let cash = [
        Check(
            name: "transfers left as counted", table: "cash_transfer",
            fault: "fields sent_entry_id, sent_count_id: another sum left the sender",
            sql: """
                SELECT CAST(x.transfer_id AS TEXT) FROM cash_transfer x
                LEFT JOIN journal_entry e ON e.entry_id = x.sent_entry_id
                LEFT JOIN cash_count c ON c.count_id = x.sent_count_id
                WHERE e.kind IS NOT 'cash_sent' OR e.source_id IS NOT x.transfer_id
                    OR c.total_fen IS NOT x.amount_fen OR c.shift_id IS NOT x.sent_shift_id
                    OR (SELECT sum(p.amount) FROM posting p WHERE p.entry_id = e.entry_id
                        AND p.account_id = x.sender_account_id) IS NOT -x.amount_fen
                """),
        Check(
            name: "transfers arrived as counted", table: "cash_transfer",
            fault: "fields received_fen, received_entry_id: another sum arrived",
            sql: """
                SELECT CAST(x.transfer_id AS TEXT) FROM cash_transfer x
                LEFT JOIN journal_entry e ON e.entry_id = x.received_entry_id
                LEFT JOIN cash_count c ON c.count_id = x.received_count_id
                WHERE x.received_by IS NOT NULL AND (c.total_fen IS NOT x.received_fen
                    OR c.shift_id IS NOT x.received_shift_id
                    OR (x.state = 'received') IS NOT (x.received_fen = x.amount_fen)
                    OR x.received_fen > 0 AND (e.kind IS NOT 'cash_received'
                        OR e.source_id IS NOT x.transfer_id
                        OR (SELECT sum(p.amount) FROM posting p WHERE p.entry_id = e.entry_id
                            AND p.account_id = x.receiver_account_id) IS NOT x.received_fen))
                """),
        Check(
            name: "transfers ended as decided", table: "cash_transfer",
            fault: "field ended_entry_id: its entry moved another sum, or elsewhere",
            sql: """
                SELECT CAST(x.transfer_id AS TEXT) FROM cash_transfer x
                LEFT JOIN journal_entry e ON e.entry_id = x.ended_entry_id
                WHERE (x.state = 'cancelled' AND (e.phase IS NOT 4
                        OR (SELECT sum(p.amount) FROM posting p WHERE p.entry_id = e.entry_id
                            AND p.account_id = x.sender_account_id) IS NOT x.amount_fen))
                    OR (x.state = 'resolved' AND (e.kind IS NOT 'cash_resolved'
                        OR e.source_id IS NOT x.transfer_id
                        OR (SELECT sum(p.amount) FROM posting p WHERE p.entry_id = e.entry_id
                            AND p.account_id = CASE x.resolution
                                WHEN 'with_sender' THEN x.sender_account_id
                                WHEN 'with_receiver' THEN x.receiver_account_id
                                ELSE (SELECT a.account_id FROM cash_account a WHERE a.purpose =
                                    CASE WHEN x.amount_fen > x.received_fen
                                    THEN 'transfer_short' ELSE 'transfer_over' END) END)
                            IS NOT x.amount_fen - x.received_fen))
                """),
        Check(
            name: "transfers are between their places", table: "cash_transfer",
            fault: "an account or a shift is not that of its till, vault or bank",
            sql: """
                SELECT CAST(x.transfer_id AS TEXT) FROM cash_transfer x
                LEFT JOIN till f ON f.till_id = x.sender_till_id
                LEFT JOIN till t ON t.till_id = x.receiver_till_id
                LEFT JOIN centre c ON c.centre_id = x.sender_centre_id
                LEFT JOIN centre d ON d.centre_id = x.receiver_centre_id
                LEFT JOIN shift a ON a.shift_id = x.sent_shift_id
                LEFT JOIN shift b ON b.shift_id = x.received_shift_id
                LEFT JOIN shift z ON z.shift_id = x.ended_shift_id
                WHERE x.sender_account_id IS NOT CASE x.sender_kind
                        WHEN 'till' THEN f.cash_account_id WHEN 'centre' THEN c.cash_account_id
                        ELSE c.deposit_account_id END
                    OR x.receiver_account_id IS NOT CASE x.receiver_kind
                        WHEN 'till' THEN t.cash_account_id WHEN 'centre' THEN d.cash_account_id
                        ELSE d.deposit_account_id END
                    OR a.till_id IS NOT x.sender_till_id
                    OR x.received_by IS NOT NULL AND b.till_id IS NOT x.receiver_till_id
                    OR z.till_id IS NOT NULL AND z.till_id IS NOT x.sender_till_id
                        AND z.till_id IS NOT x.receiver_till_id
                """),
        Check(
            name: "cash in transit is under way", table: "cash_account",
            fault: "its balance is not the sum of the transfers that are under way or disputed",
            sql: """
                SELECT a.purpose FROM cash_account a
                JOIN account_balance b ON b.account_id = a.account_id
                WHERE a.purpose = 'in_transit' AND b.debits - b.credits IS NOT (
                    SELECT ifnull(sum(amount_fen - ifnull(received_fen, 0)), 0)
                    FROM cash_transfer WHERE state IN ('offered', 'disputed'))
                """),
        Check(
            name: "entries of cash have their documents", table: "journal_entry",
            fault: "field source_id: no transfer or difference names it",
            sql: """
                SELECT CAST(e.entry_id AS TEXT) FROM journal_entry e
                LEFT JOIN cash_transfer x ON x.transfer_id = e.source_id
                LEFT JOIN till_difference d ON d.difference_id = e.source_id
                LEFT JOIN shift h ON h.shift_id = e.source_id
                WHERE e.phase = 0 AND e.entry_id IS NOT CASE e.kind
                    WHEN 'cash_sent' THEN x.sent_entry_id
                    WHEN 'cash_received' THEN x.received_entry_id
                    WHEN 'cash_resolved' THEN x.ended_entry_id
                    WHEN 'difference_settled' THEN d.resolution_entry_id
                    WHEN 'till_over' THEN h.entry_id WHEN 'till_short' THEN h.entry_id
                    ELSE e.entry_id END
                """),
        Check(
            name: "cash accounts are those of the chart", table: "cash_account",
            fault: "field account_id: it is another account, or the row is missing",
            sql: """
                SELECT w.purpose FROM (
                    SELECT 'in_transit' AS purpose, '1009.CASH.TRANSIT' AS code
                    UNION ALL SELECT 'over_income', '6301.TILL.OVER'
                    UNION ALL SELECT 'short_loss', '6711.TILL.SHORT'
                    UNION ALL SELECT 'transfer_short', '1221.CASH.TRANSIT'
                    UNION ALL SELECT 'transfer_over', '2241.CASH.TRANSIT'
                    UNION ALL SELECT 'bank_suspense', '2241.BANK.SUSPENSE'
                ) w LEFT JOIN cash_account a ON a.purpose = w.purpose
                LEFT JOIN ledger_account l ON l.account_id = a.account_id
                WHERE l.code IS NOT w.code
                """),
        Check(
            name: "till limits can be kept", table: "till_limit",
            fault: "fields limit_fen, ceiling_fen, tier: the bounds contradict each other",
            sql: """
                SELECT CAST(l.limit_id AS TEXT) FROM till_limit l
                WHERE l.limit_fen < 0 OR l.ceiling_fen < l.limit_fen
                    OR l.till_id IS NOT NULL AND l.tier IS NOT NULL
                    OR l.tier NOT IN ('demonstration', 'standard', 'basic')
                """),
    ]
}
