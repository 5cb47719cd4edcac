import Testing

@testable import Agency

@Suite struct CashTransferTests {
    /// One way that cash goes, with what each side moves.
    struct Route: Sendable, CustomTestStringConvertible {
        let from: CashPlaceKind
        let to: CashPlaceKind
        var code: String?
        var slip: String?
        var sender = "OP000101"
        let receiver: String
        let out: String
        let into: String
        var testDescription: String { "\(out) to \(into)" }
    }

    static let routes = [
        Route(
            from: .till, to: .till, code: "S0001-C2", receiver: "OP000102",
            out: "1001.S0001-C1", into: "1001.S0001-C2"),
        Route(
            from: .till, to: .till, code: "S0005-C1", receiver: "OP000501",
            out: "1001.S0001-C1", into: "1001.S0005-C1"),
        Route(
            from: .till, to: .centre, code: "T01", receiver: "SV-T01", out: "1001.S0001-C1",
            into: "1001.T01"),
        Route(
            from: .till, to: .centre, code: "D01", receiver: "SV-D01", out: "1001.S0001-C1",
            into: "1001.D01"),
        Route(
            from: .centre, to: .till, code: "S0001-C2", sender: "SV-T01", receiver: "OP000102",
            out: "1001.T01", into: "1001.S0001-C2"),
        Route(
            from: .centre, to: .centre, code: "D01", sender: "SV-T01", receiver: "SV-D01",
            out: "1001.T01", into: "1001.D01"),
        Route(
            from: .centre, to: .bank, slip: "SLIP-1", sender: "SV-T01", receiver: "SV-D01",
            out: "1001.T01", into: "1002.T01"),
        Route(
            from: .bank, to: .centre, code: "T01", slip: "SLIP-2", sender: "SV-T01",
            receiver: "AD0001", out: "1002.T01", into: "1001.T01"),
    ]

    /// A book in which T01's vault and bank hold cash, and three tills are held.
    private func stocked() throws -> TestBook {
        let test = try TestBook()
        let first = try test.signOn(1)
        let successor = try test.operatorB()
        _ = try test.perform { try $0.signOn(tillCode: "S0001-C2", by: successor) }
        _ = try test.signOn(5)
        let (town, district) = (try test.person("SV-T01"), try test.person("SV-D01"))
        _ = try test.send(
            .till, to: .centre, "T01", fen: 200_000, key: "stocked-1", by: first
        ).bytes()
        _ = try test.receive(1, fen: 200_000, key: "stocked-2", by: town).bytes()
        _ = try test.send(
            .centre, to: .bank, nil, slip: "SLIP-0", fen: 80_000, key: "stocked-3", by: town
        ).bytes()
        _ = try test.receive(2, fen: 80_000, key: "stocked-4", by: district).bytes()
        return test
    }

    private func actor(_ staff: String, _ test: TestBook) throws -> Principal {
        try staff.hasPrefix("OP")
            ? test.principal(staff, at: "S" + staff.dropFirst(2).prefix(4) + "-T1")
            : test.person(staff)
    }

