import CivilTime
import Testing

@testable import Agency

/// What can be wrong with an issue, in the order in which it is refused.
enum TicketIssueFlaw: Int, CaseIterable, Sendable {
    case signedOff, unknown, issued, expired, wrongAmount, noContract, wrongFee

    var code: RefusalCode {
        switch self {
        case .signedOff: .notSignedOn
        case .unknown: .unknownReservation
        case .issued: .reservationAlreadyIssued
        case .expired: .reservationExpired
        case .wrongAmount: .amountMismatch
        case .noContract: .noContract
        case .wrongFee: .feeNotInTariff
        }
    }
}

@Suite struct TicketTests {
    @Test("issued tickets move fares, service fee and commission, each to its account")
    func postings() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let reservation = try test.reserve("QC0009", seats: 2, by: teller)
        #expect(reservation.fareFen == 2_600)
        #expect(reservation.feeFen == 400)
        var answer: Answer?
        let moved = try test.movement {
            answer = try test.issue(reservation, key: "terminal-1", by: teller).answer()
        }
        #expect(
            moved == [
                "1001.S0001-C1": 3_000, "2202.COACH01": 78 - 2_600, "6051.S0001": -78,
                "6051.S0001.FEE": -400,
            ])
        let receipt = try #require(answer).object("receipt")
        #expect(try receipt.fen("amount_fen") == 2_600)
        #expect(try receipt.fen("service_fee_fen") == 400)
        #expect(try receipt.text("account_reference") == "QC0009/20261121")
        let tickets = try #require(answer).objects("tickets")
        #expect(
            try tickets.map { try $0.text("ticket_number") }
                == ["000000000001-1", "000000000001-2"])
        #expect(try tickets.map { try $0.fen("fare_fen") } == [1_300, 1_300])
        #expect(try test.faults() == [])
    }

    @Test("seats are sold to the last one and not beyond") func soldOut() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let other = try test.signOn(2)
        _ = try test.reserve("QC0009", seats: 9, by: teller)
        _ = try test.reserve("QC0009", seats: 9, by: other)
        #expect(try seatsLeft(test) == 1)
        #expect(
            try refusalCode { _ = try test.reserve("QC0009", seats: 2, by: teller) } == .soldOut)
        #expect(try seatsLeft(test) == 1)
        _ = try test.reserve("QC0009", seats: 1, by: teller)
        #expect(
            try refusalCode { _ = try test.reserve("QC0009", seats: 1, by: other) } == .soldOut)
        #expect(try seatsLeft(test) == 0)
        // Another day has its own seats.
        _ = try test.reserve("QC0009", seats: 9, on: "2026-11-22", by: teller)
        #expect(try test.faults() == [])
    }

    @Test("seats come back when a reservation expires, and only once") func expiry() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let old = [
            try test.reserve("QC0009", seats: 9, by: teller),
            try test.reserve("QC0009", seats: 9, by: teller),
        ]
        let sold = try test.reserve("QC0009", seats: 1, by: teller)
        _ = try test.issue(sold, key: "terminal-1", by: teller).bytes()
        test.clock.advance(milliseconds: 15 * 60_000 - 1)
        #expect(
            try refusalCode { _ = try test.reserve("QC0009", seats: 1, by: teller) } == .soldOut)
        test.clock.advance(milliseconds: 1)
        #expect(try seatsLeft(test) == 18)
        for (index, reservation) in old.enumerated() {
            #expect(
                try test.issue(reservation, key: "before-\(index)", by: teller).refusalCode
                    == .reservationExpired)
        }
        _ = try test.reserve("QC0009", seats: 9, by: teller)
        #expect(try seatsLeft(test) == 9)
        for (index, reservation) in old.enumerated() {
            #expect(
                try test.issue(reservation, key: "afterwards-\(index)", by: teller).refusalCode
                    == .reservationExpired)
        }
        _ = try test.reserve("QC0009", seats: 9, by: teller)
        #expect(
            try refusalCode { _ = try test.reserve("QC0009", seats: 1, by: teller) } == .soldOut)
        #expect(try test.faults() == [])
    }

    @Test("a repeated issue answers the same tickets and sells nothing more")
    func replay() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let reservation = try test.reserve("QC0009", seats: 3, by: teller)
        let first = try test.issue(reservation, key: "terminal-1", by: teller)
        test.clock.advance(milliseconds: 3_600_000)
        let moved = try test.movement { () throws in
            #expect(try test.issue(reservation, key: "terminal-1", by: teller) == first)
        }
        #expect(moved == [:])
    }

    @Test("an issue with one flaw is refused for it", arguments: TicketIssueFlaw.allCases)
    func one(flaw: TicketIssueFlaw) throws {
        try expect(flaw.code, for: [flaw])
    }

    @Test("of several flaws the first in order is named", arguments: TicketIssueFlaw.allCases)
    func precedence(first: TicketIssueFlaw) throws {
        let flaws = TicketIssueFlaw.allCases.filter { $0.rawValue >= first.rawValue }
        try expect(first.code, for: Set(flaws))
    }

    @Test("without a flaw the same issue passes") func none() throws {
        try expect(nil, for: [])
    }

    private func expect(_ code: RefusalCode?, for flaws: Set<TicketIssueFlaw>) throws {
        let contractEnds = "UPDATE contract SET valid_to = 20777 WHERE code LIKE 'CT-COACH%'"
        let test = try TestBook(
            at: "2026-11-20 22:50", preparing: flaws.contains(.noContract) ? contractEnds : "")
        var teller = try test.signOn()
        let reservation = try test.reserve("QC0009", seats: 2, by: teller)
        if flaws.contains(.issued) {
            _ = try test.issue(reservation, key: "issued-before", by: teller).bytes()
        }
        if flaws.contains(.noContract) {
            try test.signOff(teller)
            try test.closeDay()
            teller = try test.signOn()
        }
        if flaws.contains(.signedOff) { try test.signOff(teller) }
        test.clock.advance(milliseconds: (flaws.contains(.expired) ? 15 : 14) * 60_000)
        let request = TicketIssueRequest(
            reservation: flaws.contains(.unknown) ? 999_999 : reservation.number,
            amountFen: 2_600 + (flaws.contains(.wrongAmount) ? 1 : 0),
            serviceFeeFen: flaws.contains(.wrongFee) ? 399 : 400)
        let moved = try test.movement {
            let outcome = try test.issue(request, key: "terminal-1", by: teller)
            #expect(outcome.refusalCode == code)
            #expect(try test.issue(request, key: "terminal-1", by: teller) == outcome)
        }
        #expect(moved.isEmpty == (code != nil))
        #expect(try test.faults() == [])
    }

    @Test("a reservation of another station is unknown") func otherStation() throws {
        let test = try TestBook()
        let reservation = try test.reserve("QC0009", by: try test.signOn(1))
        #expect(
            try test.issue(reservation, key: "terminal-1", by: try test.signOn(2)).refusalCode
                == .unknownReservation)
    }

    // QC0009 departs at 07:50.
    @Test(
        "tickets are sold from today until 30 days ahead, and until departure",
        arguments: [
            ("QC0009", "2026-11-19", "2026-11-20 07:00", .travelDateNotOnSale),
            ("QC0009", "2026-11-20", "2026-11-20 07:49:59", nil),
            ("QC0009", "2026-11-20", "2026-11-20 07:50", .travelDateNotOnSale),
            ("QC0009", "2026-12-20", "2026-11-20 23:00", nil),
            ("QC0009", "2026-12-21", "2026-11-20 23:00", .travelDateNotOnSale),
            ("NOPE", "2026-11-19", "2026-11-20 07:00", .unknownTrip),
        ] as [(String, String, String, RefusalCode?)])
    func onSale(trip: String, travel: String, time: String, code: RefusalCode?) throws {
        let test = try TestBook(at: time)
        let teller = try test.signOn()
        #expect(
            try refusalCode { _ = try test.reserve(trip, on: travel, by: teller) } == code)
        #expect(try test.count("ticket_reservation") == (code == nil ? 1 : 0))
        #expect(try test.count("trip_day") == (code == nil ? 1 : 0))
    }

    @Test("nobody reserves who is not signed on or without a contract") func noContract() throws {
        let test = try TestBook(preparing: BillPaymentRefusalTests.contractEnded)
        #expect(
            try refusalCode { _ = try test.reserve("QC0009", by: try test.operatorA()) }
                == .notSignedOn)
        let teller = try test.signOn()
        #expect(try refusalCode { _ = try test.reserve("QC0009", by: teller) } == .noContract)
        #expect(try test.count("trip_day") == 0)
    }

    private func seatsLeft(_ test: TestBook) throws -> Int64? {
        let product = try test.book.catalogue.product("COACH", .ticket)
        let date = try #require(BusinessDate("2026-11-21"))
        return try test.book.readers.read {
            try TripReader($0).trips(
                of: product, on: date, at: test.clock.now, after: 0, limit: 100)
        }.first { $0.trip.code == "QC0009" }?.seatsLeft
    }
}
