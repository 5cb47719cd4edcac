import Glibc

/// A response as it came over the wire.
struct RawResponse: Equatable {
    let status: Int
    let headers: [String: String]
    let body: String
}

/// A client that sends exactly the bytes that it is given, valid HTTP or not.
///
/// `@unchecked Sendable`: sending uses the constant descriptor alone, from any task; `received` is
/// used by the one task that reads.
final class RawClient: @unchecked Sendable {
    struct Failure: Error {
        let what: String
    }

    /// How long a read may wait before the test fails, in seconds.
    static let readTimeoutSeconds = 20

    private let descriptor: Int32
    private var received: [UInt8] = []

    /// - Parameter host: the last byte of a loopback address, 127.0.0.host.
    init(port: UInt16, host: UInt8 = 1) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(what: "socket \(errno)") }
        var timeout = timeval(tv_sec: RawClient.readTimeoutSeconds, tv_usec: 0)
        let timeoutLength = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, timeoutLength)
        var on: Int32 = 1
        let optionLength = socklen_t(MemoryLayout<Int32>.size)
        // What is sent apart shall arrive apart.
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, optionLength)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = (0x7F00_0000 + UInt32(host)).bigEndian
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        // Everything is initialised here, so that `deinit` closes also after this failure.
        guard code == 0 else { throw Failure(what: "connect \(errno)") }
    }

    deinit {
        close(descriptor)
    }

    /// Whether anybody listens on a port of 127.0.0.host.
    static func canConnect(port: UInt16, host: UInt8) -> Bool {
        do {
            _ = try RawClient(port: port, host: host)
            return true
        } catch {
            return false
        }
    }

    /// Sends all bytes; a server that has closed already is no failure of the client.
    func send(_ text: String) {
        send(Array(text.utf8))
    }

    func send(_ bytes: [UInt8]) {
        _ = sendAll(bytes)
    }

    /// Sends all bytes; how many the connection took before it ended.
    func sendAll(_ bytes: [UInt8]) -> Int {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return sent }
            sent += count
        }
        return sent
    }

    func finishSending() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    /// The next response; `hasBody` is false for the answer to a HEAD request.
    func response(hasBody: Bool = true) throws -> RawResponse {
        while true {
            if let end = endOfHeader() {
                let head = String(decoding: received[..<end], as: UTF8.self)
                let lines = head.split(separator: "\r\n").map(String.init)
                let status = Int(lines.first?.split(separator: " ").dropFirst().first ?? "") ?? 0
                var headers: [String: String] = [:]
                for line in lines.dropFirst() {
                    let name = line.prefix { $0 != ":" }
                    headers[name.lowercased()] = String(line.dropFirst(name.count + 2))
                }
                received.removeFirst(end + 4)
                let count = hasBody ? Int(headers["content-length"] ?? "0") ?? 0 : 0
                while received.count < count { try receive() }
                let body = String(decoding: received.prefix(count), as: UTF8.self)
                received.removeFirst(count)
                return RawResponse(status: status, headers: headers, body: body)
            }
            try receive()
        }
    }

    /// Everything up to the end of the connection.
    func textToEnd() throws -> String {
        do {
            while true { try receive() }
        } catch let failure as Failure where failure.what == "end" {
            return String(decoding: received, as: UTF8.self)
        }
    }

    private func endOfHeader() -> Int? {
        guard received.count >= 4 else { return nil }
        let end: [UInt8] = [13, 10, 13, 10]
        return (0...(received.count - 4)).first { received[$0..<$0 + 4].elementsEqual(end) }
    }

    private func receive() throws {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        if count > 0 {
            received.append(contentsOf: buffer[..<count])
        } else if count == 0 || errno == ECONNRESET {
            throw Failure(what: "end")
        } else {
            throw Failure(what: "nothing came for \(RawClient.readTimeoutSeconds) s: \(errno)")
        }
    }
}
