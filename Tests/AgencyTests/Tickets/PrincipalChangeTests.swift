import CivilTime
import PartnerAPI
import Testing

@testable import Agency

/// Changes of tickets that the principal issues itself: one call books sale and refund, or neither.
@Suite struct PrincipalChangeTests {
    /// A change to a dearer, an equal or a cheaper coach, 3 % commission on each.
    struct Direction: CustomTestStringConvertible, Sendable {
        let from: String
        let to: String
        let differenceFen: Int64
        /// What the change moves when it is booked.
        let moved: [String: Int64]

        var testDescription: String { "\(from) to \(to)" }
    }

    static let directions = [
        Direction(
            from: "QC0009", to: "QC0001", differenceFen: 1_200,
            moved: ["1001.S0001-C1": 1_200, "2202.COACH01": -1_164, "6051.S0001": -36]),
        Direction(from: "QC0009", to: "QC0010", differenceFen: 0, moved: [:]),
        Direction(
            from: "QC0001", to: "QC0009", differenceFen: -1_200,
            moved: ["1001.S0001-C1": -1_200, "2202.COACH01": 1_164, "6051.S0001": 36]),
    ]

    /// A bench with a ticket sold, as serial 1; a change of it is sale 2 and refund 3.
    static func sold(
        _ way: Direction, preparing sql: String = ""
    ) throws -> (bench: PartnerBench, teller: Principal) {
        let bench = try PartnerBench.principal(preparing: sql)
        let teller = try bench.test.signOn()
        bench.partner.set(tickets: ["E1"])
        #expect(try bench.sold(of: way.from, key: "the-sale", by: teller) == 1)
        bench.partner.set(tickets: ["E2"])
        return (bench, teller)
    }

    static func change(
        _ way: Direction, _ bench: PartnerBench, key: String = "the-change", by teller: Principal
    ) throws -> PaymentOutcome {
        try bench.change(1, to: way.to, way.differenceFen, key: key, by: teller)
    }

    private func statuses(_ bench: PartnerBench) throws -> [String] {
        try bench.test.texts(
            "SELECT status FROM service_transaction WHERE serial > 1 ORDER BY serial")
    }

    private func endDay(_ bench: PartnerBench, _ teller: Principal) throws {
        try bench.test.signOff(teller)
        try bench.test.closeDay()
        try bench.test.release()
        #expect(try bench.test.faults() == [])
    }

