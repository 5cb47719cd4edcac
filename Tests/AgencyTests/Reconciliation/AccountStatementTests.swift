import CivilTime
import Foundation
import FoundationXML
import Ledger
import Testing

@testable import Agency

/// What moved with a partner, as a spreadsheet and as a bank reads it.
@Suite struct AccountStatementTests {
    /// Two days with sales, of which the second has an adjustment.
    private func bench() throws -> ReconcilerBench {
        let bench = try ReconcilerBench(preparing: ReconcilerBench.terms())
        var lines = try bench.playDay([5_000, 3_000])
        lines[0].amountFen -= 100
        try bench.send(lines, for: "2026-11-20")
        try bench.reconcile()
        let proposal = try bench.propose(.writeOff, [1], by: bench.liaison())
        _ = try bench.approve(proposal, by: bench.district()).bytes()
        _ = try bench.playDay([2_000])
        return bench
    }

    private func statement(
        _ bench: ReconcilerBench, _ first: String, _ last: String
    ) throws -> AccountStatement? {
        try bench.test.book.readers.read { connection in
            try AccountStatement.read(
                connection, partner: #require(try PartnerReader(connection).partner("MOBILE01")),
                from: #require(BusinessDate(first)), to: #require(BusinessDate(last)))
        }
    }

    @Test("it leads from balance to balance, whichever dates are asked for")
    func balances() throws {
        let bench = try bench()
        let both = try #require(try statement(bench, "2026-11-20", "2026-11-21"))
        // 5,000 + 3,000 + 2,000 less 0.8 %, and 100 fen adjusted.
        #expect(both.openingFen == 0 && both.closingFen == 9_920 - 100)
        let second = try #require(try statement(bench, "2026-11-21", "2026-11-21"))
        #expect(second.openingFen == 7_936 && second.closingFen == both.closingFen)
        let moved = second.days.flatMap(\.totals).reduce(0) { $0 + $1.netFen }
        #expect(second.openingFen + moved == second.closingFen)
        // The open date has no file yet.
        #expect(try statement(bench, "2026-11-20", "2026-11-22") == nil)
    }

    @Test("Excel and WPS keep digits as they are and make no formula") func csv() throws {
        let bench = try bench()
        // No account can be one, by the rules of today.
        try bench.test.execute(
            """
            DROP TRIGGER service_transaction_final;
            UPDATE service_transaction SET account_reference = '=1+1' WHERE serial = 2;
            """)
        let both = try #require(try statement(bench, "2026-11-20", "2026-11-21"))
        let bytes = try bench.test.book.readers.read { try both.csv($0, zone: .china) }
        #expect(Array(bytes.prefix(3)) == [0xEF, 0xBB, 0xBF])
        let rows = String(decoding: bytes.dropFirst(3), as: UTF8.self)
            .components(separatedBy: "\r\n")
        #expect(rows.count == 8 && rows.last == "")
        #expect(rows[1] == "2026-11-20,,,期初余额 opening balance,,,,,,0.00,,,")
        #expect(
            rows[2].hasPrefix(
                "2026-11-20,\"\t000000000001\",,BILL_PAYMENT,\"\t13810000001\",50.00,0.00,0.40,"
                    + "POSTED,49.60,2026-11-20T09:"))
        #expect(rows[3].contains(",BILL_PAYMENT,'=1+1,30.00,"))
        #expect(rows[5].contains(",ADJ1,,ADJUSTMENT,"))
        #expect(rows[6].hasPrefix("2026-11-21,,,期末余额 closing balance,,,,,,98.20"))
    }

    @Test("camt.053 is well formed, and its entries lead to the closing balance")
    func camt() throws {
        let bench = try bench()
        let both = try #require(try statement(bench, "2026-11-20", "2026-11-21"))
        let bytes = both.camt053(zone: .china)
        let reader = CAMTReader()
        let parser = XMLParser(data: Data(bytes))
        parser.delegate = reader
        #expect(parser.parse())
        #expect(reader.namespace == "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08")
        #expect(reader.balances == ["OPBD": 0, "CLBD": 9_820])
        #expect(reader.entriesFen == [7_936, 1_984, -100])
        // Asked for another day, it has the same bytes.
        _ = try bench.playDay([])
        let again = try #require(try statement(bench, "2026-11-20", "2026-11-21"))
        #expect(again.camt053(zone: .china) == bytes)
    }

