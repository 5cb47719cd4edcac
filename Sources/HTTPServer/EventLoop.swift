import CMicroHTTPD
import Glibc

/// The one thread that calls libmicrohttpd: it polls, reads, dispatches, and sends answers.
///
/// `@unchecked Sendable`: after `init` everything mutable, and every object reachable from here
/// that is not itself `Sendable`, is used only by the thread that executes `run()`; the library
/// calls back only from within calls that this thread makes. Other threads use `mailbox` alone.
final class EventLoop: @unchecked Sendable {
    /// How often deadlines are looked at, in nanoseconds.
    static let sweepIntervalNanoseconds: UInt64 = 500_000_000
    /// How long answers to abandoned requests may take to leave, in nanoseconds.
    static let flushNanoseconds: UInt64 = 1_000_000_000
    /// The library's descriptor and the mailbox's, before those of lingering sockets.
    static let ownDescriptorCount = 2
    /// How long the loop rests when the library has work on which it makes no progress.
    static let stallMilliseconds: Int32 = 10
    /// How many rounds of accepting precede the end of listening.
    static let maximumLastAcceptRounds = 256

    let configuration: HTTPServerConfiguration
    let router: Router
    let errorResponse: @Sendable (HTTPFault, String) -> HTTPResponse
    let observer: @Sendable (RequestRecord) -> Void
    let headerNames: HeaderNames
    let mailbox: AnswerMailbox
    private let drainNanoseconds: DrainDeadline
    private var daemon: OpaquePointer?
    private var batch: [PendingAnswer] = []
    private var nextSweepNanoseconds: UInt64 = 0
    private var drainEndNanoseconds: UInt64?
    var identifiers = RequestIdentifierSource()
    var stall = StallGuard()
    var lingering: LingeringSockets
    var connections: [ConnectionState] = []
    /// From the moment that the server stops: every answer is the last of its connection.
    var isDraining = false

    init(
        configuration: HTTPServerConfiguration, router: Router,
        errorResponse: @escaping @Sendable (HTTPFault, String) -> HTTPResponse,
        observer: @escaping @Sendable (RequestRecord) -> Void, mailbox: AnswerMailbox,
        drainDeadline: DrainDeadline
    ) {
        self.configuration = configuration
        self.router = router
        self.errorResponse = errorResponse
        self.observer = observer
        self.mailbox = mailbox
        drainNanoseconds = drainDeadline
        lingering = LingeringSockets(
            maximumCount: configuration.maximumLingeringConnections,
            lingerSeconds: configuration.lingerSeconds)
        headerNames = HeaderNames(
            readable: configuration.readableHeaders, repeatable: configuration.repeatableHeaders)
    }

    /// Gives the listening socket to the library.
    ///
    /// - Throws: `HTTPServerError.outOfResources`; the socket is then still the caller's.
    func open(_ listening: ListeningSocket) throws(HTTPServerError) {
        var options = http_daemon_options()
        options.listen_descriptor = listening.descriptor
        options.connection_limit = UInt32(configuration.maximumConnections)
        options.connection_limit_per_address = UInt32(configuration.maximumConnectionsPerAddress)
        options.idle_timeout_seconds = UInt32(configuration.idleTimeoutSeconds)
        options.connection_memory_bytes =
            configuration.maximumHeaderBytes + HTTPServerConfiguration.connectionOverheadBytes
        options.connection_memory_increment_bytes =
            HTTPServerConfiguration.connectionIncrementBytes
        options.context = Unmanaged.passUnretained(self).toOpaque()
        options.on_request = EventLoop.onRequest
        options.on_target = EventLoop.onTarget
        options.on_completed = EventLoop.onCompleted
        options.on_connection = EventLoop.onConnection
        daemon = http_daemon_start(&options)
        guard daemon != nil else { throw .outOfResources(what: "HTTP daemon", code: errno) }
    }

