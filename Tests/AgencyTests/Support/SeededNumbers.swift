import Foundation

/// SplitMix64: repeatable numbers for property tests.
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Two seeds that never change and one that is new in each run; printed, to repeat a failure.
    static func seeds(for test: String) -> [UInt64] {
        let seeds = [1, 20_261_121, UInt64.random(in: .min ... .max)]
        print("seeds of \(test): \(seeds)")
        return seeds
    }

    /// The variable of the environment that repeats a run.
    static let seedVariable = "AGENCYPOS_TEST_SEED"

    /// Numbers from the seed of the environment or from a new one, which is printed.
    init(of test: String, share: Int) {
        let given = ProcessInfo.processInfo.environment[Self.seedVariable].flatMap { UInt64($0) }
        let seed = given ?? UInt64.random(in: 1...UInt64(UInt32.max))
        print("\(test), share \(share): \(Self.seedVariable)=\(seed)")
        self.init(seed: seed &+ UInt64(share) << 32)
    }
}
