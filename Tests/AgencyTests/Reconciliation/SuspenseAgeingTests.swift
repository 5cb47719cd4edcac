import CivilTime
import StrictJSON
import Testing

@testable import Agency

/// How long differences have been waiting, and what lies in the suspense accounts.
@Suite struct SuspenseAgeingTests {
    @Test(
        "what waits stands in the band of its age",
        arguments: [
            ("2026-11-20", "0 7"), ("2026-11-27", "0 7"), ("2026-11-28", "8 30"),
            ("2026-12-20", "8 30"), ("2026-12-21", "31 90"), ("2027-02-18", "31 90"),
            ("2027-02-19", "91 -"),
        ])
    func bands(_ date: String, _ band: String) throws {
        let bench = try ReconcilerBench(preparing: ReconcilerBench.terms())
        var lines = try bench.playDay([5_000, 3_000])
        lines.remove(at: 0)
        lines[0].amountFen += 300
        try bench.send(lines, for: "2026-11-20")
        try bench.reconcile()
        let proposal = try bench.propose(.suspense, [2], by: bench.liaison())
        _ = try bench.approve(proposal, by: bench.district()).bytes()
        let today = try #require(BusinessDate(date))
        var writer = JSONWriter()
        try bench.test.book.readers.read {
            try SuspenseAgeing($0).encode(partner: nil, on: today, to: &writer)
        }
        let answer = try Answer(writer.bytes)
        let lists = try answer.objects("lines")
        #expect(try lists.map { try $0.text("state") } == ["open", "suspended"])
        for line in lists {
            let last = try line.isNull("to_days") ? "-" : "\(line.fen("to_days"))"
            #expect(try "\(line.fen("from_days")) \(last)" == band)
        }
        let accounts = try answer.objects("suspense_accounts")
        #expect(
            try accounts.map { try "\($0.text("account")) \($0.fen("balance_fen"))" }
                == ["2241.MOBILE01.DIFF -300"])
    }
}
