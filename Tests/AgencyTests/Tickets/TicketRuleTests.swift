import Testing

@testable import Agency

@Suite struct TicketRuleTests {
    /// What a rule keeps of a fare.
    struct Kept: Sendable {
        let fareFen: Int64
        let basisPoints: Int64
        var minimumFen: Int64 = 0
        var roundingFen: Int64 = 1
        let keptFen: Int64
    }

    static let table = [
        Kept(fareFen: 9_450, basisPoints: 0, keptFen: 0),
        Kept(fareFen: 9_450, basisPoints: 500, keptFen: 473),  // 472.5 goes up
        Kept(fareFen: 9_449, basisPoints: 500, keptFen: 472),  // 472.45 goes down
        Kept(fareFen: 9_450, basisPoints: 500, roundingFen: 50, keptFen: 450),  // 4.725 yuan
        Kept(fareFen: 9_500, basisPoints: 500, roundingFen: 50, keptFen: 500),  // 4.75 yuan
        Kept(fareFen: 9_490, basisPoints: 500, roundingFen: 50, keptFen: 450),  // 4.745 yuan
        Kept(fareFen: 2_000, basisPoints: 500, minimumFen: 200, keptFen: 200),
        Kept(fareFen: 4_001, basisPoints: 500, minimumFen: 200, keptFen: 200),
        Kept(fareFen: 4_010, basisPoints: 500, minimumFen: 200, keptFen: 201),
        // Never more than the fare.
        Kept(fareFen: 150, basisPoints: 500, minimumFen: 200, keptFen: 150),
        Kept(fareFen: 150, basisPoints: 10_000, keptFen: 150),
        Kept(fareFen: 130, basisPoints: 10_000, roundingFen: 100, keptFen: 100),
        Kept(fareFen: 170, basisPoints: 10_000, roundingFen: 100, keptFen: 170),
        Kept(fareFen: 10_000_000_000, basisPoints: 10_000, keptFen: 10_000_000_000),
    ]

    @Test("a share is rounded half up to the unit, then the minimum holds", arguments: table)
    func kept(_ row: Kept) {
        let rule = TicketRule(
            fromMinutes: 0, feeBasisPoints: row.basisPoints, minimumFeeFen: row.minimumFen)
        #expect(rule.retainedFen(of: row.fareFen, roundingFen: row.roundingFen) == row.keptFen)
    }

    @Test(
        "the rule with the latest beginning that has come holds",
        arguments: [
            (-1, nil), (0, nil), (119 * 60_000, nil), (120 * 60_000 - 1, nil),
            (120 * 60_000, 2_000), (1_440 * 60_000 - 1, 2_000), (1_440 * 60_000, 1_000),
            (Int64.max, 1_000),
        ] as [(Int64, Int64?)])
    func rule(millisecondsLeft: Int64, basisPoints: Int64?) {
        let rules = TicketRules([
            .refund: [
                TicketRule(fromMinutes: 1_440, feeBasisPoints: 1_000, minimumFeeFen: 0),
                TicketRule(fromMinutes: 120, feeBasisPoints: 2_000, minimumFeeFen: 0),
            ]
        ])
        let found = rules.rule(.refund, millisecondsLeft: millisecondsLeft)
        #expect(found?.feeBasisPoints == basisPoints)
        #expect(rules.rule(.change, millisecondsLeft: millisecondsLeft) == nil)
    }

    @Test(
        "the parts of a sale sum to it",
        arguments: [(3, 100), (9, 7), (7, 1), (1, 0), (9, 1_000)] as [(Int64, Int64)])
    func parts(seats: Int64, commissionFen: Int64) throws {
        let test = try TestBook(preparing: "UPDATE trip SET child_fare_fen = fare_fen / 2")
        let teller = try test.signOn()
        let held = try test.reserve("QC0009", seats: seats, children: seats / 3, by: teller)
        let reservation = try #require(try test.perform { try $0.reservation(held.number) })
        let parts = TicketParts(of: reservation, commissionFen: commissionFen).parts
        #expect(parts.map(\.item) == Array(1...seats))
        #expect(parts.reduce(0) { $0 + $1.fareFen } == held.fareFen)
        #expect(parts.reduce(0) { $0 + $1.feeFen } == held.feeFen)
        #expect(parts.reduce(0) { $0 + $1.commissionFen } == commissionFen)
        #expect(parts.allSatisfy { $0.commissionFen >= 0 })
        #expect(parts.count { $0.fareClass == .child } == seats / 3)
    }
}
