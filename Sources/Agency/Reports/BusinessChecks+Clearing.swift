/// The rules of settlement cycles, their payments, and the bank's statements.
extension BusinessChecks {
    static let clearing = cycles + payments + statements

    private static let cycles = [
        Check(
            name: "dates are in one cycle", table: "settlement_file",
            fault:
                "field business_date: it is in no settlement cycle of the partner, or in several",
            sql: """
                SELECT f.name FROM settlement_file f
                WHERE (SELECT count(*) FROM settlement_cycle c WHERE c.partner_id = f.partner_id
                    AND f.business_date BETWEEN c.from_date AND c.to_date) <> 1
                """),
        Check(
            name: "cycles follow each other", table: "settlement_cycle",
            fault: "fields number, from_date: they do not follow the cycle before",
            sql: """
                SELECT CAST(c.cycle_id AS TEXT) FROM (
                    SELECT cycle_id, number, from_date,
                        lag(number, 1, 0) OVER w AS previous_number,
                        lag(to_date) OVER w AS previous_to
                    FROM settlement_cycle WINDOW w AS (PARTITION BY partner_id ORDER BY number)
                ) c WHERE c.number <> c.previous_number + 1
                    OR c.from_date <> c.previous_to + 1
                """),
        Check(
            name: "cycles are due by their files", table: "settlement_cycle",
            fault: "fields state, net_fen: they differ from the released files of its dates",
            sql: """
                SELECT CAST(c.cycle_id AS TEXT) FROM settlement_cycle c
                WHERE (c.state = 'open') IS NOT (
                        EXISTS (SELECT 1 FROM business_date b
                            WHERE b.state = 'open' AND b.business_date <= c.to_date)
                        OR EXISTS (SELECT 1 FROM settlement_file f
                            WHERE f.partner_id = c.partner_id AND f.state = 'assigned'
                            AND f.business_date BETWEEN c.from_date AND c.to_date))
                    OR c.state <> 'open' AND c.net_fen IS NOT (
                        SELECT sum(f.net_fen) FROM settlement_file f
                        WHERE f.partner_id = c.partner_id
                            AND f.business_date BETWEEN c.from_date AND c.to_date)
                """),
        Check(
            name: "cycles moved what they settle", table: "settlement_cycle",
            fault: "field payable_fen: it differs from what its dates moved in the payable account",
            sql: """
                SELECT CAST(c.cycle_id AS TEXT) FROM settlement_cycle c
                JOIN partner p ON p.partner_id = c.partner_id
                WHERE c.state <> 'open' AND c.payable_fen IS NOT ifnull((
                    SELECT sum(d.credits - d.debits) FROM account_day d
                    WHERE d.account_id = p.payable_account_id
                        AND d.business_date BETWEEN c.from_date AND c.to_date), 0)
                    + ifnull((SELECT sum(y.payable_fen) FROM settlement_payment y
                        WHERE y.partner_id = c.partner_id
                        AND y.business_date BETWEEN c.from_date AND c.to_date), 0)
                """),
        Check(
            name: "instructions pay whom the terms name", table: "settlement_instruction",
            fault: "fields reference, centre_id, bank_account: not as terms, cycle and centre say",
            sql: """
                SELECT CAST(i.instruction_id AS TEXT) FROM settlement_instruction i
                LEFT JOIN settlement_cycle c ON c.cycle_id = i.cycle_id
                LEFT JOIN partner p ON p.partner_id = c.partner_id
                LEFT JOIN centre o ON o.centre_id = i.centre_id
                WHERE o.level IS NOT 'district'
                    OR i.reference IS NOT CASE WHEN length(p.code) <= 24
                        THEN 'APS-' || p.code || '-' || printf('%06d', c.number)
                        ELSE 'APS.' || p.partner_id || '.' || printf('%06d', c.number) END
                    OR i.bank_account IS NOT NULL AND NOT EXISTS (
                        SELECT 1 FROM settlement_terms t WHERE t.partner_id = c.partner_id
                            AND t.bank_name IS i.bank_name AND t.bank_account IS i.bank_account
                            AND t.account_name IS i.account_name)
                """),
        Check(
            name: "cycles have their instructions", table: "settlement_cycle",
            fault: "field state: its instruction or its payment says otherwise",
            sql: """
                SELECT CAST(c.cycle_id AS TEXT) FROM settlement_cycle c
                LEFT JOIN settlement_instruction i ON i.cycle_id = c.cycle_id
                    AND i.state NOT IN ('declined', 'recalled')
                LEFT JOIN settlement_payment y ON y.cycle_id = c.cycle_id
                WHERE i.amount_fen <> abs(c.net_fen)
                    OR (i.direction = 'out') IS NOT NULL
                        AND (i.direction = 'out') <> (c.net_fen > 0)
                    OR (c.state = 'instructed') <> (ifnull(i.state, '') = 'approved')
                    OR (c.state = 'settled') IS NOT (ifnull(i.state, '') = 'confirmed'
                        OR ifnull(c.net_fen = 0, 0))
                    OR (y.cycle_id IS NOT NULL) IS NOT (c.state = 'settled'
                        AND (c.payable_fen <> 0 OR c.receivable_fen <> 0))
                """),
    ]

