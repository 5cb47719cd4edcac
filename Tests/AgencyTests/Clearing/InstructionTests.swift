import Ledger
import Testing

@testable import Agency

@Suite struct InstructionTests {
    @Test("one proposes, another one approves; before that nothing counts as sent")
    func twoPeople() throws {
        let bench = try StatementMatchTests.Bench()
        let test = bench.test
        let (supervisor, administrator) = (
            try test.person("SV-D01"), try test.person("AD0001")
        )
        let id = bench.water.id
        let proposed = try Answer(
            test.perform { try $0.proposeInstruction(of: id, by: supervisor) })
        #expect(try proposed.text("state") == "due")
        let instruction = try proposed.object("instruction")
        #expect(try instruction.text("reference") == "APS-WATER01-000001")
        #expect(try instruction.text("direction") == "out")
        #expect(try instruction.fen("amount_fen") == bench.waterFen)
        #expect(try instruction.text("bank_account") == "33010200000000010015")
        #expect(
            try refusalCode {
                _ = try test.perform { try $0.approveInstruction(of: id, by: supervisor) }
            } == .samePerson)
        #expect(
            try refusalCode {
                _ = try test.perform { try $0.proposeInstruction(of: id, by: supervisor) }
            } == .settlementCycleState)
        // Declined, it never counted, and the same reference serves its successor.
        _ = try test.perform {
            try $0.declineInstruction(of: id, reason: "账户待核实", by: administrator)
        }
        #expect(
            try refusalCode {
                _ = try test.perform { try $0.approveInstruction(of: id, by: administrator) }
            } == .noInstruction)
        #expect(try test.instruct(bench.water) == "APS-WATER01-000001")
        #expect(try bench.states()[0] == .instructed)
        #expect(try test.faults() == [])
    }

    @Test("what the bank did not carry out is taken back, and a successor needs two people again")
    func recall() throws {
        let bench = try StatementMatchTests.Bench()
        let test = bench.test
        let (supervisor, administrator) = (
            try test.person("SV-D01"), try test.person("AD0001")
        )
        let id = bench.water.id
        func recall(by person: Principal) throws -> Answer {
            try Answer(
                test.perform {
                    try $0.recallInstruction(of: id, reason: "银行退回", by: person)
                })
        }
        #expect(try refusalCode { _ = try recall(by: administrator) } == .noInstruction)
        _ = try test.perform { try $0.proposeInstruction(of: id, by: supervisor) }
        #expect(try refusalCode { _ = try recall(by: administrator) } == .noInstruction)
        _ = try test.perform { try $0.approveInstruction(of: id, by: administrator) }
        for person in ["SV-T01", "LI-WATER01", "OP000101"] {
            let other = try test.person(person)
            #expect(try refusalCode { _ = try recall(by: other) } == .notPermitted)
        }
        let recalled = try recall(by: administrator)
        #expect(try recalled.text("state") == "due")
        let instruction = try recalled.object("instruction")
        #expect(try instruction.text("state") == "recalled")
        #expect(try instruction.text("decided_by") == "AD0001")
        #expect(try instruction.text("recalled_by") == "AD0001")
        #expect(try instruction.text("recall_reason") == "银行退回")
        #expect(try test.faults() == [])
        // The bank's entry of it settles nothing now, and its successor by the same reference.
        let line = BankLine(signedFen: -bench.waterFen, text: "APS-WATER01-000001")
        try test.importLines([line], id: "one")
        #expect(try test.instruct(bench.water) == "APS-WATER01-000001")
        #expect(try test.cycles("WATER01").first?.state == .instructed)
        try test.importLines([line, BankLine(signedFen: 37, text: "利息")], id: "two")
        try test.importLines([line, BankLine(signedFen: 38, text: "利息")], id: "three")
        #expect(
            try test.entryStates() == [
                "unmatched not_approved", "matched", "unmatched no_reference",
                "unmatched already_settled", "unmatched no_reference",
            ])
        #expect(try refusalCode { _ = try recall(by: administrator) } == .noInstruction)
        #expect(try test.cycles("WATER01").first?.state == .settled)
        #expect(try test.faults() == [])
    }

    @Test("without an account of the partner nothing is paid out, but money may be asked for")
    func noAccount() throws {
        let test = try TestBook()
        let teller = try test.signOn()
        try test.payPhone(key: "phone-one", by: teller)
        try test.signOff(teller)
        try test.endDay()
        let cycle = try #require(try test.cycles("MOBILE01").first)
        let supervisor = try test.person("SV-D01")
        #expect(
            try refusalCode {
                _ = try test.perform { try $0.proposeInstruction(of: cycle.id, by: supervisor) }
            } == .bankDetailsMissing)
    }

    @Test(
        "only the district's supervisors, and administrators to approve, decide on money",
        arguments: ["SV-T01", "LI-WATER01", "AD0001", "OP000101"])
    func roles(staff: String) throws {
        let bench = try StatementMatchTests.Bench()
        let person = try bench.test.person(staff)
        let id = bench.water.id
        #expect(
            try refusalCode {
                _ = try bench.test.perform { try $0.proposeInstruction(of: id, by: person) }
            } == .notPermitted)
    }

    @Test("an open or unknown cycle is not instructed") func notDue() throws {
        let test = try TestBook()
        try test.setTerms("GAS01", cycle: "monthly", from: "2026-11-01")
        try test.endDay()
        let supervisor = try test.person("SV-D01")
        let open = try #require(try test.cycles("GAS01").first)
        #expect(
            try refusalCode {
                _ = try test.perform { try $0.proposeInstruction(of: open.id, by: supervisor) }
            } == .settlementCycleState)
        #expect(
            try refusalCode {
                _ = try test.perform { try $0.proposeInstruction(of: ID(999), by: supervisor) }
            } == .unknownSettlementCycle)
    }

    @Test("an approved payment is a pain.001 order; a request for payment is none")
    func order() throws {
        let bench = try StatementMatchTests.Bench()
        try bench.instruct()
        let (paid, asked) = try bench.test.book.readers.read { connection in
            let reader = SettlementInstructionReader(connection)
            return (
                try #require(try reader.newest(of: bench.water.id)),
                try #require(try reader.newest(of: bench.bank.id))
            )
        }
        let profile = bench.test.book.profile
        let xml = try XMLReader.root(of: PaymentOrder.xml(of: paid, from: profile))
        let payment = try #require(xml.at("CstmrCdtTrfInitn", "PmtInf", "CdtTrfTxInf"))
        #expect(payment.at("PmtId", "EndToEndId")?.text == "APS-WATER01-000001")
        let amount = try #require(payment.at("Amt", "InstdAmt"))
        #expect(StatementAmount.fen(amount.text) == bench.waterFen)
        #expect(amount.attributes["Ccy"] == "CNY")
        #expect(payment.at("CdtrAcct", "Id", "Othr", "Id")?.text == "33010200000000010015")
        #expect(
            try refusalCode { _ = try PaymentOrder.xml(of: asked, from: profile) }
                == .noInstruction)
    }

    @Test(
        "a reference fits 35 characters, whatever the partner's code",
        arguments: [
            ("WATER01", "APS-WATER01-000007"),
            (
                String(repeating: "X", count: 24),
                "APS-" + String(repeating: "X", count: 24) + "-000007"
            ),
            (String(repeating: "X", count: 25), "APS.12.000007"),
        ])
    func reference(code: String, expected: String) {
        let reference = SettlementInstruction.reference(
            partnerCode: code, partner: ID(12), number: 7)
        #expect(reference == expected)
        #expect(StatementLimits.referenceCharacters.contains(reference.count))
    }
}
