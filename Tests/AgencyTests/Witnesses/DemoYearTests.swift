import Ledger
import Testing

@testable import Agency

@Suite struct DemoYearTests {
    @Test("hledger, ledger and beancount find nothing wrong in a year of business")
    func year() async throws {
        let (asked, faults, phases, kinds, sealedDates) = try await onOwnThread {
            var year = try DemoYear()
            try year.play()
            let test = year.test
            return (
                try AskedBook(test), try test.faults(),
                try test.texts("SELECT DISTINCT CAST(phase AS TEXT) FROM journal_entry ORDER BY 1"),
                Set(try test.texts("SELECT DISTINCT kind FROM journal_entry")),
                try test.integer("SELECT count(*) FROM business_date WHERE state = 'sealed'")
            )
        }
        #expect(faults == [])
        #expect(phases == ["0", "1", "2", "3", "4"])
        #expect(
            kinds.isSuperset(of: [
                "bill_payment", "ticket_sale", "withdrawal", "till_over", "till_short",
                "commission_share", "reversal",
            ]))
        #expect(sealedDates == Int64(DemoYear.dayCount - 1))
        asked.expectAgreement()
    }
}

/// What the witnesses said of a book.
struct AskedBook: Sendable {
    let reports: [ExternalAudit.Report]
    let movedAccounts: Int

    init(_ test: TestBook) throws {
        let audit = try test.book.readers.read { try ExternalAudit($0) }
        movedAccounts = try test.balances().count
        reports = try audit.run()
    }

    /// Expects that every witness is installed, and that none objects.
    func expectAgreement() {
        #expect(reports.map(\.witness) == Witness.allCases)
        for report in reports {
            #expect(report.faults == [], "\(report.witness)")
            #expect(report.accountCount == movedAccounts, "\(report.witness)")
        }
    }
}
