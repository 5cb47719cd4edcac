/// The rules for printed receipts: each paper is counted, and its key remembers which it was.
extension BusinessChecks {
    static let prints = [
        Check(
            name: "prints are counted from the original on", table: "receipt_print of receipt",
            fault: "field copy_number: a number is missing, or the receipt is another's item",
            sql: """
                SELECT CAST(p.serial AS TEXT) FROM receipt_print p
                LEFT JOIN service_transaction x ON x.serial = p.serial
                GROUP BY p.serial
                HAVING min(p.copy_number) <> 0 OR max(p.copy_number) <> count(*) - 1
                    OR ifnull(x.basket_serial, x.serial) IS NOT p.serial
                """),
        Check(
            name: "prints are as their keys remember", table: "receipt_print of receipt/copy",
            fault: "it is missing, or fields staff_id, printed_at differ from what was answered",
            sql: """
                SELECT a.serial || '/' || a.copy_number FROM (
                    SELECT CAST(k.answer AS TEXT) ->> '$.receipt_serial' AS serial,
                        CAST(k.answer AS TEXT) ->> '$.copy_number' AS copy_number,
                        CAST(k.answer AS TEXT) ->> '$.printed_at_ms' AS printed_at,
                        CAST(k.answer AS TEXT) ->> '$.staff_id' AS staff
                    FROM idempotency_key k
                    WHERE k.outcome = 'done' AND substr(k.answer, 1, 15) = CAST('{"copy_number":'
                        AS BLOB) AND json_valid(CAST(k.answer AS TEXT))
                ) a LEFT JOIN receipt_print p
                    ON p.serial = a.serial AND p.copy_number = a.copy_number
                LEFT JOIN staff_member m ON m.staff_id = p.staff_id
                WHERE p.printed_at IS NOT a.printed_at OR m.code IS NOT a.staff
                """),
        Check(
            name: "prints have their keys", table: "idempotency_key",
            fault: "a key is missing or was added: a print sent again would be counted again",
            sql: """
                SELECT 'of prints' WHERE (SELECT count(*) FROM receipt_print) <> (
                    SELECT count(*) FROM idempotency_key k WHERE k.outcome = 'done'
                        AND substr(k.answer, 1, 15) = CAST('{"copy_number":' AS BLOB))
                """),
    ]
}