    private static let payments = [
        Check(
            name: "payments moved their cycle's sums", table: "settlement_payment",
            fault:
                "fields payable_fen, receivable_fen: its entry moved other sums, or is another's",
            sql: """
                SELECT CAST(y.cycle_id AS TEXT) FROM settlement_payment y
                JOIN partner p ON p.partner_id = y.partner_id
                LEFT JOIN settlement_cycle c ON c.cycle_id = y.cycle_id
                LEFT JOIN journal_entry e ON e.entry_id = y.entry_id
                WHERE e.kind IS NOT 'settlement_payment' OR e.source_id IS NOT y.cycle_id
                    OR e.business_date IS NOT y.business_date
                    OR c.partner_id IS NOT y.partner_id
                    OR c.payable_fen IS NOT y.payable_fen
                    OR c.receivable_fen IS NOT y.receivable_fen
                    OR ifnull((SELECT sum(x.amount) FROM posting x WHERE x.entry_id = y.entry_id
                        AND x.account_id = p.payable_account_id), 0) <> y.payable_fen
                    OR ifnull((SELECT -sum(x.amount) FROM posting x WHERE x.entry_id = y.entry_id
                        AND x.account_id = p.receivable_account_id), 0) <> y.receivable_fen
                """),
        Check(
            name: "bank entries have their rows", table: "journal_entry",
            fault: "field source_id: no payment and no entry of a statement names it",
            sql: """
                SELECT CAST(e.entry_id AS TEXT) FROM journal_entry e
                LEFT JOIN settlement_payment y ON y.entry_id = e.entry_id
                LEFT JOIN bank_statement_entry b ON b.suspense_entry_id = e.entry_id
                WHERE e.kind = 'settlement_payment' AND y.cycle_id IS NULL
                    OR e.kind = 'bank_suspense' AND b.statement_entry_id IS NULL
                """),
        Check(
            name: "transfers were confirmed by the bank", table: "settlement_payment",
            fault: "field entry_id: no entry of a statement confirms it",
            sql: """
                SELECT CAST(y.cycle_id AS TEXT) FROM settlement_payment y
                LEFT JOIN bank_statement_entry b ON b.entry_id = y.entry_id
                WHERE y.net_fen <> 0 AND b.statement_entry_id IS NULL
                """),
    ]

