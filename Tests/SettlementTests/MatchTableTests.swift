import Foundation
import Testing

@testable import Settlement

@Suite struct MatchTableTests {
    static let good = "1,W1,BILL_PAYMENT,0310220045,8650,POSTED,2026-11-21T09:05:07+08:00"

    /// Tables that say the same as the plain one.
    static let spellings: [(String, [UInt8])] = [
        ("plain", Lines.table(good)),
        ("CRLF", Array("\(CanonicalTable.header)\r\n\(good)\r\n".utf8)),
        ("no last line feed", Array("\(CanonicalTable.header)\n\(good)".utf8)),
        ("CRLF, no last line feed", Array("\(CanonicalTable.header)\r\n\(good)\r".utf8)),
        ("byte order mark", CanonicalTable.byteOrderMark + Lines.table(good)),
        (
            "quotes",
            Lines.table(
                "\"1\",\"W1\",\"BILL_PAYMENT\",\"0310220045\",\"8650\",\"POSTED\","
                    + "\"2026-11-21T09:05:07+08:00\"")
        ),
    ]

    @Test("a table may be spelled in several ways", arguments: spellings)
    func spelling(_ name: String, _ bytes: [UInt8]) throws {
        let outcome = try Outcome(
            MatchSource(MatchInput(bytes: bytes, format: .table)),
            MatchSource(MatchInput(bytes: Lines.table(Self.good), format: .table)))
        #expect(outcome.summary[.matched].ours.count == 1 && outcome.summary.isAllMatched)
    }

    @Test("commas, quotes and Chinese survive writing and reading") func text() throws {
        let line = try Lines.line("1", reference: "a,\"b\"", account: "甲3栋-201,\"东\"")
        let outcome = try Outcome(ours: [line], theirs: [])
        #expect(outcome.differences.first?.ours.map(Lines.stripped) == line)
        #expect(try Outcome(ours: [line], theirs: [line]).summary.isAllMatched)
    }

    private static func field(
        _ field: MatchField, _ value: String, _ cause: SettlementFieldCause
    ) -> MatchError {
        .fieldInvalid(side: .theirs, line: 2, field: field, value: value, cause: cause)
    }

    private static let time = "2026-11-21T09:05:07+08:00"
    private static let long = String(repeating: "7", count: 33)

    /// The second line of a table, and what is wrong with it.
    static let refused: [(String, MatchError)] = [
        ("", .fieldCountWrong(side: .theirs, line: 2, count: 1, expected: 7)),
        ("1,,,,5,POSTED", .fieldCountWrong(side: .theirs, line: 2, count: 6, expected: 7)),
        (good + ",", .fieldCountWrong(side: .theirs, line: 2, count: 8, expected: 7)),
        ("\"1,,,,5,POSTED,\(time)", .quoteWrong(side: .theirs, line: 2)),
        ("\"1\"2,,,,5,POSTED,\(time)", .quoteWrong(side: .theirs, line: 2)),
        ("1\"2,,,,5,POSTED,\(time)", .quoteWrong(side: .theirs, line: 2)),
        (
            "\(long),,,,5,POSTED,\(time)",
            field(.serial, "*****************************7777", .tooLong(limit: 32))
        ),
        ("1 ,,,,5,POSTED,\(time)", field(.serial, "1 ", .spaceAtEdge)),
        ("1\t,,,,5,POSTED,\(time)", field(.serial, "1?", .characterForbidden)),
        ("1,a|b,,,5,POSTED,\(time)", field(.reference, "a?b", .characterForbidden)),
        ("1,,BILL,,5,POSTED,\(time)", field(.type, "BILL", .codeUnknown)),
        (
            "1,,WITHDRAWAL,6222021234567890,5,POSTED,\(time)",
            field(.account, "(16 bytes withheld)", .cardNotMasked)
        ),
        ("1,,,,,POSTED,\(time)", field(.amountFen, "", .notAnInteger)),
        ("1,,,,0,POSTED,\(time)", field(.amountFen, "0", .zero)),
        ("1,,,,-0,POSTED,\(time)", field(.amountFen, "-0", .notAnInteger)),
        ("1,,,,05,POSTED,\(time)", field(.amountFen, "05", .notAnInteger)),
        ("1,,,,+5,POSTED,\(time)", field(.amountFen, "+5", .notAnInteger)),
        ("1,,,,5.00,POSTED,\(time)", field(.amountFen, "5.00", .notAnInteger)),
        (
            "1,,,,100000000000,POSTED,\(time)",
            field(
                .amountFen, "100000000000", .outOfRange(SettlementDetail.allowedAmountsFen))
        ),
        ("1,,,,5,posted,\(time)", field(.status, "posted", .codeUnknown)),
        ("1,,,,5,POSTED,2026-11-21", field(.time, "2026-11-21", .timeInvalid)),
        (
            "1,,,,5,POSTED,2026-02-30T09:05:07+08:00",
            field(.time, "2026-02-30T09:05:07+08:00", .timeInvalid)
        ),
        (
            "1,,,,5,POSTED,2026-11-21T24:00:00+08:00",
            field(.time, "2026-11-21T24:00:00+08:00", .timeInvalid)
        ),
        (
            "1,,,,5,POSTED,2026-11-21T09:05:07+09:00",
            field(.time, "2026-11-21T09:05:07+09:00", .timeInvalid)
        ),
        (
            String(repeating: "9", count: 1_024),
            .lineTooLong(side: .theirs, line: 2, limitBytes: 1_024)
        ),
    ]

