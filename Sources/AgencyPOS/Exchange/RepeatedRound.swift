import Agency
import Synchronization

/// A round of work beside the requests that is done again after a pause, and tells each fault once.
final class RepeatedRound: Sendable {
    /// What could not be done now and is tried again.
    struct Fault: Sendable {
        /// Two faults of the same text are one.
        let text: String
        let message: String
        let fields: KeyValuePairs<String, String>
    }

    /// What a round is followed by another one after.
    enum Rhythm {
        case always
        case faults
    }

    private struct State {
        var isStopped = false
        var isNextDue = false
        /// The faults of the last round; the same are not logged again.
        var told: Set<String> = []
    }

    private let rhythm: Rhythm
    private let pauseMilliseconds: Int
    /// What is logged when a round throws.
    private let failure: String
    private let log: Log
    private let after: PartnerDesk.Timer
    private let work: @Sendable () throws -> [Fault]
    private let state = Mutex(State())

    init(
        after rhythm: Rhythm, pauseMilliseconds: Int, failure: String, log: Log,
        timer: @escaping PartnerDesk.Timer, _ work: @escaping @Sendable () throws -> [Fault]
    ) {
        self.rhythm = rhythm
        self.pauseMilliseconds = pauseMilliseconds
        self.failure = failure
        self.log = log
        after = timer
        self.work = work
    }

    /// Does a round, after one that is under way.
    func run() {
        state.withLock { state in
            guard !state.isStopped else { return }
            let faults = faults()
            for fault in faults where !state.told.contains(fault.text) {
                log.error(fault.message, fault.fields)
            }
            state.told = Set(faults.map(\.text))
            guard rhythm == .always || !faults.isEmpty, !state.isNextDue else { return }
            state.isNextDue = true
            after(pauseMilliseconds) { [weak self] in self?.runNext() }
        }
    }

    /// Waits for a round that is under way; none begins afterwards.
    func stop() {
        state.withLock { $0.isStopped = true }
    }

    private func runNext() {
        state.withLock { $0.isNextDue = false }
        run()
    }

    private func faults() -> [Fault] {
        do {
            return try work()
        } catch {
            return [Fault(text: "\(error)", message: failure, fields: ["error": "\(error)"])]
        }
    }
}
