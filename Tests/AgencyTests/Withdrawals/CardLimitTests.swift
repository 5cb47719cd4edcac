import CivilTime
import Testing

@testable import Agency

@Suite struct CardLimitTests {
    /// What a term's value allows or forbids.
    enum Attempt: Sendable {
        case withdrawal(Int64, feeFen: Int64? = nil, hasAgent: Bool = false)
        case remittance(Int64, hasDocument: Bool = true)
        case transfer(Int64)
        case inquiry
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let term: Term
        /// Forbids the attempt, until a contract of the next date allows it.
        let before: Int64
        let after: Int64
        let attempt: Attempt
        let code: RefusalCode
        var testDescription: String { "\(term.rawValue) from \(before) to \(after)" }

        var product: String {
            switch attempt {
            case .withdrawal, .inquiry: "SUBSIDY01"
            case .remittance: "REMIT01"
            case .transfer: "TRANS01"
            }
        }

        /// Ends the contract with the first date and begins another that differs in the term.
        var sql: String {
            let day = BusinessDate(TestNetwork.openingDate)?.daysSinceEpoch ?? 0
            return """
                CREATE TEMP TABLE next AS SELECT * FROM contract WHERE code = 'CT-\(product)-2020';
                UPDATE next SET contract_id = 9999, code = 'CT-NEXT', valid_from = \(day + 1);
                INSERT INTO contract SELECT * FROM next;
                INSERT INTO contract_term SELECT 9999, name, value FROM contract_term
                WHERE contract_id = (SELECT contract_id FROM contract
                    WHERE code = 'CT-\(product)-2020');
                UPDATE contract SET valid_to = \(day) WHERE code = 'CT-\(product)-2020';
                INSERT OR REPLACE INTO contract_term SELECT contract_id, '\(term.rawValue)',
                    CASE contract_id WHEN 9999 THEN \(after) ELSE \(before) END
                FROM contract WHERE code = 'CT-NEXT' OR code = 'CT-\(product)-2020';
                """
        }
    }

    static let rows = [
        Row(
            term: .minimumFen, before: 2_000, after: 1_000, attempt: .withdrawal(1_000),
            code: .amountNotAllowed),
        Row(
            term: .maximumFen, before: 50_000, after: 80_000, attempt: .withdrawal(80_000),
            code: .amountNotAllowed),
        Row(
            term: .stepFen, before: 5_000, after: 1_000, attempt: .withdrawal(6_000),
            code: .amountNotAllowed),
        Row(
            term: .dailyCardLimitFen, before: 79_000, after: 80_000,
            attempt: .withdrawal(80_000), code: .cardLimitExceeded),
        Row(
            term: .dailyCardCount, before: 0, after: 1, attempt: .withdrawal(1_000),
            code: .cardCountExceeded),
        Row(
            term: .monthlyCardLimitFen, before: 79_000, after: 80_000,
            attempt: .withdrawal(80_000), code: .cardMonthLimitExceeded),
        Row(
            term: .freeWithdrawalsPerMonth, before: 0, after: 1,
            attempt: .withdrawal(80_000, feeFen: 0), code: .feeNotInTariff),
        Row(
            term: .agentWithdrawals, before: 0, after: 1,
            attempt: .withdrawal(80_000, hasAgent: true), code: .agentNotAllowed),
        Row(
            term: .dailyInquiryCount, before: 0, after: 1, attempt: .inquiry,
            code: .inquiryLimitExceeded),
        Row(
            term: .maximumFen, before: 50_000, after: 80_000, attempt: .remittance(80_000),
            code: .amountNotAllowed),
        Row(
            term: .dailyPayerLimitFen, before: 79_999, after: 80_000,
            attempt: .remittance(80_000), code: .payerLimitExceeded),
        Row(
            term: .identityThresholdFen, before: 80_000, after: 80_001,
            attempt: .remittance(80_000, hasDocument: false), code: .identityNotChecked),
        Row(
            term: .dailyCardLimitFen, before: 79_999, after: 80_000, attempt: .transfer(80_000),
            code: .transferLimitExceeded),
    ]

    @Test("a limit changes from one business date to the next", arguments: rows)
    func effectiveDates(_ row: Row) throws {
        let test = try TestBook(preparing: row.sql)
        var teller = try test.signOn()
        #expect(try refusal(of: row.attempt, key: "terminal-1", test, teller) == row.code)
        try test.signOff(teller)
        try test.closeDay()
        teller = try test.signOn()
        #expect(try refusal(of: row.attempt, key: "terminal-2", test, teller) == nil)
        #expect(try test.faults() == [])
    }

    private func refusal(
        of attempt: Attempt, key: String, _ test: TestBook, _ teller: Principal
    ) throws -> RefusalCode? {
        switch attempt {
        case .withdrawal(let fen, let feeFen, let hasAgent):
            let request = TestBook.withdrawal(
                fen, product: "SUBSIDY01", feeFen: feeFen,
                agent: hasAgent ? TestBook.agent : nil)
            return try test.start(request, key: key, by: teller).outcome?.refusalCode
        case .remittance(let fen, let hasDocument):
            let request = TestBook.remittance(fen, payer: hasDocument ? TestBook.holder : nil)
            return try test.start(.remittance(request), key: key, by: teller)
                .outcome?.refusalCode
        case .transfer(let fen):
            return try test.start(.transfer(TestBook.transfer(fen)), key: key, by: teller)
                .outcome?.refusalCode
        case .inquiry:
            do {
                _ = try test.inquire(product: "SUBSIDY01", by: teller)
                return nil
            } catch let refusal as Refusal {
                return refusal.code
            }
        }
    }