    /// Serves until a stop is requested and the drain has ended.
    func run() {
        guard let daemon else { preconditionFailure("the loop runs before it is open") }
        var descriptors = [
            pollfd(fd: http_daemon_epoll_descriptor(daemon), events: Int16(POLLIN), revents: 0),
            pollfd(fd: mailbox.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        while true {
            // An idle mailbox is left alone: reading it costs a system call and a lock.
            if descriptors[1].revents != 0 {
                let isStopRequested = mailbox.take(into: &batch)
                for answer in batch { resume(answer) }
                if isStopRequested, !isDraining { beginDrain(daemon) }
            }
            MHD_run(daemon)
            let now = monotonicNanoseconds()
            if now >= nextSweepNanoseconds { sweep(now) }
            lingering.discardInput(now)
            lingering.watch(&descriptors, after: EventLoop.ownDescriptorCount)
            if isDraining, hasDrained(now) { break }
            _ = poll(&descriptors, nfds_t(descriptors.count), pollMilliseconds(daemon, now))
        }
        finish(daemon)
    }

    private func pollMilliseconds(_ daemon: OpaquePointer, _ now: UInt64) -> Int32 {
        var milliseconds: UInt64 = 0
        if MHD_get_timeout(daemon, &milliseconds) == .YES, milliseconds == 0 {
            let isStalled = stall.isStalled {
                !connections.contains { $0.phase == .sending }
            }
            return isStalled ? EventLoop.stallMilliseconds : 0
        }
        // The library's own timeouts are no finer than the sweep.
        var end = nextSweepNanoseconds
        if let drainEndNanoseconds { end = min(end, drainEndNanoseconds) }
        return Int32(clamping: (end > now ? end - now : 0) / 1_000_000 + 1)
    }

    /// Lets the library call again for a request whose answer has come.
    private func resume(_ answer: PendingAnswer) {
        MHD_resume_connection(OpaquePointer(bitPattern: answer.connectionAddress))
    }

    /// Ends connections that have stayed in a phase for too long.
    private func sweep(_ now: UInt64) {
        nextSweepNanoseconds = now + EventLoop.sweepIntervalNanoseconds
        let request = UInt64(configuration.requestDeadlineSeconds) * 1_000_000_000
        let idle = UInt64(configuration.idleTimeoutSeconds) * 1_000_000_000
        let response = UInt64(configuration.responseDeadlineSeconds) * 1_000_000_000
        for connection in connections {
            let age = now - min(now, connection.phaseStartNanoseconds)
            switch connection.phase {
            case .awaiting:
                // The request line may begin at the end of the idle time.
                if age > idle + request {
                    connection.shutDown()
                } else if age > EventLoop.sweepIntervalNanoseconds,
                    connection.lineAgeNanoseconds(now) > request
                {
                    timeOut(connection)
                }
            case .reading:
                if age > request { timeOut(connection) }
            case .handling:
                break
            case .sending:
                if age > response { connection.shutDown() }
            }
        }
    }

    private func timeOut(_ connection: ConnectionState) {
        connection.sendDirectly(errorResponse(.requestTimeout, identifiers.next().text))
        connection.shutDown()
    }

    private var hasRequestsInFlight: Bool {
        connections.contains { $0.phase != .awaiting }
    }

    /// Takes what the kernel has accepted already, then stops listening.
    private func beginDrain(_ daemon: OpaquePointer) {
        for _ in 0..<EventLoop.maximumLastAcceptRounds {
            let count = connections.count
            MHD_run(daemon)
            if connections.count == count { break }
        }
        isDraining = true
        let descriptor = MHD_quiesce_daemon(daemon)
        if descriptor >= 0 { close(descriptor) }
        drainEndNanoseconds = monotonicNanoseconds() + drainNanoseconds.nanoseconds
    }

    private func hasDrained(_ now: UInt64) -> Bool {
        guard hasRequestsInFlight else { return true }
        return now >= drainEndNanoseconds ?? now
    }

    /// Answers what is left as `shuttingDown`, lets the answers leave, and closes everything.
    private func finish(_ daemon: OpaquePointer) {
        _ = mailbox.take(into: &batch)
        for answer in batch { resume(answer) }
        for connection in connections {
            guard let pending = connection.pending, pending.close() else { continue }
            resume(pending)
        }
        let end = monotonicNanoseconds() + EventLoop.flushNanoseconds
        repeat {
            MHD_run(daemon)
            guard connections.contains(where: { $0.phase == .sending }) else { break }
            var descriptor = pollfd(
                fd: http_daemon_epoll_descriptor(daemon), events: Int16(POLLIN), revents: 0)
            _ = poll(&descriptor, 1, 10)
        } while monotonicNanoseconds() < end
        MHD_stop_daemon(daemon)
        lingering.closeAll()
        self.daemon = nil
    }
}
