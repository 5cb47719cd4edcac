import CivilTime
import Dispatch

/// The clocks and the timer that a line uses, so that tests can have their own.
public struct PartnerClock: Sendable {
    /// The wall clock, for what people see.
    public var now: @Sendable () -> Instant
    /// A clock that never goes back, in milliseconds.
    public var monotonicMilliseconds: @Sendable () -> Int64
    /// Runs work after a time in milliseconds, on a thread of the timer's.
    public var after: @Sendable (Int64, @escaping @Sendable () -> Void) -> Void

    /// Makes a set of clocks.
    public init(
        now: @escaping @Sendable () -> Instant,
        monotonicMilliseconds: @escaping @Sendable () -> Int64,
        after: @escaping @Sendable (Int64, @escaping @Sendable () -> Void) -> Void
    ) {
        self.now = now
        self.monotonicMilliseconds = monotonicMilliseconds
        self.after = after
    }

    private static let timer = DispatchQueue(label: "agencypos.partner-timer")

    /// The system's clocks.
    public static let system = PartnerClock(
        now: { Instant.now },
        monotonicMilliseconds: { Int64(DispatchTime.now().uptimeNanoseconds / 1_000_000) },
        after: { milliseconds, work in
            timer.asyncAfter(deadline: .now() + .milliseconds(Int(milliseconds)), execute: work)
        })
}

/// Reproducible numbers from a seed (SplitMix64), for what need not be secret.
struct SeededJitter: RandomNumberGenerator {
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
}