    @Test(
        "booked at once, sale and refund are posted and the difference passes",
        arguments: directions)
    func booked(_ way: Direction) throws {
        let (bench, teller) = try Self.sold(way)
        let test = bench.test
        let quote = try test.changeQuote(1, to: way.to, on: "2026-11-22", by: teller)
        #expect(try quote.fen("difference_fen") == way.differenceFen)
        let oldSeats = try #require(try test.seatsLeft(way.from, on: "2026-11-21"))
        let newSeats = try #require(try test.seatsLeft(way.to, on: "2026-11-22"))
        var outcome: PaymentOutcome?
        #expect(
            try test.movement { outcome = try Self.change(way, bench, by: teller) } == way.moved)
        let changed = try #require(outcome)
        #expect(changed.isSettled)
        let answer = try changed.outcome.answer()
        #expect(try answer.object("receipt").text("serial") == "000000000002")
        #expect(try answer.object("refund").text("serial") == "000000000003")
        #expect(try answer.object("refund").text("original_serial") == "000000000001")
        #expect(try answer.fen("difference_fen") == way.differenceFen)
        for name in ["receipt", "refund"] {
            #expect(try answer.object(name).text("status") == "posted")
            #expect(try answer.object(name).text("partner_reference") == "P-000000000002")
        }
        let ticket = try #require(try answer.objects("tickets").first)
        #expect(try ticket.text("principal_number") == "E2")
        #expect(try ticket.text("trip_id") == way.to)
        #expect(try bench.ticketStates(1) == ["changed"])
        #expect(try bench.ticketStates(2) == ["issued"])
        #expect(try test.seatsLeft(way.from, on: "2026-11-21") == oldSeats + 1)
        #expect(try test.seatsLeft(way.to, on: "2026-11-22") == newSeats - 1)
        #expect(try Self.change(way, bench, by: teller) == changed)
        #expect(bench.partner.posts.count == 2)
        #expect(
            try bench.change(1, to: way.to, way.differenceFen, key: "once-more", by: teller)
                .outcome.refusalCode == .ticketNotIssued)
        try endDay(bench, teller)
    }

    @Test("the principal is told which ticket comes back, and for how much")
    func post() throws {
        let (bench, teller) = try Self.sold(Self.directions[0])
        try bench.test.clock.set("2026-11-21 06:30")
        // Less than two hours before departure a tenth is kept, at least 1 yuan.
        _ = try bench.change(1, to: "QC0001", 1_330, key: "the-change", by: teller)
        #expect(
            bench.partner.posts.last
                == PartnerPost(
                    serial: PartnerSerial(transaction: 2), kind: .sale, product: "COACH",
                    amountFen: 2_500,
                    lines: [PartnerLineItem(reference: "QC0001", amountFen: 2_500)],
                    details: [
                        PartnerDetail(name: "date", value: "2026-11-22"),
                        PartnerDetail(name: "replaces_serial", value: "000000000001"),
                        PartnerDetail(name: "replaces_item", value: "1"),
                        PartnerDetail(name: "replaces_reference", value: "E1"),
                        PartnerDetail(name: "replaced_fen", value: "1170"),
                        PartnerDetail(name: "refund_serial", value: "000000000003"),
                    ]))
        #expect(try bench.test.faults() == [])
    }

    @Test(
        "what the principal does not book leaves everything as it was",
        arguments: directions,
        [
            (ControllablePartner.Post.refuse, RefusalCode.partnerRefused),
            (.notSent, .partnerUnavailable),
        ])
    func declined(_ way: Direction, _ row: (post: ControllablePartner.Post, code: RefusalCode))
        throws
    {
        let (bench, teller) = try Self.sold(way)
        let seats = try bench.test.seatsLeft(way.to, on: "2026-11-22")
        bench.partner.set(row.post)
        let moved = try bench.test.movement {
            let outcome = try Self.change(way, bench, by: teller)
            #expect(outcome.isSettled)
            guard case .refused(let refusal) = outcome.outcome else {
                Issue.record("not refused")
                return
            }
            #expect(refusal.code == row.code)
            #expect(refusal.detail.contains("the old ticket is valid as before"))
            #expect(try Self.change(way, bench, by: teller) == outcome)
        }
        #expect(moved == [:])
        #expect(try statuses(bench) == ["declined", "declined"])
        #expect(try bench.ticketStates(1) == ["issued"])
        #expect(try bench.test.seatsLeft(way.to, on: "2026-11-22") == seats)
        #expect(try bench.test.faults() == [])
        bench.partner.set(.book)
        #expect(try Self.change(way, bench, key: "another-day", by: teller).isSettled)
        try endDay(bench, teller)
    }

    @Test("an unanswered change holds both tickets, and what it owes waits", arguments: directions)
    func unknownThenBooked(_ way: Direction) throws {
        let (bench, teller) = try Self.sold(way)
        let test = bench.test
        bench.partner.set(.bookSilently)
        bench.partner.set(query: .silence)
        let held = try test.movement {
            let outcome = try Self.change(way, bench, by: teller)
            #expect(!outcome.isSettled)
            let answer = try outcome.outcome.answer()
            #expect(try answer.object("receipt").text("status") == "unknown")
            #expect(try answer.object("refund").text("status") == "unknown")
            #expect(try answer.objects("tickets").isEmpty)
        }
        let paidIn = max(way.differenceFen, 0)
        #expect(
            held == (paidIn > 0 ? ["1001.S0001-C1": paidIn, "2241.COACH01.SUSP": -paidIn] : [:]))
        #expect(try bench.ticketStates(1) == ["changing"])
        #expect(try test.faults() == [])
        bench.partner.set(query: .truth)
        try bench.desk.askNow(serial: 2)
        try bench.wait(for: .booked, serial: 2)
        #expect(try bench.ticketStates(1) == ["changed"])
        #expect(try bench.ticketStates(2) == ["issued"])
        #expect(try test.faults() == [])
        let told = try Self.change(way, bench, by: teller)
        #expect(told.isSettled == (way.differenceFen >= 0))
        #expect(try told.outcome.answer().objects("tickets").count == 1)
        if way.differenceFen < 0 {
            #expect(
                try told.outcome.answer().object("receipt").fen("return_due_fen")
                    == -way.differenceFen)
            let paid = try test.movement {
                let back = try bench.giveBack(2, key: "return-1", by: teller).answer()
                #expect(try back.fen("returned_fen") == -way.differenceFen)
            }
            #expect(paid["1001.S0001-C1"] == way.differenceFen)
            #expect(try bench.giveBack(2, key: "return-2", by: teller).refusalCode == .returnNotDue)
            #expect(try Self.change(way, bench, by: teller).isSettled)
        } else {
            #expect(try bench.giveBack(2, key: "return-1", by: teller).refusalCode == .returnNotDue)
        }
        #expect(try test.balances()["2241.COACH01.SUSP"] ?? 0 == 0)
        #expect(bench.partner.posts.count == 2)
        try endDay(bench, teller)
    }

    @Test(
        "a change that comes to nothing later gives the difference back",
        arguments: directions, [PartnerCallState.reversed, .refused])
    func unknownThenNothing(_ way: Direction, _ end: PartnerCallState) throws {
        let (bench, teller) = try Self.sold(way)
        let test = bench.test
        let seats = try test.seatsLeft(way.to, on: "2026-11-22")
        bench.partner.set(.lose)
        if end == .refused { bench.partner.set(query: .refuse) }
        let moved = try test.movement {
            #expect(try !Self.change(way, bench, by: teller).isSettled)
            try bench.wait(for: end, serial: 2)
            #expect(try bench.ticketStates(1) == ["issued"])
            #expect(try test.seatsLeft(way.to, on: "2026-11-22") == seats)
            #expect(try test.faults() == [])
            let back = try bench.giveBack(2, key: "return-1", by: teller)
            guard way.differenceFen > 0 else {
                #expect(back.refusalCode == .returnNotDue)
                #expect(try Self.change(way, bench, by: teller).outcome.refusalCode != nil)
                return
            }
            #expect(try back.answer().fen("returned_fen") == way.differenceFen)
            #expect(try Self.change(way, bench, by: teller).isSettled)
        }
        #expect(moved == [:])
        #expect(
            try statuses(bench)
                == [way.differenceFen > 0 ? "returned" : "reversed", "reversed"])
        #expect(try test.faults() == [])
        // The ticket is as good as before.
        bench.partner.set(.book)
        bench.partner.set(query: .truth)
        #expect(try Self.change(way, bench, key: "another-day", by: teller).isSettled)
        try endDay(bench, teller)
    }

    @Test(
        "a disputed change is held until the principal has corrected itself", arguments: directions)
    func disputed(_ way: Direction) throws {
        let (bench, teller) = try Self.sold(way)
        bench.partner.set(.bookMore)
        bench.partner.set(query: .silence)
        #expect(try !Self.change(way, bench, by: teller).isSettled)
        #expect(try bench.state(2) == .disputed)
        #expect(try bench.ticketStates(1) == ["changing"])
        #expect(try bench.test.faults() == [])
        let amountFen = try #require(bench.partner.posts.last?.amountFen)
        bench.partner.correct("000000000002", amountFen: amountFen)
        bench.partner.set(query: .truth)
        try bench.desk.askNow(serial: 2)
        try bench.wait(for: .booked, serial: 2)
        #expect(try bench.ticketStates(1) == ["changed"])
        #expect(try bench.test.faults() == [])
    }

    @Test(
        "every state of the call and every event leave both tickets where they belong",
        arguments: directions)
    func statesAndEvents(_ way: Direction) throws {
        let bench = try PartnerBench.principal()
        let test = bench.test
        let teller = try test.signOn()
        for (day, state) in PartnerCallState.allCases.enumerated() {
            for event in PartnerCallEvent.allCases {
                let name = "\(state)-\(event)"
                let reservation = try test.reserve(
                    way.from, on: "2026-12-0\(day + 1)", by: teller)
                let sale = TicketIssueRequest(
                    reservation: reservation.number, amountFen: reservation.fareFen)
                let saleClaim = try test.claim("sale-\(name)", teller, sale.fingerprint)
                let serial = try test.perform { session in
                    let call = try session.startTicketSale(sale, claim: saleClaim, by: teller)
                        .call()
                    _ = try session.record(
                        PartnerCallNews(event: .booked), serial: call.serial)
                    return call.serial
                }
                let request = TicketChangeRequest(
                    serial: serial, item: 1, tripCode: way.to,
                    travelDate: try #require(BusinessDate("2026-12-1\(day)")),
                    differenceFen: way.differenceFen)
                let claim = try test.claim("change-\(name)", teller, request.fingerprint)
                let changed = try test.perform { session in
                    let call = try session.startTicketChange(request, claim: claim, by: teller)
                        .call()
                    for event in state.way + [event] {
                        _ = try session.record(PartnerCallNews(event: event), serial: call.serial)
                    }
                    return call.serial
                }
                let end = state.transition(on: event)?.next ?? state
                #expect(try bench.ticketStates(serial) == [end.oldTicket], "\(name)")
                #expect(
                    try bench.ticketStates(changed) == (end == .booked ? ["issued"] : []),
                    "\(name)")
            }
        }
        #expect(try test.faults() == [])
    }

    @Test("while the principal is asked the ticket is neither changed, refunded nor used")
    func twoKeys() throws {
        let (bench, teller) = try Self.sold(Self.directions[0])
        let test = bench.test
        bench.partner.hold()
        let first = try bench.beginChange(1, to: "QC0001", 1_200, key: "first-key", by: teller)
        try bench.partner.waitUntilAsked()
        try bench.partner.waitUntilAsked()
        #expect(try bench.ticketStates(1) == ["changing"])
        #expect(
            try bench.change(1, to: "QC0010", 0, key: "second-key", by: teller).outcome
                .refusalCode == .refundUnconfirmed)
        #expect(
            try bench.refund(1, key: "refund-key", by: teller).outcome.refusalCode
                == .refundUnconfirmed)
        #expect(
            try refusalCode {
                _ = try test.changeQuote(1, to: "QC0010", on: "2026-11-22", by: teller)
            } == .refundUnconfirmed)
        let use = try test.claim("gate-key-1", teller, ticketUseFingerprint(serial: 1, item: 1))
        #expect(
            try test.perform { try $0.useTicket(serial: 1, item: 1, claim: use, by: teller) }
                .refusalCode == .refundUnconfirmed)
        // The same key hears that it is under way, and nothing is posted again.
        #expect(
            try bench.change(1, to: "QC0001", 1_200, key: "first-key", by: teller).outcome
                == .running)
        bench.partner.release()
        #expect(try first.wait().isSettled)
        #expect(bench.partner.posts.count == 2)
        #expect(try bench.ticketStates(1) == ["changed"])
        #expect(try test.faults() == [])
    }

    @Test(
        "what a crash left is asked about, never posted again", arguments: directions,
        [true, false])
    func crash(_ way: Direction, wasBooked: Bool) throws {
        let (bench, teller) = try Self.sold(way)
        let request = TicketChangeRequest(
            serial: 1, item: 1, tripCode: way.to,
            travelDate: try #require(BusinessDate("2026-11-22")),
            differenceFen: way.differenceFen)
        let claim = try bench.test.claim("the-change", teller, request.fingerprint)
        let post = try bench.test.perform {
            try $0.startTicketChange(request, claim: claim, by: teller).call()
        }
        #expect(try bench.test.signOff(teller).refusalCode == .shiftHasPendingItems)
        guard case .post(let asked) = post.request else {
            Issue.record("not a post")
            return
        }
        if wasBooked { bench.partner.correct("000000000002", amountFen: asked.amountFen) }
        let later = try bench.restarted()
        try later.desk.resolveInterrupted()
        try later.wait(for: wasBooked ? .booked : .reversed, serial: 2)
        #expect(later.partner.posts.count == 1)
        #expect(try later.ticketStates(1) == [wasBooked ? "changed" : "issued"])
        #expect(try later.ticketStates(2) == (wasBooked ? ["issued"] : []))
        #expect(try later.test.faults() == [])
    }
}

extension PartnerCallState {
    /// Where the old ticket stands beside its change.
    fileprivate var oldTicket: String {
        switch self {
        case .posting, .unknown, .reversing, .disputed: "changing"
        case .booked: "changed"
        case .refused, .reversed: "issued"
        }
    }
}
