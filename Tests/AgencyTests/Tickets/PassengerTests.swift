import Foundation
import PartnerAPI
import Testing

@testable import Agency

extension Passenger {
    /// People whose numbers are nobody's: the region 99 does not exist.
    static func sample(_ index: Int, fareClass: FareClass? = nil) throws -> Passenger {
        let numbers = [
            "990001199001010013", "990001199001010021", "99000119900101003X",
            "990001199001010048", "990001199001010056",
        ]
        let document = try #require(
            IdentityDocument(kind: .residentCard, number: numbers[index]))
        return Passenger(name: "王小明\(index)", document: document, fareClass: fareClass)
    }
}

@Suite struct PassengerTests {
    private static let named =
        TestBook.term(.principalIssues, 1, of: "COACH")
        + TestBook.term(.namesPassengers, 1, of: "COACH")
        + "UPDATE trip SET child_fare_fen = 650 WHERE code = 'QC0009';"

    @Test("names and numbers go to the principal, and the ticket shows what a counter may")
    func told() throws {
        let bench = try PartnerBench(preparing: Self.named)
        let teller = try bench.test.signOn()
        let reservation = try bench.test.reserve("QC0009", seats: 2, children: 1, by: teller)
        // The child is named first and sits second: tickets are numbered by class.
        let people = [try Passenger.sample(0, fareClass: .child), try Passenger.sample(1)]
        let sold = try bench.sell(
            reservation, passengers: people, key: "terminal-1", by: teller
        ).outcome.answer()
        #expect(
            try sold.objects("tickets").map { try $0.text("passenger_name") }
                == ["王***", "王***"])
        #expect(
            try sold.objects("tickets").map { try $0.text("identity_last_four") }
                == ["0021", "0013"])
        let details = try #require(bench.partner.posts.first).details
        #expect(
            details.map { "\($0.name)=\($0.value)" } == [
                "date=2026-11-21", "passenger_1_name=王小明1",
                "passenger_1_document=resident_card",
                "passenger_1_number=990001199001010021", "passenger_2_name=王小明0",
                "passenger_2_document=resident_card",
                "passenger_2_number=990001199001010013",
            ])
        #expect(try bench.test.faults() == [])
    }

    @Test("neither the book's files nor what is printed of a passenger have name or number")
    func notKept() throws {
        let bench = try PartnerBench(preparing: Self.named)
        let teller = try bench.test.signOn()
        let reservation = try bench.test.reserve("QC0009", by: teller)
        let person = try Passenger.sample(0)
        _ = try bench.sell(reservation, passengers: [person], key: "terminal-1", by: teller)
        for text in ["\(person)", String(reflecting: person)] {
            #expect(text == "Passenger")
        }
        bench.test.book.close()
        let secrets = ["990001199001010013", "王小明"].map { Data($0.utf8) }
        for name in try FileManager.default.contentsOfDirectory(atPath: bench.test.copy.path) {
            let path = bench.test.copy.path + "/" + name
            guard let bytes = FileManager.default.contents(atPath: path) else { continue }
            for secret in secrets {
                #expect(bytes.range(of: secret) == nil, "\(name)")
            }
        }
    }

    @Test(
        "a person travels once on a trip of a date, as long as the ticket stands",
        arguments: [
            ("QC0009", "2026-11-21", RefusalCode.passengerAlreadyBooked),
            ("QC0009", "2026-11-22", nil), ("QC0010", "2026-11-21", nil),
        ])
    func once(trip: String, date: String, code: RefusalCode?) throws {
        let bench = try PartnerBench(preparing: Self.named)
        let test = bench.test
        let teller = try test.signOn()
        let people = [try Passenger.sample(0)]
        let first = try test.reserve("QC0009", on: "2026-11-21", by: teller)
        _ = try bench.sell(first, passengers: people, key: "terminal-1", by: teller)
        let second = try test.reserve(trip, on: date, by: teller)
        let moved = try test.movement { () throws in
            #expect(
                try bench.sell(second, passengers: people, key: "terminal-2", by: teller)
                    .outcome.refusalCode == code)
        }
        #expect(moved.isEmpty == (code != nil))
        _ = try bench.refund(1, key: "terminal-3", by: teller).outcome.bytes()
        guard code != nil else { return }
        let again = try bench.sell(second, passengers: people, key: "terminal-4", by: teller)
        #expect(again.outcome.refusalCode == nil)
        #expect(try test.faults() == [])
    }

    @Test("a sale that is not answered holds the passenger's place, one that failed does not")
    func unanswered() throws {
        let bench = try PartnerBench(preparing: Self.named)
        let teller = try bench.test.signOn()
        let people = [try Passenger.sample(0)]
        bench.partner.set(.lose)
        bench.partner.set(query: .silence)
        let first = try bench.test.reserve("QC0009", by: teller)
        _ = try bench.sell(first, passengers: people, key: "terminal-1", by: teller)
        let second = try bench.test.reserve("QC0009", by: teller)
        bench.partner.set(.book)
        #expect(
            try bench.sell(second, passengers: people, key: "terminal-2", by: teller)
                .outcome.refusalCode == .passengerAlreadyBooked)
        bench.partner.set(query: .truth)
        try bench.desk.askNow(serial: 1)
        try bench.wait(for: .reversed)
        #expect(
            try bench.sell(second, passengers: people, key: "terminal-3", by: teller)
                .outcome.refusalCode == nil)
        #expect(try bench.test.faults() == [])
    }

    @Test(
        "each seat has its passenger, of its class",
        arguments: [
            ([], RefusalCode.identityNotChecked), ([(0, nil)], .identityNotChecked),
            ([(0, nil), (1, nil), (2, nil)], .identityNotChecked),
            ([(0, .child), (1, .child)], .identityNotChecked),
            ([(0, .senior), (1, nil)], .identityNotChecked),
            ([(0, nil), (0, nil)], .passengerAlreadyBooked),
            ([(0, nil), (1, nil)], nil), ([(0, .adult), (1, nil)], nil),
            ([(0, .child), (1, .adult)], nil),
        ] as [([(Int, FareClass?)], RefusalCode?)])
    func seats(people: [(Int, FareClass?)], code: RefusalCode?) throws {
        let bench = try PartnerBench(preparing: Self.named)
        let teller = try bench.test.signOn()
        let reservation = try bench.test.reserve("QC0009", seats: 2, children: 1, by: teller)
        let passengers = try people.map { try Passenger.sample($0.0, fareClass: $0.1) }
        let outcome = try bench.sell(
            reservation, passengers: passengers, key: "terminal-1", by: teller)
        #expect(outcome.outcome.refusalCode == code)
        #expect(bench.partner.posts.count == (code == nil ? 1 : 0))
        #expect(try bench.test.count("ticket_passenger") == (code == nil ? 2 : 0))
    }

    @Test("where tickets bear no names nobody is named, and nothing is sold for it")
    func unnamed() throws {
        let bench = try PartnerBench.principal()
        let teller = try bench.test.signOn()
        let reservation = try bench.test.reserve("QC0009", by: teller)
        let moved = try bench.test.movement {
            let named = try bench.sell(
                reservation, passengers: [try .sample(0)], key: "terminal-1", by: teller
            ).outcome
            guard case .refused(let refusal) = named else {
                Issue.record("not refused")
                return
            }
            #expect(refusal.code == .identityNotChecked && refusal.field == "/passengers")
            #expect(refusal.detail.contains("bear no names"))
            #expect(refusal.chineseDetail.contains("非实名制"))
        }
        #expect(moved == [:] && bench.partner.posts.isEmpty)
        let sold = try bench.sell(reservation, key: "terminal-2", by: teller).outcome.answer()
        #expect(try !sold.objects("tickets")[0].names.contains("passenger_name"))
        #expect(bench.partner.posts.first?.details.map(\.name) == ["date"])
        #expect(try bench.test.count("ticket_passenger") == 0)
    }

    @Test("nobody travels twice while the principal is asked to change the first ticket")
    func changing() throws {
        let bench = try PartnerBench(preparing: Self.named)
        let teller = try bench.test.signOn()
        let people = [try Passenger.sample(0)]
        let first = try bench.test.reserve("QC0009", by: teller)
        _ = try bench.sell(first, passengers: people, key: "terminal-1", by: teller)
        bench.partner.set(.bookSilently)
        bench.partner.set(query: .silence)
        _ = try bench.change(1, to: "QC0010", 0, key: "terminal-2", by: teller)
        #expect(try bench.ticketStates(1) == ["changing"])
        let second = try bench.test.reserve("QC0009", by: teller)
        #expect(
            try bench.sell(second, passengers: people, key: "terminal-3", by: teller)
                .outcome.refusalCode == .passengerAlreadyBooked)
        #expect(try bench.test.faults() == [])
    }

    @Test("a passenger travels on with the changed ticket")
    func change() throws {
        let test = try TestBook(preparing: TestBook.term(.namesPassengers, 1, of: "COACH"))
        let teller = try test.signOn()
        let people = [try Passenger.sample(0)]
        func sell(_ trip: String, key: String) throws -> CommandOutcome {
            let held = try test.reserve(trip, by: teller)
            return try test.issue(
                TicketIssueRequest(
                    reservation: held.number, amountFen: held.fareFen, passengers: people),
                key: key, by: teller)
        }
        _ = try sell("QC0009", key: "terminal-1").bytes()
        _ = try sell("QC0010", key: "terminal-2").bytes()
        #expect(
            try test.change(1, to: "QC0010", on: "2026-11-21", 0, key: "terminal-3", by: teller)
                .refusalCode == .passengerAlreadyBooked)
        let changed = try test.change(
            1, to: "QC0010", on: "2026-11-22", 0, key: "terminal-4", by: teller
        ).answer()
        #expect(try changed.objects("tickets")[0].text("passenger_name") == "王***")
        #expect(try sell("QC0009", key: "terminal-5").refusalCode == nil)
        #expect(try test.faults() == [])
    }

    @Test("the database takes no second standing ticket of a person either")
    func guarded() throws {
        let bench = try PartnerBench(preparing: Self.named)
        let teller = try bench.test.signOn()
        let reservation = try bench.test.reserve("QC0009", by: teller)
        _ = try bench.sell(
            reservation, passengers: [try .sample(0)], key: "terminal-1", by: teller)
        let second = try bench.test.reserve("QC0009", by: teller)
        let copy = """
            INSERT INTO ticket_passenger SELECT \(second.number), 1, masked_name, document_type,
                number_last_four, number_digest FROM ticket_passenger
            """
        #expect(throws: (any Error).self) { try bench.test.execute(copy) }
        #expect(throws: (any Error).self) {
            try bench.test.execute("UPDATE ticket_passenger SET masked_name = '李*'")
        }
        #expect(throws: (any Error).self) {
            try bench.test.execute("DELETE FROM ticket_passenger")
        }
    }
}
