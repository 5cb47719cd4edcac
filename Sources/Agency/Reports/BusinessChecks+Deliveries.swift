/// The rules of files that went out, and of what each side said of the other's.
extension BusinessChecks {
    static let deliveries = [
        Check(
            name: "files name keys of their partner", table: "settlement_key",
            fault: "fields partner_id, key_id, direction: a file names this key, which is not so",
            sql: """
                SELECT DISTINCT f.key_id FROM (
                    SELECT partner_id, key_id, 'out' AS direction FROM settlement_file
                    UNION SELECT partner_id, key_id, 'out' FROM acknowledgement_file
                    UNION SELECT partner_id, key_id, 'in' FROM partner_file
                        WHERE key_id IS NOT NULL) f
                WHERE NOT EXISTS (SELECT 1 FROM settlement_key k
                    WHERE k.partner_id = f.partner_id AND k.key_id = f.key_id
                        AND k.direction = f.direction)
                """),
        Check(
            name: "deliveries are of released files", table: "settlement_delivery",
            fault: "fields file_id, staff_id: its file is not released, or another partner's",
            sql: """
                SELECT CAST(d.delivery_id AS TEXT) FROM settlement_delivery d
                LEFT JOIN settlement_file f ON f.file_id = d.file_id
                LEFT JOIN staff_member m ON m.staff_id = d.staff_id
                WHERE f.state IS NOT 'released' OR d.recorded_at < f.released_at
                    OR (d.channel = 'download') <> (d.staff_id IS NOT NULL)
                    OR d.staff_id IS NOT NULL AND m.partner_id IS NOT f.partner_id
                """),
        Check(
            name: "acknowledgements are of released files", table: "settlement_acknowledgement",
            fault: "fields file_id, partner_file_id, staff_id: its own partner did not send it",
            sql: """
                SELECT CAST(a.acknowledgement_id AS TEXT) FROM settlement_acknowledgement a
                LEFT JOIN settlement_file f ON f.file_id = a.file_id
                LEFT JOIN partner_file p ON p.file_id = a.partner_file_id
                LEFT JOIN staff_member m ON m.staff_id = a.staff_id
                WHERE f.state IS NOT 'released'
                    OR (a.partner_file_id IS NULL) = (a.staff_id IS NULL)
                    OR a.staff_id IS NOT NULL AND m.partner_id IS NOT f.partner_id
                    OR a.partner_file_id IS NOT NULL AND (p.partner_id IS NOT f.partner_id
                        OR p.kind IS NOT 'acknowledgement' OR p.state IS NOT 'accepted')
                """),
        Check(
            name: "acknowledgements have their items", table: "settlement_acknowledgement",
            fault: "field item_count: its items are others than it came with",
            sql: """
                SELECT CAST(a.acknowledgement_id AS TEXT) FROM settlement_acknowledgement a
                JOIN settlement_file f ON f.file_id = a.file_id
                WHERE (a.verdict = 'PARTLY') <> (a.item_count > 0)
                    OR (a.verdict = 'REJECTED') <> (a.fault <> '')
                    OR a.item_count <> (SELECT count(*) FROM settlement_acknowledgement_item i
                        WHERE i.acknowledgement_id = a.acknowledgement_id)
                    OR EXISTS (SELECT 1 FROM settlement_acknowledgement_item i
                        WHERE i.acknowledgement_id = a.acknowledgement_id
                            AND (i.number NOT BETWEEN 1 AND a.item_count OR i.line_number = 1
                                OR i.line_number > f.detail_count + 1))
                """),
        Check(
            name: "accepted acknowledgement files were recorded", table: "partner_file",
            fault: "field state: it is an accepted acknowledgement, and no file has it",
            sql: """
                SELECT CAST(p.file_id AS TEXT) FROM partner_file p
                WHERE p.kind = 'acknowledgement' AND p.state = 'accepted' AND NOT EXISTS (
                    SELECT 1 FROM settlement_acknowledgement a
                    WHERE a.partner_file_id = p.file_id)
                """),
        Check(
            name: "partner files are acknowledged as they ended", table: "acknowledgement_file",
            fault: "fields verdict, fault, item_count: the partner's file ended otherwise",
            sql: """
                SELECT CAST(a.acknowledgement_id AS TEXT) FROM acknowledgement_file a
                LEFT JOIN partner_file f ON f.file_id = a.partner_file_id
                LEFT JOIN reconciliation r ON r.partner_file_id = f.file_id
                WHERE f.partner_id IS NOT a.partner_id OR f.kind IS NOT 'settlement'
                    OR f.key_id IS NULL OR NOT CASE f.state
                    WHEN 'accepted' THEN r.reconciliation_id IS NOT NULL AND a.fault = ''
                        AND a.item_count = (SELECT count(*) FROM settlement_exception e
                            WHERE e.reconciliation_id = r.reconciliation_id)
                        AND a.verdict = iif(a.item_count = 0, 'ACCEPTED', 'PARTLY')
                    WHEN 'waiting' THEN 0
                    ELSE a.verdict = 'REJECTED' AND a.fault = f.fault AND a.item_count = 0 END
                """),
        Check(
            name: "acknowledgement files are in sequence", table: "acknowledgement_file",
            fault: "field sequence: a number before it is missing, or its name is another one's",
            sql: """
                SELECT CAST(a.acknowledgement_id AS TEXT) FROM (
                    SELECT acknowledgement_id, partner_id, sequence, name,
                        lag(sequence, 1, 0) OVER w AS previous
                    FROM acknowledgement_file
                    WINDOW w AS (PARTITION BY partner_id ORDER BY acknowledgement_id)
                ) a JOIN partner p ON p.partner_id = a.partner_id
                WHERE a.sequence <> 1 + a.previous
                    OR a.name NOT GLOB 'APA_*_' || p.code || '_*_'
                        || printf('%06d', a.sequence) || '.txt'
                """),
    ]
}
