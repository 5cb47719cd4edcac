import Glibc

/// What the event loop knows about one open connection; it belongs to the loop's thread.
final class ConnectionState {
    /// Where a connection stands, which decides how long it may stay there.
    enum Phase {
        /// Between requests, or in the middle of a request line.
        case awaiting
        /// A request line has arrived, the rest of the request has not.
        case reading
        /// A handler has the request; its time is the handler's business.
        case handling
        /// An answer is being sent.
        case sending
    }

    let descriptor: Int32
    let remoteAddress: String
    /// Its place in the loop's list.
    var position: Int
    private(set) var phase = Phase.awaiting
    private(set) var phaseStartNanoseconds: UInt64
    /// The request that a handler has, so that a stopping server can settle it.
    var pending: PendingAnswer?
    private var isShutDown = false

    init(descriptor: Int32, remoteAddress: String, position: Int, nowNanoseconds: UInt64) {
        self.descriptor = descriptor
        self.remoteAddress = remoteAddress
        self.position = position
        phaseStartNanoseconds = nowNanoseconds
    }

    func enter(_ phase: Phase, nowNanoseconds: UInt64) {
        self.phase = phase
        phaseStartNanoseconds = nowNanoseconds
    }

    /// Ends both directions of the socket once; the library then finds it closed.
    func shutDown() {
        guard !isShutDown else { return }
        isShutDown = true
        shutdown(descriptor, Int32(SHUT_RDWR))
    }

    /// Writes a whole answer past the library, which does not accept one in the middle of a body.
    ///
    /// Sound because the library sends nothing between the end of one answer and the next request,
    /// and the connection is ended right after.
    func sendDirectly(_ bytes: [UInt8]) {
        guard !isShutDown else { return }
        let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
        _ = send(descriptor, bytes, bytes.count, flags)
    }
}

/// Nanoseconds of a clock that never goes back.
func monotonicNanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
