import StrictJSON
import Testing

@testable import Settlement

/// Layouts that are refused, each for one thing, with the member that is wrong.
@Suite struct PartnerLayoutTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let part: String
        let replacement: String
        let path: String
        var problem = ""

        init(_ part: String, _ replacement: String, _ path: String, _ problem: String = "") {
            self.part = part
            self.replacement = replacement
            self.path = path
            self.problem = problem
        }

        var testDescription: String { "\(path): \(replacement)" }
    }

    static let tableRows = [
        Row("\"csv\"", "\"xml\"", "/kind", "send one: csv, fixed_width"),
        Row("\"utf-8\"", "\"utf8\"", "/encoding", "send one: utf-8, gb18030, gbk, gb2312"),
        Row("B{yyyyMMdd}.csv", "B{yyMMdd}.csv", "/file_name", "such as SETTLE_{yyyyMMdd}.csv"),
        Row("\"kind\": \"csv\",", "\"kind\": \"csv\", \"delimiter\": \"a\",", "/delimiter"),
        Row("\"kind\": \"csv\",", "\"kind\": \"csv\", \"delimiter\": \"||||\",", "/delimiter"),
        Row("\"kind\": \"csv\",", "\"kind\": \"csv\", \"field_prefix\": \"0\",", "/field_prefix"),
        Row(
            "\"kind\": \"csv\",",
            "\"kind\": \"csv\", \"field_prefix\": \"`\", \"quote\": true,", "/quote"),
        Row("\"kind\": \"csv\",", "\"kind\": \"csv\", \"skip_lines\": 101,", "/skip_lines"),
        Row("\"kind\": \"csv\",", "\"kind\": \"csv\", \"zone_minutes\": 900,", "/zone_minutes"),
        Row("\"kind\": \"csv\",", "\"kind\": \"csv\", \"line_bytes\": 9,", "/line_bytes"),
        Row("\"kind\": \"csv\",", "\"kind\": \"csv\", \"separator\": \",\",", "/separator"),
        Row("[\"serial\", \"ref\", ", "[1, ", "/header", "each element must be a text"),
        Row("\"trailer\": {", "\"trailer\": { \"header\": [],", "/trailer/header", "empty"),
        Row("\"ref\", ", "\"serial\", ", "/fields/serial/name", "more than once"),
        Row("\"name\": \"serial\"", "\"name\": \"serials\"", "/fields/serial/name", "copy one"),
        Row("\"name\": \"serial\"", "\"number\": 9", "/fields/serial/number", "1 to 8"),
        Row("\"name\": \"serial\"", "\"number\": 0", "/fields/serial/number", "1 to 8"),
        Row(
            "\"name\": \"serial\"", "\"name\": \"serial\", \"number\": 1", "/fields/serial/number",
            "one of them"),
        Row("\"name\": \"serial\"", "\"start\": 1, \"length\": 3", "/fields/serial/number"),
        Row(
            "\"name\": \"serial\"", "\"name\": \"serial\", \"empty\": [1]", "/fields/serial/empty"),
        Row("BILL_PAYMENT", "BILL", "/fields/type/words/0/means", "WITHDRAWAL"),
        Row("\"word\": \"cash\"", "\"word\": \"bill\"", "/fields/type/words/1/word", "twice"),
        Row("\"name\": \"kind\",", "\"constant\": \"TRANSFER\",", "/fields/type/words"),
        Row("\"name\": \"kind\",", "\"constant\": \"SKIP\",", "/fields/type/constant"),
        Row(
            "\"yuan\", \"sign\": \"signed\" },\n    \"status\"", "\"jiao\" }, \"status\"",
            "/fields/amount/unit", "fen, yuan"),
        Row(
            "\"yuan\", \"sign\": \"signed\" },\n    \"status\"", "\"yuan\" }, \"status\"",
            "/fields/amount/sign", "one of sign, direction and minus"),
        Row(
            "\"yuan\", \"sign\": \"signed\" },\n    \"status\"",
            "\"yuan\", \"sign\": \"plus\", \"minus\": { \"number\": 1 } }, \"status\"",
            "/fields/amount/sign", "only one"),
        Row("yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd", "/fields/time/pattern", "HH mm"),
        Row("yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd hh:mm:ss", "/fields/time/pattern"),
        Row(
            "\"time\": {", "\"clock\": { \"number\": 1, \"pattern\": \"HHmm\" }, \"time\": {",
            "/fields/time", "either time, or date and clock"),
        Row("\"begins_with\": \"T,\",", "", "/trailer/begins_with", "and only one"),
        Row(
            "\"begins_with\": \"T,\",", "\"begins_with\": \"T,\", \"header\": [\"a\"],",
            "/trailer/begins_with", "and only one"),
        Row("\"number\": 4 }", "\"number\": 5 }", "/trailer/checks/2/number", "1 to 4"),
        Row("\"measure\": \"count\"", "\"measure\": \"mean\"", "/trailer/checks/0/measure"),
        Row("\"lines\": \"all\"", "\"lines\": \"some\"", "/trailer/checks/0/lines"),
        Row("\"commission\": {", "\"fee\": {", "/fields/fee", "not known here"),
    ]

    static let recordRows = [
        Row("\"line_bytes\": 30,", "\"delimiter\": \",\",", "/delimiter", "not known here"),
        Row("\"start\": 1, \"length\": 8", "\"number\": 1", "/fields/serial/start", "missing"),
        Row("\"start\": 1, \"length\": 8", "\"start\": 0, \"length\": 8", "/fields/serial/start"),
        Row(
            "\"start\": 1, \"length\": 8", "\"start\": 4000, \"length\": 97",
            "/fields/serial/length", "at most 4095 bytes"),
        Row("{yyyyMMdd}.txt", "bills.txt", "/fields", "nothing tells the date of a line"),
    ]

    @Test("a layout with one fault is refused with its member", arguments: tableRows)
    func table(_ row: Row) throws { try check(row, LayoutExample.layout) }

    @Test("and so is one of records", arguments: recordRows)
    func records(_ row: Row) throws { try check(row, LayoutExample.records) }

    private func check(_ row: Row, _ layout: String) throws {
        let json = try LayoutExample.changed(layout, row.part, row.replacement)
        let error = try #require(throws: JSONError.self) { try PartnerLayout(Array(json.utf8)) }
        #expect(error.path == row.path, "\(error)")
        #expect(row.problem.isEmpty || error.problem.contains(row.problem), "\(error)")
    }

    @Test("without header the number of columns must be told")
    func columns() throws {
        let json = """
            { "kind": "csv", "encoding": "utf-8", "fields": {} }
            """
        let error = try #require(throws: JSONError.self) { try PartnerLayout(Array(json.utf8)) }
        #expect(error.path == "/columns")
    }
}

