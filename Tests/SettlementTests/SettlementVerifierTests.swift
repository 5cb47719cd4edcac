import CivilTime
import Cryptography
import Foundation
import Testing

@testable import Settlement

@Suite struct SettlementVerifierTests {
    @Test("the published files are accepted, and one follows the other") func published() throws {
        let verifier = try Example.verifier()
        let path = Example.folder.path(percentEncoded: false)
        let first = try verifier.verify(Example.firstName, in: path)
        #expect(try first.header == Example.header())
        #expect(first.totals.netFen == -29_128)
        var details: [SettlementDetail] = []
        try first.forEachDetail { details.append($0) }
        #expect(try details == Example.details())
        let second = try verifier.verify(Example.secondName, in: path)
        #expect(second.totals == SettlementTotals())
        try second.forEachDetail { Issue.record("a line too many: \($0)") }
        try first.header.checkFollows(nil)
        try second.header.checkFollows(first.chainLink)
    }

    /// Every line of the table changes the published file and signs it again: the change, what
    /// it becomes, and the refusal.
    static let signedRefusals: [(String, String, SettlementError)] = [
        ("H|APS1", "X|APS1", .recordUnexpected(line: 1, value: "X", expected: [.header])),
        ("H|APS1", "\u{FEFF}H|APS1", .recordUnexpected(line: 1, value: "?H", expected: [.header])),
        ("H|APS1", "H|APS2|new", .versionUnsupported(value: "APS2")),
        ("H|APS1|", "H|APS1||", .fieldCountWrong(line: 1, record: .header, count: 14)),
        ("HMAC-SHA256", "HMAC-SHA512", .algorithmUnsupported(value: "HMAC-SHA512")),
        ("|QINGCHUAN|", "||", field(1, .agencyID, "", .empty)),
        ("|QINGCHUAN|", "|-A|", field(1, .agencyID, "-A", .characterForbidden)),
        ("|DEMO01|", "|DE MO|", field(1, .partnerID, "DE MO", .characterForbidden)),
        (
            "|DEMO01-TEST1|", "|\(String(repeating: "K", count: 33))|",
            field(1, .keyID, String(repeating: "K", count: 33), .tooLong(limit: 32))
        ),
        ("2026-11-21|CNY", "2026-02-30|CNY", field(1, .businessDate, "2026-02-30", .dateInvalid)),
        ("2026-11-21|CNY", "1999-11-21|CNY", field(1, .businessDate, "1999-11-21", .dateInvalid)),
        (
            "2026-11-21|CNY", "2026-11-22|CNY",
            .fileNameMismatch(
                field: .businessDate, value: "2026-11-22", expected: "2026-11-21")
        ),
        ("|CNY|", "|cny|", field(1, .currency, "cny", .currencyMalformed)),
        ("|CNY|1|", "|CNY|01|", field(1, .sequence, "01", .notAnInteger)),
        ("|CNY|1|", "|CNY|0|", field(1, .sequence, "0", .outOfRange(1...999_999))),
        (
            "|CNY|1|", "|CNY|2|",
            field(
                1, .previousDigest, String(repeating: "*", count: 60) + "0000", .contradictsSequence
            )
        ),
        (
            "00000|2026", "0000A|2026",
            field(1, .previousDigest, String(repeating: "*", count: 59) + "0000A", .digestMalformed)
        ),
        ("23:05:00+08:00", "23:05:00Z", field(1, .createdAt, "2026-11-21T23:05:00Z", .timeInvalid)),
        (
            "23:05:00+08:00", "23:05:00+07:00",
            field(1, .createdAt, "2026-11-21T23:05:00+07:00", .timeInvalid)
        ),
        (
            "23:05:00+08:00|5dc9da79", "23:05:00+08:00|5dC9da79",
            field(1, .ledgerRoot, "5dC9" + Example.rootHex.dropFirst(4), .digestMalformed)
        ),
        ("|8\n", "|08\n", field(1, .ledgerSize, "08", .notAnInteger)),
        ("|8\n", "|\n", field(1, .ledgerSize, "", .notAnInteger)),
        ("|8\n", "|8\r\n", field(1, .ledgerSize, "8?", .notAnInteger)),
        (
            "D|1|", "E|1|",
            .recordUnexpected(line: 2, value: "E", expected: [.detail, .subtotal, .trailer])
        ),
        ("D|1|", "D|1||", .fieldCountWrong(line: 2, record: .detail, count: 12)),
        ("D|2|", "D|3|", .lineNumberWrong(line: 3, value: 3, expected: 2)),
        ("D|2|", "D|02|", field(3, .lineNumber, "02", .notAnInteger)),
        ("|1001|", "||", field(2, .serial, "", .empty)),
        (
            "|B778812|", "|B77\u{07}12|",
            field(4, .partnerReference, "B77?12", .characterForbidden)
        ),
        ("|B778812|", "| B7|", field(4, .partnerReference, " B7", .spaceAtEdge)),
        (
            "|B778812|", "|\(String(repeating: "中", count: 65))|",
            field(4, .partnerReference, String(repeating: "中", count: 64), .tooLong(limit: 64))
        ),
        (
            "|B778812|WITHDRAWAL|************1234|", "|B7 |WITHDRAWAL|1234|x",
            field(4, .partnerReference, "B7 ", .spaceAtEdge)
        ),
        (
            "|************1234|", "|1234|x",
            field(4, .accountReference, "(4 bytes withheld)", .cardNotMasked)
        ),
        ("|TICKET_SALE|G", "|TICKET|G", field(3, .type, "TICKET", .codeUnknown)),
        (
            "|TICKET_SALE|G", "|TIC\u{212A}ET_SALE|G",
            field(3, .type, "TIC\u{212A}ET_SALE", .codeUnknown)
        ),
        (
            "|G1024/05A|", "||", field(3, .accountReference, "(0 bytes withheld)", .empty)
        ),
        (
            "************1234", "6222021234567890",
            field(4, .accountReference, "(16 bytes withheld)", .cardNotMasked)
        ),
        ("|8650|", "|+8650|", field(2, .amount, "+8650", .notAnInteger)),
        ("|8650|", "|08650|", field(2, .amount, "08650", .notAnInteger)),
        ("|8650|", "|8650.0|", field(2, .amount, "8650.0", .notAnInteger)),
        ("|8650|", "||", field(2, .amount, "", .notAnInteger)),
        ("|8650|", "|0|", field(2, .amount, "0", .outOfRange(1...99_999_999_999))),
        ("|8650|", "|-1|", field(2, .amount, "-1", .outOfRange(1...99_999_999_999))),
        (
            "|8650|", "|99999999999999999999|",
            field(2, .amount, "****************9999", .outOfRange(1...99_999_999_999))
        ),
        ("|500|100|", "|-0|100|", field(3, .fee, "-0", .notAnInteger)),
        (
            "|500|100|", "|500|100000000000|",
            field(3, .commission, "100000000000", .outOfRange(0...99_999_999_999))
        ),
        (
            "|POSTED|2026-11-21T09:05", "|posted|2026-11-21T09:05",
            field(2, .status, "posted", .codeUnknown)
        ),
        (
            "09:05:07+08:00", "09:05:60+08:00",
            field(2, .time, "2026-11-21T09:05:60+08:00", .timeInvalid)
        ),
        (
            "S|BILL_PAYMENT|2|0|8773|0|51\n", "",
            .subtotalMissing(line: 7, type: .billPayment)
        ),
        (
            "S|WITHDRAWAL|1|1|50000|0|100\n", "",
            .subtotalMissing(line: 9, type: .withdrawal)
        ),
        ("S|TICKET_SALE|", "S|BILL_PAYMENT|", .subtotalOutOfOrder(line: 8, value: .billPayment)),
        ("S|BILL_PAYMENT|2|", "S|BILL_PAYMENT|3|", total(7, .subtotalPostedCount, 3, 2)),
        ("|1|1|50000|0|100", "|1|2|50000|0|100", total(9, .subtotalReversedCount, 2, 1)),
        ("|8773|0|51", "|8774|0|51", total(7, .subtotalAmount, 8_774, 8_773)),
        ("|12350|500|100\n", "|12350|499|100\n", total(8, .subtotalFee, 499, 500)),
        ("|8773|0|51", "|8773|0|52", total(7, .subtotalCommission, 52, 51)),
        ("T|5|", "T|6|", total(10, .detailCount, 6, 5)),
        ("T|5|4|", "T|5|5|", total(10, .postedCount, 5, 4)),
        ("T|5|4|1|", "T|5|4|0|", total(10, .reversedCount, 0, 1)),
        ("|71123|", "|71124|", total(10, .totalAmount, 71_124, 71_123)),
        ("|500|251|", "|501|251|", total(10, .totalFee, 501, 500)),
        ("|251|", "|250|", total(10, .totalCommission, 250, 251)),
        ("|-29128\n", "|29128\n", total(10, .net, 29_128, -29_128)),
        ("|-29128\n", "|-29128", .lineUnterminated(line: 10)),
        ("|-29128\n", "|-29128\n\n", .contentAfterTrailer(line: 11)),
        ("T|5|4|1|71123|500|251|-29128\n", "", .trailerMissing(line: 10)),
        (
            "T|5|", "D|6|1006||TICKET_SALE|X|1|0|0|POSTED|2026-11-21T17:00:00+08:00\nT|5|",
            .recordUnexpected(line: 10, value: "D", expected: [.subtotal, .trailer])
        ),
        (
            "|1001|", "|\(String(repeating: "9", count: 2_000))|",
            .lineTooLong(line: 2, limitBytes: 1_024)
        ),
    ]

