/// The rules of reservations, seats and tickets.
extension BusinessChecks {
    static let tickets = sales + passengers + uses + refunds + seats

    private static let sales = [
        Check(
            name: "issued tickets have their sales", table: "ticket_reservation",
            fault: "field serial: there is no such sale of its fare, or it stands elsewhere",
            sql: """
                SELECT CAST(r.reservation_id AS TEXT) FROM ticket_reservation r
                LEFT JOIN service_transaction x ON x.serial = r.serial
                WHERE r.state IN ('issued', 'paid', 'returned') AND (x.amount_fen IS NOT r.fare_fen
                    OR x.fee_fen IS NOT r.fee_fen OR x.kind IS NOT 'ticket_sale'
                    OR r.state = 'issued' AND x.status IS NOT 'posted'
                    OR r.state = 'paid' AND x.status NOT IN ('pending', 'unknown')
                    OR r.state = 'returned'
                        AND x.status NOT IN ('declined', 'return_due', 'returned')
                        AND NOT (x.status IS 'reversed' AND EXISTS (SELECT 1 FROM partner_call c
                            WHERE c.serial = x.serial AND c.refund_serial IS NOT NULL)))
                """),
        Check(
            name: "reservations have their fares", table: "ticket_reservation",
            fault: "fields seat_count, fare_fen: they are not those of its classes",
            sql: """
                SELECT CAST(r.reservation_id AS TEXT) FROM ticket_reservation r LEFT JOIN (
                    SELECT reservation_id, sum(seat_count) AS seats,
                        sum(seat_count * fare_fen) AS fen
                    FROM ticket_reservation_fare GROUP BY reservation_id
                ) f ON f.reservation_id = r.reservation_id
                WHERE r.seat_count IS NOT f.seats OR r.fare_fen IS NOT f.fen
                """),
        Check(
            name: "sales have their tickets", table: "service_transaction",
            fault: "field serial: its tickets are missing, or are of other amounts",
            sql: """
                SELECT CAST(x.serial AS TEXT) FROM service_transaction x
                LEFT JOIN ticket_reservation r ON r.serial = x.serial
                LEFT JOIN (
                    SELECT serial, count(*) AS n, max(item) AS last, sum(fare_fen) AS fare_fen,
                        sum(fee_fen) AS fee_fen, sum(commission_fen) AS commission_fen
                    FROM ticket GROUP BY serial
                ) k ON k.serial = x.serial
                WHERE x.kind = 'ticket_sale' AND x.status = 'posted' AND x.amount_fen > 0
                    AND (k.n IS NOT r.seat_count OR k.last IS NOT r.seat_count
                    OR k.fare_fen IS NOT x.amount_fen OR k.fee_fen IS NOT x.fee_fen
                    OR k.commission_fen IS NOT x.commission_fen)
                """),
        Check(
            name: "tickets have their reservations", table: "ticket",
            fault:
                "fields reservation_id, fare_class, fare_fen: its reservation is another sale's, "
                + "or holds no such seat",
            sql: """
                SELECT k.serial || '-' || k.item FROM ticket k
                LEFT JOIN ticket_reservation r ON r.reservation_id = k.reservation_id
                LEFT JOIN ticket_reservation_fare f ON f.reservation_id = k.reservation_id
                    AND f.fare_class = k.fare_class
                WHERE r.serial IS NOT k.serial OR r.state IS NOT 'issued'
                    OR f.fare_fen IS NOT k.fare_fen
                """),
        Check(
            name: "tickets are of the sold trip", table: "ticket_reservation",
            fault: "fields trip_id, travel_date: its sale names another trip",
            sql: """
                SELECT CAST(r.reservation_id AS TEXT) FROM ticket_reservation r
                JOIN service_transaction x ON x.serial = r.serial
                LEFT JOIN trip t ON t.trip_id = r.trip_id
                WHERE x.account_reference IS NOT t.code || '/'
                    || strftime('%Y%m%d', r.travel_date * 86400, 'unixepoch')
                """),
        Check(
            name: "principals were asked for their tickets", table: "service_transaction",
            fault: "field contract_id: its principal issues or takes back the tickets itself, and "
                + "was not asked; or it was asked and does not",
            sql: """
                SELECT CAST(x.serial AS TEXT) FROM service_transaction x
                LEFT JOIN contract_term t ON t.contract_id = x.contract_id
                    AND t.name = 'principal_issues'
                LEFT JOIN partner_call c ON c.serial = x.serial
                LEFT JOIN partner_call b ON b.refund_serial = x.serial
                WHERE x.kind = 'ticket_sale' AND (ifnull(t.value, 0) = 1)
                    IS NOT (c.serial IS NOT NULL OR b.serial IS NOT NULL)
                """),
    ]

