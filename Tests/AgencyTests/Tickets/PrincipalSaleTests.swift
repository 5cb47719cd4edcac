import PartnerAPI
import Testing

@testable import Agency

/// Sales whose tickets the principal issues itself.
@Suite struct PrincipalSaleTests {
    @Test("tickets that the principal issues are posted with its reference and its numbers")
    func issued() throws {
        let bench = try PartnerBench.principal()
        let (test, partner) = (bench.test, bench.partner)
        let teller = try test.signOn()
        partner.set(tickets: ["E1", "E2"])
        let reservation = try test.reserve("QC0009", seats: 2, by: teller)
        var outcome: PaymentOutcome?
        let moved = try test.movement {
            outcome = try bench.sell(reservation, key: "terminal-1", by: teller)
        }
        #expect(
            moved == [
                "1001.S0001-C1": 3_000, "2202.COACH01": 78 - 2_600, "6051.S0001": -78,
                "6051.S0001.FEE": -400,
            ])
        #expect(outcome?.isSettled == true)
        let answer = try #require(outcome).outcome.answer()
        #expect(try answer.object("receipt").text("status") == "posted")
        #expect(try answer.object("receipt").text("partner_reference") == "P-000000000001")
        #expect(
            try answer.objects("tickets").map { try $0.text("principal_number") }
                == ["E1", "E2"])
        let post = try #require(partner.posts.first)
        #expect(
            post
                == PartnerPost(
                    serial: PartnerSerial(transaction: 1), kind: .sale, product: "COACH",
                    amountFen: 2_600,
                    lines: [
                        PartnerLineItem(reference: "QC0009", quantity: 2, amountFen: 2_600)
                    ], details: [PartnerDetail(name: "date", value: "2026-11-21")]))
        #expect(try bench.sell(reservation, key: "terminal-1", by: teller) == outcome)
        #expect(partner.posts.count == 1)
        #expect(try test.faults() == [])
    }

    @Test("each fare class is a line of its own")
    func classes() throws {
        let bench = try PartnerBench.principal(
            preparing: "UPDATE trip SET child_fare_fen = 650 WHERE code = 'QC0009';")
        let teller = try bench.test.signOn()
        let reservation = try bench.test.reserve("QC0009", seats: 3, children: 2, by: teller)
        _ = try bench.sell(reservation, key: "terminal-1", by: teller)
        #expect(
            bench.partner.posts.first?.lines == [
                PartnerLineItem(reference: "QC0009", quantity: 1, amountFen: 1_300),
                PartnerLineItem(reference: "QC0009/child", quantity: 2, amountFen: 1_300),
            ])
    }

    @Test(
        "numbers count when there is a usable one for each seat",
        arguments: [
            ["E1"], ["E1", "E2", "E3"], ["E1", "E1"], ["E1", ""], ["E1", "E 2"],
            ["E1", String(repeating: "9", count: 65)],
        ])
    func numbers(_ tickets: [String]) throws {
        let bench = try PartnerBench.principal()
        let teller = try bench.test.signOn()
        bench.partner.set(tickets: tickets)
        let reservation = try bench.test.reserve("QC0009", seats: 2, by: teller)
        let answer = try bench.sell(reservation, key: "terminal-1", by: teller).outcome.answer()
        for ticket in try answer.objects("tickets") {
            #expect(!ticket.names.contains("principal_number"))
        }
        #expect(try bench.test.faults() == [])
    }

    @Test(
        "what the principal does not issue goes back at once: cash, fee, commission, seats",
        arguments: [
            (ControllablePartner.Post.refuse, RefusalCode.ticketsNotIssued),
            (.notSent, .partnerUnavailable),
        ])
    func declined(post: ControllablePartner.Post, code: RefusalCode) throws {
        let bench = try PartnerBench.principal()
        let test = bench.test
        let teller = try test.signOn()
        let seats = try test.seatsLeft("QC0009", on: "2026-11-21")
        let reservation = try test.reserve("QC0009", seats: 2, by: teller)
        bench.partner.set(post)
        let moved = try test.movement {
            let outcome = try bench.sell(reservation, key: "terminal-1", by: teller)
            #expect(outcome.isSettled)
            guard case .refused(let refusal) = outcome.outcome else {
                Issue.record("not refused")
                return
            }
            #expect(refusal.code == code)
            #expect(refusal.detail.contains("the service fee too"))
            #expect(refusal.chineseDetail.contains("含服务费"))
            #expect(try bench.sell(reservation, key: "terminal-1", by: teller) == outcome)
        }
        #expect(moved == [:])
        #expect(try test.status(1) == .declined)
        #expect(try bench.reservationState(reservation.number) == "returned")
        #expect(try test.seatsLeft("QC0009", on: "2026-11-21") == seats)
        #expect(try test.count("ticket") == 0)
        // The same seats are sold anew under another reservation only.
        #expect(
            try bench.sell(reservation, key: "terminal-2", by: teller).outcome.refusalCode
                == .reservationExpired)
        try test.signOff(teller)
        try test.closeDay()
        try test.release()
        #expect(try test.faults() == [])
    }

    @Test("an unanswered sale holds its seats, and its tickets are issued once it is known")
    func unknownThenIssued() throws {
        let bench = try PartnerBench.principal()
        let test = bench.test
        let teller = try test.signOn()
        let reservation = try test.reserve("QC0009", seats: 2, by: teller)
        bench.partner.set(.bookSilently)
        bench.partner.set(query: .silence)
        bench.partner.set(tickets: ["E1", "E2"])
        let moved = try test.movement {
            let outcome = try bench.sell(reservation, key: "terminal-1", by: teller)
            #expect(!outcome.isSettled)
            let answer = try outcome.outcome.answer()
            #expect(try answer.object("receipt").text("status") == "unknown")
            #expect(try answer.objects("tickets").isEmpty)
        }
        #expect(moved == ["1001.S0001-C1": 3_000, "2241.COACH01.SUSP": -3_000])
        #expect(try bench.reservationState(reservation.number) == "paid")
        #expect(
            try bench.sell(reservation, key: "terminal-2", by: teller).outcome.refusalCode
                == .reservationAlreadyIssued)
        // Reservations that nobody paid expire meanwhile, this one does not.
        test.clock.advance(milliseconds: 3_600_000)
        _ = try test.perform { try $0.expireReservations() }
        #expect(try test.faults() == [])
        bench.partner.set(query: .truth)
        try bench.desk.askNow(serial: 1)
        try bench.wait(for: .booked)
        let told = try bench.sell(reservation, key: "terminal-1", by: teller)
        #expect(told.isSettled)
        #expect(try told.outcome.answer().objects("tickets").count == 2)
        #expect(
            try test.tickets(of: 1, for: teller).map { try $0.text("principal_number") } == [
                "E1", "E2",
            ])
        #expect(try test.balances()["2241.COACH01.SUSP"] == 0)
        #expect(bench.partner.posts.count == 1)
        #expect(try test.faults() == [])
    }

    @Test("cash of a sale that came to nothing is returned whole, and its seats are free before")
    func unknownThenReturned() throws {
        let bench = try PartnerBench.principal()
        let test = bench.test
        let teller = try test.signOn()
        let seats = try test.seatsLeft("QC0009", on: "2026-11-21")
        let reservation = try test.reserve("QC0009", seats: 2, by: teller)
        bench.partner.set(.lose)
        let moved = try test.movement {
            #expect(try !bench.sell(reservation, key: "terminal-1", by: teller).isSettled)
            try bench.wait(for: .reversed)
            #expect(try bench.reservationState(reservation.number) == "returned")
            #expect(try test.seatsLeft("QC0009", on: "2026-11-21") == seats)
            #expect(try test.faults() == [])
            let back = try bench.giveBack(1, key: "return-1", by: teller).answer()
            #expect(try back.fen("returned_fen") == 3_000)
        }
        #expect(moved == [:])
        let told = try bench.sell(reservation, key: "terminal-1", by: teller)
        #expect(told.isSettled)
        #expect(try told.outcome.answer().object("receipt").text("status") == "returned")
        #expect(try test.count("ticket") == 0)
        try test.signOff(teller)
        try test.closeDay()
        try test.release()
        #expect(try test.faults() == [])
    }

    @Test("what a crash left between paying and issuing is asked about, never posted again")
    func crash() throws {
        for wasBooked in [true, false] {
            let bench = try PartnerBench.principal()
            let teller = try bench.test.signOn()
            let reservation = try bench.test.reserve("QC0009", seats: 2, by: teller)
            let request = TicketIssueRequest(
                reservation: reservation.number, amountFen: reservation.fareFen)
            let claim = try bench.test.claim("terminal-1", teller, request.fingerprint)
            _ = try bench.test.perform {
                try $0.startTicketSale(request, claim: claim, by: teller).call().serial
            }
            #expect(try bench.test.status(1) == .pending)
            #expect(try bench.test.signOff(teller).refusalCode == .shiftHasPendingItems)
            if wasBooked { bench.partner.correct("000000000001", amountFen: 2_600) }
            let later = try bench.restarted()
            try later.desk.resolveInterrupted()
            try later.wait(for: wasBooked ? .booked : .reversed)
            #expect(later.partner.posts.isEmpty)
            #expect(try later.test.count("ticket") == (wasBooked ? 2 : 0))
            #expect(
                try later.reservationState(reservation.number)
                    == (wasBooked ? "issued" : "returned"))
            #expect(try later.test.faults() == [])
        }
    }

    @Test("every state of the call and every event leave the reservation where it belongs")
    func statesAndEvents() throws {
        let bench = try PartnerBench.principal()
        let teller = try bench.test.signOn()
        // Each state has a day of its own, for a day has not seats enough.
        for (day, state) in PartnerCallState.allCases.enumerated() {
            for event in PartnerCallEvent.allCases {
                let name = "\(state) + \(event)"
                let reservation = try bench.test.reserve(
                    "QC0009", on: "2026-12-0\(day + 1)", by: teller)
                let request = TicketIssueRequest(
                    reservation: reservation.number, amountFen: reservation.fareFen)
                let claim = try bench.test.claim(
                    "\(state.rawValue)-\(event.rawValue)", teller, request.fingerprint)
                _ = try bench.test.perform { session in
                    let call = try session.startTicketSale(request, claim: claim, by: teller)
                        .call()
                    for event in state.way + [event] {
                        _ = try session.record(PartnerCallNews(event: event), serial: call.serial)
                    }
                }
                let end = state.transition(on: event)?.next ?? state
                #expect(
                    try bench.reservationState(reservation.number) == end.reservation, "\(name)")
            }
        }
        #expect(try bench.test.faults() == [])
    }

    @Test("a principal without a gateway takes no money, and the seats stay reserved")
    func noGateway() throws {
        let test = try TestBook(preparing: PartnerBench.issuedByPrincipal)
        let teller = try test.signOn()
        let desk = PartnerDesk(writer: test.book.writer, lines: [:]) { print($0) }
        let reservation = try test.reserve("QC0009", by: teller)
        let request = TicketIssueRequest(
            reservation: reservation.number, amountFen: reservation.fareFen)
        let claim = try test.claim("terminal-1", teller, request.fingerprint)
        let call = PaymentCall()
        try desk.sellTickets(request, claim: claim, by: teller) { call.hear($0) }
        #expect(try call.wait().outcome.refusalCode == .partnerUnavailable)
        #expect(try test.count("service_transaction") == 0)
        #expect(try test.texts("SELECT state FROM ticket_reservation") == ["reserved"])
    }

    @Test(
        "in a basket they are asked for beside the rest, and go their own way",
        arguments: [
            (ControllablePartner.Post.book, "posted", 2), (.refuse, "refused", 0),
            (.bookSilently, "waiting", 0),
        ])
    func basket(post: ControllablePartner.Post, state: String, tickets: Int64) throws {
        let bench = try PartnerBench.principal()
        let teller = try bench.test.signOn()
        bench.partner.set(post)
        bench.partner.set(query: .silence)
        let reservation = try bench.test.reserve("QC0009", seats: 2, by: teller)
        let outcome = try bench.payBasket(
            [
                TestBook.phone(2_000),
                .tickets(
                    TicketIssueRequest(
                        reservation: reservation.number, amountFen: reservation.fareFen)),
            ], tenderedFen: 10_000, key: "basket-01", by: teller)
        let items = try outcome.outcome.answer().objects("items")
        #expect(try items.map { try $0.text("state") } == ["posted", state])
        #expect(try items[1].objects("tickets").count == tickets)
        #expect(try bench.test.count("ticket") == tickets)
        #expect(outcome.isSettled == (state != "waiting"))
        #expect(try bench.test.faults() == [])
        guard state == "waiting" else { return }
        bench.partner.set(query: .truth)
        try bench.desk.askNow(serial: 2)
        try bench.wait(for: .booked, serial: 2)
        #expect(try bench.test.count("ticket") == 2)
        #expect(try bench.test.faults() == [])
    }
}

extension PartnerCallState {
    /// Where the reservation of a sale stands beside it.
    fileprivate var reservation: String {
        switch self {
        case .posting, .unknown, .reversing, .disputed: "paid"
        case .booked: "issued"
        case .refused, .reversed: "returned"
        }
    }
}