    @Test("a signed file with any one fault is refused for that fault", arguments: signedRefusals)
    func signedRefusal(old: String, new: String, error: SettlementError) throws {
        let folder = try TemporaryFolder()
        let text = try Example.text()
        let place = try #require(text.range(of: old))
        try folder.putSigned(Array(text.replacingCharacters(in: place, with: new).utf8))
        let key = try Example.key()
        let verifier = SettlementVerifier { _ in key }
        #expect(throws: error) { try verifier.verify(Example.firstName, in: folder.path) }
    }

    @Test("a line of other bytes than UTF-8 is refused") func notUTF8() throws {
        let folder = try TemporaryFolder()
        var bytes = try Example.bytes(Example.firstName)
        let place = try #require(bytes.firstRange(of: "B778812".utf8))
        bytes[place.lowerBound] = 0xC0
        try folder.putSigned(bytes)
        #expect(
            throws: Self.field(4, .partnerReference, "\u{FFFD}778812", .notUTF8)
        ) { try Example.verifier().verify(Example.firstName, in: folder.path) }
    }

    static func field(
        _ line: Int, _ field: SettlementField, _ value: String, _ cause: SettlementFieldCause
    ) -> SettlementError {
        .fieldInvalid(line: line, field: field, value: value, cause: cause)
    }

    static func total(
        _ line: Int, _ field: SettlementField, _ value: Int64, _ expected: Int64
    ) -> SettlementError {
        .totalWrong(line: line, field: field, value: value, expected: expected)
    }
}
