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
        #expect(first.totals.netFen == -6_989)
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
        ("D|1|", "D|1||", .fieldCountWrong(line: 2, record: .detail, count: 13)),
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
        ("|8650|", "|0|", field(2, .amount, "0", .zero)),
        ("|8650|0|50|", "|-1|0|50|", field(2, .commission, "50", .contradictsSign)),
        ("|8650|0|50|", "|-1|0|0|", field(2, .originalSerial, "", .contradictsOriginal)),
        ("+08:00|877\n", "+08:00|\n", field(12, .originalSerial, "", .contradictsOriginal)),
        ("+08:00|877\n", "+08:00|-7\n", field(12, .originalSerial, "-7", .characterForbidden)),
        ("|-4500|-500|", "|4500|-500|", field(12, .fee, "-500", .contradictsSign)),
        ("|-4500|-500|-36", "|4500|0|36", field(12, .originalSerial, "877", .contradictsOriginal)),
        ("|-4500|", "|-04500|", field(12, .amount, "-04500", .notAnInteger)),
        ("|-4500|", "|-0|", field(12, .amount, "-0", .notAnInteger)),
        (
            "|-4500|", "|-100000000000|",
            field(12, .amount, "-100000000000", .outOfRange(amounts))
        ),
        (
            "TRANSFER|****", "TRANSFER|***",
            field(10, .accountReference, "(15 bytes withheld)", .cardNotMasked)
        ),
        (
            "|8650|", "|99999999999999999999|",
            field(2, .amount, "****************9999", .outOfRange(amounts))
        ),
        ("|500|100|", "|-0|100|", field(3, .fee, "-0", .notAnInteger)),
        (
            "|500|100|", "|500|100000000000|",
            field(3, .commission, "100000000000", .outOfRange(amounts))
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
            "S|BILL_PAYMENT|3|0|8650|0|50\n", "",
            .subtotalMissing(line: 13, type: .billPayment)
        ),
        (
            "S|WITHDRAWAL|1|1|50000|0|100\n", "",
            .subtotalMissing(line: 15, type: .withdrawal)
        ),
        ("S|TICKET_SALE|", "S|BILL_PAYMENT|", .subtotalOutOfOrder(line: 14, value: .billPayment)),
        ("S|BILL_PAYMENT|3|", "S|BILL_PAYMENT|4|", total(13, .subtotalPostedCount, 4, 3)),
        ("|1|1|50000|0|100", "|1|2|50000|0|100", total(15, .subtotalReversedCount, 2, 1)),
        ("|8650|0|50\n", "|8651|0|50\n", total(13, .subtotalAmount, 8_651, 8_650)),
        ("|7850|0|64\n", "|7850|-1|64\n", total(14, .subtotalFee, -1, 0)),
        ("|8650|0|50\n", "|8650|0|51\n", total(13, .subtotalCommission, 51, 50)),
        ("T|11|", "T|12|", total(20, .detailCount, 12, 11)),
        ("T|11|10|", "T|11|11|", total(20, .postedCount, 11, 10)),
        (
            "T|11|10|", "T|11|-1|",
            field(20, .postedCount, "-1", .outOfRange(0...9_999_999))
        ),
        ("T|11|10|1|", "T|11|10|0|", total(20, .reversedCount, 0, 1)),
        ("|183500|", "|183501|", total(20, .totalAmount, 183_501, 183_500)),
        ("|200|489|", "|201|489|", total(20, .totalFee, 201, 200)),
        ("|489|", "|488|", total(20, .totalCommission, 488, 489)),
        ("|-6989\n", "|6989\n", total(20, .net, 6_989, -6_989)),
        ("|-6989\n", "|-6989", .lineUnterminated(line: 20)),
        ("|-6989\n", "|-6989\n\n", .contentAfterTrailer(line: 21)),
        ("T|11|10|1|183500|200|489|-6989\n", "", .trailerMissing(line: 20)),
        (
            "T|11|", "D|12|1012||TICKET_SALE|X|1|0|0|POSTED|2026-11-21T17:50:00+08:00|\nT|11|",
            .recordUnexpected(line: 20, value: "D", expected: [.subtotal, .trailer])
        ),
        (
            "|1001|", "|\(String(repeating: "9", count: 2_000))|",
            .lineTooLong(line: 2, limitBytes: 1_024)
        ),
    ]

    static let amounts = SettlementDetail.allowedAmountsFen

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
