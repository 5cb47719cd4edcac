import CivilTime
import PartnerAPI
import Testing

@testable import Agency

/// Trips and offers that the principal is asked for online.
@Suite struct OnlineOfferTests {
    private static let date = "2026-11-25"
    private static let asked =
        PartnerBench.issuedByPrincipal + TestBook.term(.asksOffers, 1, of: "COACH")

    private static func offer(
        _ reference: String = "X1-20261125", _ title: String = "X1", priceFen: Int64 = 4_000,
        available: Int64 = 12, details: [String: String] = [:]
    ) -> PartnerOffer {
        let usual = ["departs": "08:05", "from": "青川", "to": "省城"]
        return PartnerOffer(
            reference: reference, title: title, priceFen: priceFen, available: available,
            details: usual.merging(details) { $1 }.filter { !$0.value.isEmpty }
                .sorted { $0.key < $1.key }.map { PartnerDetail(name: $0.key, value: $0.value) })
    }

    @Test("what the principal has for sale is kept as trips of that one date, and sold")
    func sold() throws {
        let bench = try PartnerBench(preparing: Self.asked)
        let test = bench.test
        let teller = try test.signOn()
        bench.partner.set([Self.offer(Self.details(child: "2000"))])
        try bench.ask(origin: "青川", destination: "省城")
        #expect(
            bench.partner.inquiries.last
                == PartnerInquiry(
                    kind: .offers, product: "COACH",
                    details: [
                        PartnerDetail(name: "date", value: Self.date),
                        PartnerDetail(name: "from", value: "青川"),
                        PartnerDetail(name: "to", value: "省城"),
                    ]))
        #expect(try test.seatsLeft("X1-20261125", on: Self.date) == 12)
        #expect(try test.seatsLeft("X1-20261125", on: "2026-11-26") == nil)
        let reservation = try test.reserve(
            "X1-20261125", seats: 3, children: 1, on: Self.date, by: teller)
        #expect(reservation.fareFen == 10_000)
        _ = try bench.sell(reservation, key: "terminal-1", by: teller).outcome.bytes()
        #expect(
            bench.partner.posts.last?.lines.map(\.reference)
                == ["X1-20261125", "X1-20261125/child"])
        _ = try bench.refund(1, 1, 3_600, key: "terminal-2", by: teller).outcome.bytes()
        #expect(try test.faults() == [])
    }

    @Test("its seats are what the principal has left, less what we only hold")
    func seats() throws {
        let bench = try PartnerBench(preparing: Self.asked)
        let test = bench.test
        let teller = try test.signOn()
        bench.partner.set([Self.offer()])
        try bench.ask()
        let held = try test.reserve("X1-20261125", seats: 4, on: Self.date, by: teller)
        try bench.ask()
        #expect(try test.seatsLeft("X1-20261125", on: Self.date) == 8)
        // Sold, they are the principal's to count.
        _ = try bench.sell(held, key: "terminal-1", by: teller).outcome.bytes()
        bench.partner.set([Self.offer(available: 8)])
        try bench.ask()
        #expect(try test.seatsLeft("X1-20261125", on: Self.date) == 8)
        // Others bought there: fewer are left than we hold.
        _ = try test.reserve("X1-20261125", seats: 5, on: Self.date, by: teller)
        bench.partner.set([Self.offer(available: 2)])
        try bench.ask()
        #expect(try test.seatsLeft("X1-20261125", on: Self.date) == 0)
        #expect(
            try refusalCode {
                _ = try test.reserve("X1-20261125", on: Self.date, by: teller)
            } == .soldOut)
        #expect(try test.faults() == [])
    }

    @Test("prices are those of the latest answer, and what is no longer told has no seat left")
    func later() throws {
        let bench = try PartnerBench(preparing: Self.asked)
        let teller = try bench.test.signOn()
        bench.partner.set([Self.offer(), Self.offer("X2-20261125", "X2")])
        try bench.ask()
        bench.partner.set([Self.offer(priceFen: 4_500)])
        try bench.ask()
        #expect(
            try bench.test.reserve("X1-20261125", on: Self.date, by: teller).fareFen == 4_500)
        #expect(try bench.test.seatsLeft("X2-20261125", on: Self.date) == 0)
        // Trips of files are not the principal's to withdraw.
        #expect(try bench.test.seatsLeft("QC0009", on: Self.date) == 19)
    }

    @Test("passes and events are offers: their title is the name, their place the venue")
    func events() throws {
        let bench = try PartnerBench(preparing: Self.asked)
        bench.partner.set([
            Self.offer("E1", "山歌会", Self.details(kind: "event", from: "")),
            Self.offer("P1", "云顶景区", Self.details(kind: "pass", from: "")),
        ])
        try bench.ask(origin: "elsewhere")
        #expect(
            try bench.test.texts(
                "SELECT kind || origin || destination FROM trip WHERE is_asked = 1 ORDER BY code"
            ) == ["event山歌会省城", "pass云顶景区省城"])
    }

    @Test(
        "an offer that is bad or no answer is left out, and the others are kept",
        arguments: [
            offer("x1"), offer("-X1"), offer("X|1"), offer(String(repeating: "X", count: 24)),
            offer(priceFen: 0), offer(["departs": ""]), offer(["departs": "8:05"]),
            offer(["departs": "24:00"]), offer(["departs": "08:60"]), offer(["from": ""]),
            offer(["to": ""]), offer(["from": "清川"]), offer(["to": "\u{202E}省城"]),
            offer(["kind": "boat"]), offer(["date": "2026-11-26"]),
            offer(["child_price_fen": "0"]), offer(["child_price_fen": "-5"]),
            offer(["senior_price_fen": "1.5"]),
            offer("E1", String(repeating: "长", count: 61), ["kind": "event"]),
            // Known as something else.
            offer("QC0009"), offer("D5101"), offer("OTHER-DATE"),
        ] as [PartnerOffer])
    func leftOut(_ bad: PartnerOffer) throws {
        let bench = try PartnerBench(preparing: Self.asked)
        bench.partner.set([Self.offer("OTHER-DATE")])
        try bench.ask(on: "2026-11-24")
        let before = try bench.test.texts("SELECT code || fare_fen || origin FROM trip")
        bench.partner.set([bad, Self.offer("GOOD")])
        try bench.ask(origin: "青川")
        #expect(
            try bench.test.texts("SELECT code || fare_fen || origin FROM trip")
                == before + ["GOOD4000青川"])
    }

    @Test("offers that share a reference are left out, and a detail that comes twice is bad")
    func doubled() throws {
        let bench = try PartnerBench(preparing: Self.asked)
        var twice = Self.offer("TWICE")
        twice.details.append(PartnerDetail(name: "to", value: "他城"))
        bench.partner.set([Self.offer(), Self.offer(priceFen: 1), twice])
        try bench.ask()
        #expect(try bench.test.count("trip WHERE is_asked = 1") == 0)
    }

    @Test("a principal that does not answer, or says no, is told and nothing is kept")
    func unanswered() throws {
        let bench = try PartnerBench(preparing: Self.asked)
        bench.partner.set([Self.offer()])
        bench.partner.set(query: .silence)
        #expect(try refusalCode { try bench.ask() } == .partnerUnavailable)
        bench.partner.set(query: .refuse)
        #expect(try refusalCode { try bench.ask() } == .partnerRefused)
        #expect(try bench.test.count("trip WHERE is_asked = 1") == 0)
    }

    @Test("who does not ask for it is not asked") func notAsked() throws {
        let bench = try PartnerBench.principal()
        bench.partner.set([Self.offer()])
        try bench.ask()
        #expect(bench.partner.inquiries.isEmpty)
    }

    private static func offer(_ details: [String: String]) -> PartnerOffer {
        offer("X1-20261125", "X1", details)
    }

    private static func offer(
        _ reference: String, _ title: String, _ details: [String: String]
    ) -> PartnerOffer {
        offer(reference, title, priceFen: 4_000, details: details)
    }

    private static func details(
        child: String? = nil, kind: String? = nil, from: String? = nil
    ) -> [String: String] {
        ["child_price_fen": child, "kind": kind, "from": from].compactMapValues { $0 }
    }
}

extension PartnerBench {
    /// Asks what the coach's principal has for sale and waits until it is kept.
    fileprivate func ask(
        on date: String = "2026-11-25", origin: String? = nil, destination: String? = nil
    ) throws {
        let inquiry = OfferInquiry(
            product: try test.book.catalogue.product("COACH", .ticket),
            date: try #require(BusinessDate(date)), origin: origin, destination: destination)
        let heard = Heard()
        try desk.inquireOffers(inquiry) { heard.hear($0) }
        try heard.wait()
    }
}