    @Test("a wrong line is refused with line, field and cause", arguments: refused)
    func refuse(_ row: String, _ error: MatchError) throws {
        #expect(throws: error) { try Self.match(theirs: Lines.table(row)) }
        // The same behind a good line and without line feed; nothing at all is no line then.
        guard !row.isEmpty else { return }
        #expect(throws: MatchError.self) {
            try Self.match(theirs: Lines.table(Self.good, row).dropLast())
        }
    }

    static let headers: [[UInt8]] = [
        [], Array("\n".utf8), Array(good.utf8), Array((CanonicalTable.header + ",\n").utf8),
        Array("serial,reference".utf8),
    ]

    @Test("without the header's line there is no table", arguments: headers)
    func header(_ bytes: [UInt8]) throws {
        #expect(throws: MatchError.headerWrong(side: .theirs)) { try Self.match(theirs: bytes) }
    }

    @Test("bytes that are not UTF-8 are refused") func encoding() throws {
        let bytes = CanonicalTable.headerLine + [0xB5, 0xE7] + Array(",,,,5,POSTED,x".utf8)
        #expect(throws: MatchError.self) { try Self.match(theirs: bytes) }
    }

    @Test("a file that is cut anywhere inside its last line is refused") func cut() throws {
        let whole = Lines.table(Self.good, Self.good)
        let start = Lines.table(Self.good).count
        for count in (start + 1)..<(whole.count - 1) {
            #expect(throws: MatchError.self) { try Self.match(theirs: Array(whole[..<count])) }
        }
    }

    @Test("what the fast reader takes, the careful one takes too, and reads the same")
    func readers() throws {
        let seed = UInt64.random(in: .min ... .max)
        print("seed \(seed)")
        var random = SplitMix(state: seed)
        let alphabet = Array("019-,|\"\r AZ_*é~}\u{7F}+T:".utf8)
        var acceptedCount = 0
        for round in 0..<20_000 {
            var bytes = Array(Self.good.utf8)
            // A few lines stay as they are.
            for _ in 0..<Int.random(in: 0...2, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                let byte = alphabet.randomElement(using: &random) ?? 0
                switch round % 3 {
                case 0: bytes[place] = byte
                case 1: bytes.insert(byte, at: place)
                case _: bytes.remove(at: place)
                }
            }
            let padding = [UInt8](repeating: 0, count: FastScanner.paddingByteCount)
            try (bytes + [Ascii.lineFeed] + padding).withUnsafeBufferPointer { buffer in
                var dates = DateMemory()
                guard let base = buffer.baseAddress, let fast = FastLine.table(base, &dates)
                else { return }
                acceptedCount += 1
                let line = try CanonicalTable.parse(
                    bytes[...], number: 2, side: .ours, isCarried: false)
                func text(_ start: UnsafePointer<UInt8>, _ count: Int) -> String {
                    String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
                }
                #expect(text(fast.serial, fast.serialByteCount) == line.serial)
                #expect(text(fast.account, fast.accountByteCount) == line.accountReference)
                #expect(fast.amountFen == line.amountFen)
                #expect(fast.isReversed == (line.status == .reversed))
                #expect(fast.end - base == bytes.count + 1)
            }
        }
        #expect(acceptedCount > 2_000)
    }

    private static func match(theirs: [UInt8]) throws -> Outcome {
        try Outcome(
            MatchSource(MatchInput(lines: [])),
            MatchSource(MatchInput(bytes: theirs, format: .table)))
    }
}
