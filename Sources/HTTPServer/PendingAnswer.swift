import Synchronization

/// What became of a request that was handed to a handler.
enum Outcome: Sendable {
    case response(HTTPResponse)
    case fault(HTTPFault)
    /// The connection ends without an answer.
    case abandoned
}

/// The meeting point of a handler's answer, from any thread, and the event loop.
///
///     dispatching ──answer──▶ answered ──take──▶ closed       answered before the handler returned
///     dispatching ──suspend─▶ suspended ──answer─▶ answered   the answer is posted to the mailbox
///     dispatching, suspended, answered ──close──▶ closed      the server gave up on the request
///
/// Only the loop suspends and takes, so an answer that finds `suspended` is posted while the
/// loop holds the connection suspended, or is about to before it reads the mailbox again.
final class PendingAnswer: Sendable {
    private enum State {
        case dispatching
        case suspended
        case answered(Outcome)
        case closed
    }

    private let state = Mutex(State.dispatching)
    private let isAnswered = Atomic(false)
    private let mailbox: AnswerMailbox
    /// The address of the connection; only the loop makes a pointer of it, while it is suspended.
    let connectionAddress: UInt

    init(mailbox: AnswerMailbox, connectionAddress: UInt) {
        self.mailbox = mailbox
        self.connectionAddress = connectionAddress
    }

    /// Stores the answer and, when the loop does not wait for it inline, posts it.
    ///
    /// - Precondition: the first answer.
    func answer(_ response: HTTPResponse) {
        precondition(
            !isAnswered.exchange(true, ordering: .relaxed), "a request was answered twice")
        settle(.response(response))
    }

    /// Ends the connection without an answer.
    ///
    /// - Precondition: the request has not been answered.
    func abandon() {
        precondition(
            !isAnswered.exchange(true, ordering: .relaxed), "an answered request was abandoned")
        settle(.abandoned)
    }

    /// Settles the request as unanswered, unless it has been answered.
    func drop() {
        guard !isAnswered.exchange(true, ordering: .relaxed) else { return }
        settle(.fault(.unanswered))
    }

    private func settle(_ outcome: Outcome) {
        let mustPost = state.withLock { state in
            switch state {
            case .dispatching:
                state = .answered(outcome)
                return false
            case .suspended:
                state = .answered(outcome)
                return true
            case .answered:
                preconditionFailure("a request was settled twice")
            case .closed:
                return false
            }
        }
        if mustPost { mailbox.post(self) }
    }

    /// Takes an answer that came while the handler ran; nil marks the request as suspended.
    func takeOrSuspend() -> Outcome? {
        state.withLock { state in
            switch state {
            case .dispatching:
                state = .suspended
                return nil
            case .answered(let outcome):
                state = .closed
                return outcome
            case .suspended, .closed:
                preconditionFailure("a request was dispatched twice")
            }
        }
    }

    /// Takes the answer of a resumed request; a closed one has none.
    func take() -> Outcome? {
        state.withLock { state in
            switch state {
            case .answered(let outcome):
                state = .closed
                return outcome
            case .closed:
                return nil
            case .dispatching, .suspended:
                preconditionFailure("a request was resumed without an answer")
            }
        }
    }

    /// Gives up on the request; true when it was suspended and its answer had not been posted.
    func close() -> Bool {
        state.withLock { state in
            defer { state = .closed }
            switch state {
            case .suspended: return true
            case .dispatching, .answered, .closed: return false
            }
        }
    }
}
