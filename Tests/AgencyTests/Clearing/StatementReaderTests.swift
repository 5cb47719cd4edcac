import CivilTime
import Foundation
import StrictJSON
import Testing

@testable import Agency

@Suite struct StatementReaderTests {
    static let folder = TestNetwork.dataFolder + "/../statements/"

    static func bytes(_ name: String) throws -> [UInt8] {
        try [UInt8](Data(contentsOf: URL(filePath: folder + name)))
    }

    static func text(_ name: String) throws -> String {
        String(decoding: try bytes(name), as: UTF8.self)
    }

    static func golden(_ statement: ParsedStatement) -> String {
        let head = [
            statement.account, statement.openingFen.map { "\($0)" } ?? "",
            statement.closingFen.map { "\($0)" } ?? "",
        ]
        let entries = statement.entries.map { entry in
            [
                entry.direction.rawValue, "\(entry.amountFen)", entry.bookingDate.description,
                entry.bankReference, entry.endToEndID, entry.remittance,
            ]
        }
        return ([head] + entries).map { $0.joined(separator: "\t") + "\n" }.joined()
    }

    static func mapping(_ text: String) throws -> StatementMapping {
        try StatementMapping(
            decoding: JSONObjectDecoder(StrictJSONParser.parse([UInt8](text.utf8))))
    }

    static func table(_ bytes: [UInt8], _ mapping: StatementMapping) throws -> ParsedStatement {
        try CSVStatement.read(bytes, mapping: mapping, account: TestBook.bankAccount, id: "1")
    }

    @Test(
        "both versions of camt.053 say the same", arguments: ["camt053-08.xml", "camt053-02.xml"])
    func camt(name: String) throws {
        let statements = try CamtStatement.read(Self.bytes(name), currency: "CNY")
        #expect(statements.count == 1)
        #expect(Self.golden(statements[0]) == (try Self.text("camt053.txt")))
    }

    @Test("a table is read by its mapping, which is written back as it was")
    func csv() throws {
        let mapping = try Self.mapping(Self.text("mapping.json"))
        let statement = try Self.table(Self.bytes("statement.csv"), mapping)
        #expect(Self.golden(statement) == (try Self.text("statement.txt")))
        var writer = JSONWriter()
        mapping.encode(to: &writer)
        #expect(try Self.mapping(writer.text) == mapping)
    }

    @Test(
        "amounts are whole fen, by integers alone",
        arguments: [
            ("0", 0), ("1", 100), ("12.3", 1_230), ("12.34", 1_234), ("0.05", 5), ("12.340", 1_234),
            ("12.34000", 1_234), ("90071992547.41", nil), ("10000000000.00", 1_000_000_000_000),
            ("9007199254.93", 900_719_925_493), ("12.345", nil), ("12.", nil), (".5", nil),
            ("-1", nil), ("+1", nil), ("1,000", nil), ("1e2", nil), ("", nil), ("1.2.3", nil),
            ("１", nil), (" 1", nil), ("0.0000000", nil), ("99999999999999999999", nil),
        ] as [(String, Int64?)])
    func amounts(text: String, fen: Int64?) {
        #expect(StatementAmount.fen(text) == fen)
    }

    struct Broken: Sendable, CustomTestStringConvertible {
        let old: String
        let new: String
        let says: String
        var line: Int?
        var entry: Int?
        var testDescription: String { says }
    }

