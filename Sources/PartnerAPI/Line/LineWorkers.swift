import Dispatch
import Foundation
import Synchronization

/// The threads of one line and their bounded queue.
final class LineWorkers: Sendable {
    /// Work, and what becomes of it when it is not done.
    struct Job: Sendable {
        let run: @Sendable () -> Void
        let giveUp: @Sendable (PartnerFailure) -> Void
    }

    private struct State {
        var jobs: [Job?] = []
        static let maximumTakenJobs = 1_024
        // Jobs before this position were taken; the array is compacted when it runs empty.
        var head = 0
        var runningCount = 0
        var isStopped = false

        var queuedCount: Int { jobs.count - head }

        mutating func popFirst() -> Job? {
            guard head < jobs.count else { return nil }
            let job = jobs[head]
            // What a call holds, such as a card, is not kept longer than the call.
            jobs[head] = nil
            head += 1
            if head == jobs.count || head > State.maximumTakenJobs {
                jobs.removeFirst(head)
                head = 0
            }
            return job
        }
    }

    /// How much is waiting and under way.
    struct Load {
        let queuedCount: Int
        let runningCount: Int
    }

    /// Why work was not taken.
    enum Rejection {
        case full
        case stopped
    }

    private let maximumQueueLength: Int
    private let threadCount: Int
    private let state = Mutex(State())
    private let arrived = DispatchSemaphore(value: 0)
    private let running = DispatchGroup()

    init(name: String, threadCount: Int, maximumQueueLength: Int) {
        self.threadCount = threadCount
        self.maximumQueueLength = maximumQueueLength
        for number in 0..<threadCount {
            running.enter()
            // Threads hold the workers until `stop` ends them.
            let thread = Thread { [self] in
                work()
                running.leave()
            }
            thread.name = "\(name.prefix(12))-\(number)"
            thread.start()
        }
    }

    /// Queues work; why not, when it was not taken.
    func submit(_ job: Job) -> Rejection? {
        let rejection: Rejection? = state.withLock { state in
            if state.isStopped { return .stopped }
            guard state.queuedCount < maximumQueueLength else { return .full }
            state.jobs.append(job)
            return nil
        }
        if rejection == nil { arrived.signal() }
        return rejection
    }

    var load: Load {
        state.withLock { Load(queuedCount: $0.queuedCount, runningCount: $0.runningCount) }
    }

    /// Takes no more work, gives up what waits, and lets the threads end; a second call is nothing.
    func stop() {
        let waiting: [Job] = state.withLock { state in
            guard !state.isStopped else { return [] }
            state.isStopped = true
            defer { (state.jobs, state.head) = ([], 0) }
            return state.jobs[state.head...].compactMap { $0 }
        }
        for job in waiting { job.giveUp(PartnerFailure(kind: .stopped, detail: "shut down")) }
        for _ in 0..<threadCount { arrived.signal() }
    }

    /// Waits until the threads have ended.
    func join() {
        running.wait()
    }

    private func work() {
        while true {
            arrived.wait()
            let job: Job? = state.withLock { state in
                guard let job = state.popFirst() else { return nil }
                state.runningCount += 1
                return job
            }
            // A signal without work means the end: there is one signal for each job.
            guard let job else { return }
            job.run()
            state.withLock { $0.runningCount -= 1 }
        }
    }
}
