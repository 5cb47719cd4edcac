import CivilTime
import Ledger
import Testing

@testable import Agency

/// Random nets, random statements in random order: every fen is matched once.
@Suite struct SettlementPropertyTests {
    static let days = 3

    @Test(
        "what was instructed is settled once, whatever else the bank tells and in what order",
        arguments: SeededNumbers.seeds(for: "SettlementPropertyTests"))
    func matches(seed: UInt64) throws {
        var numbers = SeededNumbers(seed: seed)
        let test = try TestBook()
        try test.fillDeposit(100_000_000)
        for partner in ["MOBILE01", "TELECOM01", "WATER01"] {
            try test.execute(
                """
                INSERT INTO settlement_terms (partner_id, valid_from, timing_margin_minutes,
                    write_off_limit_fen, cycle, file_weekdays, file_due_minutes,
                    escalation_minutes, bank_name, bank_account, account_name)
                SELECT partner_id, 20000, 15, 0, '\(Bool.random(using: &numbers) ? "daily" : "weekly")',
                    '', 600, 1440, 'Bank', '1', 'Partner' FROM partner WHERE code = '\(partner)'
                """)
        }
        for day in 1...Self.days {
            try play(day, test, &numbers)
            try test.endDay()
        }
        // Weeks end with the dates that follow.
        for _ in 1...7 { try test.endDay() }
        let due = try test.cycles(state: .due)
        try #require(!due.isEmpty)
        var lines: [BankLine] = []
        for cycle in due {
            let reference = try test.instruct(cycle)
            let signedFen = -(try #require(cycle.netFen))
            lines.append(BankLine(signedFen: signedFen, text: "to \(reference)."))
            lines += noise(reference, signedFen, &numbers)
        }
        lines.shuffle(using: &numbers)
        let before = try test.balances()
        for (index, part) in split(lines, &numbers).enumerated() {
            for _ in 1...2 { try test.importLines(part, id: "part-\(index)") }
        }
        #expect(try test.cycles().filter { $0.state != .settled && $0.state != .open } == [])
        let settledFen = due.reduce(Int64(0)) { $0 + ($1.netFen ?? 0) }
        let after = try test.balances()
        #expect((after["1002.D01"] ?? 0) - (before["1002.D01"] ?? 0) == -settledFen)
        for partner in Set(due.map(\.partnerCode)) {
            #expect(after["2202.\(partner)"] ?? 0 == 0, "\(partner)")
            #expect(after["1122.\(partner)"] ?? 0 == 0, "\(partner)")
        }
        #expect(
            try test.integer(
                "SELECT count(*) FROM bank_statement_entry WHERE state = 'matched'")
                == Int64(due.count))
        #expect(try test.count("bank_statement_entry") == Int64(lines.count))
        try test.endDay()
        #expect(try test.faults() == [])
    }

    private func play(_ day: Int, _ test: TestBook, _ numbers: inout SeededNumbers) throws {
        let teller = try test.signOn()
        for payment in 0..<Int.random(in: 0...4, using: &numbers) {
            let isMobile = Bool.random(using: &numbers)
            _ = try test.payPhone(
                isMobile ? "MOBILE" : "TELECOM", Int64.random(in: 1_000...50_000, using: &numbers),
                key: "phone-day-\(day)-\(payment)", by: teller
            ).bytes()
        }
        if Bool.random(using: &numbers) {
            try test.payBill("WATER", key: "water-day-\(day)", by: teller)
        }
        if day == 1 || Bool.random(using: &numbers) {
            let fen = Int64.random(in: 1...20, using: &numbers) * 1_000
            let paid = try test.pending(fen, key: "paid-day-\(day)", by: teller)
            _ = try test.record(.approved(reference: "R\(day)"), paid).bytes()
            _ = try test.confirmCash(paid, key: "cash-day-\(day)", by: teller).bytes()
        }
        try test.signOff(teller)
    }

    /// Entries that must not settle anything, whether they come before the right one or after it.
    private func noise(
        _ reference: String, _ signedFen: Int64, _ numbers: inout SeededNumbers
    ) -> [BankLine] {
        let wrong = [
            BankLine(signedFen: signedFen + (signedFen > 0 ? 1 : -1), text: reference),
            BankLine(signedFen: -signedFen, text: reference),
            BankLine(signedFen: signedFen, text: reference + "0"),
            BankLine(signedFen: signedFen, text: "no reference"),
        ]
        return wrong.filter { _ in Bool.random(using: &numbers) }
    }

    private func split(
        _ lines: [BankLine], _ numbers: inout SeededNumbers
    ) -> [[BankLine]] {
        let place = Int.random(in: 0...lines.count, using: &numbers)
        return [Array(lines[..<place]), Array(lines[place...])].filter { !$0.isEmpty }
    }
}
