import Ledger
import Printing
import Testing

@testable import Agency

@Suite struct ReceiptVerificationTests {
    private static func verification(_ test: TestBook, _ serial: Int64 = 1) throws
        -> ReceiptVerification
    {
        try #require(
            try test.book.readers.read { try ReceiptReader($0).verification(serial: serial) })
    }

    private static func page(_ test: TestBook, _ language: ReceiptLanguage = .chinese) throws
        -> [PaperElement]
    {
        ReceiptVerificationDocument(profile: test.book.profile, language: language)
            .document(try verification(test)).elements
    }

    @Test("an entry is proved against its seal once its date is closed")
    func sealed() throws {
        let test = try TestBook()
        try test.playDay()
        #expect(try Self.verification(test).proof == .open)
        #expect(try Self.verification(test).printCount == 2)
        let date = try test.date()
        try test.closeDay()
        guard case .sealed(let head) = try Self.verification(test).proof else {
            Issue.record("the date is sealed")
            return
        }
        #expect(head.businessDate?.description == date)
        #expect(try test.texts("SELECT tree_root FROM business_date LIMIT 1") == [head.root.hex])
    }

    @Test("an entry that the journal does not hold as sealed is not vouched for")
    func damaged() throws {
        let test = try TestBook()
        try test.playDay()
        try test.closeDay()
        test.book.close()
        try test.copy.damage("UPDATE journal_entry SET narrative = 'X' WHERE entry_id = 2")
        #expect(throws: ProofError.self) {
            try BookFolder(path: test.copy.path).openReaders().read {
                try ReceiptReader($0).verification(serial: 1)
            }
        }
    }

    @Test("a withdrawal without cash, or that came to nothing, proves no entry")
    func unbooked() throws {
        let test = try TestBook()
        let first = try test.signOn(1)
        let waiting = try test.pending(key: "waiting-1", by: first)
        #expect(try Self.verification(test).proof == .none)
        _ = try test.record(.noAnswer, waiting)
        #expect(try Self.verification(test).proof == .none)
    }

    @Test("what was voided no longer stands as genuine and no more")
    func voided() throws {
        let test = try TestBook()
        let first = try test.signOn(1)
        try test.payPhone(key: "phone-0001", by: first)
        #expect(try Self.page(test).contains(.banner("本凭条真实")))
        #expect(try Self.page(test, .english).contains(.banner("This receipt is genuine")))
        try test.perform { session in
            let shift = try session.shifts.shift(of: first, session.connection)
            let product = try session.catalogue.product("MOBILE", .bill)
            let contract = try session.catalogue.contract(
                for: product, on: try session.journal.currentDate())
            _ = try session.post(
                NewTransaction(
                    kind: .billPayment, product: product, contract: contract, shift: shift,
                    accountReference: "13800000001", amountFen: -5_000, feeFen: 0,
                    commissionFen: -contract.commission.commissionFen(on: 5_000),
                    original: .init(serial: 1, item: 0, correction: .void)))
        }
        #expect(try Self.page(test).contains(.banner("凭条存在，状态：已抹账")))
        #expect(try Self.page(test, .english).contains(.banner("It exists; its status: Voided")))
        let void = try Self.verification(test, 2)
        let page = ReceiptVerificationDocument(profile: test.book.profile, language: .chinese)
            .document(void).elements
        #expect(page.contains(.pair("业务", "代理缴费凭条（抹账）")))
        // So does every copy from now on.
        let sheet = try Self.verification(test).sheet
        let copy = ReceiptDocument(profile: test.book.profile, language: .chinese)
            .document(sheet, mark: .original, link: "x")
        #expect(copy.elements.contains(.pair("状态", "已抹账")))
    }

    @Test(
        "references show four characters at most",
        arguments: [
            ("52000100000018", "**********0018"), ("12345", "*2345"), ("1234", "****"),
            ("", "****"),
            ("************1234", "************1234"), ("QC0001/20261122", "***********1122"),
            ("电表一二三四五", "***二三四五"),
        ])
    func masked(_ reference: String, _ shown: String) {
        #expect(ReceiptVerificationDocument.masked(reference).text == shown)
    }
}
