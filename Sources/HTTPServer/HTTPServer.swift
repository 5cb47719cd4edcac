import CMicroHTTPD
import Glibc
import Synchronization

/// An HTTP/1.1 server: one event loop on its own thread, handlers that may answer at any time.
///
/// Handlers, `errorResponse` and `observer` run on the loop's thread and must not block it.
public final class HTTPServer: Sendable {
    private enum State {
        case made
        case running(NamedThread)
        case stopped
    }

    private let configuration: HTTPServerConfiguration
    private let loop: EventLoop
    private let mailbox: AnswerMailbox
    private let drainDeadline = DrainDeadline()
    private let state = Mutex(State.made)

    /// Prepares a server that does not listen yet.
    ///
    /// - Parameters:
    ///   - errorResponse: makes the response to a fault and the request's id; the status of the
    ///     fault is a proposal.
    ///   - observer: is told of every request that has ended.
    /// - Throws: `HTTPServerError`.
    public init(
        configuration: HTTPServerConfiguration, router: Router,
        errorResponse: @escaping @Sendable (HTTPFault, String) -> HTTPResponse,
        observer: @escaping @Sendable (RequestRecord) -> Void
    ) throws(HTTPServerError) {
        try configuration.validate()
        self.configuration = configuration
        mailbox = try AnswerMailbox()
        loop = EventLoop(
            configuration: configuration, router: router, errorResponse: errorResponse,
            observer: observer, mailbox: mailbox, drainDeadline: drainDeadline)
    }

    deinit {
        stop(drainDeadlineSeconds: 0)
    }

    /// Listens and serves on a thread named `http`; SIGPIPE is ignored from now on.
    ///
    /// - Returns: the port that is listened on.
    /// - Throws: `HTTPServerError`.
    public func start() throws(HTTPServerError) -> UInt16 {
        try state.withLock { (state: inout sending State) throws(HTTPServerError) in
            switch state {
            case .made: break
            case .running, .stopped: throw .alreadyStarted
            }
            // A client that goes away must not end the process.
            signal(SIGPIPE, SIG_IGN)
            // Many systems start processes with room for 1,024 descriptors only. Where the hard
            // limit is lower as well, the library stops accepting until connections close.
            _ = http_raise_descriptor_limit(configuration.wantedDescriptors)
            let listening = try ListeningSocket(
                host: configuration.host, port: configuration.port,
                backlog: configuration.listenBacklog)
            do throws(HTTPServerError) {
                try loop.open(listening)
            } catch {
                close(listening.descriptor)
                throw error
            }
            let loop = loop
            state = .running(try NamedThread(name: "http") { loop.run() })
            return listening.port
        }
    }

    /// Puts off waking the server while a caller answers many requests in a row.
    ///
    /// Waking it at the first answer would have it compete with the caller for the processor.
    /// Each call needs one of `releaseAnswers()`, soon.
    public func holdAnswers() {
        mailbox.holdWakeUp()
    }

    /// Ends a hold; the answers that were given meanwhile are sent.
    public func releaseAnswers() {
        mailbox.releaseWakeUp()
    }

    /// Stops accepting, waits for the answers under way, and ends; a second call does nothing.
    ///
    /// Requests that have no answer at the deadline get `HTTPFault.shuttingDown`.
    ///
    /// - Precondition: not called from a handler.
    public func stop(drainDeadlineSeconds: Int) {
        let thread: NamedThread? = state.withLock { state in
            defer { state = .stopped }
            switch state {
            case .made, .stopped: return nil
            case .running(let thread): return thread
            }
        }
        guard let thread else { return }
        drainDeadline.set(seconds: drainDeadlineSeconds)
        mailbox.requestStop()
        thread.join()
    }
}

/// How long a stopping server waits, handed from the stopping thread to the loop.
final class DrainDeadline: Sendable {
    private let value = Atomic<UInt64>(0)

    func set(seconds: Int) {
        value.store(UInt64(max(0, seconds)) * 1_000_000_000, ordering: .releasing)
    }

    var nanoseconds: UInt64 { value.load(ordering: .acquiring) }
}