    private static let passengers = [
        Check(
            name: "tickets bear the names that their contracts want", table: "ticket",
            fault: "fields reservation_id, item: its passenger is not known",
            sql: """
                SELECT k.serial || '-' || k.item FROM ticket k
                JOIN service_transaction x ON x.serial = k.serial
                JOIN contract_term t ON t.contract_id = x.contract_id
                    AND t.name = 'names_passengers' AND t.value = 1
                LEFT JOIN ticket_passenger p ON p.reservation_id = k.reservation_id
                    AND p.item = k.item
                WHERE p.item IS NULL
                """),
        Check(
            name: "passengers have their seats", table: "ticket_passenger",
            fault: "fields reservation_id, item: there is no such seat, or it was never paid",
            sql: """
                SELECT p.reservation_id || '/' || p.item FROM ticket_passenger p
                LEFT JOIN ticket_reservation r ON r.reservation_id = p.reservation_id
                WHERE r.serial IS NULL OR p.item > r.seat_count
                """),
        Check(
            name: "a person travels once", table: "ticket_passenger",
            fault: "field number_digest: two standing tickets of one trip and date have it",
            sql: """
                SELECT min(p.reservation_id) || '/' || min(p.item) FROM ticket_passenger p
                JOIN ticket_reservation r ON r.reservation_id = p.reservation_id
                LEFT JOIN ticket k ON k.serial = r.serial AND k.item = p.item
                WHERE r.state = 'paid' OR k.state IN ('issued', 'refunding', 'changing', 'used')
                GROUP BY r.trip_id, r.travel_date, p.number_digest HAVING count(*) > 1
                """),
    ]

    private static let uses = [
        Check(
            name: "tickets are used at their time", table: "ticket",
            fault: "field used_at: its ticket is of another date",
            sql: """
                SELECT k.serial || '-' || k.item FROM ticket k
                JOIN \(AgencySchema.ticketTimes)
                WHERE r.reservation_id = k.reservation_id AND k.state = 'used'
                    AND \(AgencySchema.isAtAnotherTime("k.used_at"))
                """)
    ]

