import Testing

@testable import Agency

enum OrderEvent: String, CaseIterable, Sendable {
    case booked, declined, noAnswer, undone, cashReturned
}

/// A kind of order, with or without a fee in cash.
enum OrderKind: String, CaseIterable, Sendable {
    case remittance, transfer, transferWithFee

    static let addFee = "UPDATE contract SET service_fee_fen = 300 WHERE code = 'CT-TRANS01-2020';"

    var order: TestOrder {
        switch self {
        case .remittance: .remittance(TestBook.remittance())
        case .transfer, .transferWithFee: .transfer(TestBook.transfer())
        }
    }

    /// The cash that the customer pays, in fen.
    var cashFen: Int64 {
        switch self {
        case .remittance: 80_200
        case .transfer: 0
        case .transferWithFee: 300
        }
    }

    /// What a posted one moves, by account.
    var posted: [String: Int64] {
        switch self {
        case .remittance:
            [
                "1001.S0001-C1": 80_200, "2202.BANK01": -79_850, "6051.S0001": -150,
                "6051.S0001.FEE": -200,
            ]
        case .transfer: ["1122.BANK01": 50, "6051.S0001": -50]
        case .transferWithFee:
            ["1001.S0001-C1": 300, "1122.BANK01": 50, "6051.S0001": -50, "6051.S0001.FEE": -300]
        }
    }
}

@Suite struct BankOrderTests {
    /// What an event does in a state: the next status, and the refusal if it is one.
    static func expected(
        _ state: TransactionStatus, _ event: OrderEvent, cashFen: Int64
    ) -> (next: TransactionStatus, code: RefusalCode?) {
        let givenBack: TransactionStatus = cashFen > 0 ? .returnDue : .reversed
        return switch (state, event) {
        case (.pending, .booked): (.posted, nil)
        case (.pending, .declined): (.declined, .partnerRefused)
        case (.pending, .noAnswer): (.unknown, nil)
        case (.unknown, .booked): (.posted, nil)
        // Without cash there is nothing to return: the key is told at once.
        case (.unknown, .declined): (givenBack, cashFen > 0 ? nil : .partnerRefused)
        case (.unknown, .undone): (givenBack, cashFen > 0 ? nil : .partnerUnavailable)
        case (.returnDue, .cashReturned): (.returned, nil)
        case (_, .cashReturned): (state, .returnNotDue)
        // Whatever comes later hears what the key was told.
        case (.declined, _): (state, .partnerRefused)
        case (.reversed, _): (state, .partnerUnavailable)
        case (_, _): (state, nil)
        }
    }

    static let reachable: [TransactionStatus] = [
        .pending, .unknown, .posted, .declined, .returnDue, .returned, .reversed,
    ]

