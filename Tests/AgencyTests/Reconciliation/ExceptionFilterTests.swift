import Ledger
import SQL
import Testing

@testable import Agency

/// Lists of exceptions, and how they are found among all that were resolved over the years.
@Suite struct ExceptionFilterTests {
    @Test(
        "what waits is found by its index, of one partner and of all",
        arguments: [SettlementException.State.open, .suspended])
    func plan(_ state: SettlementException.State) throws {
        let bench = try ReconcilerBench()
        for (partner, index) in [
            (nil, "settlement_exception_unresolved"),
            (ID<Partner>(1), "settlement_exception_open"),
        ] {
            let filter = ExceptionFilter(partner: partner, state: state)
            let sql =
                "EXPLAIN QUERY PLAN " + SettlementExceptionReader.columns
                + SettlementExceptionReader.condition(filter)
            let steps = try bench.test.book.readers.read { connection in
                try connection.prepare(computed: sql).all(
                    .integer(0), .integer(partner?.number), .text(state.rawValue), .text(nil),
                    .integer(nil), .text(nil), .integer(10)
                ) { $0.text(3) }
            }
            #expect(steps.contains { $0.contains("INDEX \(index) ") }, "\(steps)")
        }
    }

    @Test("each state and partner finds its own") func found() throws {
        let bench = try ReconcilerBench(preparing: ReconcilerBench.terms(writeOffLimitFen: 10_000))
        _ = try bench.playDay([5_000, 3_000, 2_000])
        try bench.send([], for: "2026-11-20")
        try bench.reconcile()
        for (kind, number) in [(SettlementResolution.Kind.suspense, Int64(2)), (.writeOff, 3)] {
            let proposal = try bench.propose(kind, [number], by: bench.liaison())
            _ = try bench.approve(proposal, by: bench.district()).bytes()
        }
        let expected: [(SettlementException.State?, [Int64])] = [
            (nil, [1, 2, 3]), (.open, [1]), (.suspended, [2]), (.resolved, [3]),
        ]
        let (own, other) = try bench.test.book.readers.read { connection in
            let reader = PartnerReader(connection)
            return (try reader.partner("MOBILE01"), try reader.partner("WATER01"))
        }
        for (state, numbers) in expected {
            for (partner, found) in [(nil, numbers), (own, numbers), (other, [])] {
                let filter = ExceptionFilter(partner: partner, state: state)
                let list = try bench.test.book.readers.read {
                    try SettlementExceptionReader($0).exceptions(filter, after: 0, limit: 10)
                }
                #expect(list.map(\.id.number) == found)
            }
        }
    }
}
