import Testing

@testable import Agency

@Suite struct CommissionTests {
    struct Row: Sendable {
        let rule: CommissionRule
        let amountFen: Int64
        let commissionFen: Int64
    }

    private static func rate(
        _ partsPerMillion: Int64, _ minimumFen: Int64 = 0, _ maximumFen: Int64 = .max
    ) -> CommissionRule {
        .rate(
            partsPerMillion: partsPerMillion, minimumFen: minimumFen, maximumFen: maximumFen)
    }

    private static let flat = CommissionRule.flat(fen: 50)

    /// Up to 99.99 yuan 20 fen, then 1 %, from 1,000 yuan on 5 yuan and 0.2 %; 30 fen to 20 yuan.
    private static let bands = CommissionRule.bands(
        [
            CommissionBand(fromFen: 0, flatFen: 20, ratePartsPerMillion: 0),
            CommissionBand(fromFen: 10_000, flatFen: 0, ratePartsPerMillion: 10_000),
            CommissionBand(fromFen: 100_000, flatFen: 500, ratePartsPerMillion: 2_000),
        ], minimumFen: 30, maximumFen: 2_000)

    static let rows = [
        Row(rule: flat, amountFen: 1, commissionFen: 50),
        Row(rule: flat, amountFen: 1_000_000_000, commissionFen: 50),
        Row(rule: rate(8_000), amountFen: 5_000, commissionFen: 40),
        Row(rule: rate(500_000), amountFen: 1, commissionFen: 1),
        Row(rule: rate(499_999), amountFen: 1, commissionFen: 0),
        Row(rule: rate(10_000), amountFen: 49, commissionFen: 0),
        Row(rule: rate(10_000), amountFen: 50, commissionFen: 1),
        Row(rule: rate(10_000), amountFen: 149, commissionFen: 1),
        Row(rule: rate(10_000), amountFen: 150, commissionFen: 2),
        Row(rule: rate(0), amountFen: 1_000_000, commissionFen: 0),
        Row(rule: rate(1_000_000), amountFen: 123_456, commissionFen: 123_456),
        Row(rule: rate(8_000, 10, 500), amountFen: 1, commissionFen: 10),
        Row(rule: rate(8_000, 10, 500), amountFen: 1_250, commissionFen: 10),
        Row(rule: rate(8_000, 10, 500), amountFen: 1_313, commissionFen: 11),
        Row(rule: rate(8_000, 10, 500), amountFen: 62_500, commissionFen: 500),
        Row(rule: rate(8_000, 10, 500), amountFen: 62_563, commissionFen: 500),
        Row(rule: bands, amountFen: 1, commissionFen: 30),
        Row(rule: bands, amountFen: 9_999, commissionFen: 30),
        Row(rule: bands, amountFen: 10_000, commissionFen: 100),
        Row(rule: bands, amountFen: 10_050, commissionFen: 101),
        Row(rule: bands, amountFen: 99_949, commissionFen: 999),
        Row(rule: bands, amountFen: 99_999, commissionFen: 1_000),
        Row(rule: bands, amountFen: 100_000, commissionFen: 700),
        Row(rule: bands, amountFen: 749_999, commissionFen: 2_000),
        Row(rule: bands, amountFen: 1_000_000_000, commissionFen: 2_000),
        Row(rule: rate(1_000_000), amountFen: 1_000_000_000_000, commissionFen: 1_000_000_000_000),
    ]

    @Test(
        "a commission is flat, a rate, or a band's, rounded half up between its bounds",
        arguments: rows)
    func commission(_ row: Row) {
        #expect(row.rule.commissionFen(on: row.amountFen) == row.commissionFen)
    }

    @Test(
        "the named owner gets what rounding down leaves",
        arguments: CommissionSplit.Share.allCases)
    func remainder(owner: CommissionSplit.Share) {
        let split = CommissionSplit(
            operatorBasisPoints: 3_333, villageBasisPoints: 3_333, townBasisPoints: 3_333,
            districtBasisPoints: 1, remainderTo: owner)
        let shares = split.shares(of: 100)
        #expect(shares.totalFen == 100)
        #expect(shares.operatorFen == (owner == .operator ? 34 : 33))
        #expect(shares.villageFen == (owner == .village ? 34 : 33))
        #expect(shares.townFen == (owner == .town ? 34 : 33))
        #expect(shares.districtFen == (owner == .district ? 1 : 0))
    }

    @Test("shares always sum to the commission and no share is negative")
    func sum() throws {
        for seed in SeededNumbers.seeds(for: "commission shares") {
            var numbers = SeededNumbers(seed: seed)
            for _ in 0..<5_000 {
                let cuts = (0..<3).map { _ in Int64.random(in: 0...10_000, using: &numbers) }
                    .sorted()
                let owner = try #require(
                    CommissionSplit.Share.allCases.randomElement(using: &numbers))
                let split = CommissionSplit(
                    operatorBasisPoints: cuts[0], villageBasisPoints: cuts[1] - cuts[0],
                    townBasisPoints: cuts[2] - cuts[1], districtBasisPoints: 10_000 - cuts[2],
                    remainderTo: owner)
                let digits = Int.random(in: 0...13, using: &numbers)
                let limit = (0..<digits).reduce(Int64(10)) { power, _ in power * 10 }
                let amountFen = Int64.random(in: 0..<limit, using: &numbers)
                let shares = split.shares(of: amountFen)
                let parts = [
                    shares.operatorFen, shares.villageFen, shares.townFen, shares.districtFen,
                ]
                #expect(parts.reduce(0, +) == amountFen, "seed \(seed), \(split), \(amountFen)")
                #expect(parts.allSatisfy { $0 >= 0 }, "seed \(seed), \(split), \(amountFen)")
            }
        }
    }
}
