import CivilTime
import Foundation
import Testing

@testable import Agency

/// A catalogue loaded again: it grows, and nothing that the book knows changes.
@Suite struct CatalogueGrowthTests {
    private static let contract =
        #""commission":{"kind":"flat","flat_fen":70},"split":{"operator_bp":10000,"#
        + #""village_bp":0,"town_bp":0,"district_bp":0,"remainder_to":"operator"}}"#

    /// Loads the demo with a changed catalogue into a copy of its book.
    private func load(
        _ copy: BookCopy, _ changes: [(old: String, new: String)], bills: String? = nil
    ) throws -> NetworkLoader.Summary {
        let folder = try BookCopy(of: TestNetwork.dataFolder)
        let path = folder.path + "/catalogue.json"
        var text = try String(contentsOfFile: path, encoding: .utf8)
        for (old, new) in changes {
            try #require(text.contains(old), "\(old)")
            text = text.replacingOccurrences(of: old, with: new)
        }
        try Data(text.utf8).write(to: URL(filePath: path))
        if let bills { try Data(bills.utf8).write(to: URL(filePath: folder.path + "/bills.csv")) }
        let loader = try NetworkLoader(path: copy.path) { _ in }
        return try loader.load(DataFolder.load(folder.path), openingOn: nil)
    }

    private func texts(_ sql: String, _ copy: BookCopy) throws -> [String] {
        try BookFolder(path: copy.path).openReaders().read {
            try $0.prepare(computed: sql).all { $0.text(0) }
        }
    }

    private static let successor = (
        old: #""contracts":["#,
        new: #""contracts":[{"id":"CT-WATER-2027","partner_id":"WATER01","product_id":"WATER","#
            + #""valid_from":"2027-01-01","service_fee_fen":0,"# + contract + ","
    )

    @Test("a successor closes an open-ended contract, and holds from its day on")
    func successor() throws {
        let copy = try TestNetwork.copy()
        let end = (
            old: #""product_id":"WATER","valid_from":"2020-01-01","#,
            new: #""product_id":"WATER","valid_from":"2020-01-01","valid_to":"2026-12-31","#
        )
        let summary = try load(copy, [end, Self.successor])
        #expect(summary.isKnownNetwork)
        #expect(
            try texts(
                "SELECT code || '/' || ifnull(valid_to, '') FROM contract "
                    + "WHERE code LIKE 'CT-WATER%' ORDER BY code", copy)
                == ["CT-WATER-2020/20818", "CT-WATER-2027/"])
        #expect(try load(copy, [end, Self.successor]).isKnownNetwork)
        #expect(try copy.faults() == [])
    }

    @Test("a new biller is a row: it sells at once, with an account and an empty file")
    func newBiller() throws {
        let copy = try TestNetwork.copy()
        _ = try load(
            copy,
            [
                (
                    old: #""partners":["#,
                    new: #""partners":[{"id":"LIFT01","name":"电梯公司","kind":"biller"},"#
                ),
                (
                    old: #""products":["#,
                    new: #""products":[{"id":"LIFT","partner_id":"LIFT01","name":"电梯费","#
                        + #""kind":"bill","minimum_fen":100,"maximum_fen":9000,"#
                        + #""biller_mode":"blind","payment_rule":"any","quote_minutes":5},"#
                ),
                (
                    old: #""contracts":["#,
                    new: #""contracts":[{"id":"CT-LIFT","partner_id":"LIFT01","#
                        + #""product_id":"LIFT","valid_from":"2020-01-01","service_fee_fen":0,"#
                        + Self.contract + ","
                ),
            ])
        let test = try TestBook(reopening: copy, at: "2026-11-20 09:00")
        let teller = try test.signOn()
        let moved = try test.movement {
            try test.payPhone("LIFT", account: "L1", 1_000, key: "terminal-1", by: teller)
        }
        #expect(moved["2202.LIFT01"] == -930)
        #expect(try test.faults() == [])
    }

    @Test(
        "what the book knows is not changed, and the whole catalogue stays out",
        arguments: [
            (#""name":"水费""#, #""name":"水钱""#),
            (#""name":"青川自来水公司""#, #""name":"自来水""#),
            (#""flat_fen":50}"#, #""flat_fen":51}"#),
            (#""per_head_fen":40000"#, #""per_head_fen":41000"#),
            (
                #""product_id":"WATER","valid_from":"2020-01-01","#,
                #""product_id":"WATER","valid_from":"2020-01-01","valid_to":"2026-11-19","#
            ),
            (#""valid_from":"2020-01-01""#, #""valid_from":"2020-01-02""#),
            (#""contracts":["#, Self.backdated),
        ])
    func refused(old: String, new: String) throws {
        let copy = try TestNetwork.copy()
        let contracts = try texts("SELECT code FROM contract", copy)
        let rows = try texts("SELECT name FROM product UNION ALL SELECT name FROM partner", copy)
        #expect(throws: (any Error).self) { try load(copy, [(old, new)]) }
        #expect(
            try texts("SELECT name FROM product UNION ALL SELECT name FROM partner", copy) == rows)
        #expect(try texts("SELECT code FROM contract", copy) == contracts)
        #expect(try copy.faults() == [])
    }

    /// A second contract of a known product, from a day that has gone.
    private static let backdated =
        #""contracts":[{"id":"CT-X","partner_id":"TELECOM01","product_id":"TELECOM","#
        + #""valid_from":"2019-01-01","valid_to":"2019-12-31","service_fee_fen":0,"# + contract
        + ","

    @Test(
        "a bill that a newer file no longer lists is withdrawn, and comes back with one that does")
    func withdrawn() throws {
        let copy = try TestNetwork.copy()
        let all = try String(
            contentsOfFile: TestNetwork.dataFolder + "/bills.csv", encoding: .utf8)
        var lines = all.split(separator: "\n").map(String.init)
        let gone = try #require(lines.firstIndex { $0.hasPrefix("WATER,") })
        lines.remove(at: gone)
        let summary = try load(copy, [], bills: lines.joined(separator: "\n") + "\n")
        #expect(summary.withdrawnBills == 1)
        #expect(
            try texts("SELECT count(*) || '' FROM bill WHERE state = 'withdrawn'", copy) == ["1"])
        // A file without a product's rows says nothing about that product.
        let power = lines.filter { !$0.hasPrefix("WATER,") }
        #expect(
            try load(copy, [], bills: power.joined(separator: "\n") + "\n").withdrawnBills == 0)
        #expect(try load(copy, []).withdrawnBills == 0)
        #expect(
            try texts("SELECT count(*) || '' FROM bill WHERE state = 'withdrawn'", copy) == ["0"])
    }

    @Test("a bill given twice in one file is refused, and both lines are named")
    func twice() throws {
        let copy = try TestNetwork.copy()
        let all = try String(
            contentsOfFile: TestNetwork.dataFolder + "/bills.csv", encoding: .utf8)
        let first = try #require(all.split(separator: "\n").dropFirst().first)
        let error = try #require(throws: DataFileError.self) {
            try load(copy, [], bills: all + first + "\n")
        }
        #expect(error.kind == .duplicate)
        #expect(error.line == 6_002)
        #expect(error.message.contains("line 2 "))
    }
}
