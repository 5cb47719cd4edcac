import Foundation

/// Runs work that takes long on a thread of its own, so that it starves no other test.
func onOwnThread<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        let thread = Thread { continuation.resume(with: Result(catching: body)) }
        // A test's deep calls need more than a secondary thread's own half megabyte.
        thread.stackSize = 8 << 20
        thread.start()
    }
}