    private static let refunds = [
        Check(
            name: "ended tickets have their refunds", table: "ticket",
            fault: "field ended_serial: there is no such refund of it, or of another amount",
            sql: """
                SELECT k.serial || '-' || k.item FROM ticket k
                LEFT JOIN service_transaction x ON x.serial = k.ended_serial
                WHERE k.state IN ('refunding', 'changing', 'refunded', 'changed')
                    AND (x.original_serial IS NOT k.serial OR x.original_item IS NOT k.item
                    OR (x.status IS 'posted') IS NOT (k.state IN ('refunded', 'changed'))
                    OR k.state IN ('refunding', 'changing')
                        AND x.status NOT IN ('pending', 'unknown')
                    OR x.amount_fen IS NOT k.retained_fen - k.fare_fen
                    OR -x.fee_fen > k.fee_fen OR -x.commission_fen > k.commission_fen
                    OR k.state IN ('changing', 'changed') AND (x.fee_fen <> 0
                        OR -x.commission_fen IS NOT k.commission_fen))
                """),
        Check(
            name: "refunds have their tickets", table: "service_transaction",
            fault: "field original_item: the ticket is missing, or another refund ended it",
            sql: """
                SELECT CAST(x.serial AS TEXT) FROM service_transaction x
                LEFT JOIN ticket k ON k.serial = x.original_serial AND k.item = x.original_item
                WHERE x.kind = 'ticket_sale' AND x.original_serial IS NOT NULL
                    AND (k.ended_serial IS x.serial) IS (x.status IN ('declined', 'reversed'))
                """),
        // The principal's rule is found and reckoned anew, apart from the code that took it.
        Check(
            name: "refunds keep what the rules say", table: "ticket",
            fault: "field retained_fen: the rules of its contract keep another part of the fare",
            sql: """
                WITH ended AS (
                    SELECT k.serial, k.item, k.fare_fen, k.retained_fen, x.contract_id,
                        iif(k.state IN ('changing', 'changed'), 'change', 'refund') AS action,
                        r.departs_at - x.recorded_at AS left_ms,
                        ifnull((SELECT value FROM contract_term t
                            WHERE t.contract_id = x.contract_id
                                AND t.name = 'refund_rounding_fen'), 1) AS unit
                    FROM ticket k JOIN service_transaction x ON x.serial = k.ended_serial
                    JOIN ticket_reservation r ON r.reservation_id = k.reservation_id
                )
                SELECT e.serial || '-' || e.item FROM ended e LEFT JOIN ticket_rule l
                    ON l.contract_id = e.contract_id AND l.action = e.action
                    AND l.from_minutes = (
                        SELECT max(m.from_minutes) FROM ticket_rule m
                        WHERE m.contract_id = e.contract_id AND m.action = e.action
                            AND m.from_minutes * 60000 <= e.left_ms)
                WHERE e.left_ms <= 0 OR e.retained_fen IS NOT min(e.fare_fen, max(
                    l.minimum_fee_fen,
                    (e.fare_fen * l.fee_bp + 5000 * e.unit) / (10000 * e.unit) * e.unit))
                """),
        Check(
            name: "changed tickets are followed by others", table: "ticket",
            fault: "field state: it is changed and no ticket follows it, or the other way round",
            sql: """
                SELECT k.serial || '-' || k.item FROM ticket k
                LEFT JOIN ticket n ON n.changed_serial = k.serial AND n.changed_item = k.item
                WHERE (k.state = 'changed') IS NOT (n.serial IS NOT NULL)
                    OR n.serial IS NOT NULL AND n.change_count IS NOT k.change_count + 1
                UNION ALL
                SELECT n.serial || '-' || n.item FROM ticket n
                LEFT JOIN ticket k ON k.serial = n.changed_serial AND k.item = n.changed_item
                WHERE n.changed_serial IS NOT NULL AND k.serial IS NULL
                """),
        Check(
            name: "principals were asked once for a change", table: "ticket",
            fault: "field ended_serial: its refund and the sale of the ticket that follows are not "
                + "of one call to its principal",
            sql: """
                SELECT k.serial || '-' || k.item FROM ticket k
                LEFT JOIN ticket n ON n.changed_serial = k.serial AND n.changed_item = k.item
                LEFT JOIN partner_call c ON c.refund_serial = k.ended_serial
                LEFT JOIN partner_call a ON a.serial = n.serial
                WHERE k.state = 'changing' AND c.serial IS NULL
                    OR k.state NOT IN ('changing', 'changed') AND c.serial IS NOT NULL
                    OR k.state = 'changed' AND c.serial IS NOT a.serial
                """),
    ]

    /// The seats that are held, by reservations and by tickets.
    private static let held = """
        held AS (
            SELECT trip_id, travel_date, sum(seats) AS seats FROM (
                SELECT trip_id, travel_date, seat_count AS seats
                FROM ticket_reservation WHERE state IN ('reserved', 'paid')
                UNION ALL
                SELECT r.trip_id, r.travel_date, 1 FROM ticket k
                JOIN ticket_reservation r ON r.reservation_id = k.reservation_id
                WHERE k.state IN ('issued', 'refunding', 'changing', 'used')
            ) GROUP BY trip_id, travel_date
        )
        """

    private static let seats = [
        Check(
            name: "seats taken are reserved", table: "trip_day",
            fault: "field seats_taken: it differs from its reservations and tickets",
            sql: """
                WITH \(held)
                SELECT d.trip_id || '/' || d.travel_date FROM trip_day d
                LEFT JOIN held h ON h.trip_id = d.trip_id AND h.travel_date = d.travel_date
                WHERE d.seats_taken IS NOT ifnull(h.seats, 0)
                """),
        Check(
            name: "seats reserved are taken", table: "trip_day",
            fault: "its row is missing, though seats are reserved",
            sql: """
                WITH \(held)
                SELECT h.trip_id || '/' || h.travel_date FROM held h
                LEFT JOIN trip_day d ON d.trip_id = h.trip_id AND d.travel_date = h.travel_date
                WHERE d.trip_id IS NULL
                """),
    ]
}
