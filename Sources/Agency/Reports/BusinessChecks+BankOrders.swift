/// The rules of remittances and transfers, beside those of their calls to the banks.
extension BusinessChecks {
    static let bankOrders = [
        Check(
            name: "remittances and transfers have their orders", table: "service_transaction",
            fault: "field serial: its order or its call to the bank is missing, or is of another "
                + "kind",
            sql: """
                SELECT CAST(x.serial AS TEXT) FROM service_transaction x
                LEFT JOIN bank_order o ON o.serial = x.serial
                LEFT JOIN partner_call c ON c.serial = x.serial
                WHERE x.kind IN ('remittance', 'transfer') AND x.original_serial IS NULL
                    AND (o.serial IS NULL OR c.act IS NOT 'post')
                UNION ALL
                SELECT CAST(o.serial AS TEXT) FROM bank_order o
                JOIN service_transaction x ON x.serial = o.serial
                WHERE x.kind NOT IN ('remittance', 'transfer')
                """),
        Check(
            name: "orders name their accounts", table: "bank_order",
            fault: "field account_last_four: its receipt names another account",
            sql: """
                SELECT CAST(o.serial AS TEXT) FROM bank_order o
                JOIN service_transaction x ON x.serial = o.serial
                WHERE x.account_reference IS NOT '************' || o.account_last_four
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
    ]
}
