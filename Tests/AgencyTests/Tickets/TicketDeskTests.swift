import Dispatch
import Synchronization
import Testing

@testable import Agency

/// A principal that answers when and what the test wants.
final class ControllableIssuer: TicketIssuer {
    private struct State {
        var orders: [TicketOrder] = []
        var queries: [TicketOrder] = []
        var waiting: [@Sendable (TicketIssueAnswer) -> Void] = []
    }

    private let answer: TicketIssueAnswer?
    private let queried: TicketIssueAnswer
    private let state = Mutex(State())
    private let wasAsked = DispatchSemaphore(value: 0)

    /// - Parameters:
    ///   - answer: what it says when asked to issue; nothing holds the answer.
    ///   - queried: what it says when asked what became of an order.
    init(_ answer: TicketIssueAnswer?, queried: TicketIssueAnswer = .unknown) {
        self.answer = answer
        self.queried = queried
    }

    func issue(
        _ order: TicketOrder, completion: @escaping @Sendable (TicketIssueAnswer) -> Void
    ) {
        state.withLock {
            $0.orders.append(order)
            if answer == nil { $0.waiting.append(completion) }
        }
        if let answer { completion(answer) }
        wasAsked.signal()
    }

    func query(
        _ order: TicketOrder, completion: @escaping @Sendable (TicketIssueAnswer) -> Void
    ) {
        state.withLock { $0.queries.append(order) }
        completion(queried)
        wasAsked.signal()
    }

    var orders: [TicketOrder] { state.withLock { $0.orders } }
    var queries: [TicketOrder] { state.withLock { $0.queries } }

    func waitUntilAsked() throws {
        try #require(
            wasAsked.wait(timeout: .now() + ControllablePartner.patienceSeconds) == .success)
    }

    func answerNow(_ answer: TicketIssueAnswer) {
        for completion in state.withLock({ $0.waiting }) { completion(answer) }
    }
}

@Suite struct TicketDeskTests {
    private static let issuedByPrincipal = TestBook.term(.principalIssues, 1, of: "COACH")

