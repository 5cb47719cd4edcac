/// The rules of voids and refunds, of baskets, and of what terminals number.
extension BusinessChecks {
    static let corrections = [
        // Tickets go back by their principal's rules: in parts, and before the day is over.
        Check(
            name: "corrections are of their originals", table: "service_transaction",
            fault: "fields original_serial, correction, amount_fen: it does not take back its "
                + "original, or not on its date",
            sql: """
                SELECT CAST(x.serial AS TEXT) FROM service_transaction x
                LEFT JOIN service_transaction o ON o.serial = x.original_serial
                LEFT JOIN shift h ON h.shift_id = x.shift_id
                LEFT JOIN till t ON t.till_id = h.till_id
                LEFT JOIN shift g ON g.shift_id = o.shift_id
                LEFT JOIN till u ON u.till_id = g.till_id
                WHERE x.original_serial IS NOT NULL AND (o.status IS NOT 'posted'
                    OR o.original_serial IS NOT NULL OR o.kind IS NOT x.kind
                    OR o.product_id IS NOT x.product_id OR o.contract_id IS NOT x.contract_id
                    OR t.station_id IS NOT u.station_id
                    OR x.kind <> 'ticket_sale' AND (
                        (x.business_date = o.business_date) IS NOT (x.correction = 'void')
                        OR x.business_date < o.business_date OR x.original_item <> 0
                        OR x.amount_fen <> -o.amount_fen OR x.fee_fen <> -o.fee_fen
                        OR x.commission_fen <> -o.commission_fen
                        OR x.account_reference <> o.account_reference))
                """),
        Check(
            name: "no more is taken back than there was", table: "service_transaction",
            fault: "field amount_fen: its voids and refunds are more than itself",
            sql: """
                SELECT CAST(o.serial AS TEXT) FROM (
                    SELECT original_serial, sum(amount_fen) AS amount_fen, sum(fee_fen) AS fee_fen,
                        sum(commission_fen) AS commission_fen,
                        min(original_item) = 0 AND count(*) > 1 AS is_doubled
                    FROM service_transaction WHERE original_serial IS NOT NULL
                        AND status NOT IN ('declined', 'reversed')
                    GROUP BY original_serial
                ) c JOIN service_transaction o ON o.serial = c.original_serial
                WHERE c.is_doubled OR o.amount_fen + c.amount_fen < 0
                    OR o.fee_fen + c.fee_fen < 0 OR o.commission_fen + c.commission_fen < 0
                """),
        Check(
            name: "corrections were authorised", table: "service_transaction",
            fault: "field serial: no supervisor's authorisation was used for it",
            sql: """
                SELECT CAST(x.serial AS TEXT) FROM service_transaction x
                LEFT JOIN authorisation a ON a.used_serial = x.serial
                LEFT JOIN staff_member m ON m.staff_id = a.supervisor_id
                WHERE x.original_serial IS NOT NULL AND x.kind <> 'ticket_sale'
                    AND x.original_serial NOT IN (SELECT serial FROM stock_serial
                        WHERE state = 'returned')
                    AND (a.serial IS NOT x.original_serial OR a.correction IS NOT x.correction
                        OR a.state IS NOT 'used' OR m.role IS NOT 'supervisor'
                        OR x.recorded_at NOT BETWEEN a.issued_at AND a.expires_at)
                """),
        Check(
            name: "authorisations were used by corrections", table: "authorisation",
            fault: "field used_serial: there is no such correction",
            sql: """
                SELECT CAST(a.authorisation_id AS TEXT) FROM authorisation a
                LEFT JOIN service_transaction x ON x.serial = a.used_serial
                WHERE a.state = 'used' AND x.original_serial IS NOT a.serial
                """),
        Check(
            name: "partners take back what they booked", table: "service_transaction",
            fault: "field original_serial: a partner had booked it, and was not asked to take it "
                + "back",
            sql: """
                SELECT CAST(x.serial AS TEXT) FROM service_transaction x
                LEFT JOIN partner_call o ON o.serial = x.original_serial
                LEFT JOIN partner_call c ON c.serial = x.serial
                WHERE x.original_serial IS NOT NULL AND c.serial IS NULL
                    AND (x.kind = 'remittance' OR x.kind = 'bill_payment' AND o.state = 'booked')
                """),
        Check(
            name: "voided bills are reopened", table: "service_transaction",
            fault: "field serial: it voids the payment of a bill that was not reopened, or "
                + "reopened one before it was posted",
            sql: """
                SELECT CAST(x.serial AS TEXT) FROM service_transaction x
                JOIN bill_payment o ON o.serial = x.original_serial
                LEFT JOIN bill_payment r ON r.serial = x.serial
                WHERE CASE WHEN x.status <> 'posted' THEN r.serial IS NOT NULL
                    ELSE x.correction = 'void' AND (r.bill_id IS NOT o.bill_id
                        OR r.amount_fen IS NOT -o.amount_fen) END
                """),
    ]

