import CMicroHTTPD
import Glibc
import Synchronization

/// Answers on their way from any thread to the event loop, with one wake-up for a whole batch.
final class AnswerMailbox: Sendable {
    private struct State {
        var answers: [PendingAnswer] = []
        var holdCount = 0
        var isStopRequested = false
    }

    private let state = Mutex(State())
    /// Readable while there is something to take.
    let descriptor: Int32

    init() throws(HTTPServerError) {
        descriptor = http_eventfd()
        guard descriptor >= 0 else { throw .outOfResources(what: "eventfd", code: errno) }
    }

    deinit {
        close(descriptor)
    }

    /// Adds an answer whose connection is suspended.
    func post(_ answer: PendingAnswer) {
        let mustWake = state.withLock { state in
            state.answers.append(answer)
            return state.answers.count == 1 && state.holdCount == 0
        }
        // A batch that is not empty has its wake-up under way.
        if mustWake { wake() }
    }

    /// Puts off the wake-up while a caller posts many answers.
    func holdWakeUp() {
        state.withLock { $0.holdCount += 1 }
    }

    /// Ends a hold; the last one wakes the loop for what was posted.
    func releaseWakeUp() {
        let mustWake = state.withLock { state in
            precondition(state.holdCount > 0, "a hold was released twice")
            state.holdCount -= 1
            return state.holdCount == 0 && !state.answers.isEmpty
        }
        if mustWake { wake() }
    }

    /// Asks the loop to stop.
    func requestStop() {
        state.withLock { $0.isStopRequested = true }
        wake()
    }

    /// Swaps everything posted so far into an empty array that keeps its capacity.
    ///
    /// - Returns: whether a stop was requested.
    func take(into batch: inout [PendingAnswer]) -> Bool {
        batch.removeAll(keepingCapacity: true)
        // Cleared before the swap: what is posted in between wakes the loop once more.
        var count: UInt64 = 0
        _ = read(descriptor, &count, MemoryLayout<UInt64>.size)
        return state.withLock { state in
            swap(&state.answers, &batch)
            return state.isStopRequested
        }
    }

    private func wake() {
        var one: UInt64 = 1
        // It can fail only when the counter is full, and then the loop is awake anyway.
        _ = write(descriptor, &one, MemoryLayout<UInt64>.size)
    }
}
