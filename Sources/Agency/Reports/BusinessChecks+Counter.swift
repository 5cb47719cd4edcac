/// The rules of shifts, counts, handovers, over and short, and of people.
extension BusinessChecks {
    static let counter = [
        Check(
            name: "counts add up", table: "cash_count",
            fault: "field total_fen: it is not the sum of its lines",
            sql: """
                SELECT CAST(c.count_id AS TEXT) FROM cash_count c
                WHERE c.total_fen IS NOT (
                    SELECT ifnull(sum(l.denomination_fen * l.piece_count), 0)
                    FROM cash_count_line l WHERE l.count_id = c.count_id)
                """),
        Check(
            name: "shifts have their counts", table: "shift",
            fault: "field count_id: the count is missing, of another sum, or of another shift",
            sql: """
                SELECT CAST(h.shift_id AS TEXT) FROM shift h
                LEFT JOIN cash_count c ON c.count_id = h.count_id
                WHERE h.state = 'closed' AND (c.total_fen IS NOT h.counted_fen
                    OR c.shift_id IS NOT h.shift_id
                    OR c.purpose NOT IN ('sign_off', 'forced_sign_off', 'handover'))
                """),
        Check(
            name: "shifts are as their events left them", table: "shift",
            fault: "field state: it is not what the shift's last event leads to",
            sql: """
                SELECT CAST(h.shift_id AS TEXT) FROM shift h
                LEFT JOIN shift_event e ON e.event_id = (
                    SELECT max(event_id) FROM shift_event WHERE shift_id = h.shift_id)
                WHERE h.state IS NOT CASE e.event WHEN 'suspend' THEN 'suspended'
                    WHEN 'offer' THEN 'offered' WHEN 'accept' THEN 'closed'
                    WHEN 'sign_off' THEN 'closed' WHEN 'force' THEN 'closed' ELSE 'open' END
                    OR (h.state = 'closed' AND h.closed_by IS NOT e.staff_id)
                """),
        Check(
            name: "handovers pass the till on", table: "handover",
            fault: "its two shifts or its counts do not belong together",
            sql: """
                SELECT CAST(o.handover_id AS TEXT) FROM handover o
                LEFT JOIN shift a ON a.shift_id = o.shift_id
                LEFT JOIN shift b ON b.shift_id = o.next_shift_id
                LEFT JOIN cash_count c ON c.count_id = o.count_id
                LEFT JOIN cash_count k ON k.count_id = o.check_count_id
                WHERE c.shift_id IS NOT a.shift_id OR c.purpose IS NOT 'handover'
                    OR (o.state = 'offered') IS NOT (a.state = 'offered')
                    OR o.state = 'accepted' AND (a.state IS NOT 'closed'
                        OR a.count_id IS NOT o.count_id OR b.till_id IS NOT a.till_id
                        OR b.staff_id IS NOT o.successor_id
                        OR b.opening_fen IS NOT c.total_fen OR k.total_fen IS NOT c.total_fen
                        OR k.shift_id IS NOT b.shift_id)
                """),
        Check(
            name: "over and short have their differences", table: "shift",
            fault: "what was over or short is not kept as it was counted",
            sql: """
                SELECT CAST(h.shift_id AS TEXT) FROM shift h
                LEFT JOIN till_difference d ON d.shift_id = h.shift_id
                WHERE CASE d.kind WHEN 'over' THEN d.amount_fen WHEN 'short' THEN -d.amount_fen
                    ELSE 0 END IS NOT ifnull(h.counted_fen - h.book_fen, 0)
                    OR d.entry_id IS NOT h.entry_id
                """),
        Check(
            name: "differences are as their events left them", table: "till_difference",
            fault: "field state: it is not what the difference's last event leads to",
            sql: """
                SELECT CAST(d.difference_id AS TEXT) FROM till_difference d
                LEFT JOIN difference_event e ON e.event_id = (
                    SELECT max(event_id) FROM difference_event
                    WHERE difference_id = d.difference_id)
                WHERE d.state IS NOT CASE e.event WHEN 'dispute' THEN 'disputed'
                    WHEN 'approve' THEN 'approved' ELSE 'open' END
                """),
        Check(
            name: "differences were booked as approved", table: "till_difference",
            fault: "field resolution_entry_id: its entry settles something else",
            sql: """
                SELECT CAST(d.difference_id AS TEXT) FROM till_difference d
                JOIN shift h ON h.shift_id = d.shift_id JOIN till t ON t.till_id = h.till_id
                LEFT JOIN journal_entry e ON e.entry_id = d.resolution_entry_id
                LEFT JOIN shift r ON r.shift_id = d.resolution_shift_id
                WHERE d.state = 'approved' AND (e.kind IS NOT 'difference_settled'
                    OR e.source_id IS NOT d.difference_id
                    OR r.till_id IS NOT NULL AND r.till_id IS NOT h.till_id
                    OR (SELECT sum(p.amount) FROM posting p WHERE p.entry_id = e.entry_id
                        AND p.account_id = CASE d.kind WHEN 'over' THEN t.over_account_id
                            ELSE t.short_account_id END)
                        IS NOT CASE d.kind WHEN 'over' THEN d.amount_fen ELSE -d.amount_fen END
                    OR (SELECT sum(p.amount) FROM posting p WHERE p.entry_id = e.entry_id
                        AND p.account_id = CASE d.resolution
                            WHEN 'income' THEN (SELECT account_id FROM cash_account
                                WHERE purpose = 'over_income')
                            WHEN 'loss' THEN (SELECT account_id FROM cash_account
                                WHERE purpose = 'short_loss')
                            ELSE t.cash_account_id END)
                        IS NOT CASE d.kind WHEN 'over' THEN -d.amount_fen ELSE d.amount_fen END)
                """),
        Check(
            name: "tills hold what was counted last", table: "till",
            fault: "its cash account differs from what its last shift counted",
            sql: """
                SELECT t.code FROM till t
                JOIN shift h ON h.shift_id = (
                    SELECT max(shift_id) FROM shift WHERE till_id = t.till_id)
                JOIN account_balance b ON b.account_id = t.cash_account_id
                WHERE h.state = 'closed' AND b.debits - b.credits IS NOT h.counted_fen
                """),
        Check(
            name: "people are as their events left them", table: "staff_member",
            fault: "fields is_active, vetted_until, trained_until: no event says so",
            sql: """
                SELECT m.code FROM staff_member m
                LEFT JOIN staff_event a ON a.event_id = (SELECT max(event_id) FROM staff_event
                    WHERE staff_id = m.staff_id AND event IN ('dismiss', 'reinstate'))
                LEFT JOIN staff_event q ON q.event_id = (SELECT max(event_id) FROM staff_event
                    WHERE staff_id = m.staff_id AND event = 'qualify')
                WHERE ifnull(a.event = 'reinstate', m.is_active) IS NOT m.is_active
                    OR ifnull(q.vetted_until, m.vetted_until) IS NOT m.vetted_until
                    OR ifnull(q.trained_until, m.trained_until) IS NOT m.trained_until
                """),
    ]
}
