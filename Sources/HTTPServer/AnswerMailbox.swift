import CMicroHTTPD
import Glibc
import Synchronization

/// Answers on their way from any thread to the event loop, with one wake-up for a whole batch.
final class AnswerMailbox: Sendable {
    private struct State {
        var answers: [PendingAnswer] = []
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
        let wasEmpty = state.withLock { state in
            state.answers.append(answer)
            return state.answers.count == 1
        }
        // A batch that is not empty has its wake-up under way.
        if wasEmpty { wake() }
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
