/// The rules that tie business rows to the ledger, each a query for the rows that break it.
enum BusinessChecks {
    struct Check {
        let name: String
        let table: String
        let fault: String
        /// Gives the key of each row at fault, as text, in its first column.
        let sql: String
    }

    static let all = [
        entries,
        documents,
        bills,
        gateways,
        tickets,
        closings,
        answers,
        cards,
        bankOrders,
        prints,
        corrections,
        baskets,
        terminals,
        counter,
        cash,
        stock,
        reconciliation,
        clearing,
        deliveries,
    ].flatMap { $0 }

    private static let entries = [
        Check(
            name: "transactions have their entries", table: "service_transaction",
            fault: "field entry_id: its entry is missing, or is another transaction's",
            sql: """
                SELECT CAST(x.serial AS TEXT) FROM service_transaction x
                LEFT JOIN journal_entry e ON e.entry_id = x.entry_id
                WHERE x.status = 'posted' AND NOT (x.kind = 'transfer' AND x.entry_id IS NULL)
                    AND (e.entry_id IS NULL OR e.source_id IS NOT x.serial
                    OR e.kind IS NOT x.kind OR e.business_date IS NOT x.final_date)
                """),
        Check(
            name: "entries have their transactions", table: "journal_entry",
            fault: "field source_id: its transaction is missing or names another entry",
            sql: """
                SELECT CAST(e.entry_id AS TEXT) FROM journal_entry e
                LEFT JOIN service_transaction x ON x.serial = e.source_id
                WHERE e.kind IN ('bill_payment', 'ticket_sale', 'stock_sale', 'prize_payment',
                    'withdrawal', 'remittance', 'transfer')
                    AND e.phase <> 1 AND (x.serial IS NULL OR x.entry_id IS NOT e.entry_id)
                """),
        Check(
            name: "amounts agree with the till", table: "service_transaction",
            fault: "field amount_fen: it differs from what its entry moved in the till",
            sql: """
                SELECT CAST(x.serial AS TEXT) FROM service_transaction x
                JOIN shift h ON h.shift_id = x.shift_id JOIN till t ON t.till_id = h.till_id
                LEFT JOIN partner_call c ON c.serial = x.serial
                WHERE x.status = 'posted' AND c.refund_serial IS NULL
                    AND x.serial NOT IN (SELECT refund_serial FROM partner_call
                        WHERE refund_serial IS NOT NULL)
                    AND ifnull((
                    SELECT sum(p.amount) FROM posting p
                    WHERE p.account_id = t.cash_account_id
                        AND p.entry_id = ifnull(c.suspense_entry_id, x.entry_id)
                ), 0) IS NOT CASE WHEN c.suspense_entry_id = x.entry_id THEN 0
                    WHEN x.kind IN ('withdrawal', 'prize_payment')
                    THEN x.fee_fen - x.amount_fen WHEN x.kind = 'transfer' THEN x.fee_fen
                    ELSE x.amount_fen + x.fee_fen END
                """),
        Check(
            name: "amounts agree with the partner", table: "service_transaction",
            fault: "field commission_fen: the partner's accounts moved by another amount",
            sql: """
                SELECT CAST(x.serial AS TEXT) FROM service_transaction x
                JOIN product d ON d.product_id = x.product_id
                JOIN partner r ON r.partner_id = d.partner_id
                WHERE x.status = 'posted' AND ifnull((
                    SELECT sum(p.amount) FROM posting p WHERE p.entry_id = x.entry_id
                        AND p.account_id IN (r.payable_account_id, r.receivable_account_id)
                ), 0) IS NOT CASE WHEN x.kind IN ('withdrawal', 'prize_payment')
                    THEN x.amount_fen + x.commission_fen
                    WHEN x.kind = 'transfer' THEN x.commission_fen
                    ELSE x.commission_fen - x.amount_fen END
                """),
        Check(
            name: "commission went to the station", table: "service_transaction",
            fault: "field commission_fen: the station's commission account moved by another amount",
            sql: """
                SELECT CAST(x.serial AS TEXT) FROM service_transaction x
                JOIN shift h ON h.shift_id = x.shift_id JOIN till t ON t.till_id = h.till_id
                JOIN station s ON s.station_id = t.station_id
                WHERE x.status = 'posted' AND ifnull((
                    SELECT -sum(p.amount) FROM posting p
                    WHERE p.entry_id = x.entry_id AND p.account_id = s.commission_account_id
                ), 0) IS NOT x.commission_fen
                """),
        Check(
            name: "commission was shared out as kept", table: "day_revenue of station/date",
            fault: "its shares differ from what the station shared out",
            sql: """
                SELECT r.station_id || '/' || r.business_date FROM (
                    SELECT station_id, business_date, sum(commission_fen) AS commission_fen
                    FROM day_revenue GROUP BY station_id, business_date
                ) r JOIN station s ON s.station_id = r.station_id
                LEFT JOIN account_day d ON d.business_date = r.business_date
                    AND d.account_id = s.shared_out_account_id
                WHERE r.commission_fen IS NOT ifnull(d.debits - d.credits, 0)
                """),
        Check(
            name: "transactions are of their shift's date", table: "service_transaction",
            fault: "field business_date: it differs from its shift's",
            sql: """
                SELECT CAST(x.serial AS TEXT) FROM service_transaction x
                JOIN shift h ON h.shift_id = x.shift_id
                WHERE h.business_date IS NOT x.business_date
                """),
        Check(
            name: "closed days have no unfinished item", table: "service_transaction",
            fault: "field status: it is unfinished on a closed date",
            sql: """
                SELECT CAST(x.serial AS TEXT) FROM service_transaction x
                JOIN business_date b ON b.business_date = x.business_date AND b.state = 'sealed'
                WHERE x.status IN ('pending', 'authorised')
                """),
        Check(
            name: "receipt numbers have no gaps", table: "receipt numbers of station/date",
            fault: "field receipt_number: numbers are missing or doubled",
            sql: """
                SELECT t.station_id || '/' || x.business_date FROM service_transaction x
                JOIN shift h ON h.shift_id = x.shift_id JOIN till t ON t.till_id = h.till_id
                GROUP BY t.station_id, x.business_date
                HAVING min(x.receipt_number) <> 1
                    OR max(x.receipt_number) <> count(DISTINCT x.receipt_number)
                    OR count(DISTINCT x.receipt_number)
                        <> count(DISTINCT ifnull(x.basket_serial, x.serial))
                """),
    ]

