import CivilTime
import Cryptography
import Foundation
import Testing

@testable import Settlement

@Suite struct SettlementDetailTests {
    typealias Change = @Sendable (inout SettlementDetail) -> Void

    static let amounts = SettlementDetail.allowedAmountsFen

    static let refusals: [(SettlementField, String, SettlementFieldCause, Change)] = [
        (.partnerReference, "a?b", .characterForbidden, { $0.partnerReference = "a|b" }),
        (.partnerReference, "a?", .characterForbidden, { $0.partnerReference = "a\n" }),
        (.partnerReference, "?", .characterForbidden, { $0.partnerReference = "\r" }),
        (.partnerReference, "?", .characterForbidden, { $0.partnerReference = "\u{85}" }),
        (.partnerReference, "?a", .characterForbidden, { $0.partnerReference = "\u{202E}a" }),
        (.partnerReference, "?", .characterForbidden, { $0.partnerReference = "\u{FFFF}" }),
        (.partnerReference, "a ", .spaceAtEdge, { $0.partnerReference = "a " }),
        (
            .partnerReference, String(repeating: "a", count: 64), .tooLong(limit: 64),
            { $0.partnerReference = String(repeating: "a", count: 65) }
        ),
        (
            .partnerReference, "************3456 here|".replacing("|", with: "?"),
            .characterForbidden, { $0.partnerReference = "1234567890123456 here|" }
        ),
        (.accountReference, "(0 bytes withheld)", .empty, { $0.accountReference = "" }),
        (
            .accountReference, "(3 bytes withheld)", .characterForbidden,
            { $0.accountReference = "1|2" }
        ),
        (
            .accountReference, "(33 bytes withheld)", .tooLong(limit: 32),
            { $0.accountReference = String(repeating: "1", count: 33) }
        ),
        (
            .accountReference, "(10 bytes withheld)", .cardNotMasked,
            { $0.type = .withdrawal }
        ),
        (
            .accountReference, "(15 bytes withheld)", .cardNotMasked,
            {
                $0.type = .remittance
                $0.accountReference = "***********1234"
            }
        ),
        (
            .accountReference, "(17 bytes withheld)", .cardNotMasked,
            {
                $0.type = .transfer
                $0.accountReference = "6************1234"
            }
        ),
        (.amount, "0", .zero, { $0.amountFen = 0 }),
        (.amount, "100000000000", .outOfRange(amounts), { $0.amountFen = 100_000_000_000 }),
        (.amount, "-100000000000", .outOfRange(amounts), { $0.amountFen = -100_000_000_000 }),
        (.fee, "-1", .contradictsSign, { $0.feeFen = -1 }),
        (.fee, "-100000000000", .outOfRange(amounts), { $0.feeFen = -100_000_000_000 }),
        (.commission, "-1", .contradictsSign, { $0.commissionFen = -1 }),
        (.commission, "50", .contradictsSign, { $0.amountFen = -1 }),
        (
            .originalSerial, "", .contradictsOriginal,
            {
                $0.amountFen = -1
                $0.commissionFen = 0
            }
        ),
        (.originalSerial, "1001", .contradictsOriginal, { $0.originalSerial = $0.serial }),
        (
            .time, "-1", .timeInvalid,
            { $0.time = Instant(millisecondsSinceEpoch: -1) }
        ),
    ]

    @Test(
        "a detail that the line cannot carry is refused by line, field and cause, and forgotten",
        arguments: refusals)
    func refused(
        field: SettlementField, value: String, cause: SettlementFieldCause, change: Change
    ) throws {
        let folder = try TemporaryFolder()
        let writer = try SettlementFileWriter(
            folder: folder.path, header: Example.header(), key: Example.key())
        let details = try Example.details()
        try writer.append(details[0])
        var wrong = details[0]
        change(&wrong)
        #expect(
            throws: SettlementError.fieldInvalid(line: 3, field: field, value: value, cause: cause)
        ) { try writer.append(wrong) }
        for detail in details.dropFirst() { try writer.append(detail) }
        try writer.finish().release()
        #expect(try folder.bytes(Example.firstName) == Example.bytes(Example.firstName))
    }

    @Test("the longest texts and largest numbers survive writing and reading") func extremes()
        throws
    {
        let folder = try TemporaryFolder()
        let detail = SettlementDetail(
            serial: try Example.identifier(String(repeating: "Z", count: 32)),
            partnerReference: String(repeating: "𠮷", count: 64), type: .ticketSale,
            accountReference: String(repeating: "𠮷", count: 32), amountFen: 99_999_999_999,
            feeFen: 99_999_999_999, commissionFen: 99_999_999_999,
            time: try Example.time("2026-11-21T23:59:59+08:00"))
        var refund = detail
        refund.amountFen.negate()
        refund.feeFen.negate()
        refund.commissionFen.negate()
        refund.originalSerial = detail.serial
        let details = [refund, detail, refund, refund]
        try candidate(in: folder, header: Example.header(), details).release()
        let verified = try Example.verifier().verify(Example.firstName, in: folder.path)
        var read: [SettlementDetail] = []
        try verified.forEachDetail { read.append($0) }
        #expect(read == details)
        #expect(verified.totals.amountFen == -199_999_999_998)
        #expect(verified.totals.feeFen == -199_999_999_998)
    }

    @Test(
        "only four digits make a masked card",
        arguments: [("1234", "************1234"), ("123", nil), ("12345", nil), ("12a4", nil)])
    func maskedCard(digits: String, masked: String?) {
        #expect(SettlementDetail.maskedCard(lastFour: digits) == masked)
    }
}