    @Test(
        "every event in every state leads where the diagram says",
        arguments: OrderKind.allCases, reachable)
    func stateMachine(kind: OrderKind, state: TransactionStatus) throws {
        let isReversed = state == .reversed
        // Cash that was taken is returned; what took none is reversed.
        guard state != .returnDue && state != .returned || kind.cashFen > 0,
            !isReversed || kind.cashFen == 0
        else { return }
        for event in OrderEvent.allCases {
            let test = try TestBook(
                preparing: kind == .transferWithFee ? OrderKind.addFee : "")
            let teller = try test.signOn()
            let before = try test.balances()
            let serial = try reach(state, kind, test, teller)
            let (next, code) = Self.expected(state, event, cashFen: kind.cashFen)
            let context: Comment = "\(kind), \(state), \(event)"
            #expect(try apply(event, to: serial, test, teller).refusalCode == code, context)
            #expect(try test.status(serial) == next, context)
            let after = try test.balances()
            let moved = after.reduce(into: [String: Int64]()) { moved, line in
                let difference = line.value - (before[line.key] ?? 0)
                if difference != 0 { moved[line.key] = difference }
            }
            #expect(moved == Self.moved(kind, next), context)
            let isCounted = next == .pending || next == .unknown || next == .posted
            let transactionKind: TransactionKind = kind == .remittance ? .remittance : .transfer
            let amountFen: Int64 = kind == .remittance ? 80_000 : 300_000
            #expect(
                try test.orderedFen(transactionKind) == (isCounted ? amountFen : 0), context)
            #expect(try test.faults() == [], context)
        }
    }

    private static func moved(
        _ kind: OrderKind, _ status: TransactionStatus
    ) -> [String: Int64] {
        switch status {
        case .posted: kind.posted
        case .unknown, .returnDue:
            kind.cashFen == 0
                ? [:] : ["1001.S0001-C1": kind.cashFen, "2241.BANK01.SUSP": -kind.cashFen]
        case .pending, .authorised, .declined, .returned, .reversed: [:]
        }
    }

    private func reach(
        _ state: TransactionStatus, _ kind: OrderKind, _ test: TestBook, _ teller: Principal
    ) throws -> Int64 {
        let serial = try test.pending(kind.order, key: "terminal-1", by: teller)
        switch state {
        case .pending: break
        case .unknown: try test.record(.unanswered, order: serial)
        case .posted: try test.record(.booked("REF"), order: serial)
        case .declined: try test.record(.refused, order: serial)
        case .returnDue, .reversed:
            try test.record(.unanswered, order: serial)
            try test.undo(order: serial)
        case .returned:
            try test.record(.unanswered, order: serial)
            try test.undo(order: serial)
            _ = try test.returnCash(order: serial, key: "earlier-1", by: teller).bytes()
        case .authorised: Issue.record("no order is ever authorised")
        }
        try #require(try test.status(serial) == state)
        return serial
    }

    private func apply(
        _ event: OrderEvent, to serial: Int64, _ test: TestBook, _ teller: Principal
    ) throws -> CommandOutcome {
        switch event {
        case .booked: try test.record(.booked("REF"), order: serial)
        case .declined: try test.record(.refused, order: serial)
        case .noAnswer: try test.record(.unanswered, order: serial)
        case .undone: try test.record(PartnerCallNews(event: .reversed), order: serial)
        case .cashReturned: try test.returnCash(order: serial, key: "return-1", by: teller)
        }
    }

    @Test("once the bank was told to undo an order, a late yes does not post it")
    func lateYes() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        let serial = try test.pending(
            .remittance(TestBook.remittance()), key: "terminal-1", by: teller)
        try test.record(.unanswered, order: serial)
        try test.record(PartnerCallNews(event: .notFound), order: serial)
        let moved = try test.movement { try test.record(.booked("LATE"), order: serial) }
        #expect(moved == [:])
        #expect(try test.status(serial) == .unknown)
        try test.record(PartnerCallNews(event: .reversed), order: serial)
        #expect(try test.status(serial) == .returnDue)
        // Nor does one that comes after all is decided.
        try test.record(.booked("LATER"), order: serial)
        #expect(try test.status(serial) == .returnDue)
        #expect(try test.faults() == [])
    }

    @Test("a payment that is known after the day cut is in the next file, and in no other")
    func knownLater() throws {
        let test = try TestBook()
        var teller = try test.signOn()
        let serial = try test.pending(
            .remittance(TestBook.remittance()), key: "terminal-1", by: teller)
        try test.record(.unanswered, order: serial)
        let number = try test.texts(
            "SELECT receipt_number || '' FROM service_transaction WHERE serial = \(serial)")
        try test.signOff(teller)
        let first = try test.closeDay()
        try test.release()
        try test.clock.set("2026-11-21 09:00")
        teller = try test.signOn()
        let moved = try test.movement { try test.record(.booked("R"), order: serial) }
        #expect(
            moved == [
                "2241.BANK01.SUSP": 80_200, "2202.BANK01": -79_850, "6051.S0001": -150,
                "6051.S0001.FEE": -200,
            ])
        try test.signOff(teller)
        let second = try test.closeDay()
        try test.release()
        #expect(first.transactionCount == 0)
        #expect(second.transactionCount == 1)
        let files = try test.texts(
            """
            SELECT net_fen || '/' || detail_count FROM settlement_file
            WHERE name LIKE '%BANK01%' ORDER BY sequence
            """)
        #expect(files == ["0/0", "79850/1"])
        #expect(
            try test.texts(
                "SELECT receipt_number || '' FROM service_transaction WHERE serial = \(serial)")
                == number)
        #expect(try test.faults() == [])
    }

    @Test("what is returned the next day leaves the new till, and suspense is empty")
    func returnedLater() throws {
        let test = try TestBook()
        var teller = try test.signOn()
        let serial = try test.pending(
            .remittance(TestBook.remittance()), key: "terminal-1", by: teller)
        try test.record(.unanswered, order: serial)
        try test.signOff(teller)
        try test.closeDay()
        try test.clock.set("2026-11-21 09:00")
        teller = try test.signOn()
        try test.undo(order: serial)
        let elsewhere = try test.signOn(2)
        #expect(
            try test.returnCash(order: serial, key: "return-1", by: elsewhere).refusalCode
                == .unknownReceipt)
        let moved = try test.movement {
            _ = try test.returnCash(order: serial, key: "return-2", by: teller).bytes()
        }
        #expect(moved == ["1001.S0001-C1": -80_200, "2241.BANK01.SUSP": 80_200])
        #expect(
            try test.returnCash(order: serial, key: "return-3", by: teller).refusalCode
                == .returnNotDue)
        try test.signOff(teller)
        try test.signOff(elsewhere)
        try test.closeDay()
        try test.release()
        #expect(try test.faults() == [])
    }
}