@Suite struct LayoutPatternTests {
    static let times: [(String, String, String?)] = [
        ("yyyyMMddHHmmss", "20261121090507", "2026-11-21 32707"),
        ("yyyy年MM月dd日 HH时mm分", "2026年11月21日 09时05分", "2026-11-21 32700"),
        ("dd/MM/yyyy", "21/11/2026", "2026-11-21 0"),
        ("yyyy-MM-ddTHH:mm:ssZ", "2026-02-29T00:00:00Z", nil),
        ("yyyyMMdd", "19991231", nil), ("yyyyMMdd", "2026112", nil), ("yyyyMMdd", "2026 121", nil),
        ("HH:mm", "24:00", nil), ("HH:mm", "23:60", nil), ("HHmmss", "235960", nil),
        ("HHmmss", "235959", "- 86399"),
    ]

    @Test("a time is read by its pattern and no other", arguments: times)
    func time(_ pattern: String, _ text: String, _ expected: String?) throws {
        let pattern = try #require(TimePattern(pattern))
        let reading = pattern.read(Array(text.utf8)[...])
        #expect(reading.map { "\($0.date.map { "\($0)" } ?? "-") \($0.secondOfDay)" } == expected)
    }

    @Test(
        "a pattern with a part missing, doubled or unknown is none",
        arguments: [
            "", "-", "yyyyMM", "yyyyMMddMM", "HH", "mmss", "HHss", "yyyyMMddss", "yyMMdd", "Hmm",
            "yyyyMdd", "yyyyy-MM-dd",
        ])
    func noTime(_ pattern: String) {
        #expect(TimePattern(pattern) == nil)
    }

