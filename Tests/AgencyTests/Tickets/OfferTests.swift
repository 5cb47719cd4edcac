import CivilTime
import Testing

@testable import Agency

@Suite struct OfferTests {
    @Test("a pass is sold, given back until the attraction closes, and not afterwards")
    func pass() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let reservation = try test.reserve(
            "JQ-WANGYUN", seats: 3, children: 1, seniors: 1, on: "2026-11-21", by: teller)
        // 60.00 and twice 30.00; 5 % commission, no service fee.
        #expect(reservation.fareFen == 12_000 && reservation.feeFen == 0)
        var serial: Int64 = 0
        let moved = try test.movement {
            let answer = try test.issue(reservation, key: "terminal-1", by: teller).answer()
            serial = try #require(Int64(try answer.object("receipt").text("serial")))
        }
        #expect(
            moved == ["1001.S0001-C1": 12_000, "2202.COACH01": 600 - 12_000, "6051.S0001": -600])
        try test.clock.set("2026-11-21 16:59:59")
        _ = try test.refund(serial, 2, 3_000, key: "terminal-2", by: teller).bytes()
        try test.clock.set("2026-11-21 17:00")
        #expect(
            try test.refund(serial, 1, 6_000, key: "terminal-3", by: teller).refusalCode
                == .departed)
        #expect(try test.faults() == [])
    }

    // 2026-11-21 is a Saturday; the show plays from Friday to Sunday at 19:30.
    @Test(
        "an event goes back by its own table: a tenth, then half, then nothing",
        arguments: [
            ("2026-11-20 09:00", 800, nil), ("2026-11-24 19:30", 800, nil),
            ("2026-11-24 19:30:01", 4_000, nil), ("2026-11-26 19:30", 4_000, nil),
            ("2026-11-26 19:30:01", 0, .notRefundable), ("2026-11-27 19:30", 0, .departed),
        ] as [(String, Int64, RefusalCode?)])
    func event(time: String, retainedFen: Int64, code: RefusalCode?) throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let serial = try test.sell("YC-SHANGE", on: "2026-11-27", key: "terminal-1", by: teller)
        try test.clock.set(time)
        let outcome = try test.refund(
            serial, 1, 8_000 - retainedFen, key: "terminal-2", by: teller)
        #expect(outcome.refusalCode == code)
        #expect(try test.faults() == [])
    }

    @Test("an event is not sold on a day without it, nor beyond its places")
    func places() throws {
        let test = try TestBook(
            preparing: "UPDATE trip SET seats_per_day = 10 WHERE code = 'YC-SHANGE'")
        let teller = try test.signOn()
        #expect(
            try refusalCode { _ = try test.reserve("YC-SHANGE", on: "2026-11-25", by: teller) }
                == .travelDateNotOnSale)
        _ = try test.reserve("YC-SHANGE", seats: 9, on: "2026-11-27", by: teller)
        #expect(
            try refusalCode {
                _ = try test.reserve("YC-SHANGE", seats: 2, on: "2026-11-27", by: teller)
            } == .soldOut)
        let left = try test.seatsLeft("YC-SHANGE", "SHOW", on: "2026-11-27", areOffers: true)
        #expect(left == 1)
        // Trips and offers are listed apart.
        #expect(try test.seatsLeft("YC-SHANGE", "SHOW", on: "2026-11-27") == nil)
        #expect(
            try test.seatsLeft("QC0009", on: "2026-11-27", areOffers: true) == nil)
    }

    @Test("a show is changed for another night, a pass is not changed at all")
    func change() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let show = try test.sell("YC-SHANGE", on: "2026-11-27", key: "terminal-1", by: teller)
        let pass = try test.sell("JQ-WANGYUN", on: "2026-11-27", key: "terminal-2", by: teller)
        _ = try test.change(
            show, to: "YC-SHANGE", on: "2026-11-28", 800, key: "terminal-3", by: teller
        ).bytes()
        #expect(
            try test.change(
                pass, to: "JQ-WANGYUN", on: "2026-11-28", 0, key: "terminal-4", by: teller
            ).refusalCode == .notChangeable)
        #expect(try test.faults() == [])
    }
}