@Suite struct SettlementHeaderTests {
    typealias Change = @Sendable (inout SettlementHeader) -> Void

    static let refusals: [(SettlementField, SettlementFieldCause, Change)] = [
        (.currency, .currencyMalformed, { $0.currency = "yuan" }),
        (.sequence, .outOfRange(1...999_999), { $0.sequence = 0 }),
        (.sequence, .outOfRange(1...999_999), { $0.sequence = 1_000_000 }),
        (.previousDigest, .contradictsSequence, { $0.sequence = 2 }),
        (.previousDigest, .contradictsSequence, { $0.previousDigest = SHA256.hash("x") }),
        (.createdAt, .timeInvalid, { $0.createdAt = Instant(millisecondsSinceEpoch: 0) }),
        (.businessDate, .dateInvalid, { $0.businessDate = .epoch }),
    ]

    @Test("a header that no file can have is refused before a file exists", arguments: refusals)
    func refused(field: SettlementField, cause: SettlementFieldCause, change: Change) throws {
        let folder = try TemporaryFolder()
        var header = try Example.header()
        change(&header)
        do {
            _ = try SettlementFileWriter(
                folder: folder.path, header: header, key: Example.key())
            Issue.record("accepted")
        } catch SettlementError.fieldInvalid(let line, let found, _, let foundCause) {
            #expect(line == 1 && found == field && foundCause == cause)
        }
        #expect(try folder.names().isEmpty)
    }

    @Test("the ledger's root and size survive writing and reading") func ledgerSeal() throws {
        let folder = try TemporaryFolder()
        var header = try Example.header()
        header.ledgerRoot = SHA256.hash("root")
        header.ledgerSize = 999_999_999_999_999
        try candidate(in: folder, header: header, []).release()
        let verified = try Example.verifier().verify(Example.firstName, in: folder.path)
        #expect(verified.header == header)
    }

    @Test(
        "identifiers are letters, digits and hyphens",
        arguments: [
            ("A", true), ("a-1", true), (String(repeating: "a", count: 32), true), ("", false),
            (String(repeating: "a", count: 33), false), ("-a", false), ("a_b", false),
            ("a.b", false), ("a/b", false), ("水", false), ("\u{212A}", false),
        ])
    func identifier(text: String, isValid: Bool) {
        #expect((SettlementIdentifier(text) != nil) == isValid)
    }
}

@Suite struct SettlementTotalsTests {
    @Test(
        "collections less commission are owed by the agency, withdrawals and commission to it",
        arguments: [
            (SettlementType.billPayment, SettlementStatus.posted, Int64(950)),
            (.ticketSale, .posted, 950), (.withdrawal, .posted, -1_050),
            (.stockSale, .posted, 950), (.prizePayment, .posted, -1_050),
            (.remittance, .posted, 950), (.transfer, .posted, -50),
            (.billPayment, .reversed, 0), (.ticketSale, .reversed, 0), (.withdrawal, .reversed, 0),
            (.stockSale, .reversed, 0), (.prizePayment, .reversed, 0), (.remittance, .reversed, 0),
            (.transfer, .reversed, 0),
        ])
    func signRule(type: SettlementType, status: SettlementStatus, netFen: Int64) throws {
        var totals = SettlementTotals()
        totals.add(
            try Example.detail(
                "1001", type, account: "************1234", 1_000, feeFen: 300, commissionFen: 50,
                status))
        #expect(totals.netFen == netFen)
        #expect(totals.detailCount == 1)
        #expect(totals.postedCount == (status == .posted ? 1 : 0))
        #expect(totals.feeFen == (status == .posted ? 300 : 0))
        #expect(totals.presentTypes == [type])
        var takenBack = totals
        takenBack.add(
            try Example.detail(
                "1002", type, account: "************1234", -1_000, feeFen: -300,
                commissionFen: -50, status, takingBack: "1001"))
        #expect(takenBack.netFen == 0)
        #expect(takenBack.amountFen == 0 && takenBack.feeFen == 0)
        #expect(takenBack.commissionFen == 0)
        #expect(takenBack.detailCount == 2)
    }

    @Test("each type has a subtotal of its own, in the order of the cases") func everyType() throws
    {
        var totals = SettlementTotals()
        for (index, type) in SettlementType.allCases.enumerated() {
            for _ in 0...index {
                totals.add(try Example.detail("1", type, account: "************1234"))
            }
        }
        #expect(totals.presentTypes == SettlementType.allCases)
        for (index, type) in SettlementType.allCases.enumerated() {
            #expect(totals[type].postedCount == index + 1)
        }
    }
}