    static let broken = [
        Broken(old: "camt.053.001.08", new: "camt.052.001.08", says: "no camt.053", line: 2),
        Broken(old: ">101.4<", new: ">101.41<", says: "does not add up"),
        Broken(old: ">101.4<", new: ">101.405<", says: "at most two places", line: 30, entry: 1),
        Broken(old: ">101.4<", new: ">-101.4<", says: "at most two places", line: 30, entry: 1),
        Broken(old: ">101.4<", new: ">0.00<", says: "the amount is 0", line: 28, entry: 1),
        Broken(old: "Ccy=\"CNY\">101", new: "Ccy=\"USD\">101", says: "not CNY", line: 30, entry: 1),
        Broken(old: "<Ccy>CNY", new: "<Ccy>USD", says: "not CNY", line: 13),
        Broken(
            old: "<CdtDbtInd>DBIT</CdtDbtInd>",
            new: "<CdtDbtInd>DBIT</CdtDbtInd><CdtDbtInd>CRDT</CdtDbtInd>",
            says: "CdtDbtInd comes twice", line: 28, entry: 1),
        Broken(old: "OPBD", new: "ITBD", says: "0 balances OPBD", line: 8),
        Broken(old: "CLBD", new: "OPBD", says: "2 balances OPBD", line: 8),
        Broken(old: "DBIT", new: "OUT", says: "CdtDbtInd is missing", line: 28, entry: 1),
        Broken(
            old: "<BookgDt><Dt>2026-11-22</Dt></BookgDt>\n        <AcctSvcrRef>QC00000000000101",
            new: "<BookgDt><Dt>2026-02-30</Dt></BookgDt>\n        <AcctSvcrRef>QC00000000000101",
            says: "this is no date", line: 33, entry: 1),
        Broken(
            old: "<Sts><Cd>BOOK</Cd></Sts>", new: "", says: "Sts is missing", line: 28, entry: 1),
        Broken(
            old: ">APS-WATER01-000001</EndToEndId>",
            new: ">APS-WATER01-000001-AND-MUCH-MORE-THAN-FITS</EndToEndId>",
            says: "longer than 35 characters", line: 28, entry: 1),
        Broken(old: "<Id>QCNB-D01-20261122</Id>", new: "", says: "Id is missing", line: 8),
        Broken(
            old: "<Document", new: "<!DOCTYPE a [<!ENTITY b \"c\">]><Document",
            says: "document type", line: 2),
        Broken(
            old: "<Document", new: "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><Document",
            says: "document type", line: 2),
        Broken(old: "利息 &amp;", new: "利息 &b;", says: "an entity is not known", line: 71),
        Broken(old: "&amp;", new: "&#0;", says: "a character's number", line: 71),
        Broken(old: "</GrpHdr>", new: "</Grphdr>", says: "GrpHdr is not closed", line: 7),
        Broken(old: "Ccy=\"CNY\">101", new: "Ccy=CNY>101", says: "no quotes", line: 30),
        Broken(
            old: "Ccy=\"CNY\">101", new: "Ccy=\"CNY\" Ccy=\"CNY\">101", says: "comes twice",
            line: 30),
        Broken(old: "</Document>", new: "", says: "in the middle", line: 76),
        Broken(old: "</Document>", new: "</Document><a/>", says: "follows the last", line: 75),
        Broken(old: "QCNB-20261123-0001", new: "a\u{1}", says: "control character", line: 5),
        Broken(
            old: "<GrpHdr>",
            new: String(repeating: "<a>", count: StatementLimits.maximumDepth),
            says: "lie in one another", line: 4),
    ]

