import CivilTime
import Ledger
import Testing

@testable import Agency

@Suite struct StatementMatchTests {
    /// A book with one cycle that we pay and one that we are paid, both instructed.
    struct Bench {
        let test: TestBook
        let water: SettlementCycle
        let bank: SettlementCycle

        var waterFen: Int64 { water.netFen ?? 0 }

        init(depositFen: Int64 = 1_000_000) throws {
            test = try TestBook()
            if depositFen > 0 { try test.fillDeposit(depositFen) }
            try test.playSettledDay()
            water = try #require(try test.cycles("WATER01").first)
            bank = try #require(try test.cycles("BANK01").first)
        }

        func instruct() throws {
            #expect(try test.instruct(water) == "APS-WATER01-000001")
            #expect(try test.instruct(bank) == "APS-BANK01-000001")
        }

        func states() throws -> [SettlementCycle.State] {
            try test.cycles().filter { [water.id, bank.id].contains($0.id) }
                .sorted { $0.partnerCode > $1.partnerCode }.map(\.state)
        }
    }

    @Test("the bank's entries settle what was instructed, both ways, and clear both accounts")
    func settles() throws {
        let bench = try Bench()
        try bench.instruct()
        #expect(try bench.states() == [.instructed, .instructed])
        #expect(bench.bank.netFen == -100_100)
        let moved = try bench.test.movement {
            try bench.test.importLines([
                BankLine(signedFen: -bench.waterFen, text: "APS-WATER01-000001"),
                BankLine(signedFen: 100_100, text: "清算款：APS-BANK01-000001。"),
            ])
        }
        #expect(
            moved == [
                "2202.WATER01": bench.waterFen, "1122.BANK01": -100_100,
                "1002.D01": 100_100 - bench.waterFen,
            ])
        #expect(try bench.states() == [.settled, .settled])
        #expect(try bench.test.entryStates() == ["matched", "matched"])
        let balances = try bench.test.balances()
        #expect(balances["2202.WATER01"] == 0)
        #expect(balances["1122.BANK01"] == 0)
        #expect(try bench.test.faults() == [])
    }

    @Test("the same statement again posts nothing; its id with other bytes is refused")
    func repeated() throws {
        let bench = try Bench()
        try bench.instruct()
        let lines = [BankLine(signedFen: -bench.waterFen, text: "APS-WATER01-000001")]
        let first = try bench.test.importLines(lines)
        #expect(try first.fen("is_repeated") == 0)
        let entries = try bench.test.count("journal_entry")
        // A table's bytes are the same statement under whatever id they come.
        for id in ["2026-11-21", "2026-11-21-B"] {
            let again = try bench.test.importLines(lines, id: id)
            #expect(try again.fen("is_repeated") == 1)
            #expect(
                try again.objects("bank_statements").map { try $0.text("statement_id") }
                    == first.objects("bank_statements").map { try $0.text("statement_id") })
        }
        let other = lines + [BankLine(signedFen: 1, text: "interest")]
        #expect(
            try refusalCode { try bench.test.importLines(other) } == .bankStatementChanged)
        #expect(try bench.test.count("journal_entry") == entries)
        #expect(try bench.test.count("bank_statement_entry") == 1)
        #expect(try bench.test.faults() == [])
    }

    @Test("a statement tells whether one before it is missing") func continuous() throws {
        let test = try TestBook()
        let mapping = try StatementReaderTests.mapping(
            #"{"booking_date":"d","amount":"a","remittance":"t","balance":"b"}"#)
        /// Each day has one entry of 1 yuan, so that the balance tells the day.
        func take(_ days: ClosedRange<Int>) throws -> Answer {
            let lines = days.map { "2026-11-\($0),1.00,x,\($0).00\n" }
            let file = try BankStatementFile.csv(
                [UInt8](("d,a,t,b\n" + lines.joined()).utf8), mapping: mapping,
                account: TestBook.bankAccount, id: "\(days)")
            let answer = try Answer(test.perform { try $0.importStatements(file, by: nil) })
            return try #require(try answer.objects("bank_statements").first)
        }
        #expect(try take(14...15).isNull("is_continuous"))
        #expect(try take(16...16).fen("is_continuous") == 1)
        #expect(try take(18...19).fen("is_continuous") == 0)
        #expect(try take(12...13).isNull("is_continuous"))
        // The missing one closes the gap, and an earlier one may come late.
        #expect(try take(17...17).fen("is_continuous") == 1)
        #expect(try take(18...19).fen("is_continuous") == 1)
        #expect(try take(14...15).fen("is_continuous") == 1)
    }

    @Test("a camt.053 file settles too, and comes once")
    func camt() throws {
        let bench = try Bench()
        try bench.instruct()
        var text = try StatementReaderTests.text("camt053-08.xml")
        let yuan = "\(bench.waterFen / 100)." + "\(100 + bench.waterFen % 100)".suffix(2)
        text = text.replacing(">101.4<", with: ">\(yuan)<")
        let closing = 500_000 - bench.waterFen + 100_100 + 38
        text = text.replacing(
            ">5899.98<", with: ">\(closing / 100)." + "\(100 + closing % 100)".suffix(2) + "<")
        let file = try BankStatementFile.camt053([UInt8](text.utf8), currency: .renminbi)
        for round in 1...2 {
            let answer = try Answer(
                bench.test.perform { try $0.importStatements(file, by: nil) })
            #expect(try answer.fen("is_repeated") == round - 1)
        }
        #expect(
            try bench.test.entryStates() == ["matched", "matched", "unmatched no_reference"])
        #expect(try bench.states() == [.settled, .settled])
        #expect(try bench.test.faults() == [])
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let reason: StatementEntryReason
        /// What differs from the entry that would settle the water works' cycle.
        var addedFen: Int64 = 0
        var isIncoming = false
        var text = "APS-WATER01-000001"
        var depositFen: Int64 = 1_000_000
        var isApproved = true

        var testDescription: String { "\(reason.rawValue) \(addedFen)" }
    }

    static let rows = [
        Row(reason: .wrongAmount, addedFen: 1), Row(reason: .wrongAmount, addedFen: -1),
        Row(reason: .wrongDirection, isIncoming: true),
        Row(reason: .noReference, text: "water"), Row(reason: .noReference, text: ""),
        Row(reason: .unknownReference, text: "APS-WATER01-000002"),
        Row(reason: .unknownReference, text: "APS-WATER01-0000011"),
        Row(reason: .severalReferences, text: "APS-WATER01-000001 APS-BANK01-000001"),
        Row(reason: .depositShort, depositFen: 1), Row(reason: .notApproved, isApproved: false),
    ]

    @Test("what is not equal to the fen posts nothing and waits with its reason", arguments: rows)
    func unmatched(_ row: Row) throws {
        let bench = try Bench(depositFen: row.depositFen)
        if row.isApproved {
            try bench.instruct()
        } else {
            let supervisor = try bench.test.person("SV-D01")
            let id = bench.water.id
            _ = try bench.test.perform { try $0.proposeInstruction(of: id, by: supervisor) }
        }
        let fen = bench.waterFen + row.addedFen
        let moved = try bench.test.movement {
            try bench.test.importLines([
                BankLine(signedFen: row.isIncoming ? fen : -fen, text: row.text)
            ])
        }
        #expect(moved == [:])
        #expect(try bench.test.entryStates() == ["unmatched \(row.reason.rawValue)"])
        #expect(try bench.states()[0] == (row.isApproved ? .instructed : .due))
        #expect(try bench.test.faults() == [])
    }

    @Test("a reference counts once, in one statement and in two") func twice() throws {
        let bench = try Bench()
        try bench.instruct()
        let line = BankLine(signedFen: -bench.waterFen, text: "APS-WATER01-000001")
        try bench.test.importLines([line, line])
        try bench.test.importLines([line, BankLine(signedFen: 5, text: "x")], id: "2")
        #expect(
            try bench.test.entryStates() == [
                "matched", "unmatched already_settled", "unmatched already_settled",
                "unmatched no_reference",
            ])
        #expect(try bench.test.balances()["2202.WATER01"] == 0)
        #expect(try bench.test.faults() == [])
    }

    @Test("the bank's own number tells an entry that an earlier statement had")
    func seenBefore() throws {
        let bench = try Bench()
        var line = BankLine(signedFen: -bench.waterFen, text: "APS-WATER01-000001")
        line.bankReference = "B1"
        // It came before the instruction; the weekly statement tells it again.
        try bench.test.importLines([line])
        try bench.instruct()
        try bench.test.importLines([line, BankLine(signedFen: 5, text: "x")], id: "week")
        #expect(
            try bench.test.entryStates() == [
                "unmatched unknown_reference", "unmatched seen_before", "unmatched no_reference",
            ])
        #expect(try bench.states()[0] == .instructed)
    }

    @Test("an account that no centre has is refused, and nothing is kept") func account() throws {
        let test = try TestBook()
        let file = try BankStatementFile.csv(
            [UInt8]("date,amount,text,number\n2026-11-21,1,x,y\n".utf8),
            mapping: TestBook.statementMapping, account: "1", id: "1")
        #expect(
            try refusalCode {
                _ = try test.perform { try $0.importStatements(file, by: nil) }
            } == .unknownBankAccount)
        #expect(try test.count("bank_statement") == 0)
    }

    @Test("a payment on a date disturbs neither that date's file nor its cycle")
    func sameDate() throws {
        let bench = try Bench()
        try bench.instruct()
        let teller = try bench.test.signOn()
        let bill = try bench.test.payBill("WATER", key: "water-again", by: teller)
        try bench.test.importLines([
            BankLine(signedFen: -bench.waterFen, text: "APS-WATER01-000001"),
            BankLine(signedFen: 100_100, text: "APS-BANK01-000001"),
        ])
        try bench.test.signOff(teller)
        let date = try bench.test.date()
        try bench.test.endDay()
        let files = try bench.test.book.readers.read {
            try SettlementFileReader($0).files(
                partner: nil, date: BusinessDate(date), after: 0, limit: 200)
        }
        #expect(files.first { $0.partnerCode == "WATER01" }?.netFen == bill.totalFen - 50)
        #expect(files.first { $0.partnerCode == "BANK01" }?.netFen == 0)
        let cycle = try #require(try bench.test.cycles("WATER01").last)
        #expect(cycle.payableFen == bill.totalFen - 50)
        #expect(try bench.test.cycles("BANK01").last?.state == .settled)
        #expect(try bench.test.faults() == [])
    }
}
