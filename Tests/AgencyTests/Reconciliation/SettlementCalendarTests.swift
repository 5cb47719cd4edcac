import CivilTime
import Foundation
import Testing

@testable import Agency

/// Which files are expected, and what happens when one does not come.
@Suite struct SettlementCalendarTests {
    /// Files for Monday to Friday, due at 10:00 of the next day, escalated a day later.
    private static let weekdays = """
        INSERT INTO settlement_terms (partner_id, valid_from, timing_margin_minutes,
            write_off_limit_fen, cycle, file_weekdays, file_due_minutes, escalation_minutes,
            sends_on_holidays)
        SELECT partner_id, 0, 15, 0, 'daily', '12345', 600, 1440, 0 FROM partner
        WHERE code = 'MOBILE01';
        INSERT INTO settlement_holiday (holiday_date, name) VALUES (20780, 'a holiday');
        """

    private func states(_ bench: ReconcilerBench) throws -> [String] {
        let now = bench.test.clock.now
        return try bench.test.book.readers.read { connection in
            try SettlementCalendar(connection, zone: .china).days(
                partner: PartnerReader(connection).partner("MOBILE01"),
                from: #require(BusinessDate("2026-11-01")),
                to: #require(BusinessDate("2026-12-31")), at: now
            ).map { "\($0.date.description.suffix(2)) \($0.state.rawValue)" }
        }
    }

    @Test("weekend and holiday expect nothing; a missing file is overdue, then escalated")
    func calendar() throws {
        let bench = try ReconcilerBench(preparing: Self.weekdays)
        // The 20th is a Friday, and the Monday is a holiday.
        #expect(BusinessDate("2026-11-23")?.daysSinceEpoch == 20_780)
        for _ in 1...4 { _ = try bench.playDay([]) }
        #expect(
            try states(bench) == [
                "20 escalated", "21 not_expected", "22 not_expected", "23 not_expected",
                "24 expected",
            ])
        bench.test.clock.advance(milliseconds: 26 * 3_600_000)
        #expect(try states(bench).last == "24 overdue")
    }

    @Test("overdue and escalation are noted once, and told") func noted() throws {
        let bench = try ReconcilerBench(preparing: Self.weekdays)
        _ = try bench.playDay([])
        func noted() throws -> [String] {
            try bench.test.book.noteOverdueFiles().map {
                "\($0.partnerCode) \($0.date) \($0.state.rawValue)"
            }
        }
        // It is 09:00 of the next day, and the file is due at 10:00.
        #expect(try noted() == [])
        bench.test.clock.advance(milliseconds: 3_600_000)
        #expect(try noted() == ["MOBILE01 2026-11-20 overdue"])
        #expect(try noted() == [])
        bench.test.clock.advance(milliseconds: 86_400_000)
        #expect(try noted() == ["MOBILE01 2026-11-20 escalated"])
        #expect(try noted() == [])
        #expect(try bench.test.count("file_overdue") == 2)
        // What was noted stays when the file comes at last.
        try bench.send([], for: "2026-11-20")
        try bench.reconcile()
        #expect(try states(bench) == ["20 agreed", "21 not_expected"])
        #expect(try bench.test.count("file_overdue") == 2)
    }

    @Test("a file that came is received, then agreed or differing") func states() throws {
        let bench = try ReconcilerBench(preparing: Self.weekdays)
        let lines = try bench.playDay([5_000])
        #expect(try states(bench).first == "20 expected")
        try bench.send([], for: "2026-11-20")
        #expect(try states(bench).first == "20 received")
        try bench.reconcile()
        #expect(try states(bench).first == "20 differing")
        for _ in 1...4 { _ = try bench.playDay([]) }
        try bench.send(lines, for: "2026-11-24")
        try bench.reconcile()
        #expect(
            try states(bench).prefix(5) == [
                "20 agreed", "21 agreed", "22 agreed", "23 agreed", "24 agreed",
            ])
    }
}