    @Test("a broken camt.053 is refused whole, with its line and entry", arguments: broken)
    func refusesXML(_ row: Broken) throws {
        let text = try Self.text("camt053-08.xml")
        let range = try #require(text.range(of: row.old))
        let spoilt = text.replacingCharacters(in: range, with: row.new)
        let fault = try #require(throws: StatementFault.self) {
            try CamtStatement.read([UInt8](spoilt.utf8), currency: "CNY")
        }
        #expect(fault.problem.contains(row.says), "\(fault)")
        #expect(fault.line == row.line)
        #expect(fault.entry == row.entry)
        #expect(fault.refusal.code == .bankStatementInvalid)
    }

    @Test("bytes that are no UTF-8, and too many of them, are refused")
    func bytes() throws {
        let sound = try Self.bytes("camt053-08.xml")
        var utf16: [UInt8] = [0xFF, 0xFE]
        for byte in sound { utf16 += [byte, 0] }
        let long = sound + [UInt8](repeating: 0x20, count: StatementLimits.maximumBytes)
        let files: [[UInt8]] = [utf16, Array(sound.dropLast(40)), long, [], Array("<a".utf8)]
        for spoilt in files {
            #expect(throws: StatementFault.self) {
                try CamtStatement.read(spoilt, currency: "CNY")
            }
        }
        #expect(try CamtStatement.read([0xEF, 0xBB, 0xBF] + sound, currency: "CNY").count == 1)
    }

    static let brokenTables = [
        Broken(old: "31:02,\"清", new: "31:02,清\"", says: "fields, the header 6", line: 3),
        Broken(old: ",,101.40", new: ",7.00,101.40", says: "both have an amount", line: 3),
        Broken(old: ",,101.40", new: ",,", says: "the amount is 0", line: 3),
        Broken(old: "5899.60", new: "--5899.60", says: "without commas", line: 4),
        Broken(old: "1001.00,0.00", new: "\"1,001.00\",0.00", says: "without commas", line: 4),
        Broken(old: "5899.60", new: "5899.61", says: "lines are missing or out of order", line: 4),
        Broken(old: "2026/11/22 16", new: "22.11.2026 16", says: "is no date", line: 4),
        Broken(old: "流水号", new: "摘要", says: "two columns are called 摘要", line: 2),
        Broken(old: "交易时间", new: "时间", says: "no column 交易时间", line: 2),
        Broken(old: "利息", new: "\"利息", says: "a quote is not closed", line: 5),
        Broken(old: "利息", new: "\"利\"息", says: "a quote stands in a field", line: 5),
        Broken(
            old: "QC00000000000103", new: String(repeating: "Q", count: 36),
            says: "longer than 35 characters", line: 5),
    ]

    @Test("a broken table is refused whole, with its line", arguments: brokenTables)
    func refusesTable(_ row: Broken) throws {
        let text = try Self.text("statement.csv")
        let range = try #require(text.range(of: row.old))
        let spoilt = text.replacingCharacters(in: range, with: row.new)
        let mapping = try Self.mapping(Self.text("mapping.json"))
        let fault = try #require(throws: StatementFault.self) {
            try Self.table([UInt8](spoilt.utf8), mapping)
        }
        #expect(fault.problem.contains(row.says), "\(fault)")
        #expect(fault.line == row.line)
    }

    @Test("a table may be in GB18030; what is not in the mapping's encoding is refused")
    func encodings() throws {
        let members = #","booking_date":"日期","amount":"金额","remittance":"摘要"}"#
        // 日期,金额,摘要 and 清算 APS-1, as China's banks export them.
        let header: [UInt8] = [
            0xC8, 0xD5, 0xC6, 0xDA, 0x2C, 0xBD, 0xF0, 0xB6, 0xEE, 0x2C, 0xD5, 0xAA, 0xD2, 0xAA,
        ]
        let text = Array("\r\n2026-11-22,-1.50,".utf8) + [0xC7, 0xE5, 0xCB, 0xE3]
        let bytes = header + text + Array(" APS-1\r\n".utf8)
        for encoding in ["gb18030", "gbk", "gb2312"] {
            let mapping = try Self.mapping(#"{"encoding":"\#(encoding)"\#(members)"#)
            let statement = try Self.table(bytes, mapping)
            #expect(statement.entries.map(\.remittance) == ["清算 APS-1"])
            #expect(statement.entries.map(\.amountFen) == [150])
            let fault = try #require(throws: StatementFault.self) {
                try Self.table(bytes + [0xFF, 0x0A], mapping)
            }
            #expect(fault.problem.contains("is not in \(encoding)"), "\(fault)")
        }
        let usual = try Self.mapping("{" + members.dropFirst())
        let fault = try #require(throws: StatementFault.self) { try Self.table(bytes, usual) }
        #expect(fault.problem.contains("is not in utf-8"), "\(fault)")
    }

    @Test(
        "each way to tell an amount is read",
        arguments: [
            ("\"amount\":\"a\"", "-1.5", "", [-150]),
            (
                "\"amount\":\"a\",\"direction\":\"b\",\"word_in\":\"C\",\"word_out\":\"D\"", "2",
                "D", [-200]
            ),
            (
                "\"amount\":\"a\",\"direction\":\"b\",\"word_in\":\"C\",\"word_out\":\"D\"", "2",
                "C", [200]
            ),
            ("\"amount_in\":\"a\",\"amount_out\":\"b\"", "", "3", [-300]),
            ("\"amount_in\":\"a\",\"amount_out\":\"b\"", "3", "0", [300]),
        ])
    func amountColumns(members: String, first: String, second: String, fen: [Int64]) throws {
        let mapping = try Self.mapping(
            "{\"delimiter\":\"semicolon\",\"date_format\":\"YYYYMMDD\",\"booking_date\":\"d\","
                + members + ",\"end_to_end_id\":\"e\"}")
        let text = "d;a;b;e\r\n20261122;\(first);\(second);REF\r\n"
        let statement = try Self.table([UInt8](text.utf8), mapping)
        let found = statement.entries.map {
            $0.direction == .incoming ? $0.amountFen : -$0.amountFen
        }
        #expect(found == fen)
        #expect(statement.entries.map(\.endToEndID) == ["REF"])
        #expect(statement.openingFen == nil)
    }

    @Test("an amount has one sign at most", arguments: ["+-5", "--5", "-+5", "++5", "+", "-"])
    func signs(_ text: String) throws {
        let mapping = try Self.mapping(
            #"{"booking_date":"d","amount":"a","remittance":"t"}"#)
        let bytes = [UInt8]("d,a,t\n2026-11-22,\(text),x\n".utf8)
        #expect(throws: StatementFault.self) { try Self.table(bytes, mapping) }
    }

    @Test("one statement that comes in two parts is refused, and two statements are two")
    func pages() throws {
        let text = try Self.text("camt053-08.xml")
        let start = try #require(text.range(of: "<Stmt>")).lowerBound
        let end = try #require(text.range(of: "</Stmt>")).upperBound
        let statement = String(text[start..<end])
        func read(_ second: String) throws -> [ParsedStatement] {
            let both = text[..<end] + second + text[end...]
            return try CamtStatement.read([UInt8](both.utf8), currency: "CNY")
        }
        let fault = try #require(throws: StatementFault.self) { try read(statement) }
        #expect(fault.problem.contains("comes twice"), "\(fault)")
        #expect(
            try read(statement.replacing("D01-20261122", with: "D01-20261123")).count == 2)
    }

    @Test(
        "a mapping that tells no amount, too much, or an unknown member is refused",
        arguments: [
            "{}", "{\"booking_date\":\"d\",\"remittance\":\"r\"}",
            "{\"booking_date\":\"d\",\"amount\":\"a\"}",
            "{\"booking_date\":\"d\",\"amount\":\"a\",\"amount_in\":\"b\",\"remittance\":\"r\"}",
            "{\"booking_date\":\"d\",\"amount\":\"a\",\"direction\":\"b\",\"word_in\":\"x\","
                + "\"word_out\":\"x\",\"remittance\":\"r\"}",
            "{\"booking_date\":\"d\",\"amount\":\"a\",\"remittance\":\"r\",\"colour\":1}",
        ])
    func refusesMapping(text: String) {
        #expect(throws: JSONError.self) { try Self.mapping(text) }
    }
}
