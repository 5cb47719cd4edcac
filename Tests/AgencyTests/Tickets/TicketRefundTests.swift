import CivilTime
import Ledger
import Testing

@testable import Agency

/// What can be wrong with a refund, in the order in which it is refused.
enum TicketRefundFlaw: Int, CaseIterable, Sendable {
    case signedOff, unknown, ended, departed, notRefundable, wrongAmount, noCash

    var code: RefusalCode {
        switch self {
        case .signedOff: .notSignedOn
        case .unknown: .unknownTicket
        case .ended: .ticketNotIssued
        case .departed: .departed
        case .notRefundable: .notRefundable
        case .wrongAmount: .amountMismatch
        case .noCash: .tillShortOfCash
        }
    }
}

@Suite struct TicketRefundTests {
    @Test("a refund takes back the fare less the fee, its part of the commission, and the seat")
    func postings() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let serial = try test.sell("QC0009", seats: 2, key: "terminal-1", by: teller)
        let seats = try #require(try test.seatsLeft("QC0009", on: "2026-11-21"))
        let quote = try test.refundQuote(serial, 2, by: teller)
        #expect(try quote.fen("retained_fen") == 130)
        #expect(try quote.fen("refund_fen") == 1_170)
        var answer: Answer?
        let moved = try test.movement {
            answer = try test.refund(serial, 2, 1_170, key: "terminal-2", by: teller).answer()
        }
        #expect(moved == ["1001.S0001-C1": -1_170, "2202.COACH01": 1_135, "6051.S0001": 35])
        let receipt = try #require(answer).object("receipt")
        #expect(try receipt.fen("amount_fen") == -1_170)
        #expect(try receipt.fen("service_fee_fen") == 0)
        #expect(try receipt.text("correction") == "refund")
        #expect(try receipt.text("original_serial") == Receipt.serialText(serial))
        #expect(try receipt.fen("original_item") == 2)
        #expect(try test.seatsLeft("QC0009", on: "2026-11-21") == seats + 1)
        #expect(
            try test.tickets(of: serial, for: teller).map { try $0.text("state") }
                == ["issued", "refunded"])
        #expect(try test.faults() == [])
    }

    // D5101 departs on 2026-12-01 at 06:35 and costs 94.50; fees are rounded to half a yuan.
    @Test(
        "rail tickets cost by the time to departure, each step to the millisecond",
        arguments: [
            ("2026-11-22 09:00", 0, 0), ("2026-11-23 06:35", 0, 0), ("2026-11-23 06:35", 1, 450),
            ("2026-11-29 06:35", 0, 450), ("2026-11-29 06:35", 1, 950),
            ("2026-11-30 06:35", 0, 950), ("2026-11-30 06:35", 1, 1_900),
            ("2026-12-01 06:34:59", 999, 1_900), ("2026-12-01 06:35", 0, nil),
        ] as [(String, Int64, Int64?)])
    func rail(time: String, later: Int64, retainedFen: Int64?) throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let serial = try test.sell("D5101", on: "2026-12-01", key: "terminal-1", by: teller)
        try test.clock.set(time)
        test.clock.advance(milliseconds: later)
        let code = try refusalCode {
            let quote = try test.refundQuote(serial, by: teller)
            #expect(try quote.fen("retained_fen") == retainedFen)
        }
        #expect(code == (retainedFen == nil ? .departed : nil))
        let backFen = 9_450 - (retainedFen ?? 0)
        let outcome = try test.refund(serial, 1, backFen, key: "terminal-2", by: teller)
        #expect(outcome.refusalCode == code)
        #expect(try test.faults() == [])
    }

    @Test(
        "fee and commission go back as the contract says",
        arguments: [
            (0, 0, 1_170, 0), (1, 0, 1_170, 35), (2, 0, 1_170, 39), (1, 1, 1_370, 35),
        ] as [(Int64, Int64, Int64, Int64)])
    func terms(rule: Int64, refundsFee: Int64, refundFen: Int64, commissionFen: Int64) throws {
        let test = try TestBook(
            preparing: TestBook.term(.refundedCommission, rule, of: "COACH")
                + TestBook.term(.refundsServiceFee, refundsFee, of: "COACH"))
        let teller = try test.signOn()
        let serial = try test.sell("QC0009", seats: 2, key: "terminal-1", by: teller)
        let moved = try test.movement { () throws in
            _ = try test.refund(serial, 1, refundFen, key: "terminal-2", by: teller).bytes()
        }
        #expect(moved["1001.S0001-C1"] == -refundFen)
        #expect(moved["6051.S0001"] ?? 0 == commissionFen)
        #expect(moved["6051.S0001.FEE"] ?? 0 == (refundsFee == 1 ? 200 : 0))
        #expect(moved["2202.COACH01"] == 1_170 - commissionFen)
        #expect(try test.faults() == [])
    }

    @Test("the rules are those of the contract under which the ticket was sold")
    func soldUnder() throws {
        // From the 21st on another contract holds, under which nothing is kept.
        let test = try TestBook(
            preparing: TestBook.nextContract(of: "COACH")
                + """
                INSERT INTO ticket_rule SELECT contract_id, 'refund', 0, 0, 0
                FROM contract WHERE code = 'CT-NEXT';
                """)
        var teller = try test.signOn()
        let old = try test.sell("QC0009", on: "2026-11-25", key: "terminal-1", by: teller)
        try test.signOff(teller)
        try test.closeDay()
        try test.clock.set("2026-11-21 09:00")
        teller = try test.signOn()
        let new = try test.sell("QC0009", on: "2026-11-25", key: "terminal-2", by: teller)
        #expect(try test.refundQuote(old, by: teller).fen("retained_fen") == 130)
        #expect(try test.refundQuote(new, by: teller).fen("retained_fen") == 0)
        _ = try test.refund(old, 1, 1_170, key: "terminal-3", by: teller).bytes()
        _ = try test.refund(new, 1, 1_300, key: "terminal-4", by: teller).bytes()
        try test.signOff(teller)
        try test.closeDay()
        try test.release()
        #expect(try test.faults() == [])
    }

    @Test("a refund after settlement is a negative line of its own day")
    func settled() throws {
        let test = try TestBook()
        var teller = try test.signOn()
        let serial = try test.sell(
            "QC0009", seats: 3, on: "2026-11-25", key: "the-sale", by: teller)
        try test.signOff(teller)
        try test.closeDay()
        let first = try test.release()
        try test.clock.set("2026-11-21 09:00")
        teller = try test.signOn()
        _ = try test.refund(serial, 3, 1_170, key: "terminal-2", by: teller).bytes()
        try test.signOff(teller)
        try test.closeDay()
        let second = try test.release()
        // 39.00 less 1.17; then 11.70 less the commission's 0.35.
        #expect(first.first { $0.partnerCode == "COACH01" }?.netFen == 3_783)
        #expect(second.first { $0.partnerCode == "COACH01" }?.netFen == -1_135)
        let faults = try test.faults()
        #expect(faults == [], "\(faults)")
    }

    @Test("a repeated refund pays out once")
    func replay() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let serial = try test.sell("QC0009", key: "terminal-1", by: teller)
        let first = try test.refund(serial, 1, 1_170, key: "terminal-2", by: teller)
        test.clock.advance(milliseconds: 3_600_000)
        let moved = try test.movement { () throws in
            #expect(try test.refund(serial, 1, 1_170, key: "terminal-2", by: teller) == first)
            #expect(
                try test.refund(serial, 1, 1_170, key: "terminal-3", by: teller).refusalCode
                    == .ticketNotIssued)
        }
        #expect(moved == [:])
    }

    @Test("a refund with one flaw is refused for it", arguments: TicketRefundFlaw.allCases)
    func one(flaw: TicketRefundFlaw) throws {
        try expect(flaw.code, for: [flaw])
    }

    @Test("of several flaws the first in order is named", arguments: TicketRefundFlaw.allCases)
    func precedence(first: TicketRefundFlaw) throws {
        let flaws = TicketRefundFlaw.allCases.filter { $0.rawValue >= first.rawValue }
        try expect(first.code, for: Set(flaws))
    }

    @Test("without a flaw the same refund passes") func none() throws {
        try expect(nil, for: [])
    }

    private func expect(_ code: RefusalCode?, for flaws: Set<TicketRefundFlaw>) throws {
        // Whoever has no cash paid it in for a ticket, and the till was empty before.
        let test = try TestBook(
            preparing: (flaws.contains(.notRefundable) ? "DELETE FROM ticket_rule;" : ""))
        let teller = try test.signOn()
        let serial = try test.sell("QC0009", key: "terminal-1", by: teller)
        if flaws.contains(.ended), !flaws.contains(.notRefundable) {
            _ = try test.refund(serial, 1, 1_170, key: "terminal-2", by: teller).bytes()
        } else if flaws.contains(.ended) {
            try test.endTicket(serial)
        }
        if flaws.contains(.noCash) { try test.emptyTill(of: teller) }
        if flaws.contains(.signedOff) { try test.signOff(teller) }
        if flaws.contains(.departed) { try test.clock.set("2026-11-21 07:50") }
        let refundFen: Int64 = flaws.contains(.wrongAmount) ? 1_169 : 1_170
        let number = flaws.contains(.unknown) ? 999 : serial
        let moved = try test.movement {
            let outcome = try test.refund(number, 1, refundFen, key: "refund-1", by: teller)
            #expect(outcome.refusalCode == code)
            #expect(try test.refund(number, 1, refundFen, key: "refund-1", by: teller) == outcome)
        }
        #expect(moved.isEmpty == (code != nil))
    }

    @Test("a ticket of another station is unknown there") func otherStation() throws {
        let test = try TestBook()
        let serial = try test.sell("QC0009", key: "terminal-1", by: try test.signOn(1))
        let other = try test.signOn(2)
        #expect(
            try test.refund(serial, 1, 1_170, key: "terminal-2", by: other).refusalCode
                == .unknownTicket)
        #expect(try refusalCode { _ = try test.refundQuote(serial, by: other) } == .unknownTicket)
        #expect(
            try refusalCode { _ = try test.tickets(of: serial, for: other) } == .unknownTicket)
    }
}

extension TestBook {
    /// Ends a ticket behind the rules' back.
    fileprivate func endTicket(_ serial: Int64) throws {
        try execute(
            """
            DROP TRIGGER ticket_steps;
            UPDATE ticket SET state = 'refunded', ended_serial = \(serial), retained_fen = 0;
            """)
    }

    /// Moves all cash of a till to the bank's side of the books.
    func emptyTill(of principal: Principal) throws {
        let shift = try perform { try $0.shifts.shift(of: principal, $0.connection) }
        let cash = try openShift(of: principal).cashFen
        let capital = try integer("SELECT account_id FROM ledger_account WHERE type = 'equity'")
        _ = try perform { session in
            try session.journal.post(
                NewEntry(
                    kind: EntryKind("test"), narrative: "", source: nil,
                    postings: [
                        .debit(ID(capital), cash), .credit(shift.cashAccount, cash),
                    ]),
                at: session.now)
        }
    }
}
