import CivilTime
import Ledger
import StrictJSON
import Testing

@testable import Agency

@Suite struct TillLimitTests {
    private func set(
        _ limitFen: Int64, _ ceilingFen: Int64?, for scope: TillLimitScope, from date: String,
        _ test: TestBook, by staff: String = "AD0001"
    ) throws -> RefusalCode? {
        let person = try test.person(staff)
        let date = try #require(BusinessDate(date))
        return try refusalCode {
            _ = try test.perform {
                try $0.setTillLimit(
                    TillLimit(limitFen: limitFen, ceilingFen: ceilingFen), for: scope,
                    from: date, by: person)
            }
        }
    }

    private func isWarned(_ teller: Principal, _ test: TestBook) throws -> Bool {
        try test.book.readers.read { connection in
            let reader = TillReader(connection)
            return try reader.isOverLimit(try #require(try reader.openShift(of: teller)))
        }
    }

    @Test("above the limit the till is warned, above the ceiling nothing is taken")
    func bounds() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        #expect(
            try set(505_000, 510_000, for: .till("S0001-C1"), from: "2026-11-20", test) == nil)
        _ = try test.payPhone("MOBILE", 5_000, key: "terminal-1", by: teller).bytes()
        #expect(try !isWarned(teller, test))
        _ = try test.payPhone("MOBILE", 1_000, key: "terminal-2", by: teller).bytes()
        #expect(try isWarned(teller, test))
        _ = try test.payPhone("MOBILE", 4_000, key: "terminal-3", by: teller).bytes()
        let refused = try test.payPhone("MOBILE", 1_000, key: "terminal-4", by: teller)
        #expect(refused.refusalCode == .tillCeilingReached)
        #expect(try test.count("service_transaction") == 3)
        // What goes out makes room again.
        _ = try test.send(
            .till, to: .centre, "T01", fen: 1_000, key: "transfer-1", by: teller
        ).bytes()
        _ = try test.payPhone("MOBILE", 1_000, key: "terminal-5", by: teller).bytes()
        let other = try test.operatorB()
        _ = try test.perform { try $0.signOn(tillCode: "S0001-C2", by: other) }
        _ = try test.send(
            .till, to: .till, "S0001-C1", fen: 100, key: "transfer-2", by: other
        ).bytes()
        #expect(
            try test.receive(2, fen: 100, key: "transfer-3", by: teller).refusalCode
                == .tillCeilingReached)
        #expect(try test.faults() == [])
    }

    @Test("a limit holds from its date on, and not a day before") func effectiveDates() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        #expect(try set(600_000, 600_000, for: .agency, from: "2026-11-20", test) == nil)
        #expect(try set(501_000, 502_000, for: .agency, from: "2026-11-21", test) == nil)
        _ = try test.payPhone("MOBILE", 8_000, key: "terminal-1", by: teller).bytes()
        #expect(try !isWarned(teller, test))
        try test.signOff(teller)
        try test.closeDay()
        try test.clock.set("2026-11-21 09:00")
        let next = try test.signOn()
        #expect(try isWarned(next, test))
        #expect(
            try test.payPhone("MOBILE", 1_000, key: "terminal-2", by: next).refusalCode
                == .tillCeilingReached)
    }

    @Test("a till's own limit goes before its tier's, and that before the agency's")
    func precedence() throws {
        let test = try TestBook()
        let station = try #require(try test.operatorA().station)
        func limitFen(_ till: String) throws -> Int64? {
            try test.book.readers.read { connection in
                let found = try connection.prepare(
                    """
                    SELECT t.till_id, s.tier FROM till t
                    JOIN station s ON s.station_id = t.station_id WHERE t.code = $1
                    """
                ).first(.text(till)) { (ID<Till>($0.integer(0)), $0.text(1)) }
                let (id, tier) = try #require(found)
                let date = try #require(BusinessDate("2026-11-20"))
                return try TillLimitReader(connection).limit(of: id, tier: tier, on: date)?
                    .limitFen
            }
        }
        #expect(station.number > 0)
        #expect(try limitFen("S0001-C1") == TillLimit.initial.limitFen)
        #expect(try set(3, nil, for: .agency, from: "2026-11-20", test) == nil)
        #expect(try set(2, nil, for: .tier("demonstration"), from: "2026-11-20", test) == nil)
        #expect(try set(1, nil, for: .till("S0001-C1"), from: "2026-11-20", test) == nil)
        #expect(try limitFen("S0001-C1") == 1)
        #expect(try limitFen("S0001-C2") == 2)
        #expect(try limitFen("S0002-C1") == 3)
        #expect(try set(4, nil, for: .till("S0001-C1"), from: "2026-11-20", test) == nil)
        #expect(try limitFen("S0001-C1") == 4)
    }

    struct Setting: Sendable, CustomTestStringConvertible {
        let code: RefusalCode?
        var ceilingFen: Int64?
        var scope = TillLimitScope.till("S0001-C1")
        var date = "2026-11-20"
        var staff = "SV-T01"
        var testDescription: String { "\(staff) \(scope) \(date): \(code?.rawValue ?? "set")" }
    }

    static let settings = [
        Setting(code: nil), Setting(code: nil, ceilingFen: 100),
        Setting(code: nil, staff: "SV-D01"),
        Setting(code: nil, scope: .agency, staff: "AD0001"),
        Setting(code: .notPermitted, scope: .agency),
        Setting(code: .notPermitted, scope: .tier("basic")),
        Setting(code: .unknownTill, scope: .till("S0005-C1")),
        Setting(code: .unknownTill, scope: .till("NOPE"), staff: "AD0001"),
        Setting(code: .dateNotOpen, date: "2026-11-19"),
        Setting(code: .limitNotAllowed, ceilingFen: 99),
    ]

    @Test("limits are set from today on, by those who may", arguments: settings)
    func setting(_ row: Setting) throws {
        let test = try TestBook()
        let code = try set(100, row.ceilingFen, for: row.scope, from: row.date, test, by: row.staff)
        #expect(code == row.code)
        #expect(try test.count("till_limit") == (row.code == nil ? 2 : 1))
        if row.code == nil {
            #expect(
                try test.texts(
                    "SELECT m.code FROM till_limit l JOIN staff_member m "
                        + "ON m.staff_id = l.recorded_by") == [row.staff])
        }
    }

    @Test(
        "the database only adds limits",
        arguments: [
            "UPDATE till_limit SET limit_fen = 0", "DELETE FROM till_limit",
            "INSERT INTO till_limit VALUES (1, NULL, NULL, 99999, 5, NULL, NULL, 0)",
            "INSERT INTO till_limit VALUES (9, NULL, NULL, 1, 5, NULL, 1, 0)",
            "INSERT INTO till_limit VALUES (9, 1, 'basic', 99999, 5, NULL, NULL, 0)",
            "INSERT INTO till_limit VALUES (9, NULL, NULL, 99999, 5, 4, NULL, 0)",
        ])
    func guards(_ sql: String) throws {
        let test = try TestBook()
        #expect(throws: (any Error).self) { try test.execute(sql) }
    }

    @Test("the centre sees all tills below it, and no other") func overview() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        try test.signOff(teller, differenceFen: -300)
        let next = try test.signOn()
        _ = try test.send(
            .till, to: .centre, "T01", fen: 1_000, key: "transfer-1", by: next
        ).bytes()
        #expect(try set(498_000, nil, for: .till("S0001-C1"), from: "2026-11-20", test) == nil)
        func tills(_ staff: String, after: Int64 = 0, limit: Int = 200) throws -> [Answer] {
            let centre = try #require(try test.person(staff).centre)
            let zone = test.book.profile.zone
            let date = try #require(BusinessDate("2026-11-20"))
            let bytes = try test.book.readers.read { connection in
                var writer = JSONWriter()
                writer.beginObject()
                writer.key("items")
                _ = try TillOverview(connection, zone: zone).encodeTills(
                    below: centre, on: date, after: after, limit: limit, to: &writer)
                writer.endObject()
                return writer.bytes
            }
            return try Answer(bytes).objects("items")
        }
        let own = try tills("SV-T01")
        let first = try #require(own.first)
        #expect(try first.text("till_id") == "S0001-C1")
        #expect(try first.text("held_by") == "OP000101")
        #expect(try first.text("state") == "open")
        #expect(try first.fen("book_cash_fen") == 498_700)
        #expect(try first.fen("limit_fen") == 498_000)
        #expect(try first.fen("is_over_limit") == 1)
        #expect(try first.fen("open_differences") == 1)
        #expect(try first.fen("in_transit_fen") == 1_000)
        #expect(try first.fen("last_counted_fen") == 499_700)
        #expect(try own.allSatisfy { try $0.text("station_id") <= "S0004" })
        #expect(try tills("SV-D01").count == Int(test.count("till")))
        #expect(try tills("SV-T02").allSatisfy { try $0.text("station_id") >= "S0005" })
        #expect(
            try tills("SV-T01", after: 1, limit: 1).map { try $0.text("till_id") } == ["S0001-C2"])
    }
}
