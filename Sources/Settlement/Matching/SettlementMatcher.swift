import Dispatch
import Synchronization

/// Compares our lines of a date with the partner's: every line of both ends in exactly one class.
///
/// First by serial, then by the partner's reference, then by the contract's rule. The order of the
/// lines plays no part, nor does the memory: what does not fit goes to temporary files.
public struct SettlementMatcher: Sendable {
    private let configuration: MatchConfiguration
    private static let workerCount = 2

    public init(_ configuration: MatchConfiguration = MatchConfiguration()) {
        self.configuration = configuration
    }

    /// Matches two sides.
    ///
    /// - Parameters:
    ///   - progress: Told now and then, by one thread at a time, but not always by the same.
    ///   - onDifference: Called for each result that is not MATCHED, in the order of serial,
    ///     reference and content, once all is counted and has been found to add up.
    /// - Returns: Counts and sums of all classes.
    /// - Throws: ``MatchError``, or what `onDifference` throws.
    public func run(
        ours: MatchSource, theirs: MatchSource,
        progress: (@Sendable (MatchProgress) -> Void)? = nil,
        onDifference: (MatchDifference) throws -> Void
    ) throws -> MatchSummary {
        let run = try MatchRun(configuration, ours: ours, theirs: theirs, progress: progress)
        try run.read()
        try run.match()
        return try run.conclude(onDifference)
    }

    /// Runs work on threads of its own and throws the first error in the order of the numbers.
    static func parallel(
        _ work: (Int) throws(MatchError) -> Void
    ) throws(MatchError) {
        let failures = Mutex<[Int: MatchError]>([:])
        withoutActuallyEscaping(work) { work in
            // Each number works on values of its own, and all have ended before this returns.
            nonisolated(unsafe) let work = work
            DispatchQueue.concurrentPerform(iterations: workerCount) { index in
                do throws(MatchError) {
                    try work(index)
                } catch {
                    failures.withLock { $0[index] = error }
                }
            }
        }
        let first = failures.withLock { failures in failures.min { $0.key < $1.key }?.value }
        if let first { throw first }
    }

    static func workers<Worker>(_ make: () -> Worker) -> [Worker] {
        (0..<workerCount).map { _ in make() }
    }
}