    @Test("cash is in transit until the other side counts it", arguments: routes)
    func twoSides(_ route: Route) throws {
        let test = try stocked()
        let (sender, receiver) = (try actor(route.sender, test), try actor(route.receiver, test))
        let sent = try test.movement {
            let first = try test.send(
                route.from, to: route.to, route.code, slip: route.slip, fen: 12_345,
                key: "route-send", by: sender)
            #expect(first.refusalCode == nil)
            let again = try test.send(
                route.from, to: route.to, route.code, slip: route.slip, fen: 12_345,
                key: "route-send", by: sender)
            #expect(again == first)
        }
        #expect(sent == [route.out: -12_345, "1009.CASH.TRANSIT": 12_345])
        #expect(
            try test.receive(3, fen: 12_345, key: "route-own", by: sender).refusalCode != nil)
        let received = try test.movement {
            let first = try test.receive(3, fen: 12_345, key: "route-take", by: receiver)
            #expect(first.refusalCode == nil)
            #expect(try test.receive(3, fen: 12_345, key: "route-take", by: receiver) == first)
            #expect(
                try test.receive(3, fen: 12_345, key: "route-more", by: receiver).refusalCode
                    == .transferNotOffered)
        }
        #expect(received == [route.into: 12_345, "1009.CASH.TRANSIT": -12_345])
        #expect(try test.faults() == [])
    }

    @Test("the sender takes cash back before it arrives, and nobody else does", arguments: routes)
    func cancelled(_ route: Route) throws {
        let test = try stocked()
        let (sender, receiver) = (try actor(route.sender, test), try actor(route.receiver, test))
        let moved = try test.movement {
            _ = try test.send(
                route.from, to: route.to, route.code, slip: route.slip, fen: 500,
                key: "route-send", by: sender
            ).bytes()
            if receiver.role == .operator {
                #expect(
                    try test.cancelTransfer(3, key: "cancel-other", by: receiver).refusalCode
                        == .unknownTransfer)
            }
            _ = try test.cancelTransfer(3, key: "cancel-own", by: sender).bytes()
        }
        #expect(moved == [:])
        #expect(
            try test.receive(3, fen: 500, key: "route-take", by: receiver).refusalCode
                == .transferNotOffered)
        #expect(try test.faults() == [])
    }

    struct Refused: Sendable, CustomTestStringConvertible {
        let code: RefusalCode
        var from = CashPlaceKind.till
        let to: CashPlaceKind
        var toCode: String?
        var slip: String?
        var fen: Int64 = 500
        var sender = "OP000101"
        var testDescription: String {
            "\(sender): \(fen) from \(from) to \(to) \(toCode ?? "-"): \(code)"
        }
    }

    static let refusedSends = [
        Refused(code: .transferNotAllowed, to: .till, toCode: "S0001-C1"),
        Refused(code: .transferNotAllowed, to: .till, toCode: "NOPE"),
        Refused(code: .transferNotAllowed, to: .till),
        Refused(code: .transferNotAllowed, to: .centre, toCode: "T02"),
        Refused(code: .transferNotAllowed, to: .bank, slip: "S"),
        Refused(code: .transferNotAllowed, to: .centre, toCode: "T01", slip: "S"),
        Refused(code: .amountNotAllowed, to: .centre, toCode: "T01", fen: 0),
        Refused(code: .tillShortOfCash, to: .centre, toCode: "T01", fen: 10_000_000),
        Refused(code: .notPermitted, from: .centre, to: .till, toCode: "S0001-C1"),
        Refused(code: .notPermitted, to: .centre, toCode: "T01", sender: "SV-T01"),
        Refused(code: .notPermitted, to: .centre, toCode: "T01", sender: "AD0001"),
        Refused(code: .notSignedOn, to: .centre, toCode: "T01", sender: "OP000201"),
        Refused(
            code: .transferNotAllowed, from: .centre, to: .till, toCode: "S0005-C1",
            sender: "SV-T01"),
        Refused(
            code: .transferNotAllowed, from: .centre, to: .centre, toCode: "T02",
            sender: "SV-T01"),
        Refused(code: .transferNotAllowed, from: .centre, to: .bank, sender: "SV-T01"),
        Refused(
            code: .transferNotAllowed, from: .bank, to: .till, toCode: "S0001-C1", slip: "S",
            sender: "SV-T01"),
        Refused(
            code: .depositShort, from: .bank, to: .centre, toCode: "T01", slip: "S",
            fen: 80_001, sender: "SV-T01"),
    ]

    @Test("cash goes only where it may, and only what is there", arguments: refusedSends)
    func refused(_ row: Refused) throws {
        let test = try stocked()
        let moved = try test.movement {
            let outcome = try test.send(
                row.from, to: row.to, row.toCode, slip: row.slip, fen: row.fen,
                key: "refused-1", by: actor(row.sender, test))
            #expect(outcome.refusalCode == row.code)
        }
        #expect(moved == [:])
        #expect(try test.count("cash_transfer") == 2)
    }

    struct Arrival: Sendable, CustomTestStringConvertible {
        let countedFen: Int64
        let resolution: TransferResolution
        /// What sending, arrival and resolution move together.
        let moved: [String: Int64]
        var testDescription: String { "\(countedFen) of 1000 arrive: \(resolution)" }
    }

    static let arrivals = [
        Arrival(
            countedFen: 900, resolution: .withSender,
            moved: ["1001.S0001-C1": -900, "1001.S0001-C2": 900]),
        Arrival(
            countedFen: 900, resolution: .withReceiver,
            moved: ["1001.S0001-C1": -1_000, "1001.S0001-C2": 1_000]),
        Arrival(
            countedFen: 900, resolution: .unexplained,
            moved: ["1001.S0001-C1": -1_000, "1001.S0001-C2": 900, "1221.CASH.TRANSIT": 100]),
        Arrival(
            countedFen: 0, resolution: .unexplained,
            moved: ["1001.S0001-C1": -1_000, "1221.CASH.TRANSIT": 1_000]),
        Arrival(
            countedFen: 1_050, resolution: .withSender,
            moved: ["1001.S0001-C1": -1_050, "1001.S0001-C2": 1_050]),
        Arrival(
            countedFen: 1_050, resolution: .withReceiver,
            moved: ["1001.S0001-C1": -1_000, "1001.S0001-C2": 1_000]),
        Arrival(
            countedFen: 1_050, resolution: .unexplained,
            moved: ["1001.S0001-C1": -1_000, "1001.S0001-C2": 1_050, "2241.CASH.TRANSIT": -50]),
    ]

    @Test(
        "another sum than was sent is disputed until a third person resolves it",
        arguments: arrivals)
    func disputed(_ row: Arrival) throws {
        let test = try stocked()
        let (sender, receiver) = (try test.operatorA(), try test.operatorB())
        let town = try test.person("SV-T01")
        let moved = try test.movement {
            _ = try test.send(
                .till, to: .till, "S0001-C2", fen: 1_000, key: "send-0001", by: sender
            ).bytes()
            #expect(
                try test.resolve(3, row.resolution, key: "early-01", by: town).refusalCode
                    == .transferNotDisputed)
            _ = try test.receive(3, fen: row.countedFen, key: "take-0001", by: receiver).bytes()
            #expect(
                try test.cancelTransfer(3, key: "cancel-1", by: sender).refusalCode
                    == .transferNotOffered)
            #expect(
                try test.balances()["1009.CASH.TRANSIT"] == 1_000 - row.countedFen)
            #expect(
                try test.resolve(3, row.resolution, key: "other-01", by: test.person("SV-T02"))
                    .refusalCode == .unknownTransfer)
            _ = try test.resolve(3, row.resolution, key: "resolve-1", by: town).bytes()
            #expect(
                try test.resolve(3, row.resolution, key: "resolve-2", by: town).refusalCode
                    == .transferNotDisputed)
        }
        #expect(moved == row.moved)
        for teller in [sender, receiver] {
            #expect(try test.signOff(teller).answer().fen("over_fen") == 0)
        }
        #expect(try test.faults() == [])
    }

    @Test("who took part in a transfer does not resolve it") func parties() throws {
        let test = try stocked()
        let town = try test.person("SV-T01")
        _ = try test.send(
            .till, to: .centre, "T01", fen: 1_000, key: "send-0001", by: test.operatorA()
        ).bytes()
        _ = try test.receive(3, fen: 999, key: "take-0001", by: town).bytes()
        #expect(
            try test.resolve(3, .unexplained, key: "own-0001", by: town).refusalCode
                == .samePerson)
        let district = try test.person("SV-D01")
        // The till's operator has gone home: its cash cannot grow unseen.
        _ = try test.signOff(test.operatorA()).bytes()
        #expect(
            try test.resolve(3, .withSender, key: "gone-0001", by: district).refusalCode
                == .tillNotHeld)
        _ = try test.resolve(3, .unexplained, key: "third-001", by: district).bytes()
        #expect(try test.faults() == [])
    }

    @Test("cash under way outlives the day, and arrives on the next") func overNight() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        _ = try test.send(
            .till, to: .centre, "T01", fen: 1_000, key: "send-0001", by: teller
        ).bytes()
        try test.signOff(teller)
        try test.closeDay()
        try test.clock.set("2026-11-21 09:00")
        let town = try test.person("SV-T01")
        _ = try test.receive(1, fen: 1_000, key: "take-0001", by: town).bytes()
        #expect(try test.balances()["1009.CASH.TRANSIT"] == 0)
        #expect(try test.faults() == [])
    }

    @Test(
        "the database keeps a transfer's parties, sum and order",
        arguments: [
            "UPDATE cash_transfer SET amount_fen = 1", "DELETE FROM cash_transfer",
            "UPDATE cash_transfer SET state = 'resolved'",
            "UPDATE cash_transfer SET state = 'offered' WHERE state = 'received'",
            "UPDATE cash_transfer SET receiver_centre_id = 1",
            "UPDATE cash_transfer SET state = 'received', received_by = sent_by",
            "UPDATE cash_account SET account_id = 1", "DELETE FROM cash_account",
        ])
    func guards(_ sql: String) throws {
        let test = try stocked()
        #expect(throws: (any Error).self) { try test.execute(sql) }
    }
}
