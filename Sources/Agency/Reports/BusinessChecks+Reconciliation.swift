/// The rules of differences with partners: every fen of them is accounted for.
extension BusinessChecks {
    static let reconciliation = [
        Check(
            name: "every fen of difference is accounted for", table: "partner",
            fault: "its nets differ by another sum than its open exceptions and its adjustments",
            sql: """
                SELECT p.code FROM partner p
                WHERE (SELECT ifnull(sum(r.our_net_fen - r.their_net_fen), 0)
                        FROM reconciliation r WHERE r.partner_id = p.partner_id)
                    + (SELECT ifnull(sum(a.amount_fen), 0) FROM settlement_adjustment a
                        WHERE a.partner_id = p.partner_id AND a.moves_partner = 1)
                    <> (SELECT ifnull(sum(e.difference_fen), 0) FROM settlement_exception e
                        WHERE e.partner_id = p.partner_id AND e.state = 'open')
                """),
        Check(
            name: "reconciled nets are those of our files", table: "reconciliation",
            fault: "field our_net_fen: it differs from our files of its dates",
            sql: """
                SELECT CAST(r.reconciliation_id AS TEXT) FROM reconciliation r
                WHERE r.has_commission = 1 AND r.our_net_fen <> (
                    SELECT ifnull(sum(f.net_fen), 0) FROM settlement_file f
                    WHERE f.partner_id = r.partner_id
                        AND f.business_date BETWEEN r.first_date AND r.last_date)
                    - (SELECT ifnull(sum(a.amount_fen), 0) FROM settlement_adjustment a
                        WHERE a.partner_id = r.partner_id AND a.moves_partner = 1
                            AND a.business_date BETWEEN r.first_date AND r.last_date)
                    OR r.has_commission = 0 AND r.our_net_fen <> (
                        SELECT ifnull(sum(CASE WHEN t.type IN ('WITHDRAWAL', 'PRIZE_PAYMENT')
                            THEN -t.amount_fen WHEN t.type = 'TRANSFER' THEN 0
                            ELSE t.amount_fen END), 0)
                        FROM settlement_file f JOIN settlement_total t
                            ON t.direction = 'out' AND t.file_id = f.file_id
                        WHERE f.partner_id = r.partner_id AND t.type <> 'ADJUSTMENT'
                            AND f.business_date BETWEEN r.first_date AND r.last_date)
                """),
        Check(
            name: "adjustments are of what was agreed", table: "settlement_adjustment",
            fault: "field amount_fen: it is not what its exception differs by, or nobody agreed",
            sql: """
                SELECT CAST(a.adjustment_id AS TEXT) FROM settlement_adjustment a
                LEFT JOIN settlement_exception e ON e.exception_id = a.exception_id
                LEFT JOIN settlement_resolution r ON r.resolution_id = a.resolution_id
                LEFT JOIN settlement_resolution_item i ON i.resolution_id = a.resolution_id
                    AND i.exception_id = a.exception_id
                WHERE r.state IS NOT 'approved' OR i.exception_id IS NULL
                    OR r.decided_by IS r.proposed_by
                    OR a.amount_fen IS NOT CASE a.moves_partner
                        WHEN 1 THEN -e.difference_fen ELSE e.difference_fen END
                    OR a.partner_id IS NOT e.partner_id
                """),
        Check(
            name: "adjustments were posted", table: "settlement_adjustment",
            fault: "field entry_id: its entry moved the partner's account by another sum",
            sql: """
                SELECT CAST(a.adjustment_id AS TEXT) FROM settlement_adjustment a
                JOIN partner p ON p.partner_id = a.partner_id
                LEFT JOIN journal_entry e ON e.entry_id = a.entry_id
                WHERE e.kind IS NOT 'settlement_adjustment'
                    OR e.source_id IS NOT a.exception_id
                    OR e.business_date IS NOT a.business_date
                    OR ifnull((SELECT -sum(g.amount) FROM posting g WHERE g.entry_id = a.entry_id
                        AND g.account_id = p.payable_account_id), 0)
                        IS NOT a.amount_fen * a.moves_partner
                """),
        Check(
            name: "adjusting entries have their adjustments", table: "journal_entry",
            fault: "field source_id: no adjustment names it",
            sql: """
                SELECT CAST(e.entry_id AS TEXT) FROM journal_entry e
                LEFT JOIN settlement_adjustment a ON a.entry_id = e.entry_id
                WHERE e.kind = 'settlement_adjustment' AND a.adjustment_id IS NULL
                """),
        Check(
            name: "settled exceptions were settled", table: "settlement_exception",
            fault: "fields state, resolution: no adjustment, agreement or later file settled it",
            sql: """
                SELECT CAST(x.exception_id AS TEXT) FROM settlement_exception x
                WHERE (x.state = 'suspended' OR ifnull(x.resolution, '')
                        IN ('offset', 'write_off')) AND NOT EXISTS (
                    SELECT 1 FROM settlement_resolution_item i JOIN settlement_resolution r
                        ON r.resolution_id = i.resolution_id
                    WHERE i.exception_id = x.exception_id AND r.state = 'approved'
                        AND r.kind = CASE x.state WHEN 'suspended' THEN 'suspense'
                            ELSE x.resolution END)
                    OR (x.state = 'suspended' OR ifnull(x.resolution, '') = 'write_off')
                        AND x.difference_fen <> 0 AND NOT EXISTS (
                        SELECT 1 FROM settlement_adjustment a
                        WHERE a.exception_id = x.exception_id AND a.moves_partner = 1)
                    OR x.state = 'open' AND EXISTS (
                        SELECT 1 FROM settlement_adjustment a
                        WHERE a.exception_id = x.exception_id)
                    OR ifnull(x.resolution, '') IN ('cleared', 'continued') AND NOT EXISTS (
                        SELECT 1 FROM reconciliation r
                        WHERE r.reconciliation_id = x.resolved_in
                            AND r.partner_id = x.partner_id
                            AND r.reconciliation_id > x.reconciliation_id)
                """),
        Check(
            name: "suspense holds what is suspended", table: "partner",
            fault: "its suspense account differs from its suspended exceptions",
            sql: """
                SELECT p.code FROM partner p
                WHERE ifnull((SELECT b.credits - b.debits FROM ledger_account a
                        JOIN account_balance b ON b.account_id = a.account_id
                        WHERE a.code = '2241.' || p.code || '.DIFF'), 0)
                    <> (SELECT ifnull(sum(e.difference_fen), 0) FROM settlement_exception e
                        WHERE e.partner_id = p.partner_id AND e.state = 'suspended')
                """),
        Check(
            name: "offsets add up to nothing", table: "settlement_resolution",
            fault: "field kind: the differences of its exceptions do not add up to 0",
            sql: """
                SELECT CAST(r.resolution_id AS TEXT) FROM settlement_resolution r
                WHERE r.kind = 'offset' AND r.state = 'approved' AND (
                    SELECT sum(e.difference_fen) FROM settlement_resolution_item i
                    JOIN settlement_exception e ON e.exception_id = i.exception_id
                    WHERE i.resolution_id = r.resolution_id) IS NOT 0
                """),
        Check(
            name: "files have their totals", table: "settlement_total of direction/file",
            fault: "its counts and sums are not those of the file",
            sql: """
                SELECT f.direction || '/' || f.file_id FROM (
                    SELECT 'out' AS direction, file_id, detail_count, net_fen
                    FROM settlement_file WHERE state = 'released'
                    UNION ALL SELECT 'in', file_id, detail_count, net_fen
                    FROM partner_file WHERE detail_count IS NOT NULL
                ) f LEFT JOIN settlement_total t ON t.direction = f.direction
                    AND t.file_id = f.file_id
                GROUP BY f.direction, f.file_id, f.detail_count, f.net_fen
                HAVING ifnull(sum(t.posted_count + t.reversed_count), 0) <> f.detail_count
                    OR ifnull(sum(CASE WHEN t.type IN ('WITHDRAWAL', 'PRIZE_PAYMENT')
                        THEN -t.amount_fen WHEN t.type = 'TRANSFER' THEN 0
                        ELSE t.amount_fen END - t.commission_fen), 0) <> f.net_fen
                """),
        Check(
            name: "settlement terms can be kept", table: "settlement_terms",
            fault: "fields cycle, file_weekdays, limits: they are not those that can be agreed",
            sql: """
                SELECT CAST(t.terms_id AS TEXT) FROM settlement_terms t
                WHERE t.cycle NOT IN ('daily', 'weekly', 'monthly')
                    OR t.file_weekdays GLOB '*[^1-7]*' OR t.write_off_limit_fen < 0
                    OR t.timing_margin_minutes NOT BETWEEN 0 AND 720
                    OR t.file_due_minutes NOT BETWEEN 0 AND 43200
                    OR t.escalation_minutes NOT BETWEEN 0 AND 43200
                """),
    ]
}
