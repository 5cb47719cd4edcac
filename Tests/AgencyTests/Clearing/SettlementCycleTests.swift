import CivilTime
import Ledger
import Testing

@testable import Agency

@Suite struct SettlementCycleTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let cycle: String
        /// Closes on each of these dates, at 18:00.
        let closes: [String]
        let expected: [String]
        var change: (cycle: String, from: String)?

        var testDescription: String { "\(cycle): \(closes)" }
    }

    // 2026-11-20 is a Friday.
    static let rows = [
        Row(
            cycle: "daily", closes: ["2026-11-20", "2026-11-21"],
            expected: ["2026-11-20 2026-11-20 settled", "2026-11-21 2026-11-21 settled"]),
        Row(
            cycle: "weekly", closes: ["2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23"],
            expected: ["2026-11-20 2026-11-22 settled", "2026-11-23 2026-11-29 open"]),
        Row(
            cycle: "monthly", closes: ["2026-11-20", "2026-11-30", "2026-12-01"],
            expected: ["2026-11-20 2026-11-30 settled", "2026-12-01 2026-12-31 open"]),
        // Saturday is closed on Wednesday: the days between belong to the cycle that follows.
        Row(
            cycle: "daily", closes: ["2026-11-20", "2026-11-25"],
            expected: [
                "2026-11-20 2026-11-20 settled", "2026-11-21 2026-11-21 settled",
                "2026-11-22 2026-11-25 settled",
            ]),
        Row(
            cycle: "weekly", closes: ["2026-11-20", "2026-11-25"],
            expected: ["2026-11-20 2026-11-22 settled", "2026-11-23 2026-11-29 open"]),
        Row(
            cycle: "monthly", closes: ["2026-11-20", "2026-11-21", "2026-11-22"],
            expected: ["2026-11-20 2026-11-21 settled", "2026-11-22 2026-11-22 settled"],
            change: ("daily", "2026-11-22")),
        // Terms with the same length change other things and cut nothing.
        Row(
            cycle: "weekly", closes: ["2026-11-20", "2026-11-21"],
            expected: ["2026-11-20 2026-11-22 open"], change: ("weekly", "2026-11-22")),
    ]

    @Test("each date is in one cycle, by the calendar and the terms", arguments: rows)
    func calendar(_ row: Row) throws {
        let test = try TestBook(at: "2026-11-20 18:00")
        // Terms of the first date, then the change while the first cycle is open.
        try test.setTerms("GAS01", cycle: row.cycle, from: "2026-11-01")
        for (index, date) in row.closes.enumerated() {
            try test.clock.set(date + " 18:00")
            // The open date goes before the clock's after a pause.
            while try test.date() < date { try test.closeDay() }
            try test.closeDay()
            try test.release()
            if index == 0, let change = row.change {
                try test.setTerms("GAS01", cycle: change.cycle, from: change.from)
            }
        }
        let found = try test.cycles("GAS01").map { "\($0.from) \($0.to) \($0.state.rawValue)" }
        #expect(found == row.expected)
        #expect(try test.faults() == [])
    }

    @Test("a cycle is due only when its last file is released, by the sum of their nets")
    func due() throws {
        let test = try TestBook(at: "2026-11-21 09:00")
        try test.setTerms("MOBILE01", cycle: "weekly", from: "2026-11-01")
        for day in 1...2 {
            let teller = try test.signOn()
            try test.payPhone(key: "phone-day-\(day)", by: teller)
            try test.signOff(teller)
            try test.closeDay()
            test.clock.advance(milliseconds: 86_400_000)
        }
        // The open date came to Sunday; a third close ends the week.
        try test.closeDay()
        #expect(try test.cycles("MOBILE01").map(\.state) == [.open])
        try test.release()
        let cycle = try #require(try test.cycles("MOBILE01").first)
        #expect(cycle.state == .due)
        #expect(cycle.payableFen == 9_920)
        #expect(cycle.receivableFen == 0)
        #expect(
            try test.integer(
                """
                SELECT sum(net_fen) FROM settlement_file
                WHERE partner_id = \(cycle.partner.number)
                """) == cycle.netFen)
        #expect(try test.faults() == [])
    }

    @Test("both accounts that moved by the same sum clear each other, without a transfer")
    func evenSums() throws {
        let test = try TestBook()
        // A lottery's prizes paid out against tickets sold would do this; here by the ledger.
        try test.perform { session in
            let partner = try #require(try PartnerReader(session.connection).partner("GAS01"))
            let accounts = try #require(
                try session.connection.prepare(
                    """
                    SELECT payable_account_id, receivable_account_id FROM partner
                    WHERE partner_id = $1
                    """
                ).first(.integer(partner.number)) {
                    (ID<Account>($0.integer(0)), ID<Account>($0.integer(1)))
                })
            _ = try session.journal.post(
                NewEntry(
                    kind: EntryKind("test_even"), narrative: "", source: nil,
                    postings: [.credit(accounts.0, 700), .debit(accounts.1, 700)]),
                at: session.now)
        }
        try test.endDay()
        let cycle = try #require(try test.cycles("GAS01").first)
        #expect(cycle.state == .settled)
        #expect([cycle.payableFen, cycle.receivableFen, cycle.netFen] == [700, 700, 0])
        let balances = try test.balances()
        #expect(balances["2202.GAS01"] == 0)
        #expect(balances["1122.GAS01"] == 0)
        try test.endDay()
        #expect(try test.faults() == [])
    }
}
