import Foundation
import SQL
import Synchronization

/// A writer's session over the table `item`, which tells what was called on it.
final class ItemSession: WriterSession {
    /// What was called, in order; shared with the test.
    final class Calls: Sendable {
        private let names = Mutex<[String]>([])

        var all: [String] { names.withLock { $0 } }

        func add(_ name: String) { names.withLock { $0.append(name) } }
    }

    let connection: Connection
    let calls: Calls
    /// Sizes that wait in memory for the end of the batch, as netted balances do.
    var netted: [String: Int64] = [:]
    /// What the next `batchWillCommit` throws.
    var flushError: (any Error)?
    private var marked: [String: Int64] = [:]

    init(path: String, calls: Calls = Calls()) throws {
        connection = try Connection(path: path, access: .write)
        try connection.execute(script: TestFolder.itemTable)
        self.calls = calls
    }

    func commandWillBegin() {
        calls.add("begin")
        marked = netted
    }

    func commandDidRollBack() {
        calls.add("undo")
        netted = marked
    }

    func batchWillCommit() throws {
        calls.add("flush")
        defer { flushError = nil }
        if let flushError { throw flushError }
        for (name, size) in netted.sorted(by: { $0.key < $1.key }) {
            try connection.insertItem(name, size: size)
        }
    }

    func batchDidEnd(isCommitted: Bool) {
        calls.add(isCommitted ? "end" : "lost")
        netted = [:]
    }
}

/// The outcomes of commands, by a number that the test gives them.
final class Outcomes<Value: Sendable>: Sendable {
    private struct State {
        var results: [Int: Result<Value, any Error>] = [:]
        var order: [Int] = []
    }

    private let state = Mutex(State())
    private let added = DispatchSemaphore(value: 0)

    /// The numbers in the order in which their completions were called.
    var order: [Int] { state.withLock { $0.order } }

    func completion(_ number: Int) -> @Sendable (Result<Value, any Error>) -> Void {
        { [self] result in
            state.withLock { state in
                state.results[number] = result
                state.order.append(number)
            }
            added.signal()
        }
    }

    /// Waits until a further `count` of outcomes are there.
    func wait(for count: Int) {
        for _ in 0..<count { added.wait() }
    }

    func value(_ number: Int) throws -> Value? {
        try state.withLock { $0.results[number] }?.get()
    }

    func error(_ number: Int) -> (any Error)? {
        switch state.withLock({ $0.results[number] }) {
        case .failure(let error): error
        case .success, nil: nil
        }
    }
}

/// Holds the writer inside a first command, so that what is submitted meanwhile is one batch.
final class Gate: Sendable {
    private let entered = DispatchSemaphore(value: 0)
    private let opened = DispatchSemaphore(value: 0)

    /// Submits the command that holds, and returns once the writer is inside it.
    func hold(_ writer: Writer<ItemSession>) throws {
        try writer.submit(
            { [self] _ in
                entered.signal()
                opened.wait()
            }, completion: { _ in })
        entered.wait()
    }

    func open() { opened.signal() }
}
