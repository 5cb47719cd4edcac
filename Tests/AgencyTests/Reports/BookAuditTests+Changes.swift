import CivilTime
import Testing

@testable import Agency

extension BookAuditTests {
    /// Damage to tickets that their principal changed: 1 at once, 4 late with cash that waits,
    /// 7 not answered.
    static let changeDamages = [
        Damage(
            check: "changes are booked as one",
            sql: "UPDATE service_transaction SET status = 'declined', entry_id = NULL "
                + "WHERE serial = 3", row: "2"),
        Damage(
            check: "changes are booked as one",
            sql: "UPDATE partner_call SET cash_fen = cash_fen + 1 WHERE serial = 2", row: "2"),
        Damage(
            check: "changes are booked as one",
            sql: "UPDATE partner_call SET refund_serial = 4 WHERE serial = 2", row: "2"),
        Damage(
            check: "principals were asked once for a change",
            sql: "UPDATE partner_call SET refund_serial = NULL WHERE serial = 2", row: "1-1"),
        Damage(
            check: "principals were asked once for a change",
            sql: "UPDATE ticket SET state = 'refunding' WHERE state = 'changing'", row: "7-1"),
        Damage(
            check: "ended tickets have their refunds",
            sql: "UPDATE ticket SET state = 'changing' WHERE serial = 1", row: "1-1"),
        Damage(
            check: "calls stand as their transactions",
            sql: "UPDATE partner_call SET cash_fen = cash_fen + 1 WHERE serial = 8", row: "8"),
        Damage(
            check: "calls hold their cash",
            sql: "UPDATE partner_call SET suspense_entry_id = 1 WHERE serial = 5", row: "5"),
        Damage(
            check: "suspense is what is open",
            sql: "UPDATE partner_call SET suspense_entry_id = NULL WHERE serial = 8"),
        Damage(
            check: "payments have their answers",
            sql: "DELETE FROM idempotency_key WHERE key = 'change-2'"),
        Damage(
            check: "answers agree with their transactions",
            sql: "UPDATE idempotency_key SET answer = CAST(json_replace(CAST(answer AS TEXT), "
                + "'$.refund.amount_fen', 1) AS BLOB) WHERE key = 'change-2'"),
    ]

    @Test("damage to changes by a principal is found", arguments: changeDamages)
    func changesFound(_ damage: Damage) throws {
        let check = try #require(BusinessChecks.all.first { $0.name == damage.check })
        let test = try Self.changeBook()
        #expect(try test.faults() == [])
        test.book.close()
        try test.copy.damage(damage.sql)
        let faults = try test.copy.faults().filter { $0.hasSuffix(check.fault) }
        #expect(faults.first?.hasPrefix(check.table + " " + damage.row) == true)
    }

    private static func changeBook() throws -> TestBook {
        let test = try TestBook(preparing: TestBook.term(.principalIssues, 1, of: "COACH"))
        let teller = try test.signOn()
        for (from, to, differenceFen, events) in [
            ("QC0009", "QC0001", 1_200, [.booked]),
            ("QC0001", "QC0009", -1_200, [.unanswered, .booked]),
            ("QC0009", "QC0001", 1_200, [.unanswered]),
        ] as [(String, String, Int64, [PartnerCallEvent])] {
            let reservation = try test.reserve(from, by: teller)
            let sale = TicketIssueRequest(
                reservation: reservation.number, amountFen: reservation.fareFen)
            let serial = try test.perform { try $0.upcomingSerial() }
            let saleClaim = try test.claim("the-sale-\(serial)", teller, sale.fingerprint)
            try test.perform { session in
                _ = try session.startTicketSale(sale, claim: saleClaim, by: teller).call()
                _ = try session.record(PartnerCallNews(event: .booked), serial: serial)
            }
            let request = TicketChangeRequest(
                serial: serial, item: 1, tripCode: to,
                travelDate: try #require(BusinessDate("2026-11-22")),
                differenceFen: differenceFen)
            let claim = try test.claim("change-\(serial + 1)", teller, request.fingerprint)
            try test.perform { session in
                _ = try session.startTicketChange(request, claim: claim, by: teller).call()
                for event in events {
                    _ = try session.record(PartnerCallNews(event: event), serial: serial + 1)
                }
            }
        }
        return test
    }
}
