/// The limits of the line to one partner; each is a number of the partner's contract with us.
public struct PartnerLineConfiguration: Sendable, Equatable {
    /// Calls under way at once; each holds a thread and a connection.
    public var threadCount = 2
    /// Calls that may wait for a thread; further ones are answered as busy at once.
    public var maximumQueueLength = 64
    /// How long a call may wait for a thread before it is given up as busy, in milliseconds.
    public var maximumWaitMilliseconds = 5_000
    /// Failures in a row after which the partner is left alone for a while.
    public var failuresToOpen = 5
    /// How long it is left alone the first time, in milliseconds; doubled each further time.
    public var openMilliseconds = 5_000
    /// The longest time that it is left alone, in milliseconds.
    public var maximumOpenMilliseconds = 60_000
    /// How often a call that is safe to repeat is made in all; a post is made once.
    public var maximumAttempts = 3
    /// The pause before the second attempt, in milliseconds; doubled before each further one.
    ///
    /// Each pause is shortened by chance, down to its half, so that callers do not come in step.
    public var retryMilliseconds = 200
    /// The longest pause between attempts, in milliseconds.
    public var maximumRetryMilliseconds = 2_000

    /// Makes the defaults.
    public init() {}

    /// The pause before an attempt, without the part of chance; attempt 2 is the first repeated.
    func pauseMilliseconds(beforeAttempt attempt: Int) -> Int {
        var pause = retryMilliseconds
        for _ in 2..<max(attempt, 2) where pause < maximumRetryMilliseconds { pause *= 2 }
        return min(pause, maximumRetryMilliseconds)
    }

    /// Checks that all numbers can be used.
    ///
    /// - Throws: `PartnerLineError`.
    public func validate() throws(PartnerLineError) {
        let numbers: [(field: String, value: Int, range: ClosedRange<Int>)] = [
            ("threadCount", threadCount, 1...64),
            ("maximumQueueLength", maximumQueueLength, 1...100_000),
            ("maximumWaitMilliseconds", maximumWaitMilliseconds, 1...3_600_000),
            ("failuresToOpen", failuresToOpen, 1...1_000_000),
            ("openMilliseconds", openMilliseconds, 1...3_600_000),
            (
                "maximumOpenMilliseconds", maximumOpenMilliseconds,
                max(1, openMilliseconds)...86_400_000
            ),
            ("maximumAttempts", maximumAttempts, 1...20),
            ("retryMilliseconds", retryMilliseconds, 1...3_600_000),
            (
                "maximumRetryMilliseconds", maximumRetryMilliseconds,
                max(1, retryMilliseconds)...3_600_000
            ),
        ]
        for (field, value, range) in numbers where !range.contains(value) {
            throw .numberOutOfRange(field: field, value: value, allowed: range)
        }
    }
}

/// Why a line cannot be made.
public enum PartnerLineError: Error, Equatable, Sendable, CustomStringConvertible {
    case numberOutOfRange(field: String, value: Int, allowed: ClosedRange<Int>)

    public var description: String {
        switch self {
        case .numberOutOfRange(let field, let value, let allowed):
            "\(field) is \(value); give \(allowed.lowerBound) to \(allowed.upperBound)"
        }
    }
}
