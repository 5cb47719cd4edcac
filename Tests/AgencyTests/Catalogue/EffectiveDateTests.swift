import CivilTime
import Ledger
import Testing

@testable import Agency

/// A contract that changes between two dates: each date has its own numbers.
@Suite struct EffectiveDateTests {
    /// Ends MOBILE's contract on the opening date and begins another on the day after.
    ///
    /// - Parameters:
    ///   - columns: what the successor has otherwise, `column = value` for `UPDATE`.
    ///   - terms: its terms, `('name', value)`; the others are the earlier contract's.
    private static func succession(columns: String = "", terms: String = "") -> String {
        """
        UPDATE contract SET valid_to = 20777 WHERE code = 'CT-MOBILE-2020';
        INSERT INTO contract SELECT (SELECT max(contract_id) FROM contract) + 1, 'CT-MOBILE-NEXT',
            product_id, 20778, NULL, service_fee_fen, commission_kind, commission_flat_fen,
            commission_rate_ppm, commission_minimum_fen, commission_maximum_fen, operator_bp,
            village_bp, town_bp, district_bp, remainder_to
            FROM contract WHERE code = 'CT-MOBILE-2020';
        INSERT INTO contract_term SELECT (SELECT max(contract_id) FROM contract), name, value
            FROM contract_term t JOIN contract c ON c.contract_id = t.contract_id
            WHERE c.code = 'CT-MOBILE-2020';
        """
            + (columns.isEmpty
                ? "" : "UPDATE contract SET \(columns) WHERE code = 'CT-MOBILE-NEXT';")
            + (terms.isEmpty
                ? ""
                : """
                INSERT OR REPLACE INTO contract_term
                SELECT (SELECT max(contract_id) FROM contract), column1, column2
                FROM (VALUES \(terms));
                """)
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let term: String
        let amountFen: Int64
        let today: RefusalCode?
        let tomorrow: RefusalCode?
        var testDescription: String { "\(term), \(amountFen) fen" }
    }

    static let rows = [
        Row(
            term: "('minimum_fen', 2000)", amountFen: 1_000, today: nil,
            tomorrow: .amountNotAllowed),
        Row(
            term: "('minimum_fen', 500)", amountFen: 500, today: .amountNotAllowed, tomorrow: nil),
        Row(
            term: "('maximum_fen', 4000)", amountFen: 5_000, today: nil,
            tomorrow: .amountNotAllowed),
        Row(
            term: "('maximum_fen', 60000)", amountFen: 60_000, today: .amountNotAllowed,
            tomorrow: nil),
        Row(
            term: "('step_fen', 1000)", amountFen: 1_500, today: nil, tomorrow: .amountNotAllowed),
        Row(term: "('step_fen', 500)", amountFen: 1_500, today: nil, tomorrow: nil),
    ]

    @Test("a term holds from its contract's first day on", arguments: rows)
    func terms(_ row: Row) throws {
        let test = try TestBook(preparing: Self.succession(terms: row.term))
        func pay(_ key: String, by teller: Principal) throws -> RefusalCode? {
            let request = BillPaymentRequest(
                target: .account(productCode: "MOBILE", accountNumber: "13800000001"),
                amountFen: row.amountFen)
            return try test.pay(request, key: key, by: teller).refusalCode
        }
        let first = try test.signOn()
        #expect(try pay("terminal-1", by: first) == row.today)
        _ = try test.signOff(first).bytes()
        try test.closeDay()
        test.clock.advance(milliseconds: 86_400_000)
        #expect(try pay("terminal-2", by: try test.signOn()) == row.tomorrow)
        #expect(try test.faults() == [])
    }

    @Test("fee, commission and split are those of the date") func money() throws {
        let test = try TestBook(
            preparing: Self.succession(
                columns: """
                    service_fee_fen = 30, commission_kind = 'flat', commission_flat_fen = 101,
                    operator_bp = 10000, village_bp = 0, town_bp = 0, district_bp = 0,
                    remainder_to = 'operator'
                    """))
        let first = try test.signOn()
        let today = try test.movement { try test.payPhone(key: "terminal-1", by: first) }
        #expect(
            today == ["1001.S0001-C1": 5_000, "2202.MOBILE01": -4_960, "6051.S0001": -40])
        _ = try test.signOff(first).bytes()
        let closedToday = try test.movement { try test.closeDay() }
        #expect(closedToday["2241.S0001"] == -20)
        test.clock.advance(milliseconds: 86_400_000)
        let second = try test.signOn()
        let tomorrow = try test.movement { try test.payPhone(key: "terminal-2", by: second) }
        #expect(
            tomorrow == [
                "1001.S0001-C1": 5_030, "2202.MOBILE01": -4_899, "6051.S0001": -101,
                "6051.S0001.FEE": -30,
            ])
        _ = try test.signOff(second).bytes()
        let closed = try test.movement { try test.closeDay() }
        #expect(closed == ["2241.S0001": -101, "6601.S0001": 101])
        #expect(try test.faults() == [])
    }

    @Test("every term has a range that holds its usual value", arguments: Term.allCases)
    func usual(_ term: Term) {
        #expect(term.allowedValues.contains(term.usualValue))
    }
}