    static let baskets = [
        Check(
            name: "baskets hold their items", table: "basket",
            fault: "fields item_count, total_fen, receipt_number: they are not its items'",
            sql: """
                SELECT CAST(b.basket_serial AS TEXT) FROM basket b LEFT JOIN (
                    SELECT i.basket_serial, count(*) AS n, min(i.serial) AS first_serial,
                        max(i.position) AS last_position, sum(x.amount_fen + x.fee_fen) AS fen,
                        sum(iif(i.state = 'refused', x.amount_fen + x.fee_fen, 0)) AS refused_fen,
                        sum(i.state IN ('waiting', 'return_due')) AS open_count,
                        min(x.receipt_number) AS least, max(x.receipt_number) AS greatest,
                        min(x.shift_id) AS first_shift, max(x.shift_id) AS last_shift
                    FROM basket_item i LEFT JOIN service_transaction x ON x.serial = i.serial
                    GROUP BY i.basket_serial
                ) s ON s.basket_serial = b.basket_serial
                WHERE s.n IS NOT b.item_count OR s.last_position IS NOT b.item_count - 1
                    OR s.first_serial IS NOT b.basket_serial OR s.fen IS NOT b.total_fen
                    OR s.least IS NOT b.receipt_number OR s.greatest IS NOT b.receipt_number
                    OR s.first_shift IS NOT b.shift_id OR s.last_shift IS NOT b.shift_id
                    OR (s.open_count > 0) IS NOT (b.state = 'open')
                    OR b.state = 'settled' AND s.refused_fen IS NOT b.returned_fen
                """),
        Check(
            name: "transactions are in their baskets", table: "service_transaction",
            fault: "field basket_serial: the basket does not hold it so",
            sql: """
                SELECT CAST(x.serial AS TEXT) FROM service_transaction x
                LEFT JOIN basket_item i ON i.serial = x.serial
                WHERE x.basket_serial IS NOT i.basket_serial
                    OR i.serial IS NOT NULL AND i.state IS NOT CASE
                        WHEN x.status IN ('posted', 'return_due', 'returned') THEN x.status
                        WHEN x.status IN ('declined', 'reversed') THEN 'refused'
                        ELSE 'waiting' END
                """),
        Check(
            name: "items of baskets ask their partners", table: "basket_item of serial",
            fault: "field state: it was not posted at once, and no call without a key tells why",
            sql: """
                SELECT CAST(i.serial AS TEXT) FROM basket_item i
                LEFT JOIN partner_call c ON c.serial = i.serial
                WHERE i.state <> 'posted' AND c.serial IS NULL OR c.key IS NOT NULL
                """),
        Check(
            name: "baskets have their answers", table: "basket",
            fault: "field key: its key is missing, or its answer is another",
            sql: """
                SELECT CAST(b.basket_serial AS TEXT) FROM basket b
                LEFT JOIN idempotency_key k ON k.key = b.key AND k.credential = b.credential
                LEFT JOIN (
                    SELECT basket_serial, sum(fen * (state = 'returned')) AS paid_back_fen,
                        group_concat(state, ' ') AS states
                    FROM (
                        SELECT i.basket_serial, i.state, x.amount_fen + x.fee_fen AS fen
                        FROM basket_item i JOIN service_transaction x ON x.serial = i.serial
                        ORDER BY i.basket_serial, i.position
                    ) GROUP BY basket_serial
                ) s ON s.basket_serial = b.basket_serial
                WHERE k.outcome IS NOT iif(b.state = 'settled', 'done', 'running')
                    OR b.state = 'settled' AND (NOT json_valid(CAST(k.answer AS TEXT))
                        OR CAST(k.answer AS TEXT) ->> '$.basket_serial'
                            IS NOT printf('%012d', b.basket_serial)
                        OR CAST(k.answer AS TEXT) ->> '$.total_fen' IS NOT b.total_fen
                        OR CAST(k.answer AS TEXT) ->> '$.change_fen'
                            IS NOT b.tendered_fen - b.total_fen
                        OR CAST(k.answer AS TEXT) ->> '$.returned_fen' IS NOT b.returned_fen
                        OR CAST(k.answer AS TEXT) ->> '$.cash_back_fen'
                            IS NOT b.tendered_fen - b.total_fen + b.returned_fen
                        OR CAST(k.answer AS TEXT) ->> '$.paid_back_fen' IS NOT s.paid_back_fen
                        OR (SELECT group_concat(t.value ->> '$.state', ' ')
                            FROM json_each(CAST(k.answer AS TEXT), '$.items') t)
                            IS NOT s.states)
                """),
    ]

    static let terminals = [
        Check(
            name: "terminals' numbers have their keys", table: "terminal_sequence",
            fault: "field key: there is no such key of the terminal",
            sql: """
                SELECT n.terminal_id || '/' || n.sequence FROM terminal_sequence n
                LEFT JOIN idempotency_key k ON k.key = n.key AND k.credential = n.terminal_id
                WHERE n.key IS NOT NULL AND k.key IS NULL
                """),
        Check(
            name: "numbers came in batches of their terminal", table: "terminal_sequence",
            fault: "field batch_id: it does not tell of this number, or holds fewer",
            sql: """
                SELECT n.terminal_id || '/' || n.sequence FROM terminal_sequence n
                LEFT JOIN terminal_batch b ON b.batch_id = n.batch_id
                WHERE n.batch_id IS NOT NULL AND (b.terminal_id IS NOT n.terminal_id
                    OR b.state IS 'quarantined'
                    OR n.sequence NOT BETWEEN b.first_sequence AND b.last_sequence)
                """),
        Check(
            name: "batches tell which numbers arrived", table: "terminal_batch",
            fault: "field complete_to: a number up to it is missing",
            sql: """
                SELECT CAST(b.batch_id AS TEXT) FROM terminal_batch b
                WHERE b.state = 'applied' AND (
                    SELECT count(*) FROM terminal_sequence n
                    WHERE n.terminal_id = b.terminal_id AND n.sequence <= b.complete_to
                ) IS NOT b.complete_to
                """),
    ]
}
