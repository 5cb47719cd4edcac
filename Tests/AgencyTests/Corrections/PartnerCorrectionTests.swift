import Ledger
import PartnerAPI
import Testing

@testable import Agency

/// Voids and refunds of what a partner has booked, whatever the partner says and when.
@Suite struct PartnerCorrectionTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let correction: Correction
        /// What the partner does with the request.
        let first: @Sendable (ControllablePartner) -> Void
        /// What it does when it is asked again; nothing where the first answer is the last.
        var then: (@Sendable (ControllablePartner) -> Void)?
        var end = TransactionStatus.posted
        /// What the key is refused with in the end.
        var code: RefusalCode?
        var testDescription: String { "\(correction) \(name)" }
    }

    static let silentVoid: @Sendable (ControllablePartner) -> Void = { $0.set(reversal: .silence) }

    static func silentRefund(
        _ post: ControllablePartner.Post
    ) -> @Sendable (ControllablePartner) -> Void {
        {
            $0.set(post)
            $0.set(query: .silence)
        }
    }

    static let rows = [
        Row(name: "confirmed", correction: .void, first: { _ in }),
        Row(
            name: "of what the partner no longer knows", correction: .void,
            first: { $0.forget("000000000001") }),
        Row(
            name: "refused", correction: .void, first: { $0.set(reversal: .refuse) },
            end: .declined, code: .partnerRefused),
        Row(
            name: "unanswered, then confirmed", correction: .void, first: silentVoid,
            then: { $0.set(reversal: .truth) }),
        Row(
            name: "unanswered, then refused", correction: .void, first: silentVoid,
            then: { $0.set(reversal: .refuse) }, end: .reversed, code: .partnerRefused),
        Row(name: "confirmed", correction: .refund, first: { _ in }),
        Row(
            name: "refused", correction: .refund, first: { $0.set(.refuse) }, end: .declined,
            code: .partnerRefused),
        Row(
            name: "not sent", correction: .refund, first: { $0.set(.notSent) }, end: .declined,
            code: .partnerUnavailable),
        Row(
            name: "unanswered, then confirmed", correction: .refund,
            first: silentRefund(.bookSilently), then: { $0.set(query: .truth) }),
        Row(
            name: "unanswered, then refused", correction: .refund, first: silentRefund(.lose),
            then: { $0.set(query: .refuse) }, end: .reversed, code: .partnerRefused),
        Row(
            name: "unanswered, and never heard of", correction: .refund,
            first: silentRefund(.lose), then: { $0.set(query: .truth) }, end: .reversed,
            code: .partnerUnavailable),
    ]

    @Test("the cash goes back once its partner has confirmed, and only then", arguments: rows)
    func outcome(_ row: Row) throws {
        let bench = try PartnerBench()
        let teller = try bench.paid(for: row.correction)
        let code = try bench.test.code(for: row.correction, of: 1)
        row.first(bench.partner)
        let tillFen = try bench.tillFen
        let moved = try bench.test.movement {
            var told = try bench.correct(row.correction, code: code, key: "back-0001", by: teller)
            #expect(told.isSettled == (row.then == nil))
            if let then = row.then {
                #expect(try bench.tillFen == tillFen)
                try expectWaiting(bench, told, row.correction, by: teller)
                let (_, askAgain) = try bench.timer.next()
                then(bench.partner)
                askAgain()
                try bench.waitUntilSettled(2)
                told = try bench.correct(
                    row.correction, code: code, key: "back-0001", by: teller)
                if row.end == .posted { try payOut(bench, told, by: teller) }
            }
            let again = try bench.correct(
                row.correction, code: code, key: "back-0001", by: teller)
            #expect(again.isSettled && again.outcome.refusalCode == row.code)
        }
        #expect(try bench.test.status(2) == row.end)
        #expect(moved == (row.end == .posted ? Self.back : [:]))
        #expect(try bench.test.status(1) == .posted)
        // A payback has a number of the partner's own; a void keeps that of what it takes back.
        let isPayback = row.correction == .refund && row.end == .posted
        #expect(
            try bench.receipt(2).partnerReference
                == (isPayback ? "P-000000000002" : "P-000000000001"))
        #expect(try bench.test.faults() == [])
        try expectAsked(bench, row)
        if row.end != .posted { try again(bench, row.correction, code, by: teller) }
    }

    /// What a payment of 100 yuan had moved, the other way round.
    static let back: [String: Int64] = [
        "1001.S0001-C1": -10_000, "2202.POWER01": 9_940, "6051.S0001": 60,
    ]

    /// Nothing is paid out, the receipt says so, and no other key begins another one.
    private func expectWaiting(
        _ bench: PartnerBench, _ told: PaymentOutcome, _ correction: Correction,
        by teller: Principal
    ) throws {
        #expect(try told.outcome.answer().text("status") == "unknown")
        #expect(try told.outcome.answer().fen("total_fen") == -10_000)
        #expect(try bench.test.balances()["2241.POWER01.SUSP"] ?? 0 == 0)
        #expect(try bench.receipt(2).returnDueFen == 0)
        let early = try bench.giveBack(2, key: "early-back", by: teller)
        #expect(early.refusalCode == .returnNotDue)
        let other = try bench.correct(
            correction, code: "12345678", key: "back-other", by: teller)
        #expect(other.outcome.refusalCode == .alreadyCorrected)
        #expect(
            try refusalCode { _ = try bench.test.code(for: correction, of: 1) }
                == .alreadyCorrected)
        #expect(try bench.test.faults() == [])
    }

    /// What the partner confirmed late waits in suspense until the operator pays it out, once.
    private func payOut(
        _ bench: PartnerBench, _ told: PaymentOutcome, by teller: Principal
    ) throws {
        #expect(!told.isSettled)
        #expect(try told.outcome.answer().text("status") == "posted")
        #expect(try told.outcome.answer().fen("return_due_fen") == 10_000)
        #expect(try bench.test.balances()["2241.POWER01.SUSP"] == -10_000)
        #expect(try bench.test.faults() == [])
        let paid = try bench.giveBack(2, key: "pay-out-1", by: teller)
        #expect(try paid.answer().fen("returned_fen") == 10_000)
        #expect(try bench.giveBack(2, key: "pay-out-1", by: teller) == paid)
        #expect(
            try bench.giveBack(2, key: "pay-out-2", by: teller).refusalCode == .returnNotDue)
        #expect(try bench.test.balances()["2241.POWER01.SUSP"] == 0)
        #expect(try bench.receipt(2).returnDueFen == 0)
    }

    /// A void is told under the original's serial number, a refund is a post under its own.
    private func expectAsked(_ bench: PartnerBench, _ row: Row) throws {
        let booked = bench.partner.booked
        switch row.correction {
        case .void:
            #expect(bench.partner.posts.count == 1)
            #expect((booked["000000000001"] == nil) == (row.end == .posted))
            #expect(Set(bench.partner.reversedSerials) == ["000000000001"])
        case .refund:
            let post = try #require(bench.partner.posts.last)
            #expect(bench.partner.posts.count == 2)
            #expect(post.kind == .payback && post.amountFen == 10_000)
            #expect(post.serial.text == "000000000002" && post.product == "POWERTOKEN")
            #expect(post.lines.map(\.reference) == ["P-000000000001"])
            #expect(
                post.details == [
                    PartnerDetail(name: "original_serial", value: "000000000001")
                ])
            #expect(booked["000000000001"] == 10_000)
            #expect((booked["000000000002"] == 10_000) == (row.end == .posted))
        }
    }

    /// After a refusal the original stands, and another attempt needs a code and a key of its own.
    private func again(
        _ bench: PartnerBench, _ correction: Correction, _ used: String, by teller: Principal
    ) throws {
        bench.partner.set(.book)
        bench.partner.set(query: .truth)
        bench.partner.set(reversal: .truth)
        let withUsed = try bench.correct(correction, code: used, key: "used-code", by: teller)
        #expect(withUsed.outcome.refusalCode == .authorisationRefused)
        let done = try bench.correct(correction, key: "new-attempt", by: teller)
        #expect(try done.outcome.answer().text("status") == "posted")
        #expect(done.isSettled)
        #expect(try bench.test.status(3) == .posted)
        #expect(try bench.test.faults() == [])
    }

    @Test(
        "a correction that was under way when the process ended is taken up by the next one",
        arguments: [Correction.void, .refund], [true, false])
    func crash(_ correction: Correction, isConfirmed: Bool) throws {
        let bench = try PartnerBench()
        let teller = try bench.paid(for: correction)
        _ = try bench.begin(correction, by: teller)
        #expect(try bench.test.status(2) == .pending)
        // The till's cash is held for it, and the shift waits.
        #expect(try bench.test.signOff(teller).refusalCode == .shiftHasPendingItems)
        if correction == .refund, isConfirmed {
            bench.partner.correct("000000000002", amountFen: 10_000)
        }
        if correction == .void, !isConfirmed { bench.partner.set(reversal: .refuse) }
        let later = try bench.restarted(at: "2026-11-21 18:00")
        try later.desk.resolveInterrupted()
        try later.waitUntilSettled(2)
        #expect(try later.test.status(2) == (isConfirmed ? .posted : .reversed))
        #expect(try later.receipt(2).returnDueFen == (isConfirmed ? 10_000 : 0))
        #expect(later.partner.posts.count == 1)
        #expect(try later.test.faults() == [])
    }

    @Test("a till short of cash is refused before the partner is asked, and the code stays good")
    func short() throws {
        let bench = try PartnerBench()
        let teller = try bench.paid(for: .void)
        let (_, cash) = try bench.test.openShift(of: teller)
        let promised = try (0..<10).compactMap { number in
            let rest = cash - 1_000 - Int64(number) * 200_000
            guard rest > 0 else { return Optional<Int64>.none }
            return try bench.test.pending(
                min(200_000, rest / 1_000 * 1_000), card: "62284800000000\(10 + number)",
                key: "promise-\(number)", by: teller)
        }
        let code = try bench.test.code(for: .void, of: 1)
        let short = try bench.correct(.void, code: code, key: "void-0001", by: teller)
        #expect(short.outcome.refusalCode == .tillShortOfCash)
        #expect(bench.partner.questions.reversals == 0)
        for serial in promised { _ = try bench.test.record(.noAnswer, serial) }
        let done = try bench.correct(.void, code: code, key: "void-0002", by: teller)
        #expect(done.isSettled && done.outcome.refusalCode == nil)
        #expect(try bench.test.faults() == [])
    }

    @Test("cash that an unconfirmed correction holds is promised to nobody else")
    func held() throws {
        let bench = try PartnerBench()
        let teller = try bench.paid(for: .void)
        let (_, cash) = try bench.test.openShift(of: teller)
        _ = try bench.begin(.void, by: teller)
        let held = try bench.test.perform { session in
            let till = try session.shifts.shift(of: teller, session.connection).cashAccount
            return try LedgerReader(session.connection).balance(of: till)
        }
        #expect(held?.posted.balance(on: .debit) == cash)
        #expect(held?.pending.balance(on: .credit) == 10_000)
    }

    @Test("wrong codes are counted before any partner is asked, and the third blocks")
    func wrongCodes() throws {
        let bench = try PartnerBench()
        let teller = try bench.paid(for: .void)
        let code = try bench.test.code(for: .void, of: 1)
        let wrong = code == "11111111" ? "22222222" : "11111111"
        for number in 1...3 {
            let refused = try bench.correct(
                .void, code: wrong, key: "wrong-\(number)-key", by: teller)
            #expect(refused.outcome.refusalCode == .authorisationRefused)
        }
        #expect(try bench.test.integer("SELECT wrong_codes FROM authorisation") == 3)
        let blocked = try bench.correct(.void, code: code, key: "blocked-key", by: teller)
        #expect(blocked.outcome.refusalCode == .authorisationRefused)
        #expect(bench.partner.questions.reversals == 0)
        #expect(try bench.test.count("service_transaction") == 1)
    }

    @Test("where no line leads to the partner, nothing is begun and the code stays good")
    func noLine() throws {
        let bench = try PartnerBench()
        let teller = try bench.paid(for: .void)
        let code = try bench.test.code(for: .void, of: 1)
        let desk = PartnerDesk(writer: bench.test.book.writer, lines: [:]) { print($0) }
        let request = CorrectionRequest(.void, serial: 1, authorisationCode: code)
        let call = PaymentCall()
        try desk.correct(
            request, claim: bench.test.claim("void-0001", teller, request.fingerprint),
            by: teller
        ) { call.hear($0) }
        #expect(try call.wait().outcome.refusalCode == .voidNeedsPartner)
        #expect(try bench.test.count("service_transaction") == 1)
        #expect(try bench.test.count("partner_call") == 1)
        let done = try bench.correct(.void, code: code, key: "void-0001", by: teller)
        #expect(done.isSettled && done.outcome.refusalCode == nil)
        #expect(try bench.test.faults() == [])
    }

    @Test("a reversal that the line made no attempt at is known not to be sent")
    func notSent() {
        for kind in PartnerFailure.Kind.allCases {
            let news = PartnerCallNews(
                undoing: .unanswered(PartnerFailure(kind: kind, detail: "")))
            let isUnsent = kind == .busy || kind == .circuitOpen
            #expect(news.event == (isUnsent ? .notSent : .unanswered), "\(kind)")
        }
    }
}
