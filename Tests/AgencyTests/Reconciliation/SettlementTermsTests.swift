import CivilTime
import Foundation
import Testing

@testable import Agency

/// What is agreed with a partner holds from its date on, comes with the catalogue, and stays.
@Suite struct SettlementTermsTests {
    private func row(_ from: String, _ change: (inout SettlementTerms) -> Void = { _ in }) throws
        -> CatalogueFile.SettlementTermsRow
    {
        var terms = SettlementTerms.usual
        change(&terms)
        return CatalogueFile.SettlementTermsRow(
            partnerID: "WATER01", validFrom: try #require(BusinessDate(from)), terms: terms)
    }

    private func load(
        _ rows: [CatalogueFile.SettlementTermsRow], into copy: BookCopy
    ) throws {
        let data = try DataFolder.load(TestNetwork.dataFolder)
        var catalogue = data.catalogue
        catalogue.settlementTerms = rows
        try catalogue.validate()
        let changed = DataFolder(
            path: data.path, network: data.network, staff: data.staff, catalogue: catalogue,
            stock: data.stock, demoCredentials: data.demoCredentials)
        _ = try NetworkLoader(path: copy.path) { _ in }.load(changed, openingOn: nil)
    }

    @Test("of terms the latest that began counts, else the usual ones") func effective() throws {
        let copy = try TestNetwork.copy()
        try load(
            [row("2026-11-25") { $0.cycle = .weekly }, row("2026-12-01") { $0.cycle = .monthly }],
            into: copy)
        let test = try TestBook(reopening: copy, at: "2026-11-20 09:00")
        let expected: [(String, SettlementCycleLength)] = [
            ("2026-11-24", .daily), ("2026-11-25", .weekly), ("2026-11-30", .weekly),
            ("2026-12-01", .monthly), ("2027-12-01", .monthly),
        ]
        for (date, cycle) in expected {
            let terms = try test.book.readers.read { connection in
                let partner = try #require(try PartnerReader(connection).partner("WATER01"))
                return try SettlementTermsReader(connection).terms(
                    of: partner, on: #require(BusinessDate(date)))
            }
            #expect(terms.cycle == cycle, "\(date)")
        }
    }

    @Test("known terms may come again, but neither change nor begin in the past")
    func known() throws {
        let copy = try TestNetwork.copy()
        let count = try TestBook().count("settlement_terms")
        let first = try row("2026-11-25") { $0.matchRule = "account+amount" }
        try load([first], into: copy)
        try load([first], into: copy)
        #expect(throws: BookError.self) {
            try load([row("2026-11-25") { $0.matchRule = "amount+type" }], into: copy)
        }
        #expect(throws: BookError.self) { try load([row("2026-11-20")], into: copy) }
        let test = try TestBook(reopening: copy, at: "2026-11-20 09:00")
        #expect(try test.count("settlement_terms") == count + 1)
        #expect(try test.faults() == [])
    }
}
