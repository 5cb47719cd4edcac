/// The rules of what was paid to billers: each bill and each period once.
extension BusinessChecks {
    static let bills = [
        Check(
            name: "bills hold what was paid", table: "bill",
            fault: "field held_fen: it differs from its payments, or exceeds what is owed",
            sql: """
                SELECT CAST(b.bill_id AS TEXT) FROM bill b
                JOIN product d ON d.product_id = b.product_id
                LEFT JOIN (
                    SELECT bill_id, sum(amount_fen) AS fen FROM bill_payment
                    WHERE is_released = 0 GROUP BY bill_id
                ) p ON p.bill_id = b.bill_id
                WHERE b.held_fen IS NOT ifnull(p.fen, 0) OR d.payment_rule IS NOT 'advance'
                    AND b.held_fen > b.amount_fen + b.late_fee_fen
                """),
        Check(
            name: "bill payments are of their bills", table: "bill_payment",
            fault: "fields bill_id, amount_fen: its transaction is of another account or amount",
            sql: """
                SELECT CAST(p.serial AS TEXT) FROM bill_payment p
                LEFT JOIN service_transaction x ON x.serial = p.serial
                LEFT JOIN bill b ON b.bill_id = p.bill_id
                WHERE x.product_id IS NOT b.product_id OR x.amount_fen IS NOT p.amount_fen
                    OR x.account_reference IS NOT b.account_number
                """),
        Check(
            name: "payments that came to nothing are released", table: "bill_payment",
            fault: "field is_released: it holds its bill and should not, or the other way round",
            sql: """
                SELECT CAST(p.serial AS TEXT) FROM bill_payment p
                JOIN service_transaction x ON x.serial = p.serial
                WHERE p.is_released IS NOT (x.status = 'declined' OR x.status = 'returned'
                    OR x.status = 'return_due')
                """),
        Check(
            name: "payments have their bills", table: "service_transaction",
            fault: "field serial: it is the payment of no bill",
            sql: """
                SELECT CAST(x.serial AS TEXT) FROM service_transaction x
                JOIN product d ON d.product_id = x.product_id
                LEFT JOIN bill_payment p ON p.serial = x.serial
                WHERE (d.biller_mode = 'bill_file' OR d.biller_mode = 'online')
                    AND (d.payment_rule = 'exact' OR d.payment_rule = 'partial')
                    AND x.original_serial IS NULL AND p.serial IS NULL
                """),
        Check(
            name: "paid periods are of their payments", table: "period_payment",
            fault: "fields amount_fen, is_released: its transaction is of another product or "
                + "amount, or came to nothing",
            sql: """
                SELECT CAST(p.serial AS TEXT) FROM (
                    SELECT serial, min(product_id) AS first_product,
                        max(product_id) AS last_product, sum(amount_fen) AS fen,
                        min(is_released) AS first_released, max(is_released) AS last_released
                    FROM period_payment GROUP BY serial
                ) p LEFT JOIN service_transaction x ON x.serial = p.serial
                LEFT JOIN service_transaction c ON c.original_serial = p.serial
                    AND c.status = 'posted'
                WHERE x.product_id IS NOT p.first_product OR x.product_id IS NOT p.last_product
                    OR x.amount_fen IS NOT p.fen OR p.first_released IS NOT p.last_released
                    OR c.serial IS NULL AND p.last_released IS NOT (x.status = 'declined'
                        OR x.status = 'returned' OR x.status = 'return_due')
                    OR c.correction = 'void' AND p.last_released = 0
                """),
    ]
}