    /// The water works' statement of a day with sales and the day on which they were paid.
    private func paid(_ test: TestBook) throws -> AccountStatement? {
        try test.book.readers.read { connection in
            try AccountStatement.read(
                connection, partner: #require(try PartnerReader(connection).partner("WATER01")),
                from: #require(BusinessDate("2026-11-20")),
                to: #require(BusinessDate("2026-11-21")))
        }
    }

    @Test("a payment stands with its reference, the bank's, and the bank's date")
    func payments() throws {
        let test = try TestBook(at: "2026-11-20 09:00")
        try test.fillDeposit(1_000_000)
        try test.playSettledDay()
        let cycle = try #require(try test.cycles("WATER01").first)
        let netFen = try #require(cycle.netFen)
        let reference = try test.instruct(cycle)
        try test.importLines([
            BankLine(signedFen: -netFen, text: reference, bankReference: "B<7")
        ])
        try test.endDay()
        let statement = try #require(try paid(test))
        let payment = AccountStatement.Payment(
            amountFen: -netFen, reference: "APS-WATER01-000001", bankReference: "B<7",
            bookingDate: try #require(BusinessDate("2026-11-21")))
        #expect(statement.days.map(\.payments) == [[], [payment]])
        #expect(statement.openingFen == 0 && statement.closingFen == 0)
        let rows = try test.book.readers.read {
            String(decoding: try statement.csv($0, zone: .china), as: UTF8.self)
        }.components(separatedBy: "\r\n")
        let row = try #require(rows.first { $0.contains("划款 payment") })
        let cells = row.components(separatedBy: ",")
        #expect(cells[0] == "2026-11-21" && cells[1] == "APS-WATER01-000001")
        #expect(cells[2] == "B<7" && cells[10] == "2026-11-21")
        let text = String(decoding: statement.camt053(zone: .china), as: UTF8.self)
        #expect(
            text.contains(
                "<Refs><AcctSvcrRef>B&lt;7</AcctSvcrRef>"
                    + "<EndToEndId>APS-WATER01-000001</EndToEndId></Refs>"))
        let instruction = try test.book.readers.read {
            try SettlementInstructionReader($0).newest(of: cycle.id)
        }
        #expect(instruction?.bankReference == "B<7")
        #expect(instruction?.bankBookingDate == payment.bookingDate)
        // A fen that no line and no payment tells of is no payment: there is no such statement.
        try test.execute(
            """
            DROP TRIGGER settlement_payment_fixed;
            UPDATE settlement_payment SET payable_fen = payable_fen + 1, net_fen = net_fen + 1
            WHERE net_fen = \(netFen);
            """)
        #expect(throws: BookError.self) { try paid(test) }
    }

    @Test("texts are escaped by scalars: a mark on a sign does not hide it") func escaped() {
        #expect(XMLText.escaped("a<b>&c") == "a&lt;b&gt;&amp;c")
        #expect(XMLText.escaped("a<\u{301}b") == "a&lt;\u{301}b")
    }
}

/// Takes balances and entries from a statement by the names of ISO 20022.
private final class CAMTReader: NSObject, XMLParserDelegate {
    var namespace: String?
    var balances: [String: Int64] = [:]
    var entriesFen: [Int64] = []
    private var path: [String] = []
    private var text = ""
    private var amountFen: Int64 = 0
    private var isDebit = false
    private var code = ""

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
        qualifiedName: String?, attributes: [String: String]
    ) {
        if name == "Document" { namespace = attributes["xmlns"] }
        path.append(name)
        text = ""
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }

    func parser(
        _ parser: XMLParser, didEndElement name: String, namespaceURI: String?,
        qualifiedName: String?
    ) {
        switch name {
        case "Amt": amountFen = Int64(text.replacing(".", with: "")) ?? -1
        case "CdtDbtInd": isDebit = text == "DBIT"
        case "Cd" where path.contains("Bal"): code = text
        case "Bal": balances[code] = isDebit ? -amountFen : amountFen
        case "Ntry": entriesFen.append(isDebit ? -amountFen : amountFen)
        case _: break
        }
        path.removeLast()
    }
}
