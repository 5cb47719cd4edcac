import CivilTime

/// How the line to a partner stands, for people to look at.
public struct PartnerLineSnapshot: Sendable, Equatable {
    /// The state of the circuit breaker.
    public enum Circuit: String, Sendable, CaseIterable {
        /// Calls are made.
        case closed
        /// The partner is left alone after failures.
        case open
        /// One call tries whether it is back.
        case halfOpen = "half_open"
    }

    public var name: String
    public var circuit: Circuit
    /// For how much longer no call is made, in milliseconds; 0 when calls are made.
    public var openMilliseconds: Int64
    /// Failures since the last success.
    public var failuresInRow: Int
    public var lastSuccess: Instant?
    public var lastFailure: Instant?
    /// What the last failure was.
    public var failure: PartnerFailure?
    /// Calls that wait for a thread.
    public var queuedCount: Int
    /// Calls under way.
    public var runningCount: Int
    /// Calls that pause before another attempt.
    public var pausingCount: Int
}
