import CMicroHTTPD
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
    /// Whether the client may still be sending when the connection ends with a refusal.
    var mustLinger = false
    /// The status of an answer that was sent past the library.
    private(set) var directStatus: Int?
    /// When the first part of the next request line was noticed.
    private var lineNoticedNanoseconds: UInt64?
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
        lineNoticedNanoseconds = nil
    }

    /// How long the next request line has been arriving without its end; 0 when none is.
    ///
    /// The library reports a request line only when it is complete, so the kernel is asked whether
    /// data came after the connection began to wait.
    func lineAgeNanoseconds(_ now: UInt64) -> UInt64 {
        let silence = http_socket_milliseconds_since_data(descriptor)
        guard silence >= 0 else { return 0 }
        let waiting = now - min(now, phaseStartNanoseconds)
        let slack = ConnectionState.clockSlackNanoseconds
        guard UInt64(silence) * 1_000_000 + slack < waiting else { return 0 }
        guard let noticed = lineNoticedNanoseconds else {
            lineNoticedNanoseconds = now
            return 0
        }
        return now - min(now, noticed)
    }

    /// How far the kernel's coarse clock and the loop's may disagree.
    private static let clockSlackNanoseconds: UInt64 = 100_000_000

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
    func sendDirectly(_ response: HTTPResponse) {
        guard !isShutDown else { return }
        directStatus = response.status
        let bytes = response.serializedAsLast()
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
