import Foundation
import Synchronization

/// Requests that several terminals send at the same moment, each on a thread of its own.
enum SimultaneousRequests {
    /// Runs each piece of work on its thread as soon as all threads are there.
    ///
    /// - Returns: what each gave, in order.
    static func run<Value: Sendable>(
        _ work: [@Sendable () throws -> Value]
    ) throws -> [Value] {
        let results = Mutex<[Int: Result<Value, any Error>]>([:])
        let (ready, start, done) = (
            DispatchSemaphore(value: 0), DispatchSemaphore(value: 0), DispatchSemaphore(value: 0)
        )
        for (index, body) in work.enumerated() {
            Thread.detachNewThread {
                ready.signal()
                start.wait()
                let result = Result { try body() }
                results.withLock { $0[index] = result }
                done.signal()
            }
        }
        for _ in work { ready.wait() }
        for _ in work { start.signal() }
        for _ in work { done.wait() }
        let found = results.withLock { $0 }
        return try work.indices.compactMap { try found[$0]?.get() }
    }
}

/// A client that one thread at a time uses.
///
/// `@unchecked Sendable`: each test gives each client to one thread and waits for its end.
final class TerminalClient: @unchecked Sendable {
    let client: APIClient

    init(_ client: APIClient) {
        self.client = client
    }
}
