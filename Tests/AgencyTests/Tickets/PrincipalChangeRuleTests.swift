import PartnerAPI
import Testing

@testable import Agency

/// What a change of a ticket that its principal issues brings with it, and what speaks against it.
@Suite struct PrincipalChangeRuleTests {
    @Test("known on a later date, both are in that date's settlement file")
    func settlement() throws {
        let way = PrincipalChangeTests.directions[2]
        let (bench, teller) = try PrincipalChangeTests.sold(way)
        let test = bench.test
        bench.partner.set(.bookSilently)
        bench.partner.set(query: .silence)
        #expect(try !PrincipalChangeTests.change(way, bench, by: teller).isSettled)
        try test.signOff(teller)
        try test.closeDay()
        #expect(try lines(test.release(), test) == ["1 2500 75 "])
        try test.clock.set("2026-11-21 09:00")
        let next = try test.signOn()
        bench.partner.set(query: .truth)
        try bench.desk.askNow(serial: 2)
        try bench.wait(for: .booked, serial: 2)
        _ = try bench.giveBack(2, key: "return-1", by: next).answer()
        try test.signOff(next)
        try test.closeDay()
        #expect(try lines(test.release(), test) == ["2 1300 39 ", "3 -2500 -75 1"])
        #expect(try test.faults() == [])
    }

    /// What the coach company's files tell: serial, amount, commission and original.
    private func lines(_ files: [SettlementFileRow], _ test: TestBook) throws -> [String] {
        var lines: [String] = []
        for file in files where file.partnerCode == "COACH01" {
            try test.book.readers.read { connection in
                try SettlementLines(connection).forEach(of: file) {
                    let original = $0.originalSerial.flatMap { Int64($0.text) }
                    lines.append(
                        "\(Int64($0.serial.text) ?? 0) \($0.amountFen) \($0.commissionFen) "
                            + (original.map(String.init) ?? ""))
                }
            }
        }
        return lines
    }

    @Test("a ticket that its principal issued is not exchanged for one that is issued here")
    func contractBetween() throws {
        let bench = try PartnerBench(
            preparing: TestBook.nextContract(of: "COACH")
                + """
                INSERT INTO contract_term (contract_id, name, value)
                SELECT contract_id, 'principal_issues', 1 FROM contract
                WHERE code LIKE 'CT-COACH%';
                """)
        let test = bench.test
        var teller = try test.signOn()
        let reservation = try test.reserve("QC0009", on: "2026-11-25", by: teller)
        _ = try bench.sell(reservation, key: "the-sale", by: teller).outcome.bytes()
        try test.signOff(teller)
        try test.closeDay()
        try test.clock.set("2026-11-21 09:00")
        teller = try test.signOn()
        let outcome = try bench.change(
            1, to: "QC0010", on: "2026-11-26", 0, key: "the-change", by: teller)
        guard case .refused(let refusal) = outcome.outcome else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.code == .notChangeable)
        #expect(refusal.detail.contains("refund the ticket and sell a new one"))
        #expect(
            try refusalCode {
                _ = try test.changeQuote(1, to: "QC0010", on: "2026-11-26", by: teller)
            } == .notChangeable)
        #expect(bench.partner.posts.count == 1)
    }

    @Test("a changed ticket is changed again only as often as the contract says")
    func maximum() throws {
        let (bench, teller) = try PrincipalChangeTests.sold(PrincipalChangeTests.directions[0])
        _ = try PrincipalChangeTests.change(PrincipalChangeTests.directions[0], bench, by: teller)
            .outcome.bytes()
        #expect(
            try bench.change(2, to: "QC0002", 0, key: "once-more", by: teller).outcome.refusalCode
                == .notChangeable)
        #expect(bench.partner.posts.count == 2)
    }

    @Test("a till that is short, a gateway that is missing and a wrong difference ask nobody")
    func notAsked() throws {
        let (bench, teller) = try PrincipalChangeTests.sold(PrincipalChangeTests.directions[2])
        #expect(
            try bench.change(1, to: "QC0009", 0, key: "wrong-sum", by: teller).outcome.refusalCode
                == .amountMismatch)
        let desk = PartnerDesk(writer: bench.test.book.writer, lines: [:]) { print($0) }
        let lineless = PartnerBench(bench, desk)
        #expect(
            try lineless.change(1, to: "QC0009", -1_200, key: "terminal-no-line", by: teller)
                .outcome
                .refusalCode == .partnerUnavailable)
        try bench.test.emptyTill(of: teller)
        #expect(
            try PrincipalChangeTests.change(PrincipalChangeTests.directions[2], bench, by: teller)
                .outcome.refusalCode
                == .tillShortOfCash)
        #expect(bench.partner.posts.count == 1)
        #expect(try bench.ticketStates(1) == ["issued"])
        #expect(
            try bench.test.count("service_transaction WHERE serial > 1 AND kind = 'ticket_sale'")
                == 0)
        #expect(try bench.test.faults() == [])
    }

    @Test("passenger and paper go along with the new ticket", arguments: [true, false])
    func passengerAndPaper(isLate: Bool) throws {
        let bench = try PartnerBench.principal(
            preparing: StockPaperTests.coachPaper + ";"
                + TestBook.term(.namesPassengers, 1, of: "COACH"))
        let test = bench.test
        let teller = try test.signOn()
        try test.openPack("FORM", by: teller)
        let reservation = try test.reserve("QC0001", by: teller)
        _ = try bench.sell(
            reservation, passengers: [try .sample(0)], key: "the-sale", by: teller
        ).outcome.bytes()
        if isLate {
            bench.partner.set(.bookSilently)
            bench.partner.set(query: .silence)
        }
        _ = try bench.change(1, to: "QC0009", -1_200, key: "the-change", by: teller)
        // Who travels is known to the principal from the ticket that comes back.
        #expect(
            bench.partner.posts.last?.details.contains { $0.name.hasPrefix("passenger") } == false)
        if isLate {
            bench.partner.set(query: .truth)
            try bench.desk.askNow(serial: 2)
            try bench.wait(for: .booked, serial: 2)
            _ = try bench.giveBack(2, key: "return-1", by: teller).answer()
        }
        let told = try bench.change(1, to: "QC0009", -1_200, key: "the-change", by: teller)
        #expect(told.isSettled)
        let answer = try told.outcome.answer()
        #expect(
            try answer.objects("papers").map { try $0.text("paper_serial") } == ["RP00001002"])
        #expect(try answer.objects("tickets")[0].text("passenger_name") == "王***")
        #expect(try test.faults() == [])
    }

    @Test("the database lets a changing ticket and its two transactions end as one only")
    func guarded() throws {
        let (bench, teller) = try PrincipalChangeTests.sold(PrincipalChangeTests.directions[0])
        bench.partner.set(.bookSilently)
        bench.partner.set(query: .silence)
        _ = try PrincipalChangeTests.change(PrincipalChangeTests.directions[0], bench, by: teller)
        for sql in [
            "UPDATE ticket SET state = 'changed'", "UPDATE ticket SET state = 'refunded'",
            "UPDATE ticket SET state = 'issued', ended_serial = NULL, retained_fen = NULL",
            "UPDATE partner_call SET refund_serial = NULL WHERE serial = 2",
            """
            UPDATE service_transaction SET status = 'reversed', final_date = 20777
            WHERE serial = 3;
            UPDATE partner_call SET state = 'reversing' WHERE serial = 2
            """,
        ] {
            #expect(throws: (any Error).self, "\(sql)") { try bench.test.execute(sql) }
        }
        #expect(try bench.ticketStates(1) == ["changing"])
        #expect(try bench.test.faults() == [])
    }
}