    private static let closings = [
        Check(
            name: "revenue of closed days", table: "day_revenue",
            fault: "its totals differ from the day's transactions",
            sql: """
                WITH day AS (
                    SELECT x.final_date AS business_date, t.station_id, x.product_id, h.staff_id,
                        count(*) AS n,
                        sum(x.amount_fen) AS amount_fen, sum(x.fee_fen) AS fee_fen,
                        sum(x.commission_fen) AS commission_fen
                    FROM service_transaction x
                    JOIN shift h ON h.shift_id = x.shift_id JOIN till t ON t.till_id = h.till_id
                    JOIN business_date b ON b.business_date = x.final_date
                        AND b.state = 'sealed'
                    WHERE x.status = 'posted'
                    GROUP BY x.final_date, t.station_id, x.product_id, h.staff_id
                )
                SELECT ifnull(r.business_date, d.business_date) || '/'
                    || ifnull(r.station_id, d.station_id) || '/'
                    || ifnull(r.product_id, d.product_id)
                FROM day_revenue r FULL JOIN day d ON d.business_date = r.business_date
                    AND d.station_id = r.station_id AND d.product_id = r.product_id
                    AND d.staff_id = r.staff_id
                WHERE r.transaction_count IS NOT d.n OR r.amount_fen IS NOT d.amount_fen
                    OR r.fee_fen IS NOT d.fee_fen OR r.commission_fen IS NOT d.commission_fen
                """),
        Check(
            name: "shifts have their differences", table: "shift",
            fault: "field entry_id: over or short was not posted as counted",
            sql: """
                SELECT CAST(h.shift_id AS TEXT) FROM shift h
                JOIN till t ON t.till_id = h.till_id
                WHERE h.state = 'closed' AND ifnull((
                    SELECT sum(p.amount) FROM posting p
                    WHERE p.entry_id = h.entry_id AND p.account_id = t.cash_account_id
                ), 0) IS NOT h.counted_fen - h.book_fen
                """),
        Check(
            name: "closed days have their settlement files", table: "business_date",
            fault: "a partner has no file, or more than one",
            sql: """
                SELECT CAST(b.business_date AS TEXT) FROM business_date b
                WHERE b.state = 'sealed' AND (
                    SELECT count(*) FROM settlement_file f
                    WHERE f.business_date = b.business_date
                ) IS NOT (SELECT count(*) FROM partner)
                """),
        Check(
            name: "settlement files are in sequence", table: "settlement_file",
            fault: "fields sequence, first_serial, last_serial: they do not follow the file before",
            sql: """
                SELECT f.name FROM (
                    SELECT name, sequence, first_serial, last_serial,
                        lag(sequence, 1, 0) OVER w AS previous_sequence,
                        lag(last_serial, 1, 0) OVER w AS previous_last
                    FROM settlement_file
                    WINDOW w AS (PARTITION BY partner_id ORDER BY sequence)
                ) f WHERE f.sequence <> f.previous_sequence + 1
                    OR f.first_serial <> f.previous_last + 1
                    OR f.last_serial < f.previous_last
                """),
        Check(
            name: "settlement files hold their day's transactions", table: "service_transaction",
            fault: "field business_date: its serial number is in no file, or in another day's",
            sql: """
                SELECT CAST(x.serial AS TEXT) FROM service_transaction x
                JOIN business_date b ON b.business_date = x.business_date AND b.state = 'sealed'
                LEFT JOIN (
                    SELECT business_date, min(first_serial) AS first, max(last_serial) AS last
                    FROM settlement_file GROUP BY business_date
                ) f ON f.business_date = x.business_date
                WHERE f.first IS NULL OR x.serial NOT BETWEEN f.first AND f.last
                """),
        Check(
            name: "settlement files", table: "settlement_file",
            fault: "field net_fen: it differs from the partner's movement of the day",
            sql: """
                SELECT f.name FROM settlement_file f
                JOIN partner r ON r.partner_id = f.partner_id
                WHERE f.state = 'released' AND f.net_fen IS NOT ifnull((
                    SELECT sum(d.credits - d.debits) FROM account_day d
                    WHERE d.business_date = f.business_date
                        AND d.account_id IN (r.payable_account_id, r.receivable_account_id)), 0)
                    + ifnull((SELECT sum(y.net_fen) FROM settlement_payment y
                        WHERE y.partner_id = f.partner_id
                        AND y.business_date = f.business_date), 0)
                """),
    ]
}
