import CivilTime
import Synchronization

/// The bulkhead around one partner: its own queue, threads, circuit breaker and repeats.
///
/// However slow one partner is, no other partner's line has a thread or a place less. Calls return
/// at once; each completion is called exactly once, on a thread of the line, or on the caller's
/// own before the call returns where the call is not made at all (queue full, breaker open). A
/// completion that blocks holds up the line's further calls, and no other line's.
/// Inquiries, queries and reversals are repeated with growing pauses; a post is made at most once.
public final class PartnerLine: Sendable {
    private struct State {
        var breaker: CircuitBreaker
        var jitter: SeededJitter
        var failuresInRow = 0
        var lastSuccess: Instant?
        var lastFailure: Instant?
        var failure: PartnerFailure?
        var isStopped = false
        var pausing: [Int: LineWorkers.Job] = [:]
        var nextPause = 0
    }

    /// Names the line in snapshots and threads; the partner's code.
    public let name: String
    private let gateway: any PartnerGateway
    private let configuration: PartnerLineConfiguration
    private let clock: PartnerClock
    private let workers: LineWorkers
    private let state: Mutex<State>

    /// Starts the line's threads.
    ///
    /// - Parameter seed: for the part of the pauses that is left to chance.
    /// - Throws: `PartnerLineError` for a configuration that cannot be used.
    public init(
        name: String, gateway: any PartnerGateway,
        configuration: PartnerLineConfiguration = PartnerLineConfiguration(),
        clock: PartnerClock = .system, seed: UInt64 = .random(in: .min ... .max)
    ) throws(PartnerLineError) {
        try configuration.validate()
        self.name = name
        self.gateway = gateway
        self.configuration = configuration
        self.clock = clock
        state = Mutex(
            State(breaker: CircuitBreaker(configuration), jitter: SeededJitter(seed: seed)))
        workers = LineWorkers(
            name: name, threadCount: configuration.threadCount,
            maximumQueueLength: configuration.maximumQueueLength)
    }

    deinit {
        // Not joined: the last reference may go on one of the line's own threads.
        workers.stop()
    }

    // MARK: Calls

    /// Asks what an account owes or holds, or what is for sale.
    public func inquire(
        _ inquiry: PartnerInquiry,
        completion: @escaping @Sendable (PartnerInquiryAnswer) -> Void
    ) {
        let gateway = gateway
        submit(Call(operation: .inquire, make: { gateway.inquire(inquiry) }, completion))
    }

    /// Asks the partner to book; never repeated.
    public func post(
        _ post: PartnerPost, completion: @escaping @Sendable (PartnerPostAnswer) -> Void
    ) {
        let gateway = gateway
        submit(Call(operation: .post, make: { gateway.post(post) }, completion))
    }

    /// Asks what became of a serial.
    public func query(
        _ query: PartnerQuery, completion: @escaping @Sendable (PartnerQueryAnswer) -> Void
    ) {
        let gateway = gateway
        submit(Call(operation: .query, make: { gateway.query(query) }, completion))
    }

    /// Has a serial undone.
    public func reverse(
        _ reversal: PartnerReversal,
        completion: @escaping @Sendable (PartnerReversalAnswer) -> Void
    ) {
        let gateway = gateway
        submit(Call(operation: .reverse, make: { gateway.reverse(reversal) }, completion))
    }

    // MARK: State

    /// How the line stands now.
    public var snapshot: PartnerLineSnapshot {
        let now = clock.monotonicMilliseconds()
        let load = workers.load
        return state.withLock { state in
            var circuit = PartnerLineSnapshot.Circuit.closed
            var openMilliseconds: Int64 = 0
            switch state.breaker.state {
            case .closed: break
            case .open(let until, _): (circuit, openMilliseconds) = (.open, max(0, until - now))
            case .halfOpen: circuit = .halfOpen
            }
            return PartnerLineSnapshot(
                name: name, circuit: circuit, openMilliseconds: openMilliseconds,
                failuresInRow: state.failuresInRow, lastSuccess: state.lastSuccess,
                lastFailure: state.lastFailure, failure: state.failure,
                queuedCount: load.queuedCount, runningCount: load.runningCount,
                pausingCount: state.pausing.count)
        }
    }

    /// Takes no more calls, gives up those that wait, and waits for those under way.
    ///
    /// - Precondition: not called from a completion.
    public func stop() {
        let pausing = state.withLock { state in
            state.isStopped = true
            defer { state.pausing = [:] }
            return state.pausing.values.map { $0 }
        }
        for job in pausing { job.giveUp(PartnerFailure(kind: .stopped, detail: "shut down")) }
        workers.stop()
        workers.join()
    }

