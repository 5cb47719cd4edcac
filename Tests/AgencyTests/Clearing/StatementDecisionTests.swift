import Ledger
import Testing

@testable import Agency

@Suite struct StatementDecisionTests {
    private func approve(
        _ number: Int64, _ test: TestBook, by staff: String = "AD0001"
    ) throws -> CommandOutcome {
        let person = try test.person(staff)
        let claim = try test.claim(
            "approve-\(number)-\(staff)-\(try test.count("idempotency_key"))", person,
            approveStatementEntryFingerprint(number, reason: "核对无误"))
        return try test.perform {
            try $0.approveStatementEntry(number, reason: "核对无误", claim: claim, by: person)
        }
    }

    private func assign(
        _ number: Int64, to reference: String = "APS-WATER01-000001", _ test: TestBook
    ) throws {
        let person = try test.person("SV-D01")
        _ = try test.perform {
            try $0.proposeAssignment(of: number, to: reference, reason: "银行漏填", by: person)
        }
    }

    private func suspend(_ number: Int64, _ test: TestBook) throws {
        let person = try test.person("SV-D01")
        _ = try test.perform {
            try $0.proposeSuspense(of: number, reason: "来源待查", by: person)
        }
    }

    @Test("two people assign an entry without reference; it settles as a matched one does")
    func assigned() throws {
        let bench = try StatementMatchTests.Bench()
        let test = bench.test
        try bench.instruct()
        try test.importLines([BankLine(signedFen: -bench.waterFen, text: "水费")])
        try assign(1, test)
        #expect(try approve(1, test, by: "SV-D01").refusalCode == .samePerson)
        let moved = try test.movement { _ = try approve(1, test).bytes() }
        #expect(moved == ["2202.WATER01": bench.waterFen, "1002.D01": -bench.waterFen])
        #expect(try test.entryStates() == ["assigned no_reference"])
        #expect(try bench.states()[0] == .settled)
        #expect(try approve(1, test).refusalCode == .statementEntryState)
        #expect(try test.faults() == [])
    }

    @Test("an entry that a second statement tells again is not booked twice") func suspendedTwice()
        throws
    {
        let bench = try StatementMatchTests.Bench()
        let test = bench.test
        let line = BankLine(signedFen: 5_000, text: "来款", bankReference: "B1")
        // Two of one number in one statement are two entries.
        try test.importLines([line, line], id: "one")
        try test.importLines([line], id: "two")
        #expect(
            try test.entryStates() == [
                "unmatched no_reference", "unmatched no_reference", "unmatched seen_before",
            ])
        for number in Int64(1)...3 { try suspend(number, test) }
        for number in Int64(1)...2 { _ = try approve(number, test).bytes() }
        #expect(try approve(3, test).refusalCode == .statementEntryState)
        #expect(try test.balances()["2241.BANK.SUSPENSE"] == -10_000)
        #expect(try test.faults() == [])
    }

    @Test("suspense takes two people, moves money aside, and is explained later by two again")
    func suspended() throws {
        let bench = try StatementMatchTests.Bench()
        let test = bench.test
        try bench.instruct()
        try test.importLines([BankLine(signedFen: 100_100, text: "来款")])
        try suspend(1, test)
        let aside = try test.movement { _ = try approve(1, test).bytes() }
        #expect(aside == ["1002.D01": 100_100, "2241.BANK.SUSPENSE": -100_100])
        #expect(try test.entryStates() == ["suspended no_reference"])
        #expect(try test.faults() == [])
        try assign(1, to: "APS-BANK01-000001", test)
        let explained = try test.movement { _ = try approve(1, test).bytes() }
        #expect(explained == ["1122.BANK01": -100_100, "2241.BANK.SUSPENSE": 100_100])
        #expect(try test.entryStates() == ["assigned no_reference"])
        #expect(try bench.states()[1] == .settled)
        #expect(try test.faults() == [])
    }

    @Test("an entry of another amount, direction or reference is not assigned, not by anyone")
    func differs() throws {
        let bench = try StatementMatchTests.Bench()
        let test = bench.test
        try bench.instruct()
        try test.importLines([
            BankLine(signedFen: -bench.waterFen - 1, text: "x"),
            BankLine(signedFen: bench.waterFen, text: "x"),
            BankLine(signedFen: -bench.waterFen, text: "x"),
        ])
        for number in Int64(1)...2 {
            #expect(try refusalCode { try assign(number, test) } == .statementEntryDiffers)
        }
        #expect(
            try refusalCode { try assign(3, to: "APS-WATER01-000009", test) } == .noInstruction)
        #expect(try refusalCode { try assign(4, test) } == .unknownStatementEntry)
        #expect(try test.count("bank_statement_event") == 0)
    }

    @Test("a proposal waits alone, is declined by anyone, and loses to an entry that came first")
    func proposals() throws {
        let bench = try StatementMatchTests.Bench()
        let test = bench.test
        try bench.instruct()
        try test.importLines([BankLine(signedFen: -bench.waterFen, text: "x")])
        try assign(1, test)
        #expect(try refusalCode { try suspend(1, test) } == .statementEntryState)
        let person = try test.person("SV-D01")
        _ = try test.perform {
            try $0.declineStatementEntry(1, reason: "看错", by: person)
        }
        #expect(
            try refusalCode {
                _ = try test.perform {
                    try $0.declineStatementEntry(1, reason: "看错", by: person)
                }
            } == .statementEntryState)
        try assign(1, test)
        try test.importLines(
            [BankLine(signedFen: -bench.waterFen, text: "APS-WATER01-000001")], id: "2")
        #expect(try approve(1, test).refusalCode == .statementEntryDiffers)
        #expect(
            try test.entryStates() == ["unmatched no_reference", "matched"])
        #expect(try test.faults() == [])
    }

    @Test("money that the book does not hold cannot leave by hand either") func short() throws {
        let bench = try StatementMatchTests.Bench(depositFen: 1)
        let test = bench.test
        try bench.instruct()
        try test.importLines([BankLine(signedFen: -bench.waterFen, text: "APS-WATER01-000001")])
        #expect(try test.entryStates() == ["unmatched deposit_short"])
        try assign(1, test)
        var outcome: CommandOutcome?
        let moved = try test.movement { outcome = try approve(1, test) }
        #expect(outcome?.refusalCode == .depositShort)
        #expect(moved == [:])
        try test.fillDeposit(1_000_000)
        _ = try approve(1, test, by: "AD0001").answer()
        #expect(try bench.states()[0] == .settled)
        #expect(try test.faults() == [])
    }
}
