import Testing

@testable import Agency

@Suite struct WithdrawalRefusalTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let code: RefusalCode?
        var amountFen: Int64 = 100_000
        var product = "CASH01"
        var isIdentityChecked = true
        var isSignedOn = true
        /// What the card has drawn at another station today.
        var drawnFen: Int64 = 0
        /// What this till has promised to other cards, of 500,000.
        var promisedFen: [Int64] = []
        /// With a short contract, the day is closed after it has ended.
        var preparing = ""
        var testDescription: String {
            "\(product) \(amountFen) fen after \(drawnFen): \(code?.rawValue ?? "done")"
        }
    }

    static let rows = [
        Row(code: nil), Row(code: nil, amountFen: 1_000), Row(code: nil, amountFen: 200_000),
        Row(code: nil, drawnFen: 100_000), Row(code: nil, promisedFen: [200_000, 200_000]),
        Row(
            code: .identityNotChecked, amountFen: 1, product: "NOPE", isIdentityChecked: false,
            isSignedOn: false),
        Row(code: .notSignedOn, amountFen: 1, product: "NOPE", isSignedOn: false),
        Row(code: .unknownProduct, amountFen: 1, product: "NOPE"),
        Row(code: .wrongProductKind, amountFen: 1, product: "WATER"),
        Row(code: .amountNotAllowed, amountFen: 0),
        Row(code: .amountNotAllowed, amountFen: -1_000),
        Row(code: .amountNotAllowed, amountFen: 500),
        Row(code: .amountNotAllowed, amountFen: 1_001),
        Row(code: .amountNotAllowed, amountFen: 1_500),
        Row(code: .amountNotAllowed, amountFen: 201_000),
        Row(
            code: .noContract, amountFen: 500,
            preparing: BillPaymentRefusalTests.contractEnded),
        Row(
            code: .tillShortOfCash, amountFen: 101_000, drawnFen: 200_000,
            promisedFen: [200_000, 200_000]),
        Row(code: .cardLimitExceeded, drawnFen: 101_000),
        Row(code: .cardLimitExceeded, amountFen: 1_000, drawnFen: 200_000),
    ]

    @Test("a withdrawal is refused by the first rule that it breaks", arguments: rows)
    func refusal(_ row: Row) throws {
        let test = try TestBook(preparing: row.preparing)
        if row.drawnFen > 0 {
            _ = try test.pending(row.drawnFen, key: "drawn-elsewhere", by: try test.signOn(2))
        }
        let teller = row.isSignedOn ? try test.signOn() : try test.operatorA()
        for (index, fen) in row.promisedFen.enumerated() {
            _ = try test.pending(
                fen, card: "622848111111111\(index)", key: "promised-\(index)", by: teller)
        }
        let used = try test.usedAllowanceFen()
        let request = TestBook.withdrawal(
            row.amountFen, product: row.product, isIdentityChecked: row.isIdentityChecked)
        let bank = ControllablePartner()
        let desk = try test.desk(bank)
        let outcome = try test.withdraw(request, at: desk, key: "terminal-1", by: teller).wait()
        #expect(outcome.refusalCode == row.code)
        #expect(bank.posts.count == (row.code == nil ? 1 : 0))
        #expect(try test.usedAllowanceFen() - used == (row.code == nil ? row.amountFen : 0))
        let again = try test.withdraw(request, at: desk, key: "terminal-1", by: teller).wait()
        #expect(again == outcome)
        #expect(bank.posts.count == (row.code == nil ? 1 : 0))
        #expect(try test.faults() == [])
    }

    @Test("a declined card may try again with its whole allowance") func declined() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let bank = ControllablePartner()
        bank.set(.refuse)
        let call = try test.withdraw(
            TestBook.withdrawal(200_000), at: test.desk(bank), key: "terminal-1", by: teller)
        #expect(try call.wait().refusalCode == .withdrawalDeclined)
        #expect(bank.questions.reversals == 0)
        _ = try test.pending(200_000, key: "terminal-2", by: teller)
        #expect(try test.usedAllowanceFen() == 200_000)
    }

    @Test("without a line to the bank nothing is booked, and the key is not used up")
    func noLine() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let request = TestBook.withdrawal(100_000)
        let desk = WithdrawalDesk(writer: test.book.writer, lines: [:]) { print($0) }
        let refused = try test.withdraw(request, at: desk, key: "terminal-1", by: teller).wait()
        #expect(refused.refusalCode == .partnerUnavailable)
        for table in ["service_transaction", "withdrawal", "idempotency_key", "identity_check"] {
            #expect(try test.count(table) == 0, "\(table)")
        }
        #expect(try test.usedAllowanceFen() == 0)
        let bank = ControllablePartner()
        let paid = try test.withdraw(
            request, at: test.desk(bank), key: "terminal-1", by: teller
        ).wait().answer()
        #expect(try paid.text("receipt_number") == "S0001-20261120-000001")
        #expect(try test.faults() == [])
    }

    @Test("a card's allowance is new on the next business date") func nextDate() throws {
        let test = try TestBook()
        var teller = try test.signOn()
        let serial = try test.pending(200_000, key: "terminal-1", by: teller)
        _ = try test.record(.approved(reference: "REF"), serial).bytes()
        _ = try test.confirmCash(serial, key: "terminal-2", by: teller).bytes()
        try test.signOff(teller)
        try test.closeDay()
        teller = try test.signOn()
        _ = try test.pending(200_000, key: "terminal-3", by: teller)
        let more = try test.start(TestBook.withdrawal(1_000), key: "terminal-4", by: teller)
        #expect(more.outcome?.refusalCode == .cardLimitExceeded)
    }

    @Test("nobody pays out or cancels another shift's withdrawal") func otherShift() throws {
        let test = try TestBook()
        let serial = try test.pending(key: "terminal-1", by: try test.signOn(1))
        _ = try test.record(.approved(reference: "REF"), serial).bytes()
        let other = try test.signOn(2)
        let absent = try test.operatorA(3)
        #expect(
            try test.confirmCash(serial, key: "terminal-1", by: other).refusalCode
                == .unknownWithdrawal)
        #expect(
            try test.cancel(serial, key: "terminal-2", by: other).refusalCode
                == .unknownWithdrawal)
        #expect(
            try test.cancel(999_999, key: "terminal-3", by: other).refusalCode
                == .unknownWithdrawal)
        #expect(
            try test.confirmCash(serial, key: "terminal-1", by: absent).refusalCode
                == .notSignedOn)
        #expect(try test.status(serial) == .authorised)
    }

    // A foreign text must never keep the day's settlement file from being written.
    @Test(
        "any reference that a bank gives fits the settlement file",
        arguments: [
            "REF|1|POSTED", "line\nbreak", " edges ", "bell\u{7}", "", "人行参考号一二三",
            String(repeating: "X", count: 200),
            "e" + String(repeating: "\u{301}", count: 100),
        ])
    func foreignReference(_ reference: String) throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let serial = try test.pending(key: "terminal-1", by: teller)
        _ = try test.record(.approved(reference: reference), serial).bytes()
        _ = try test.confirmCash(serial, key: "terminal-2", by: teller).bytes()
        try test.signOff(teller)
        try test.closeDay()
        #expect(
            try test.release().filter { $0.state == .released }.count == TestNetwork.partnerCount)
    }
}
