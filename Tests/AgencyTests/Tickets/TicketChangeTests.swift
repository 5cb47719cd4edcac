import CivilTime
import Ledger
import Testing

@testable import Agency

@Suite struct TicketChangeTests {
    @Test(
        "a change settles the difference, and moves seat, commission and ticket",
        arguments: [
            // From D5101, 94.50, to a dearer, an equal and a cheaper train; rail changes are free.
            ("D5127", 45_900), ("D5103", 0), ("D5115", -3_600),
        ] as [(String, Int64)])
    func rail(trip: String, differenceFen: Int64) throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let serial = try test.sell("D5101", on: "2026-12-01", key: "terminal-1", by: teller)
        let seats = try test.seatsLeft("D5101", "RAIL", on: "2026-12-01")
        let otherSeats = try test.seatsLeft(trip, "RAIL", on: "2026-12-02")
        let quote = try test.changeQuote(serial, to: trip, on: "2026-12-02", by: teller)
        #expect(try quote.fen("difference_fen") == differenceFen)
        var answer: Answer?
        let moved = try test.movement {
            answer = try test.change(
                serial, to: trip, on: "2026-12-02", differenceFen, key: "terminal-2", by: teller
            ).answer()
        }
        // Rail commission is flat: the old ticket's goes, the new one's comes.
        #expect(moved["1001.S0001-C1"] ?? 0 == differenceFen)
        #expect(moved["2202.RAIL01"] ?? 0 == -differenceFen)
        #expect(moved["6051.S0001"] == nil && moved["6051.S0001.FEE"] == nil)
        let changed = try #require(answer)
        #expect(try changed.object("refund").fen("amount_fen") == -9_450)
        #expect(try changed.object("receipt").fen("amount_fen") == 9_450 + differenceFen)
        #expect(try changed.objects("tickets").map { try $0.text("trip_id") } == [trip])
        #expect(
            try test.tickets(of: serial, for: teller).map { try $0.text("state") } == ["changed"])
        #expect(try test.seatsLeft("D5101", "RAIL", on: "2026-12-01") == seats.map { $0 + 1 })
        #expect(try test.seatsLeft(trip, "RAIL", on: "2026-12-02") == otherSeats.map { $0 - 1 })
        #expect(try test.faults() == [])
    }

    @Test("the principal keeps its fee for a late change; the agency's fee is not taken twice")
    func lateCoach() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let serial = try test.sell("QC0009", seats: 2, key: "terminal-1", by: teller)
        try test.clock.set("2026-11-21 06:30")
        // Less than two hours before 07:50: a tenth, at least 1 yuan.
        let moved = try test.movement {
            _ = try test.change(
                serial, 2, to: "QC0009", on: "2026-11-23", 130, key: "terminal-2", by: teller
            ).bytes()
        }
        #expect(moved == ["1001.S0001-C1": 130, "2202.COACH01": -130])
        try test.signOff(teller)
        try test.closeDay()
        try test.release()
        #expect(try test.faults() == [])
    }

    @Test("who cannot have the new ticket keeps the old one: nothing is booked at all")
    func atomic() throws {
        let test = try TestBook(
            preparing: "UPDATE trip SET seats_per_day = 0 WHERE code = 'D5103'")
        let teller = try test.signOn()
        let serial = try test.sell("D5101", on: "2026-12-01", key: "terminal-1", by: teller)
        let rows = try test.count("service_transaction")
        let reservations = try test.count("ticket_reservation")
        for (trip, date, differenceFen, code) in [
            ("D5103", "2026-12-02", 0, .soldOut), ("D5105", "2026-12-02", 1, .amountMismatch),
            ("D5105", "2027-12-02", 0, .travelDateNotOnSale),
            ("NOPE", "2026-12-02", 0, .unknownTrip),
            ("QC0009", "2026-12-02", 0, .notChangeable), ("D5101", "2026-12-01", 0, .notChangeable),
        ] as [(String, String, Int64, RefusalCode)] {
            let moved = try test.movement {
                let outcome = try test.change(
                    serial, to: trip, on: date, differenceFen, key: "to-\(trip)-\(date)",
                    by: teller)
                #expect(outcome.refusalCode == code, "\(trip) \(date)")
            }
            #expect(moved == [:])
        }
        #expect(try test.count("service_transaction") == rows)
        #expect(try test.count("ticket_reservation") == reservations)
        #expect(
            try test.tickets(of: serial, for: teller).map { try $0.text("state") } == ["issued"])
        #expect(try test.faults() == [])
    }

    @Test("a trip whose tickets its principal issues by now is neither quoted nor exchanged for")
    func issuedByPrincipal() throws {
        let test = try TestBook(
            preparing: TestBook.nextContract(of: "COACH")
                + """
                INSERT INTO contract_term (contract_id, name, value)
                SELECT contract_id, 'principal_issues', 1 FROM contract WHERE code = 'CT-NEXT';
                """)
        var teller = try test.signOn()
        let serial = try test.sell("QC0009", on: "2026-11-25", key: "terminal-1", by: teller)
        _ = try test.changeQuote(serial, to: "QC0009", on: "2026-11-26", by: teller)
        try test.signOff(teller)
        try test.closeDay()
        try test.clock.set("2026-11-21 09:00")
        teller = try test.signOn()
        #expect(
            try refusalCode {
                _ = try test.changeQuote(serial, to: "QC0009", on: "2026-11-26", by: teller)
            } == .notChangeable)
        let outcome = try test.change(
            serial, to: "QC0009", on: "2026-11-26", 130, key: "terminal-2", by: teller)
        #expect(outcome.refusalCode == .notChangeable)
        // What was sold here is still given back here.
        _ = try test.refund(serial, 1, 1_170, key: "terminal-3", by: teller).bytes()
        #expect(try test.faults() == [])
    }

    @Test("a till without the cash for a cheaper ticket refuses, and everything stays")
    func shortOfCash() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let serial = try test.sell("D5101", on: "2026-12-01", key: "terminal-1", by: teller)
        try test.emptyTill(of: teller)
        let outcome = try test.change(
            serial, to: "D5115", on: "2026-12-02", -3_600, key: "terminal-2", by: teller)
        #expect(outcome.refusalCode == .tillShortOfCash)
        // A dearer one brings its own cash.
        _ = try test.change(
            serial, to: "D5127", on: "2026-12-02", 45_900, key: "terminal-3", by: teller
        ).bytes()
    }

    @Test(
        "a ticket is changed as often as the contract says", arguments: [0, 1, 2] as [Int64])
    func often(maximum: Int64) throws {
        let test = try TestBook(preparing: TestBook.term(.maximumChanges, maximum, of: "RAIL"))
        let teller = try test.signOn()
        var serial = try test.sell("D5101", on: "2026-12-01", key: "terminal-1", by: teller)
        for count in 0...maximum {
            let outcome = try test.change(
                serial, to: "D5101", on: "2026-12-0\(count + 2)", 0, key: "change-\(count)",
                by: teller)
            guard count < maximum else {
                #expect(outcome.refusalCode == .notChangeable)
                continue
            }
            let receipt = try outcome.answer().object("receipt")
            serial = try #require(Int64(try receipt.text("serial")))
        }
        // The last one can still be given back.
        _ = try test.refund(serial, 1, 9_450, key: "the-refund", by: teller).bytes()
        #expect(try test.faults() == [])
    }

    @Test("a repeated change exchanges once, and what was changed cannot be refunded")
    func replay() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let serial = try test.sell("D5101", on: "2026-12-01", key: "terminal-1", by: teller)
        let first = try test.change(
            serial, to: "D5103", on: "2026-12-02", 0, key: "terminal-2", by: teller)
        let moved = try test.movement { () throws in
            #expect(
                try test.change(
                    serial, to: "D5103", on: "2026-12-02", 0, key: "terminal-2", by: teller)
                    == first)
            #expect(
                try test.refund(serial, 1, 9_450, key: "terminal-3", by: teller).refusalCode
                    == .ticketNotIssued)
        }
        #expect(moved == [:])
    }
}
