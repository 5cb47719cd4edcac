/// The rules of what a transaction is about: bills, tickets and seats, cards and withdrawals.
extension BusinessChecks {
    static let documents = [
        Check(
            name: "paid bills have their payments", table: "bill",
            fault: "field paid_serial: there is no such posted payment of its account",
            sql: """
                SELECT CAST(b.bill_id AS TEXT) FROM bill b
                LEFT JOIN service_transaction x ON x.serial = b.paid_serial
                WHERE b.paid_serial IS NOT NULL AND (x.status IS NOT 'posted'
                    OR x.product_id IS NOT b.product_id OR x.original_serial IS NOT NULL
                    OR x.account_reference IS NOT b.account_number OR EXISTS (
                        SELECT 1 FROM service_transaction v
                        WHERE v.original_serial = b.paid_serial AND v.correction = 'void'))
                """),
        Check(
            name: "payments have their bills", table: "service_transaction",
            fault: "field serial: no bill names it as its payment",
            sql: """
                SELECT CAST(x.serial AS TEXT) FROM service_transaction x
                JOIN product d ON d.product_id = x.product_id
                WHERE d.biller_mode = 'bill_file' AND x.status = 'posted' AND x.serial NOT IN
                    (SELECT paid_serial FROM bill WHERE paid_serial IS NOT NULL)
                    AND x.original_serial IS NULL
                    AND x.serial NOT IN (SELECT paid_serial FROM bill_reopening)
                """),
        Check(
            name: "issued tickets have their sales", table: "ticket_reservation",
            fault: "field serial: there is no such posted sale of its fare",
            sql: """
                SELECT CAST(r.reservation_id AS TEXT) FROM ticket_reservation r
                LEFT JOIN service_transaction x ON x.serial = r.serial
                WHERE r.state = 'issued' AND (x.status IS NOT 'posted'
                    OR x.amount_fen IS NOT r.fare_fen OR x.fee_fen IS NOT r.fee_fen)
                """),
        Check(
            name: "sales have their tickets", table: "service_transaction",
            fault: "field serial: no reservation names it as its sale",
            sql: """
                SELECT CAST(x.serial AS TEXT) FROM service_transaction x
                WHERE x.kind = 'ticket_sale' AND x.status = 'posted' AND x.serial NOT IN
                    (SELECT serial FROM ticket_reservation WHERE serial IS NOT NULL)
                """),
        Check(
            name: "seats taken are reserved", table: "trip_day",
            fault: "field seats_taken: it differs from its reservations",
            sql: """
                SELECT d.trip_id || '/' || d.travel_date FROM trip_day d
                LEFT JOIN (
                    SELECT trip_id, travel_date, sum(seat_count) AS seats
                    FROM ticket_reservation WHERE state IN ('reserved', 'issued')
                    GROUP BY trip_id, travel_date
                ) held ON held.trip_id = d.trip_id AND held.travel_date = d.travel_date
                WHERE d.seats_taken IS NOT ifnull(held.seats, 0)
                """),
        Check(
            name: "seats reserved are taken", table: "trip_day",
            fault: "its row is missing, though seats are reserved",
            sql: """
                SELECT DISTINCT r.trip_id || '/' || r.travel_date FROM ticket_reservation r
                LEFT JOIN trip_day d ON d.trip_id = r.trip_id AND d.travel_date = r.travel_date
                WHERE r.state IN ('reserved', 'issued') AND d.trip_id IS NULL
                """),
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