    @Test("tickets that the principal issues are posted with its reference")
    func issued() throws {
        let test = try TestBook(preparing: Self.issuedByPrincipal)
        let teller = try test.signOn()
        let issuer = ControllableIssuer(.issued(reference: "E|1 23"))
        let reservation = try test.reserve("QC0009", seats: 2, by: teller)
        var outcome: CommandOutcome?
        let moved = try test.movement {
            outcome = try sell(reservation, issuer, test, teller, key: "terminal-1")
        }
        #expect(
            moved == [
                "1001.S0001-C1": 3_000, "2202.COACH01": 78 - 2_600, "6051.S0001": -78,
                "6051.S0001.FEE": -400,
            ])
        let answer = try #require(outcome).answer()
        #expect(try answer.object("receipt").text("status") == "posted")
        #expect(try answer.object("receipt").text("partner_reference") == "E123")
        #expect(try answer.objects("tickets").count == 2)
        #expect(
            issuer.orders == [
                TicketOrder(
                    serial: 1, partnerCode: "COACH01", tripCode: "QC0009",
                    travelDate: "2026-11-21", seatCount: 2, fareFen: 2_600)
            ])
        #expect(try sell(reservation, issuer, test, teller, key: "terminal-1") == outcome)
        #expect(issuer.orders.count == 1)
        _ = try test.refund(1, 2, 1_170, key: "terminal-2", by: teller).bytes()
        #expect(try test.faults() == [])
    }

    @Test("what the principal does not issue goes back: cash, fee, commission, seats, receipt")
    func refused() throws {
        let test = try TestBook(preparing: Self.issuedByPrincipal)
        let teller = try test.signOn()
        let seats = try test.seatsLeft("QC0009", on: "2026-11-21")
        let reservation = try test.reserve("QC0009", seats: 2, by: teller)
        let issuer = ControllableIssuer(.refused)
        let moved = try test.movement {
            let outcome = try sell(reservation, issuer, test, teller, key: "terminal-1")
            #expect(outcome.refusalCode == .ticketsNotIssued)
            #expect(try sell(reservation, issuer, test, teller, key: "terminal-1") == outcome)
        }
        #expect(moved == [:])
        #expect(try test.seatsLeft("QC0009", on: "2026-11-21") == seats)
        #expect(
            try test.texts("SELECT status FROM service_transaction WHERE serial = 1")
                == ["returned"])
        #expect(try test.count("ticket") == 0)
        // The same seats are sold anew under another key, and only then.
        #expect(
            try test.issue(reservation, key: "terminal-2", by: teller).refusalCode
                == .reservationExpired)
        try test.signOff(teller)
        try test.closeDay()
        try test.release()
        #expect(try test.faults() == [])
    }

    @Test("a slow principal holds up nobody else, and its late answer counts")
    func slow() throws {
        let test = try TestBook(preparing: Self.issuedByPrincipal)
        let teller = try test.signOn()
        let reservation = try test.reserve("QC0009", seats: 2, by: teller)
        let issuer = ControllableIssuer(nil)
        let desk = desk(test, issuer)
        let call = DeskCall()
        try submit(reservation, desk, test, teller, key: "terminal-1", call)
        try issuer.waitUntilAsked()
        // The cash is promised: it counts in no balance yet, and the shift waits for it.
        #expect(try test.integer("SELECT count(*) FROM posting WHERE entry_id > 100000") == 0)
        try test.payPhone(key: "terminal-2", by: teller)
        #expect(try test.signOff(teller).refusalCode == .shiftHasPendingItems)
        #expect(
            try test.issue(reservation, key: "terminal-3", by: teller).refusalCode
                == .reservationAlreadyIssued)
        issuer.answerNow(.issued(reference: "LATE"))
        #expect(try call.wait().refusalCode == nil)
        issuer.answerNow(.refused)
        try test.settle()
        #expect(
            try test.texts("SELECT status FROM service_transaction WHERE serial = 1")
                == ["posted"])
        #expect(try test.faults() == [])
    }

    @Test(
        "what a crash left between paying and issuing is found and resolved at the start",
        arguments: [
            (.issued(reference: "E1"), "posted"), (.refused, "returned"), (.unknown, "pending"),
        ] as [(TicketIssueAnswer, String)])
    func crash(answer: TicketIssueAnswer, status: String) throws {
        var first: TestBook? = try TestBook(preparing: Self.issuedByPrincipal)
        let copy = try #require(first?.copy)
        let teller = try #require(try first?.signOn())
        let reservation = try #require(try first?.reserve("QC0009", seats: 2, by: teller))
        let silent = ControllableIssuer(nil)
        let call = DeskCall()
        try submit(
            reservation, desk(try #require(first), silent), try #require(first), teller,
            key: "terminal-1", call)
        try silent.waitUntilAsked()
        first?.book.close()
        first = nil

        let test = try TestBook(reopening: copy, at: "2026-11-20 10:00")
        let issuer = ControllableIssuer(nil, queried: answer)
        let desk = desk(test, issuer)
        try desk.resolveInterrupted()
        try issuer.waitUntilAsked()
        try test.settle()
        #expect(issuer.queries.map(\.serial) == [1] && issuer.orders == [])
        #expect(
            try test.texts("SELECT status FROM service_transaction WHERE serial = 1") == [status])
        #expect(try test.count("ticket") == (status == "posted" ? 2 : 0))
        #expect(try test.faults() == [])
    }

    @Test("tickets that the principal issues are sold by themselves, not in a basket")
    func alone() throws {
        let test = try TestBook(preparing: Self.issuedByPrincipal)
        let teller = try test.signOn()
        let reservation = try test.reserve("QC0009", by: teller)
        #expect(
            try test.issue(reservation, key: "terminal-1", by: teller).refusalCode == .sellAlone)
    }

    private func desk(_ test: TestBook, _ issuer: ControllableIssuer) -> TicketDesk {
        TicketDesk(writer: test.book.writer, issuer: issuer) { _ in }
    }

    private func sell(
        _ reservation: TestBook.Reservation, _ issuer: ControllableIssuer, _ test: TestBook,
        _ teller: Principal, key: String
    ) throws -> CommandOutcome {
        let call = DeskCall()
        try submit(reservation, desk(test, issuer), test, teller, key: key, call)
        return try call.wait()
    }

    private func submit(
        _ reservation: TestBook.Reservation, _ desk: TicketDesk, _ test: TestBook,
        _ teller: Principal, key: String, _ call: DeskCall
    ) throws {
        let request = TicketIssueRequest(
            reservation: reservation.number, amountFen: reservation.fareFen)
        let claim = try test.claim(key, teller, request.fingerprint)
        try desk.sell(request, claim: claim, by: teller) { call.hear($0) }
    }
}
