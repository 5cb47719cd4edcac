/// The one way to settle a request: exactly once, on any thread, at any time.
///
/// A responder that is dropped without an answer makes the server answer `HTTPFault.unanswered`.
public final class Responder: Sendable {
    private enum Destination: Sendable {
        case pending(PendingAnswer)
        case closure(@Sendable (HTTPResponse) -> Void)
    }

    private let destination: Destination

    init(_ pending: PendingAnswer) {
        destination = .pending(pending)
    }

    /// Makes a responder without a connection, for tests of handlers.
    public init(_ onResponse: @escaping @Sendable (HTTPResponse) -> Void) {
        destination = .closure(onResponse)
    }

    deinit {
        switch destination {
        case .pending(let pending): pending.drop()
        case .closure: break
        }
    }

    /// Answers the request; never blocks.
    ///
    /// - Precondition: the first call.
    public func respond(_ response: HTTPResponse) {
        switch destination {
        case .pending(let pending): pending.answer(response)
        case .closure(let onResponse): onResponse(response)
        }
    }

    /// Ends the request and its connection without an answer; never blocks.
    ///
    /// - Precondition: the first call, and no call of `respond` before it.
    public func abandon() {
        switch destination {
        case .pending(let pending): pending.abandon()
        case .closure: break
        }
    }
}
