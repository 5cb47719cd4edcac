import Dispatch
import Foundation
import Synchronization

/// The one thread that writes: it drains its queue into batches, one durable commit for each.
///
/// While a commit is in flight new commands gather; they form the next batch. There is no timer.
/// Every command runs in a savepoint of its own, so that one that throws is undone alone, and
/// every completion is called after the commit, on the writer's thread.
public final class Writer<Session: WriterSession>: Sendable {
    private enum Phase {
        case running
        case stopping
    }

    private struct Queue {
        var commands: [Command<Session>] = []
        var isWriterWaiting = false
        var phase = Phase.running
    }

    private let limits: WriterLimits
    private let queue = Mutex(Queue())
    private let aroundCompletions = Mutex(CompletionHooks())
    private let wake = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    /// Starts the writer's thread and opens its session there.
    ///
    /// - Parameter open: makes the session; it runs on the writer's thread.
    /// - Throws: what `open` throws.
    public init(
        limits: WriterLimits = WriterLimits(), open: @escaping @Sendable () throws -> Session
    ) throws {
        self.limits = limits
        let opened = DispatchSemaphore(value: 0)
        let failure = Mutex<(any Error)?>(nil)
        let thread = Thread { [self] in
            do {
                let session = try open()
                opened.signal()
                run(session)
            } catch {
                failure.withLock { $0 = error }
                opened.signal()
            }
            ended.signal()
        }
        thread.name = "writer"
        thread.stackSize = limits.stackBytes
        thread.start()
        opened.wait()
        if let error = failure.withLock({ $0 }) { throw error }
    }

    /// Queues a command; `completion` hears of it after the commit, on the writer's thread.
    ///
    /// - Parameters:
    ///   - body: what to do with the session; what it throws undoes this command alone.
    ///   - completion: must not block; it delays the next batch.
    /// - Throws: `WriterError.queueFull` or `.stopped`; then `completion` is never called.
    public func submit<Value: Sendable>(
        _ body: @escaping @Sendable (Session) throws -> Value,
        completion: @escaping @Sendable (Result<Value, any Error>) -> Void
    ) throws(WriterError) {
        let command = Command<Session>(
            run: { session in
                let value = try body(session)
                return { completion(.success(value)) }
            },
            fail: { completion(.failure($0)) })
        let mustWake = try enqueue(command)
        if mustWake { wake.signal() }
    }

    /// Runs a command and waits for its commit; not for the writer's own thread.
    ///
    /// - Throws: `WriterError`, and what `body` throws.
    public func perform<Value: Sendable>(
        _ body: @escaping @Sendable (Session) throws -> Value
    ) throws -> Value {
        let done = DispatchSemaphore(value: 0)
        let outcome = Mutex<Result<Value, any Error>?>(nil)
        try submit(body) { result in
            outcome.withLock { $0 = result.mapError { $0 } }
            done.signal()
        }
        done.wait()
        guard let result = outcome.withLock({ $0 }) else {
            preconditionFailure("a completion signals only after it has set the outcome")
        }
        return try result.get()
    }

    /// Sets what is called, on the writer's thread, before and after the completions of a batch.
    ///
    /// Whoever answers clients from completions can gather the answers of a batch between the two.
    public func aroundCompletions(
        begin: @escaping @Sendable () -> Void, end: @escaping @Sendable () -> Void
    ) {
        aroundCompletions.withLock { $0 = CompletionHooks(begin: begin, end: end) }
    }

    /// Refuses new commands, commits all that are queued, checkpoints and ends the thread.
    public func stop() {
        let mustWake = queue.withLock { queue in
            queue.phase = .stopping
            defer { queue.isWriterWaiting = false }
            return queue.isWriterWaiting
        }
        if mustWake { wake.signal() }
        ended.wait()
        // A second call finds the thread ended as well.
        ended.signal()
    }

    private func enqueue(_ command: Command<Session>) throws(WriterError) -> Bool {
        let answer = queue.withLock { queue -> Result<Bool, WriterError> in
            switch queue.phase {
            case .stopping: return .failure(.stopped)
            case .running: break
            }
            guard queue.commands.count < limits.maximumQueuedCommands else {
                return .failure(
                    .queueFull(maximumQueuedCommands: limits.maximumQueuedCommands))
            }
            queue.commands.append(command)
            defer { queue.isWriterWaiting = false }
            return .success(queue.isWriterWaiting)
        }
        return try answer.get()
    }

    private func run(_ session: Session) {
        var batch = WriterBatch(session: session, limits: limits)
        while let commands = nextCommands() {
            batch.execute(commands, hooks: aroundCompletions.withLock { $0 })
        }
        batch.finish()
    }

    /// Waits for commands; nothing when the writer is stopping and all are done.
    private func nextCommands() -> ArraySlice<Command<Session>>? {
        while true {
            let taken = queue.withLock { queue -> ArraySlice<Command<Session>>? in
                if queue.commands.isEmpty {
                    switch queue.phase {
                    case .stopping: return nil
                    case .running:
                        queue.isWriterWaiting = true
                        return []
                    }
                }
                let count = min(queue.commands.count, limits.maximumBatchCommands)
                let commands = queue.commands[..<count]
                queue.commands = Array(queue.commands[count...])
                return commands
            }
            guard let taken else { return nil }
            if !taken.isEmpty { return taken }
            wake.wait()
        }
    }
}

/// The bounds of a writer.
public struct WriterLimits: Sendable {
    /// Commands that may wait; one more is refused.
    public var maximumQueuedCommands = 8_192
    /// Commands in one commit.
    public var maximumBatchCommands = 1_024
    /// Pages in the write-ahead log that make the writer copy them into the database file.
    public var checkpointPages = 2_000
    /// The writer thread's stack, in bytes.
    public var stackBytes = 4 << 20

    public init() {}
}

/// What is called around the completions of a batch.
struct CompletionHooks: Sendable {
    var begin: @Sendable () -> Void = {}
    var end: @Sendable () -> Void = {}
}

/// A queued command: what to run, and how to tell of its failure.
struct Command<Session>: Sendable {
    /// Runs the command and gives what to call once it is committed.
    let run: @Sendable (Session) throws -> @Sendable () -> Void
    let fail: @Sendable (any Error) -> Void
}
