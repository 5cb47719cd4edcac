import CMicroHTTPD
import Glibc

/// Sockets of refused clients that are kept for a moment after the library has closed them.
///
/// Closing a socket with unread input makes the kernel reset the connection, and a client that is
/// still sending its over-long body then loses the answer that tells it why.
struct LingeringSockets {
    private struct Socket {
        let descriptor: Int32
        let endNanoseconds: UInt64
    }

    /// Bytes thrown away with one call, and calls in one round.
    private static let discardBytes = 256 * 1024
    private static let maximumCallsInRound = 8

    private let maximumCount: Int
    private let lingerNanoseconds: UInt64
    private var sockets: [Socket] = []

    init(maximumCount: Int, lingerSeconds: Int) {
        self.maximumCount = maximumCount
        lingerNanoseconds = UInt64(lingerSeconds) * 1_000_000_000
    }

    /// Takes a duplicate of a descriptor that is about to be closed; its sending side has ended.
    mutating func keep(_ descriptor: Int32, nowNanoseconds: UInt64) {
        guard sockets.count < maximumCount else { return }
        let duplicate = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        guard duplicate >= 0 else { return }
        sockets.append(
            Socket(descriptor: duplicate, endNanoseconds: nowNanoseconds + lingerNanoseconds))
    }

    /// Puts the sockets behind the loop's own descriptors, so that input wakes the loop.
    func watch(_ descriptors: inout [pollfd], after ownCount: Int) {
        guard !sockets.isEmpty || descriptors.count > ownCount else { return }
        descriptors.removeLast(descriptors.count - ownCount)
        for socket in sockets {
            descriptors.append(pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0))
        }
    }

    /// Throws away what has come, and closes what has ended or lingered long enough.
    mutating func discardInput(_ now: UInt64) {
        guard !sockets.isEmpty else { return }
        sockets.removeAll { socket in
            guard now >= socket.endNanoseconds || LingeringSockets.hasEnded(socket.descriptor)
            else { return false }
            close(socket.descriptor)
            return true
        }
    }

    mutating func closeAll() {
        for socket in sockets { close(socket.descriptor) }
        sockets = []
    }

    private static func hasEnded(_ descriptor: Int32) -> Bool {
        // TCP discards without copying when told to truncate (tcp(7)).
        let flags = Int32(MSG_TRUNC) | Int32(MSG_DONTWAIT)
        for _ in 0..<maximumCallsInRound {
            let count = recv(descriptor, nil, discardBytes, flags)
            if count == 0 { return true }
            if count < 0 { return errno != EAGAIN && errno != EINTR }
        }
        return false
    }
}
