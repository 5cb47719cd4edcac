import Glibc

/// A bound, listening TCP socket that is closed by its taker.
struct ListeningSocket {
    let descriptor: Int32
    let port: UInt16

    /// Binds and listens; addresses are numeric, so nothing waits for a name server.
    ///
    /// - Throws: `HTTPServerError`.
    init(host: String, port: UInt16, backlog: Int32) throws(HTTPServerError) {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &found) == 0, let found else {
            throw .invalidConfiguration(field: "host", reason: "\(host) is not a numeric address")
        }
        defer { freeaddrinfo(found) }
        let kind = found.pointee.ai_socktype | Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = socket(found.pointee.ai_family, kind, 0)
        guard descriptor >= 0 else { throw .outOfResources(what: "socket", code: errno) }
        var on: Int32 = 1
        let optionLength = socklen_t(MemoryLayout<Int32>.size)
        // A restarted server must not wait for connections of its predecessor to be forgotten.
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, optionLength)
        guard bind(descriptor, found.pointee.ai_addr, found.pointee.ai_addrlen) == 0,
            listen(descriptor, backlog) == 0
        else {
            let code = errno
            close(descriptor)
            throw .cannotListen(host: host, port: port, code: code)
        }
        self.descriptor = descriptor
        self.port = ListeningSocket.boundPort(of: descriptor)
    }

    private static func boundPort(of descriptor: Int32) -> UInt16 {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard getsockname(descriptor, address, &length) == 0 else { return 0 }
                // IPv4 and IPv6 addresses have the port in the same place.
                return address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                    UInt16(bigEndian: $0.pointee.sin_port)
                }
            }
        }
    }
}

/// A client's address as text, without its port.
func remoteAddressText(_ address: UnsafePointer<sockaddr>?) -> String {
    guard let address else { return "-" }
    let length =
        address.pointee.sa_family == sa_family_t(AF_INET6)
        ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size
    let capacity = Int(NI_MAXHOST)
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: capacity) { text in
        let code = getnameinfo(
            address, socklen_t(length), text.baseAddress, socklen_t(capacity), nil, 0,
            NI_NUMERICHOST)
        guard code == 0, let start = text.baseAddress else { return "-" }
        return String(cString: start)
    }
}
