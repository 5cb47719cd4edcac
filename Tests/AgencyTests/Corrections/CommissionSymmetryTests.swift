import Testing

@testable import Agency

@Suite struct CommissionSymmetryTests {
    static let rounds = 2_000

    @Test("the shares of what is given back are the negatives of what was shared out")
    func symmetric() {
        let seed = UInt64.random(in: .min ... .max)
        print("seed \(seed)")
        var random = SeededNumbers(seed: seed)
        for _ in 0..<Self.rounds {
            let cuts = (0..<3).map { _ in Int64.random(in: 0...10_000, using: &random) }.sorted()
            let remainderTo = CommissionSplit.Share.allCases.randomElement(using: &random)
            let split = CommissionSplit(
                operatorBasisPoints: cuts[0], villageBasisPoints: cuts[1] - cuts[0],
                townBasisPoints: cuts[2] - cuts[1], districtBasisPoints: 10_000 - cuts[2],
                remainderTo: remainderTo ?? .village)
            let amountFen = Int64.random(in: 0...1_000_000, using: &random)
            let shared = split.shares(of: amountFen)
            #expect(shared.totalFen == amountFen, "seed \(seed)")
            #expect(shared + split.shares(of: -amountFen) == .zero, "seed \(seed)")
        }
    }
}
