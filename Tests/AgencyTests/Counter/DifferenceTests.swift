import StrictJSON
import Testing

@testable import Agency

@Suite struct DifferenceTests {
    /// What a decision moves, beside the till's own account of over or short.
    struct Settlement: Sendable, CustomTestStringConvertible {
        let differenceFen: Int64
        let resolution: DifferenceResolution
        let moved: [String: Int64]
        var testDescription: String { "\(differenceFen) is \(resolution)" }
    }

    static let settlements = [
        Settlement(
            differenceFen: 700, resolution: .income,
            moved: ["2241.S0001-C1": 700, "6301.TILL.OVER": -700]),
        Settlement(
            differenceFen: 700, resolution: .returnedToCustomer,
            moved: ["2241.S0001-C1": 700, "1001.S0001-C1": -700]),
        Settlement(
            differenceFen: -700, resolution: .loss,
            moved: ["1221.S0001-C1": -700, "6711.TILL.SHORT": 700]),
        Settlement(
            differenceFen: -700, resolution: .repaid,
            moved: ["1221.S0001-C1": -700, "1001.S0001-C1": 700]),
    ]

    @Test("an approval books what a difference was, once", arguments: settlements)
    func settle(_ row: Settlement) throws {
        let test = try TestBook()
        try test.signOff(try test.signOn(), differenceFen: row.differenceFen)
        let town = try test.person("SV-T01")
        if row.resolution.movesCash {
            let early = try test.approve(1, row.resolution, key: "approve-0", by: town)
            #expect(early.refusalCode == .tillNotHeld)
        }
        let teller = try test.signOn()
        let moved = try test.movement {
            let first = try test.approve(1, row.resolution, key: "approve-1", by: town)
            #expect(first.refusalCode == nil)
            #expect(try test.approve(1, row.resolution, key: "approve-1", by: town) == first)
            #expect(
                try test.approve(1, row.resolution, key: "approve-2", by: town).refusalCode
                    == .differenceSettled)
        }
        #expect(moved == row.moved)
        #expect(try test.signOff(teller).answer().fen("short_fen") == 0)
        #expect(try test.faults() == [])
    }

    @Test("equal over and short of one till wait apart and are approved one by one")
    func neverNetted() throws {
        let test = try TestBook()
        try test.signOff(try test.signOn(), differenceFen: -900)
        try test.signOff(try test.signOn(), differenceFen: 900)
        let town = try test.person("SV-T01")
        #expect(try test.count("till_difference WHERE state = 'open'") == 2)
        #expect(
            try test.approve(1, .income, key: "approve-1", by: town).refusalCode
                == .resolutionNotAllowed)
        _ = try test.approve(1, .loss, key: "approve-2", by: town).bytes()
        let balances = try test.balances()
        #expect(balances["1221.S0001-C1"] == 0)
        #expect(balances["2241.S0001-C1"] == -900)
        #expect(try test.texts("SELECT state FROM till_difference") == ["approved", "open"])
        #expect(try test.faults() == [])
    }

    @Test("whose till it was, and who counted it, decides nothing; nor does another town")
    func whoDecides() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let (shift, cash) = try test.openShift(of: teller)
        let town = try test.person("SV-T01")
        _ = try test.force(shift, fen: cash - 100, key: "force-01", by: town).bytes()
        for (person, code) in [
            ("SV-T01", RefusalCode.samePerson), ("SV-T02", .unknownDifference),
            ("OP000101", .unknownDifference), ("SV-D01", nil),
        ] {
            let outcome = try test.approve(
                1, .loss, key: "approve-\(person)", by: try test.person(person))
            #expect(outcome.refusalCode == code, "\(person)")
        }
    }

    @Test("a dispute is raised by the operator and dismissed, or decided, by a supervisor")
    func dispute() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        try test.signOff(teller, differenceFen: -300)
        let (town, other) = (try test.person("SV-T01"), try test.operatorB())
        func act(_ body: @escaping @Sendable (AgencySession) throws -> [UInt8]) throws
            -> RefusalCode?
        {
            try refusalCode { _ = try test.perform(body) }
        }
        #expect(
            try act { try $0.disputeDifference(1, reason: "no", by: other) }
                == .unknownDifference)
        #expect(try act { try $0.disputeDifference(1, reason: "no", by: teller) } == nil)
        #expect(
            try act { try $0.disputeDifference(1, reason: "no", by: teller) }
                == .differenceDisputed)
        #expect(
            try act { try $0.dismissDispute(1, reason: "seen", by: teller) }
                == .unknownDifference)
        #expect(try act { try $0.dismissDispute(1, reason: "seen", by: town) } == nil)
        #expect(
            try act { try $0.dismissDispute(1, reason: "seen", by: town) }
                == .differenceNotDisputed)
        #expect(try act { try $0.disputeDifference(1, reason: "again", by: teller) } == nil)
        #expect(try test.approve(1, .loss, key: "approve-1", by: town).refusalCode == nil)
        #expect(
            try test.texts("SELECT event || ' ' || reason FROM difference_event") == [
                "dispute no", "dismiss seen", "dispute again", "approve seen",
            ])
        #expect(try test.faults() == [])
    }

    @Test("the list shows each his own and how long it has waited") func list() throws {
        let test = try TestBook()
        try test.signOff(try test.signOn(), differenceFen: -300)
        try test.signOff(try test.signOn(2), differenceFen: 200)
        try test.closeDay()
        try test.clock.set("2026-11-21 09:00")
        let date = test.book.profile.zone.date(at: test.clock.now)
        func ids(_ staff: String, _ state: DifferenceState? = nil) throws -> [String] {
            let person = try test.person(staff)
            let zone = test.book.profile.zone
            let bytes = try test.book.readers.read { connection in
                var writer = JSONWriter()
                writer.beginObject()
                writer.key("items")
                _ = try DifferenceList(connection, zone: zone).encodeDifferences(
                    for: person, state: state, station: nil, on: date, after: 0, limit: 50,
                    to: &writer)
                writer.endObject()
                return writer.bytes
            }
            return try Answer(bytes).objects("items").map {
                #expect(try $0.fen("age_days") == 1)
                return try $0.text("difference_id")
            }
        }
        #expect(try ids("OP000101") == ["1"])
        #expect(try ids("OP000102") == [])
        #expect(try ids("SV-T01") == ["1", "2"])
        #expect(try ids("SV-T02") == [])
        #expect(try ids("AD0001", .open) == ["1", "2"])
        #expect(try ids("AD0001", .disputed) == [])
    }

    @Test(
        "the database keeps differences as they were found",
        arguments: [
            "UPDATE till_difference SET amount_fen = 1", "DELETE FROM till_difference",
            "UPDATE till_difference SET state = 'approved'",
            "UPDATE till_difference SET kind = 'over', state = 'disputed'",
            "DELETE FROM difference_event", "UPDATE difference_event SET reason = 'x'",
            "INSERT INTO till_difference SELECT 9, 1, kind, amount_fen, entry_id, 0, state, NULL, "
                + "NULL, NULL FROM till_difference",
        ])
    func guards(_ sql: String) throws {
        let test = try TestBook()
        let teller = try test.signOn()
        try test.signOff(teller, differenceFen: -300)
        _ = try test.perform { try $0.disputeDifference(1, reason: "no", by: teller) }
        #expect(throws: (any Error).self) { try test.execute(sql) }
    }
}
