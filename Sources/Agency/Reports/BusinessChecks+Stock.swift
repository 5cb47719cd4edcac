/// The rules of numbered stock: packs, serials, their sales and their prizes.
extension BusinessChecks {
    static let stock = [
        Check(
            name: "packs account for their serials", table: "stock_pack",
            fault: "its counts, next number or state differ from what became of its serials",
            sql: """
                SELECT CAST(p.pack_id AS TEXT) FROM stock_pack p LEFT JOIN (
                    SELECT pack_id, count(*) AS gone,
                        sum(state IN ('sold', 'activation_due', 'active', 'failed', 'used')) AS sold,
                        sum(state = 'damaged') AS damaged,
                        sum(state IN ('voided', 'returned')) AS voided
                    FROM stock_serial GROUP BY pack_id
                ) s ON s.pack_id = p.pack_id
                WHERE p.sold_count IS NOT ifnull(s.sold, 0)
                    OR p.damaged_count IS NOT ifnull(s.damaged, 0)
                    OR p.voided_count IS NOT ifnull(s.voided, 0)
                    OR (p.state = 'exhausted') IS NOT
                        (ifnull(s.gone, 0) = p.last_number - p.first_number + 1)
                    OR (SELECT count(*) FROM stock_serial b WHERE b.item_id = p.item_id
                        AND b.number >= p.first_number AND b.number < p.next_number)
                        IS NOT p.next_number - p.first_number
                    OR EXISTS (SELECT 1 FROM stock_serial b WHERE b.item_id = p.item_id
                        AND b.number = p.next_number AND p.next_number <= p.last_number)
                """),
        Check(
            name: "serials are in their packs", table: "stock_serial of item/number",
            fault: "field pack_id: that pack does not hold its number",
            sql: """
                SELECT s.item_id || '/' || s.number FROM stock_serial s
                LEFT JOIN stock_pack p ON p.pack_id = s.pack_id
                WHERE p.item_id IS NOT s.item_id
                    OR s.number NOT BETWEEN p.first_number AND p.last_number
                """),
        Check(
            name: "packs do not overlap", table: "stock_pack",
            fault: "fields first_number, last_number: another pack holds some of its serials",
            sql: """
                SELECT CAST(p.pack_id AS TEXT) FROM (
                    SELECT pack_id, first_number,
                        lag(last_number) OVER (PARTITION BY item_id ORDER BY first_number, pack_id)
                            AS before
                    FROM stock_pack
                ) p WHERE p.first_number <= p.before
                """),
        Check(
            name: "packs are where they were brought", table: "stock_pack",
            fault: "fields state, centre_id, station_id: they differ from what happened to it last",
            sql: """
                SELECT CAST(p.pack_id AS TEXT) FROM stock_pack p
                LEFT JOIN stock_event e ON e.event_id = (
                    SELECT max(event_id) FROM stock_event WHERE pack_id = p.pack_id)
                WHERE e.state IS NOT p.state OR e.centre_id IS NOT p.centre_id
                    OR e.station_id IS NOT p.station_id
                """),
        Check(
            name: "stock sales have their serials", table: "service_transaction",
            fault: "field amount_fen: its serials are missing, or are worth another amount",
            sql: """
                SELECT CAST(x.serial AS TEXT) FROM service_transaction x LEFT JOIN (
                    SELECT s.serial, sum(i.face_value_fen) AS amount_fen,
                        max(i.product_id) AS product_id
                    FROM stock_serial s JOIN stock_item i ON i.item_id = s.item_id
                    WHERE s.serial IS NOT NULL AND i.product_id IS NOT NULL GROUP BY s.serial
                ) s ON s.serial = x.serial
                WHERE x.kind = 'stock_sale' AND x.original_serial IS NULL
                    AND (s.amount_fen IS NOT x.amount_fen OR s.product_id IS NOT x.product_id)
                """),
        Check(
            name: "sold serials have their sales", table: "stock_serial of item/number",
            fault: "field serial: there is no such posted sale, or its state differs from whether "
                + "the sale was taken back",
            sql: """
                SELECT s.item_id || '/' || s.number FROM stock_serial s
                LEFT JOIN service_transaction x ON x.serial = s.serial
                LEFT JOIN service_transaction c ON c.original_serial = s.serial
                    AND c.status = 'posted' AND c.kind = 'stock_sale'
                WHERE s.state IN ('sold', 'activation_due', 'active', 'failed', 'returned')
                    AND (x.status IS NOT 'posted' OR x.kind IS NOT 'stock_sale'
                        OR (s.state = 'returned') IS NOT (c.serial IS NOT NULL))
                    OR s.state = 'voided' AND x.kind = 'stock_sale' AND c.serial IS NULL
                """),
        Check(
            name: "cards have their buyers", table: "stock_serial of item/number",
            fault: "its buyer is missing, though the item is sold to known persons only",
            sql: """
                SELECT s.item_id || '/' || s.number FROM stock_serial s
                JOIN stock_item i ON i.item_id = s.item_id
                LEFT JOIN stock_buyer b ON b.item_id = s.item_id AND b.number = s.number
                WHERE (i.needs_identity = 1 OR i.activation = 'each') AND s.serial IS NOT NULL
                    AND b.number IS NULL
                """),
        Check(
            name: "prizes have their payments", table: "prize_payment of item/number",
            fault:
                "fields serial, is_released: there is no such payment of its ticket and amount, or "
                + "it came to nothing and holds the ticket",
            sql: """
                SELECT z.item_id || '/' || z.number FROM prize_payment z
                JOIN stock_item i ON i.item_id = z.item_id
                LEFT JOIN service_transaction x ON x.serial = z.serial
                WHERE x.kind IS NOT 'prize_payment'
                    OR (z.is_released = 1) IS NOT (x.status IN ('declined', 'reversed'))
                    OR x.amount_fen IS NOT z.amount_fen OR x.product_id IS NOT i.product_id
                """),
        Check(
            name: "payments of prizes have their tickets", table: "service_transaction",
            fault: "field serial: no ticket names it as the payment of its prize",
            sql: """
                SELECT CAST(x.serial AS TEXT) FROM service_transaction x
                WHERE x.kind = 'prize_payment' AND x.serial NOT IN (SELECT serial FROM prize_payment)
                """),
        Check(
            name: "stock sales and prizes have their answers", table: "idempotency_key",
            fault: "a key is missing or was added: a sale or a prize sent again would be booked "
                + "again",
            sql: """
                SELECT 'of stock sales and prizes' FROM (
                    SELECT count(*) AS n, sum(serial) AS s FROM service_transaction
                    WHERE (kind = 'stock_sale' OR kind = 'prize_payment')
                        AND original_serial IS NULL AND basket_serial IS NULL
                        AND status = 'posted' AND serial NOT IN (SELECT serial FROM partner_call
                            WHERE cash_fen < 0 AND suspense_entry_id IS NOT NULL
                                AND return_entry_id IS NULL)
                ) x JOIN (
                    SELECT count(*) AS n, sum(CAST(r ->> '$.serial' AS INTEGER)) AS s FROM (
                        SELECT ifnull(CAST(k.answer AS TEXT) -> '$.receipt',
                            CAST(k.answer AS TEXT)) AS r
                        FROM idempotency_key k
                        WHERE k.outcome = 'done' AND json_valid(CAST(k.answer AS TEXT))
                    ) WHERE (r ->> '$.kind' = 'stock_sale' OR r ->> '$.kind' = 'prize_payment')
                        AND r ->> '$.original_serial' IS NULL
                ) a WHERE a.n IS NOT x.n OR a.s IS NOT x.s
                """),
    ]
}
