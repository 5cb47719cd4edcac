import PartnerAPI
import Testing

@testable import Agency

/// Refunds of tickets that the principal issued itself: cash goes out with its consent only.
@Suite struct PrincipalRefundTests {
    @Test("the principal is asked under the refund's own serial, then cash goes out")
    func booked() throws {
        let bench = try PartnerBench.principal()
        let (test, partner) = (bench.test, bench.partner)
        let teller = try test.signOn()
        partner.set(tickets: ["E1", "E2"])
        let serial = try bench.sold(2, key: "terminal-1", by: teller)
        let seats = try #require(try test.seatsLeft("QC0009", on: "2026-11-21"))
        var outcome: PaymentOutcome?
        let moved = try test.movement {
            outcome = try bench.refund(serial, 2, key: "terminal-2", by: teller)
        }
        #expect(moved == ["1001.S0001-C1": -1_170, "2202.COACH01": 1_135, "6051.S0001": 35])
        let refunded = try #require(outcome)
        #expect(refunded.isSettled)
        let answer = try refunded.outcome.answer()
        #expect(try answer.object("receipt").text("status") == "posted")
        #expect(try answer.object("receipt").text("partner_reference") == "P-000000000002")
        #expect(try answer.fen("retained_fen") == 130)
        #expect(try answer.fen("refund_fen") == 1_170)
        #expect(
            partner.posts.last
                == PartnerPost(
                    serial: PartnerSerial(transaction: 2), kind: .payback, product: "COACH",
                    amountFen: 1_170,
                    lines: [PartnerLineItem(reference: "E2", amountFen: 1_170)],
                    details: [
                        PartnerDetail(name: "original_serial", value: "000000000001"),
                        PartnerDetail(name: "original_item", value: "2"),
                        PartnerDetail(name: "date", value: "2026-11-21"),
                    ]))
        #expect(try test.seatsLeft("QC0009", on: "2026-11-21") == seats + 1)
        #expect(try bench.ticketStates(serial) == ["issued", "refunded"])
        #expect(try bench.refund(serial, 2, key: "terminal-2", by: teller) == refunded)
        #expect(partner.posts.count == 2)
        #expect(try test.faults() == [])
    }

    @Test("without a number of the principal's the trip is named")
    func withoutNumber() throws {
        let bench = try PartnerBench.principal()
        let teller = try bench.test.signOn()
        let serial = try bench.sold(key: "terminal-1", by: teller)
        _ = try bench.refund(serial, key: "terminal-2", by: teller)
        #expect(bench.partner.posts.last?.lines.map(\.reference) == ["QC0009"])
    }

    @Test(
        "what the principal does not take back stays issued, and nothing is paid",
        arguments: [
            (ControllablePartner.Post.refuse, RefusalCode.partnerRefused),
            (.notSent, .partnerUnavailable),
        ])
    func declined(post: ControllablePartner.Post, code: RefusalCode) throws {
        let bench = try PartnerBench.principal()
        let teller = try bench.test.signOn()
        let serial = try bench.sold(key: "terminal-1", by: teller)
        bench.partner.set(post)
        let moved = try bench.test.movement {
            let outcome = try bench.refund(serial, key: "terminal-2", by: teller)
            #expect(outcome.outcome.refusalCode == code)
            #expect(try bench.refund(serial, key: "terminal-2", by: teller) == outcome)
        }
        #expect(moved == [:])
        #expect(try bench.ticketStates(serial) == ["issued"])
        #expect(try bench.test.faults() == [])
        // Another day the principal may think otherwise.
        bench.partner.set(.book)
        #expect(try bench.refund(serial, key: "terminal-3", by: teller).isSettled)
        #expect(try bench.ticketStates(serial) == ["refunded"])
        #expect(try bench.test.faults() == [])
    }

    @Test("an unanswered refund holds the ticket, and its cash waits once it is known")
    func unknownThenBooked() throws {
        let bench = try PartnerBench.principal()
        let test = bench.test
        let teller = try test.signOn()
        let serial = try bench.sold(key: "terminal-1", by: teller)
        bench.partner.set(.bookSilently)
        bench.partner.set(query: .silence)
        let moved = try test.movement {
            let outcome = try bench.refund(serial, key: "terminal-2", by: teller)
            #expect(!outcome.isSettled)
            #expect(
                try outcome.outcome.answer().object("receipt").text("status") == "unknown")
        }
        #expect(moved == [:])
        #expect(try bench.ticketStates(serial) == ["refunding"])
        #expect(
            try bench.refund(serial, key: "terminal-3", by: teller).outcome.refusalCode
                == .refundUnconfirmed)
        #expect(
            try refusalCode { _ = try test.refundQuote(serial, by: teller) }
                == .refundUnconfirmed)
        #expect(try test.faults() == [])
        bench.partner.set(query: .truth)
        try bench.desk.askNow(serial: 2)
        try bench.wait(for: .booked, serial: 2)
        #expect(try bench.ticketStates(serial) == ["refunded"])
        let told = try bench.refund(serial, key: "terminal-2", by: teller)
        #expect(!told.isSettled)
        #expect(try told.outcome.answer().object("receipt").fen("return_due_fen") == 1_170)
        #expect(try test.faults() == [])
        let paid = try test.movement {
            let back = try bench.giveBack(2, key: "return-1", by: teller).answer()
            #expect(try back.fen("returned_fen") == 1_170)
        }
        #expect(paid["1001.S0001-C1"] == -1_170)
        let settled = try bench.refund(serial, key: "terminal-2", by: teller)
        #expect(settled.isSettled)
        #expect(try settled.outcome.answer().fen("refund_fen") == 1_170)
        try test.signOff(teller)
        try test.closeDay()
        try test.release()
        #expect(try test.faults() == [])
    }

    @Test("a refund that the principal never booked leaves the ticket as it was")
    func unknownThenReversed() throws {
        let bench = try PartnerBench.principal()
        let teller = try bench.test.signOn()
        let serial = try bench.sold(key: "terminal-1", by: teller)
        let seats = try bench.test.seatsLeft("QC0009", on: "2026-11-21")
        bench.partner.set(.lose)
        let moved = try bench.test.movement {
            #expect(try !bench.refund(serial, key: "terminal-2", by: teller).isSettled)
            try bench.wait(for: .reversed, serial: 2)
        }
        #expect(moved == [:])
        #expect(try bench.ticketStates(serial) == ["issued"])
        #expect(try bench.test.seatsLeft("QC0009", on: "2026-11-21") == seats)
        #expect(
            try bench.refund(serial, key: "terminal-2", by: teller).outcome.refusalCode
                == .partnerUnavailable)
        #expect(
            try bench.giveBack(2, key: "return-1", by: teller).refusalCode == .returnNotDue)
        #expect(try bench.test.faults() == [])
        bench.partner.set(.book)
        _ = try bench.refund(serial, key: "terminal-3", by: teller).outcome.bytes()
        #expect(try bench.test.faults() == [])
    }

    @Test("every state of the call and every event leave the ticket where it belongs")
    func statesAndEvents() throws {
        let bench = try PartnerBench.principal()
        let teller = try bench.test.signOn()
        for (day, state) in PartnerCallState.allCases.enumerated() {
            for event in PartnerCallEvent.allCases {
                let name = "\(state)-\(event)"
                let reservation = try bench.test.reserve(
                    "QC0009", on: "2026-12-0\(day + 1)", by: teller)
                let sale = TicketIssueRequest(
                    reservation: reservation.number, amountFen: reservation.fareFen)
                let saleClaim = try bench.test.claim("sale-\(name)", teller, sale.fingerprint)
                let serial = try bench.test.perform { session in
                    let call = try session.startTicketSale(sale, claim: saleClaim, by: teller)
                        .call()
                    _ = try session.record(
                        PartnerCallNews(event: .booked), serial: call.serial)
                    return call.serial
                }
                let request = TicketRefundRequest(serial: serial, item: 1, refundFen: 1_170)
                let claim = try bench.test.claim("back-\(name)", teller, request.fingerprint)
                _ = try bench.test.perform { session in
                    let call = try session.startTicketRefund(request, claim: claim, by: teller)
                        .call()
                    for event in state.way + [event] {
                        _ = try session.record(PartnerCallNews(event: event), serial: call.serial)
                    }
                }
                let end = state.transition(on: event)?.next ?? state
                #expect(try bench.ticketStates(serial) == [end.ticket], "\(name)")
            }
        }
        #expect(try bench.test.faults() == [])
    }

    @Test("a refund wants its cash in the till before the principal is asked")
    func noCash() throws {
        let bench = try PartnerBench.principal()
        let teller = try bench.test.signOn()
        let serial = try bench.sold(key: "terminal-1", by: teller)
        try bench.test.emptyTill(of: teller)
        #expect(
            try bench.refund(serial, key: "terminal-2", by: teller).outcome.refusalCode
                == .tillShortOfCash)
        #expect(bench.partner.posts.count == 1)
        #expect(try bench.ticketStates(serial) == ["issued"])
    }

    @Test("the database ends no ticket whose refund its principal has not booked")
    func guarded() throws {
        let bench = try PartnerBench.principal()
        let teller = try bench.test.signOn()
        let serial = try bench.sold(key: "terminal-1", by: teller)
        bench.partner.set(.bookSilently)
        bench.partner.set(query: .silence)
        _ = try bench.refund(serial, key: "terminal-2", by: teller)
        for change in [
            "state = 'refunded'", "state = 'issued', ended_serial = NULL, retained_fen = NULL",
            "state = 'changed'", "retained_fen = 0",
            "state = 'used', ended_serial = NULL, retained_fen = NULL, used_at = 1, used_by = 1",
        ] {
            #expect(throws: (any Error).self, "\(change)") {
                try bench.test.execute("UPDATE ticket SET \(change)")
            }
        }
        #expect(try bench.ticketStates(serial) == ["refunding"])
    }
}

extension PartnerCallState {
    /// Where the ticket stands beside its refund.
    fileprivate var ticket: String {
        switch self {
        case .posting, .unknown, .reversing, .disputed: "refunding"
        case .booked: "refunded"
        case .refused, .reversed: "issued"
        }
    }
}