    private static let statements = [
        Check(
            name: "statements add up", table: "bank_statement",
            fault: "fields entry_count, closing_fen: its entries make another count or balance",
            sql: """
                SELECT CAST(s.statement_id AS TEXT) FROM bank_statement s
                LEFT JOIN bank_statement_entry e ON e.statement_id = s.statement_id
                GROUP BY s.statement_id
                HAVING s.entry_count <> count(e.statement_entry_id)
                    OR s.entry_count <> ifnull(max(e.position), 0)
                    OR s.format = 'camt.053' AND s.opening_fen IS NULL
                    OR s.closing_fen <> s.opening_fen + ifnull(sum(
                        CASE e.direction WHEN 'in' THEN e.amount_fen ELSE -e.amount_fen END), 0)
                """),
        Check(
            name: "statement entries settled what they say", table: "bank_statement_entry",
            fault: "fields instruction_id, entry_id: the instruction or the money moved differs",
            sql: """
                SELECT CAST(b.statement_entry_id AS TEXT) FROM bank_statement_entry b
                JOIN bank_statement s ON s.statement_id = b.statement_id
                JOIN centre c ON c.centre_id = s.centre_id
                LEFT JOIN settlement_instruction i ON i.instruction_id = b.instruction_id
                LEFT JOIN settlement_payment y ON y.cycle_id = i.cycle_id
                WHERE b.state IN ('matched', 'assigned') AND (i.state IS NOT 'confirmed'
                    OR i.amount_fen IS NOT b.amount_fen OR i.direction IS NOT b.direction
                    OR i.centre_id IS NOT s.centre_id OR y.entry_id IS NOT b.entry_id
                    OR (SELECT sum(x.amount) FROM posting x WHERE x.entry_id = b.entry_id
                        AND x.account_id = CASE WHEN b.suspense_entry_id IS NULL
                            THEN c.deposit_account_id
                            ELSE (SELECT a.account_id FROM cash_account a
                                WHERE a.purpose = 'bank_suspense') END)
                        IS NOT CASE b.direction WHEN 'in' THEN b.amount_fen
                            ELSE -b.amount_fen END)
                """),
        Check(
            name: "suspense holds what waits", table: "bank_statement_entry",
            fault: "field suspense_entry_id: its entry moved another sum, or is another's",
            sql: """
                SELECT CAST(b.statement_entry_id AS TEXT) FROM bank_statement_entry b
                JOIN bank_statement s ON s.statement_id = b.statement_id
                JOIN centre c ON c.centre_id = s.centre_id
                LEFT JOIN journal_entry e ON e.entry_id = b.suspense_entry_id
                WHERE b.suspense_entry_id IS NOT NULL AND (e.kind IS NOT 'bank_suspense'
                    OR e.source_id IS NOT b.statement_entry_id
                    OR (SELECT sum(x.amount) FROM posting x WHERE x.entry_id = e.entry_id
                        AND x.account_id = c.deposit_account_id)
                        IS NOT CASE b.direction WHEN 'in' THEN b.amount_fen
                            ELSE -b.amount_fen END)
                """),
        Check(
            name: "the suspense account is what waits", table: "cash_account",
            fault: "its balance is not the sum of the statement entries in suspense",
            sql: """
                SELECT a.purpose FROM cash_account a
                JOIN account_balance b ON b.account_id = a.account_id
                WHERE a.purpose = 'bank_suspense' AND b.credits - b.debits IS NOT (
                    SELECT ifnull(sum(CASE direction WHEN 'in' THEN amount_fen
                        ELSE -amount_fen END), 0)
                    FROM bank_statement_entry WHERE state = 'suspended')
                """),
        Check(
            name: "statement entries were decided by two", table: "bank_statement_entry",
            fault: "field state: nobody proposed it, or nobody else approved it",
            sql: """
                SELECT CAST(b.statement_entry_id AS TEXT) FROM bank_statement_entry b
                WHERE (SELECT count(*) FROM bank_statement_event v
                        WHERE v.statement_entry_id = b.statement_entry_id AND v.event = 'approve')
                    <> CASE WHEN b.state IN ('assigned', 'suspended')
                        THEN 1 + (b.state = 'assigned' AND b.suspense_entry_id IS NOT NULL)
                        ELSE 0 END
                    OR EXISTS (SELECT 1 FROM bank_statement_event v
                        JOIN bank_statement_event q ON q.event_id = (
                            SELECT max(o.event_id) FROM bank_statement_event o
                            WHERE o.statement_entry_id = v.statement_entry_id
                                AND o.event_id < v.event_id)
                        WHERE v.statement_entry_id = b.statement_entry_id
                            AND v.event = 'approve' AND (q.staff_id = v.staff_id
                                OR q.event NOT IN ('assign', 'suspend')))
                """),
    ]
}
