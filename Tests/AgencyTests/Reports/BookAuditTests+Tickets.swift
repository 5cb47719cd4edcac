import Testing

@testable import Agency

extension BookAuditTests {
    /// Damage to a book with tickets that were refunded, changed, and issued by their principal.
    static let ticketDamages = [
        Damage(
            check: "issued tickets have their sales",
            sql: "UPDATE service_transaction SET status = 'posted', entry_id = 1 "
                + "WHERE status = 'declined'"),
        Damage(
            check: "issued tickets have their sales",
            sql: "UPDATE ticket_reservation SET state = 'issued' WHERE state = 'returned'"),
        Damage(
            check: "reservations have their fares",
            sql: "UPDATE ticket_reservation_fare SET seat_count = seat_count + 1"),
        Damage(
            check: "reservations have their fares",
            sql: "DELETE FROM ticket_reservation_fare WHERE reservation_id = 1", row: "1"),
        Damage(check: "sales have their tickets", sql: "DELETE FROM ticket WHERE item = 2"),
        Damage(
            check: "sales have their tickets",
            sql: "UPDATE ticket SET commission_fen = commission_fen + 1 WHERE serial = 1",
            row: "1"),
        Damage(
            check: "tickets have their reservations",
            sql: "UPDATE ticket SET reservation_id = reservation_id + 1 WHERE serial = 1",
            row: "1-1"),
        Damage(
            check: "tickets have their reservations",
            sql: "UPDATE ticket SET fare_class = 'senior' WHERE serial = 1", row: "1-1"),
        Damage(
            check: "ended tickets have their refunds",
            sql: "UPDATE ticket SET retained_fen = retained_fen + 1 WHERE state = 'refunded'"),
        Damage(
            check: "ended tickets have their refunds",
            sql: "UPDATE ticket SET ended_serial = 1 WHERE state = 'refunded'"),
        Damage(
            check: "tickets are used at their time",
            sql: "UPDATE ticket SET state = 'used', used_at = 1, used_by = 1 "
                + "WHERE state = 'issued'"),
        Damage(
            check: "refunds have their tickets",
            sql: "UPDATE ticket SET state = 'issued', ended_serial = NULL, retained_fen = NULL "
                + "WHERE state = 'refunded'"),
        Damage(
            check: "refunds have their tickets",
            sql:
                "UPDATE service_transaction SET original_item = original_item + 5 WHERE original_item > 0"
        ),
        Damage(
            check: "refunds keep what the rules say",
            sql: "UPDATE ticket_rule SET fee_bp = fee_bp + 100 WHERE action = 'refund'"),
        Damage(check: "refunds keep what the rules say", sql: "DELETE FROM ticket_rule"),
        Damage(
            check: "refunds keep what the rules say",
            sql: "UPDATE ticket_reservation SET departs_at = created_at"),
        Damage(
            check: "changed tickets are followed by others",
            sql: "UPDATE ticket SET state = 'changed' WHERE state = 'refunded'"),
        Damage(
            check: "changed tickets are followed by others",
            sql: "UPDATE ticket SET change_count = 2 WHERE change_count = 1"),
        Damage(
            check: "changed tickets are followed by others",
            sql: "UPDATE ticket SET changed_serial = 999999 WHERE change_count = 1"),
        Damage(
            check: "principals were asked for their tickets",
            sql: "DELETE FROM contract_term WHERE name = 'principal_issues'"),
        Damage(
            check: "principals were asked for their tickets",
            sql: "DELETE FROM partner_call WHERE state = 'booked'"),
        Damage(
            check: "ended tickets have their refunds",
            sql: "UPDATE ticket SET state = 'refunded' WHERE state = 'refunding'"),
        Damage(
            check: "refunds have their tickets",
            sql: "UPDATE ticket SET state = 'issued', ended_serial = NULL, retained_fen = NULL "
                + "WHERE state = 'refunding'"),
        Damage(
            check: "tickets bear the names that their contracts want",
            sql: "DELETE FROM ticket_passenger WHERE item = 1"),
        Damage(
            check: "passengers have their seats",
            sql: "UPDATE ticket_passenger SET item = 9 WHERE item = 2"),
        Damage(
            check: "a person travels once",
            sql: "UPDATE ticket_passenger SET number_digest = 'one'"),
        Damage(
            check: "seats taken are reserved",
            sql: "UPDATE ticket SET state = 'issued' WHERE state = 'refunded'"),
        Damage(check: "seats reserved are taken", sql: "DELETE FROM trip_day"),
        Damage(
            check: "answers agree with their transactions",
            sql: "UPDATE idempotency_key SET answer = CAST(json_replace(CAST(answer AS TEXT), "
                + "'$.refund.amount_fen', 1) AS BLOB) WHERE outcome = 'done'"),
        Damage(
            check: "payments have their answers",
            sql: "DELETE FROM idempotency_key WHERE key = 'the-change'"),
    ]

    @Test("damage to tickets is found", arguments: ticketDamages)
    func ticketsFound(_ damage: Damage) throws {
        let check = try #require(BusinessChecks.all.first { $0.name == damage.check })
        let test = try Self.ticketBook()
        #expect(try test.faults() == [])
        test.book.close()
        try test.copy.damage(damage.sql)
        let faults = try test.copy.faults().filter { $0.hasSuffix(check.fault) }
        #expect(faults.first?.hasPrefix(check.table + " " + damage.row) == true)
    }

    /// A book with a sale of three tickets, one refunded and one changed, with sales that another
    /// principal issued under names and refused, and with a refund that it has not answered.
    private static func ticketBook() throws -> TestBook {
        let test = try TestBook(
            preparing: TestBook.term(.principalIssues, 1, of: "RAIL")
                + TestBook.term(.namesPassengers, 1, of: "RAIL"))
        let teller = try test.signOn()
        let serial = try test.sell("QC0009", seats: 3, key: "the-sale", by: teller)
        _ = try test.refund(serial, 2, 1_170, key: "the-refund", by: teller).bytes()
        _ = try test.change(
            serial, 3, to: "QC0010", on: "2026-11-21", 0, key: "the-change", by: teller
        ).bytes()
        for (index, event) in [PartnerCallEvent.booked, .refused].enumerated() {
            let reservation = try test.reserve("D5101", seats: 2, on: "2026-12-01", by: teller)
            let people = try [2 * index, 2 * index + 1].map { try Passenger.sample($0) }
            let request = TicketIssueRequest(
                reservation: reservation.number, amountFen: reservation.fareFen,
                passengers: people)
            let claim = try test.claim("principal-\(index)", teller, request.fingerprint)
            try test.perform { session in
                let call = try session.startTicketSale(request, claim: claim, by: teller).call()
                _ = try session.record(PartnerCallNews(event: event), serial: call.serial)
                guard event == .booked else { return }
                let refund = TicketRefundRequest(serial: call.serial, item: 1, refundFen: 9_450)
                let claim = try test.claim("open-refund", teller, refund.fingerprint)
                _ = try session.startTicketRefund(refund, claim: claim, by: teller).call()
            }
        }
        _ = try test.reserve("QC0009", seats: 2, by: teller)
        return test
    }
}