    @Test("of a card's month the first is free, and the others cost the tariff's fee")
    func firstIsFree() throws {
        let test = try TestBook(at: "2026-11-20 09:00")
        var teller = try test.signOn()
        #expect(try withdrawSubsidy(test, teller, "terminal-1") == 0)
        #expect(try withdrawSubsidy(test, teller, "terminal-2") == 200)
        // Another card, and a withdrawal that is no subsidy's, count for nothing here.
        #expect(try withdrawSubsidy(test, teller, "terminal-3", card: "622848333333") == 0)
        _ = try test.pending(1_000, card: "622848444444", key: "terminal-4", by: teller)
        #expect(try withdrawSubsidy(test, teller, "terminal-5", card: "622848444444") == 0)
        try settle(test)
        try test.signOff(teller)
        // The day cut passes midnight into the next month.
        try test.clock.set("2026-12-01 08:00")
        try test.closeDay()
        teller = try test.signOn()
        #expect(try withdrawSubsidy(test, teller, "terminal-6") == 0)
        #expect(try withdrawSubsidy(test, teller, "terminal-7") == 200)
        #expect(try test.faults() == [])
    }

    @Test("one that came to nothing gives the free one back, to its own month")
    func givenBack() throws {
        let test = try TestBook(at: "2026-11-20 09:00")
        let teller = try test.signOn()
        let first = try start(test, teller, "terminal-1")
        #expect(try fee(first, test) == 0)
        let second = try start(test, teller, "terminal-2")
        #expect(try fee(second, test) == 200)
        _ = try test.record(.noAnswer, first)
        let third = try start(test, teller, "terminal-3")
        #expect(try fee(third, test) == 0)
        _ = try test.record(.declined(reason: "no"), third)
        // One that was charged gives no free one back.
        _ = try test.record(.noAnswer, second)
        let fourth = try start(test, teller, "terminal-4")
        #expect(try fee(fourth, test) == 0)
        #expect(try fee(try start(test, teller, "terminal-5"), test) == 200)
        #expect(
            try test.texts(
                "SELECT month || '/' || withdrawn_fen || '/' || free_count "
                    + "FROM card_month") == ["202611/20000/1"])
        #expect(try test.faults() == [])
    }

    @Test("the fee is kept back from the cash, and the receipt says so") func feeInCash() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        _ = try start(test, teller, "terminal-1")
        let serial = try start(test, teller, "terminal-2")
        let answer = try test.record(.approved(reference: "REF"), serial).answer()
        #expect(try answer.fen("amount_fen") == 10_000)
        #expect(try answer.fen("service_fee_fen") == 200)
        #expect(try answer.fen("total_fen") == 9_800)
        let moved = try test.movement {
            _ = try test.confirmCash(serial, key: "terminal-3", by: teller).bytes()
        }
        #expect(
            moved == [
                "1001.S0001-C1": -9_800, "1122.BANK01": 10_100, "6051.S0001": -100,
                "6051.S0001.FEE": -200,
            ])
        #expect(try test.faults() == [])
    }

    @Test("holder and agent are both recorded, with the operator, and no number") func people()
        throws
    {
        let test = try TestBook()
        let teller = try test.signOn()
        let request = TestBook.withdrawal(
            10_000, product: "SUBSIDY01", agent: TestBook.agent)
        let serial = try #require(try test.start(request, key: "terminal-1", by: teller).serial)
        #expect(
            try test.texts(
                """
                SELECT i.person || ' ' || i.document_type || ' ' || i.number_last_four || ' '
                    || m.code || ' ' || length(i.number_digest)
                FROM identity_check i JOIN staff_member m ON m.staff_id = i.checked_by
                WHERE i.serial = \(serial) ORDER BY i.person
                """) == [
                    "agent resident_card 0024 OP000101 64",
                    "holder resident_card 0013 OP000101 64",
                ])
        let same = TestBook.withdrawal(10_000, product: "SUBSIDY01", agent: TestBook.holder)
        #expect(
            try test.start(same, key: "terminal-2", by: teller).outcome?.refusalCode
                == .agentNotAllowed)
        #expect(try test.faults() == [])
    }

    private func withdrawSubsidy(
        _ test: TestBook, _ teller: Principal, _ key: String, card: String = TestBook.card
    ) throws -> Int64 {
        try fee(try start(test, teller, key, card: card), test)
    }

    private func start(
        _ test: TestBook, _ teller: Principal, _ key: String, card: String = TestBook.card
    ) throws -> Int64 {
        try test.pending(10_000, card: card, product: "SUBSIDY01", key: key, by: teller)
    }

    private func fee(_ serial: Int64, _ test: TestBook) throws -> Int64 {
        try test.integer("SELECT fee_fen FROM service_transaction WHERE serial = \(serial)")
    }

    /// Pays out all that waits, so that the day can be closed.
    private func settle(_ test: TestBook) throws {
        let teller = try test.operatorA()
        for serial in try test.texts(
            "SELECT serial || '' FROM service_transaction WHERE status = 'pending'")
        {
            let number = try #require(Int64(serial))
            _ = try test.record(.approved(reference: "REF"), number).bytes()
            _ = try test.confirmCash(number, key: "cash-paid-\(serial)", by: teller).bytes()
        }
    }
}
