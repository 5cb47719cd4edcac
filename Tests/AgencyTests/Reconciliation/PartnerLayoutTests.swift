import CivilTime
import Foundation
import Testing

@testable import Agency

/// A partner that cannot produce our format is reconciled all the same.
@Suite struct PartnerLayoutTests {
    private static let layout = """
        {"kind": "csv", "encoding": "gb18030", "file_name": "DZ_{yyyyMMdd}.csv",
         "header": ["流水号", "户号", "金额", "时间"], "may_be_empty": true,
         "fields": {
            "serial": {"name": "流水号"},
            "type": {"constant": "BILL_PAYMENT"},
            "status": {"constant": "POSTED"},
            "account": {"name": "户号"},
            "amount": {"name": "金额", "unit": "yuan", "sign": "plus"},
            "time": {"name": "时间", "pattern": "yyyy-MM-dd HH:mm:ss"}}}
        """

    /// A book in which MOBILE01 writes lists of its own.
    private func bench() throws -> ReconcilerBench {
        let bench = try ReconcilerBench(preparing: ReconcilerBench.terms())
        let date = try #require(BusinessDate("2026-11-20"))
        try bench.test.book.setLayout(Self.layout, ofPartner: "MOBILE01", from: date)
        return bench
    }

    /// Lays a list into the partner's inbox, without a code, and takes it in.
    private func send(
        _ rows: [String], as name: String, _ bench: ReconcilerBench
    ) throws -> [String] {
        // 流水号,户号,金额,时间 in GB18030; the rest is ASCII.
        let header: [UInt8] = [
            0xC1, 0xF7, 0xCB, 0xAE, 0xBA, 0xC5, 0x2C, 0xBB, 0xA7, 0xBA, 0xC5, 0x2C, 0xBD, 0xF0,
            0xB6, 0xEE, 0x2C, 0xCA, 0xB1, 0xBC, 0xE4, 0x0A,
        ]
        let data = Data(header) + Data(rows.map { $0 + "\n" }.joined().utf8)
        let inbox = bench.test.book.folder.inboxFolder(partnerCode: "MOBILE01")
        try data.write(to: URL(filePath: inbox + "/" + name))
        return try PartnerInbox(book: bench.test.book, restSeconds: 0).receiveAll().items.map {
            [$0.file.state.rawValue, $0.file.fault, $0.isRepeated ? "again" : nil]
                .compactMap { $0 }.joined(separator: " ")
        }
    }

    @Test("its list is read by its layout, compared without commission, and every fen is found")
    func compared() throws {
        let bench = try bench()
        _ = try bench.playDay([5_000, 3_000, 2_000])
        let rows = [
            "000000000001,13810000001,50.00,2026-11-20 09:00:00",
            "000000000002,13810000002,30.01,2026-11-20 09:00:00",
        ]
        #expect(try send(rows, as: "DZ_20261120.csv", bench) == ["accepted"])
        #expect(try send(rows, as: "DZ_20261120.csv", bench) == ["accepted again"])
        let done = try #require(try bench.reconcile().first)
        #expect(!done.hasCommission && done.ourNetFen == 10_000 && done.theirNetFen == 8_001)
        #expect(try bench.unresolved() == ["AMOUNT_DIFF -1", "OURS_ONLY 2000"])
        // The next list brings what was missing.
        _ = try bench.playDay([])
        let late = ["000000000003,13810000003,20.00,2026-11-21 09:00:00"]
        #expect(try send(late, as: "DZ_20261121.csv", bench) == ["accepted"])
        #expect(try bench.reconcile().first?.clearedCount == 1)
        #expect(try bench.unresolved() == ["AMOUNT_DIFF -1"])
    }

    @Test("a list that is not as its layout says, or comes for an old date, counts nothing")
    func refused() throws {
        let bench = try bench()
        _ = try bench.playDay([5_000])
        _ = try bench.playDay([5_000])
        let row = "000000000001,13810000001,50.00,2026-11-20 09:00:00"
        #expect(try send([row], as: "DZ_20261121.csv", bench) == ["accepted"])
        let cases: [(rows: [String], name: String, verdict: String)] = [
            ([row], "LIST.csv", "rejected layoutViolated"),
            ([row + ",x"], "DZ_20261122.csv", "rejected layoutViolated"),
            (["1,2,5x.00,2026-11-20 09:00:00"], "DZ_20261122.csv", "rejected layoutViolated"),
            ([], "DZ_20261121.csv", "rejected dateReused"),
            ([], "DZ_20261120.csv", "rejected dateReused"),
        ]
        for (rows, name, verdict) in cases {
            #expect(try send(rows, as: name, bench) == [verdict], "\(name)")
        }
        #expect(
            try bench.test.integer(
                "SELECT count(*) FROM partner_file WHERE state = 'accepted'") == 1)
        #expect(try bench.test.faults() == [])
    }

    @Test("a layout holds from its day on, is never changed, and must be usable")
    func setting() throws {
        let bench = try bench()
        let date = try #require(BusinessDate("2026-11-20"))
        let book = bench.test.book
        #expect(throws: BookError.self) {
            try book.setLayout(Self.layout, ofPartner: "MOBILE01", from: date)
        }
        #expect(throws: BookError.self) {
            try book.setLayout("{}", ofPartner: "WATER01", from: date)
        }
        #expect(throws: Refusal.self) {
            try book.setLayout(Self.layout, ofPartner: "NOBODY", from: date)
        }
        try book.setLayout(Self.layout, ofPartner: "MOBILE01", from: date.adding(days: 1))
        #expect(try bench.test.count("partner_layout") == 2)
        let listed = try book.layouts()
        #expect(listed.map(\.partnerCode) == ["MOBILE01", "MOBILE01"])
        #expect(listed.map(\.kind) == ["csv", "csv"])
        #expect(listed.map(\.validFrom) == [date, date.adding(days: 1)])
        #expect(try book.layouts(ofPartner: "MOBILE01") == listed)
        #expect(try book.layouts(ofPartner: "WATER01") == [])
        #expect(throws: Refusal.self) { try book.layouts(ofPartner: "NOBODY") }
    }
}