    // MARK: One call

    /// A call on its way, with what its latest attempt gave.
    private struct Call<Answer: PartnerAnswer>: Sendable {
        let operation: PartnerOperation
        let make: @Sendable () -> Answer
        let completion: @Sendable (Answer) -> Void
        var attempt = 1
        var latest: Answer?

        init(
            operation: PartnerOperation, make: @escaping @Sendable () -> Answer,
            _ completion: @escaping @Sendable (Answer) -> Void
        ) {
            self.operation = operation
            self.make = make
            self.completion = completion
        }

        /// Ends without a further attempt; what an earlier one gave tells more than the reason.
        func giveUp(_ failure: PartnerFailure) {
            completion(latest ?? .unsent(failure))
        }
    }

    private func submit<Answer>(_ call: Call<Answer>) {
        let now = clock.monotonicMilliseconds()
        // Asked here already: behind an open breaker nothing shall wait for a thread.
        if let refusal = state.withLock({ $0.breaker.refusal(nowMilliseconds: now) }) {
            return call.giveUp(openFailure(refusal))
        }
        let job = LineWorkers.Job(
            run: { [self] in run(call, queuedMilliseconds: now) },
            giveUp: { call.giveUp($0) })
        switch workers.submit(job) {
        case nil: break
        case .stopped: call.giveUp(PartnerFailure(kind: .stopped, detail: "shut down"))
        case .full:
            let limit = configuration.maximumQueueLength
            call.giveUp(
                PartnerFailure(
                    kind: .busy, detail: "\(limit) calls to \(name) wait already; try again soon"))
        }
    }

    private func run<Answer>(_ call: Call<Answer>, queuedMilliseconds: Int64) {
        let start = clock.monotonicMilliseconds()
        let waited = start - queuedMilliseconds
        guard waited <= configuration.maximumWaitMilliseconds else {
            let detail = "the call to \(name) waited \(waited) ms for its turn; try again soon"
            return call.giveUp(PartnerFailure(kind: .busy, detail: detail))
        }
        let admission = state.withLock { $0.breaker.admit(nowMilliseconds: start) }
        switch admission {
        case .refused: return call.giveUp(openFailure(admission))
        case .call, .probe: break
        }
        var call = call
        let answer = call.make()
        call.latest = answer
        let failure = answer.failure
        record(admission, failure)
        guard failure != nil, call.operation.isSafeToRepeat,
            call.attempt < configuration.maximumAttempts
        else { return call.completion(answer) }
        call.attempt += 1
        pause(call)
    }

    private func record(_ admission: CircuitBreaker.Admission, _ failure: PartnerFailure?) {
        let end = clock.monotonicMilliseconds()
        let wallEnd = clock.now()
        state.withLock { state in
            state.breaker.end(
                admission, failure == nil ? .succeeded : .failed, nowMilliseconds: end)
            if let failure {
                state.failuresInRow += 1
                state.lastFailure = wallEnd
                state.failure = failure
            } else {
                state.failuresInRow = 0
                state.lastSuccess = wallEnd
            }
        }
    }

    /// Holds a call back for a while without holding a thread.
    private func pause<Answer>(_ call: Call<Answer>) {
        let longest = configuration.pauseMilliseconds(beforeAttempt: call.attempt)
        let job = LineWorkers.Job(
            run: { [self] in submit(call) }, giveUp: { call.giveUp($0) })
        let pause: (number: Int, milliseconds: Int)? = state.withLock { state in
            guard !state.isStopped else { return nil }
            state.nextPause += 1
            state.pausing[state.nextPause] = job
            let part = Int.random(in: (longest + 1) / 2...longest, using: &state.jitter)
            return (state.nextPause, part)
        }
        guard let pause else {
            return call.giveUp(PartnerFailure(kind: .stopped, detail: "shut down"))
        }
        clock.after(Int64(pause.milliseconds)) { [weak self] in
            guard let self else { return }
            let job = state.withLock { $0.pausing.removeValue(forKey: pause.number) }
            job?.run()
        }
    }

    private func openFailure(_ admission: CircuitBreaker.Admission) -> PartnerFailure {
        let wait: Int64 =
            switch admission {
            case .refused(let milliseconds): milliseconds
            case .call, .probe: 0
            }
        return PartnerFailure(
            kind: .circuitOpen,
            detail: "\(name) did not answer lately and is left alone; try again in \(wait) ms")
    }
}