    static let names: [(String, String, Bool, String?)] = [
        ("B{yyyyMMdd}.csv", "B20261121.csv", true, "2026-11-21"),
        ("B{yyyyMMdd}.csv", "B20261121.csv2", false, nil),
        ("B{yyyyMMdd}.csv", "B20261131.csv", false, nil),
        ("*_{yyyy-MM-dd}.csv", "a_b_2026-11-21.csv", true, "2026-11-21"),
        ("{yyyyMMdd}*.csv", "20261121.csv", true, "2026-11-21"),
        ("{yyyyMMdd}1*1.csv", "202611211.csv", false, nil),
        ("*", "anything", true, nil), ("账单*", "账单1.csv", true, nil), ("a*", "b", false, nil),
    ]

    @Test("a name has the pattern and tells its date", arguments: names)
    func name(_ pattern: String, _ name: String, _ isMatch: Bool, _ date: String?) throws {
        let reading = try #require(FileNamePattern(pattern)).read(name)
        #expect(reading.isMatch == isMatch && reading.date.map { "\($0)" } == date)
    }

    @Test(
        "a name pattern is refused",
        arguments: ["", "a*b*c", "a/b", "{yyyyMMdd}{yyyyMMdd}", "{HHmm}", "{", "}a{", "{yyyy}"])
    func noName(_ pattern: String) { #expect(FileNamePattern(pattern) == nil) }

    static let amounts: [(AmountUnit, String, Int64?)] = [
        (.fen, "8650", 8_650), (.fen, "-8650", -8_650), (.fen, "+8650", 8_650), (.fen, "0", 0),
        (.fen, "86.50", nil), (.fen, "", nil), (.fen, "-", nil), (.fen, "1,234,567", 1_234_567),
        (.fen, "007", nil), (.fen, "99999999999", 99_999_999_999), (.fen, "100000000000", nil),
        (.fen, "99999999999999999999999999", nil),
        (.yuan, "86.50", 8_650), (.yuan, "86.5", 8_650), (.yuan, "86", 8_600),
        (.yuan, "-0.01", -1), (.yuan, "0.00", 0), (.yuan, "86.", nil), (.yuan, ".50", nil),
        (.yuan, "86.500", nil), (.yuan, "1,234.56", 123_456), (.yuan, "12,34.56", nil),
        (.yuan, "1,2345.00", nil), (.yuan, ",234.00", nil), (.yuan, "1234,567.00", nil),
        (.yuan, "1.2.3", nil), (.yuan, "1e3", nil), (.yuan, "１", nil), (.yuan, " 1", nil),
        (.yuan, "999999999.99", 99_999_999_999), (.yuan, "1000000000", nil), (.yuan, "1-", nil),
    ]

    @Test("an amount is read to the fen or not at all", arguments: amounts)
    func amount(_ unit: AmountUnit, _ text: String, _ expectedFen: Int64?) throws {
        let format = AmountFormat(unit: unit, hasThousands: true, hasLeadingZeros: false)
        let read = { () throws(LayoutFieldCause) in
            try format.read(
                Array(text.utf8)[...], allowsSign: true, in: SettlementDetail.allowedAmountsFen)
        }
        guard let expectedFen else {
            #expect(throws: LayoutFieldCause.self) { try read() }
            return
        }
        #expect(try read() == expectedFen)
    }

    static let cards: [(String, String)] = [
        ("622848******1234", "************1234"), ("****1234", "************1234"),
        ("6228480012341234", "6228480012341234"), ("622848***1234", "622848***1234"),
        ("62284800123****1234", "62284800123****1234"), ("622848****123", "622848****123"),
        ("622848****12345", "622848****12345"), ("A****1234", "A****1234"), ("", ""),
    ]

    @Test("of a masked card the last four digits stay, and what is none stays", arguments: cards)
    func card(_ text: String, _ expected: String) {
        #expect(MaskedCard.canonical(text) == expected)
    }
}
