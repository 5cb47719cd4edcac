import CivilTime
import Foundation
import Ledger
import StrictJSON
import Testing

@testable import Agency

/// What a test lets the bank tell of one transfer.
struct BankLine {
    /// Above 0 it came, below 0 it left.
    var signedFen: Int64
    var text: String
    var bankReference = ""
}

extension TestBook {
    static let bankAccount = "33010200000000000018"

    static var statementMapping: StatementMapping {
        get throws {
            let text = """
                {"booking_date":"date","amount":"amount","remittance":"text","bank_reference":"number"}
                """
            return try StatementMapping(
                decoding: JSONObjectDecoder(StrictJSONParser.parse([UInt8](text.utf8))))
        }
    }

    /// Pays money into the district's bank account.
    func fillDeposit(_ fen: Int64) throws {
        try perform { session in
            let deposit = try session.deposit(of: ID(1))
            let source = try session.cashAccount(.overIncome)
            _ = try session.journal.post(
                NewEntry(
                    kind: EntryKind("test_deposit"), narrative: "", source: nil,
                    postings: [.debit(deposit, fen), .credit(source, fen)]),
                at: session.now)
        }
    }

    /// Closes the open date, releases its files, and goes on to the next day.
    func endDay() throws {
        try closeDay()
        try release()
        clock.advance(milliseconds: 86_400_000)
    }

    func setTerms(_ partner: String, cycle: String, from date: String) throws {
        let day = try #require(BusinessDate(date)).daysSinceEpoch
        try execute(
            """
            INSERT INTO settlement_terms (partner_id, valid_from, timing_margin_minutes,
                write_off_limit_fen, cycle, file_weekdays, file_due_minutes, escalation_minutes)
            SELECT partner_id, \(day), 15, 0, '\(cycle)', '', 600, 1440 FROM partner
            WHERE code = '\(partner)'
            """)
    }

    func cycles(
        _ partner: String? = nil, state: SettlementCycle.State? = nil
    ) throws -> [SettlementCycle] {
        try book.readers.read { connection in
            let id = try partner.map { try #require(try PartnerReader(connection).partner($0)) }
            var (found, last): ([SettlementCycle], Int64) = ([], 0)
            while true {
                let page = try SettlementCycleReader(connection).cycles(
                    partner: id, state: state, date: nil, after: last,
                    limit: SettlementCycleReader.maximumPageSize)
                found += page
                guard let end = page.last else { return found }
                last = end.id.number
            }
        }
    }

    /// Proposes and approves the instruction of a cycle; gives its reference.
    @discardableResult
    func instruct(_ cycle: SettlementCycle) throws -> String {
        let (supervisor, administrator) = (try person("SV-D01"), try person("AD0001"))
        _ = try perform { try $0.proposeInstruction(of: cycle.id, by: supervisor) }
        let answer = try perform { try $0.approveInstruction(of: cycle.id, by: administrator) }
        return try Answer(answer).object("instruction").text("reference")
    }

    /// A statement as the bank's table, imported.
    @discardableResult
    func importLines(_ lines: [BankLine], id: String = "2026-11-21") throws -> Answer {
        let rows = lines.map { line in
            let yuan =
                "\(abs(line.signedFen) / 100)." + "\(100 + abs(line.signedFen) % 100)".suffix(2)
            let sign = line.signedFen < 0 ? "-" : ""
            return "2026-11-21,\(sign)\(yuan),\(line.text),\(line.bankReference)\n"
        }
        let text = "date,amount,text,number\n" + rows.joined()
        let file = try BankStatementFile.csv(
            [UInt8](text.utf8), mapping: Self.statementMapping, account: Self.bankAccount, id: id)
        return try Answer(perform { try $0.importStatements(file, by: nil) })
    }

    /// State and reason of each entry, in their order.
    func entryStates() throws -> [String] {
        try texts(
            """
            SELECT state || CASE WHEN reason IS NULL THEN '' ELSE ' ' || reason END
            FROM bank_statement_entry ORDER BY statement_entry_id
            """)
    }

    /// A day on which we owe 9,950 fen to the water works and the bank owes us 100,100 fen.
    func playSettledDay() throws {
        let teller = try signOn()
        let bill = try payBill("WATER", key: "water-\(try date())", by: teller)
        #expect(bill.totalFen > 50)
        let paid = try pending(key: "paid-\(try date())", by: teller)
        _ = try record(.approved(reference: "BANK-REF-1"), paid).bytes()
        _ = try confirmCash(paid, key: "cash-\(try date())", by: teller).bytes()
        try signOff(teller)
        try endDay()
    }
}
