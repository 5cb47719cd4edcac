import CivilTime
import Foundation
import Testing

@testable import Agency

@Suite struct TicketReservationTests {
    @Test("seats of an expired reservation are free by themselves, with nobody asking")
    func byItself() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        _ = try test.reserve("QC0009", seats: 9, by: teller)
        let paid = try test.reserve("QC0009", seats: 2, by: teller)
        _ = try test.issue(paid, key: "terminal-1", by: teller).bytes()
        #expect(try test.integer(Self.taken) == 11)
        test.clock.advance(milliseconds: 15 * 60_000)
        let deadline = Date.now.addingTimeInterval(30)
        while try test.integer(Self.taken) != 2 {
            try #require(Date.now < deadline, "the seats are still held")
            Thread.sleep(forTimeInterval: 0.02)
        }
        #expect(try test.faults() == [])
    }

    private static let taken = "SELECT sum(seats_taken) FROM trip_day"

    @Test("the operator gives a reservation up: its seats are free, and it cannot be paid")
    func cancel() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let seats = try test.seatsLeft("QC0009", on: "2026-11-21")
        let reservation = try test.reserve("QC0009", seats: 3, by: teller)
        for _ in 0..<2 {
            #expect(try cancel(reservation.number, test, teller) == "cancelled")
            #expect(try test.seatsLeft("QC0009", on: "2026-11-21") == seats)
        }
        let paid = try test.issue(reservation, key: "terminal-1", by: teller)
        #expect(paid.refusalCode == .reservationExpired)
        if case .refused(let refusal) = paid {
            #expect(refusal.detail.contains("was cancelled"))
            #expect(refusal.chineseDetail.contains("已取消"))
        }
        let sold = try test.reserve("QC0009", by: teller)
        _ = try test.issue(sold, key: "terminal-2", by: teller).bytes()
        #expect(
            try refusalCode { _ = try cancel(sold.number, test, teller) }
                == .reservationAlreadyIssued)
        let other = try test.signOn(2)
        #expect(
            try refusalCode { _ = try cancel(reservation.number, test, other) }
                == .unknownReservation)
        #expect(try test.faults() == [])
    }

    private func cancel(
        _ number: Int64, _ test: TestBook, _ teller: Principal
    ) throws -> String {
        try Answer(test.perform { try $0.cancelReservation(number, by: teller) }).text("state")
    }

    // 2026-11-21 is a Saturday.
    @Test(
        "a trip is listed and sold on the days on which it runs",
        arguments: [
            ("", "2026-11-21", true), ("weekdays = 31", "2026-11-21", false),
            ("weekdays = 32", "2026-11-21", true), ("weekdays = 32", "2026-11-22", false),
            ("weekdays = 1", "2026-11-23", true), ("weekdays = 64", "2026-11-22", true),
            ("runs_from = 20779", "2026-11-21", false), ("runs_from = 20779", "2026-11-22", true),
            ("runs_to = 20778", "2026-11-21", true), ("runs_to = 20778", "2026-11-22", false),
        ])
    func calendar(change: String, date: String, runs: Bool) throws {
        let sql = change.isEmpty ? "" : "UPDATE trip SET \(change) WHERE code = 'QC0009'"
        let test = try TestBook(preparing: sql)
        let teller = try test.signOn()
        #expect((try test.seatsLeft("QC0009", on: date) != nil) == runs)
        #expect(
            try refusalCode { _ = try test.reserve("QC0009", on: date, by: teller) }
                == (runs ? nil : .travelDateNotOnSale))
    }

    @Test("days of the week are counted from Monday, also before 1970")
    func weekdays() throws {
        for (text, day) in [
            ("2026-11-16", 0), ("2026-11-22", 6), ("1970-01-01", 3), ("1969-12-28", 6),
        ] as [(String, Int64)] {
            #expect(TripCalendar.weekday(of: try #require(BusinessDate(text))) == day, "\(text)")
        }
    }

    @Test(
        "how far ahead tickets are sold is the contract's term",
        arguments: [(0, "2026-11-20"), (5, "2026-11-25"), (200, "2027-06-08")]
            as [(Int64, String)])
    func saleDays(days: Int64, last: String) throws {
        let test = try TestBook(
            at: "2026-11-20 06:00", preparing: TestBook.term(.saleDays, days, of: "COACH"))
        let teller = try test.signOn()
        _ = try test.reserve("QC0009", on: last, by: teller)
        let next = try #require(BusinessDate(last)).adding(days: 1).description
        #expect(
            try refusalCode { _ = try test.reserve("QC0009", on: next, by: teller) }
                == .travelDateNotOnSale)
    }

    @Test("children travel at their fare where the trip has one")
    func classes() throws {
        let test = try TestBook(
            preparing: "UPDATE trip SET child_fare_fen = 650 WHERE code = 'QC0009'")
        let teller = try test.signOn()
        let serial = try test.sell("QC0009", seats: 3, children: 1, key: "terminal-1", by: teller)
        let tickets = try test.tickets(of: serial, for: teller)
        #expect(try tickets.map { try $0.text("fare_class") } == ["adult", "adult", "child"])
        #expect(try tickets.map { try $0.fen("fare_fen") } == [1_300, 1_300, 650])
        // A tenth of the own fare is kept of each.
        #expect(try test.refundQuote(serial, 3, by: teller).fen("refund_fen") == 585)
        #expect(
            try refusalCode {
                _ = try test.reserve("QC0010", seats: 2, children: 1, by: teller)
            } == .fareClassNotSold)
        #expect(
            try refusalCode { _ = try test.reserve("QC0009", seats: 1, seniors: 1, by: teller) }
                == .fareClassNotSold)
        #expect(try test.faults() == [])
    }

    @Test("more children and seniors than seats make no request")
    func counts() {
        #expect(SeatRequest(seatCount: 2, childCount: 1, seniorCount: 1) != nil)
        #expect(SeatRequest(seatCount: 2, childCount: 2, seniorCount: 1) == nil)
        #expect(SeatRequest(seatCount: 1, childCount: -1) == nil)
        #expect(SeatRequest(seatCount: 0) == nil)
        #expect(SeatRequest(seatCount: 10) == nil)
        #expect(SeatRequest(seatCount: 9, childCount: .max, seniorCount: .max) == nil)
    }
}
