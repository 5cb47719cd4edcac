import Foundation
import Glibc

/// A terminal's keep-alive connection that blocks until each answer.
///
/// `@unchecked Sendable`: one thread at a time uses a client, the one that it was made for.
final class CounterClient: @unchecked Sendable {
    struct Response {
        let status: Int
        let body: [UInt8]
    }

    /// The connection ended before the whole answer came: the request's fate is unknown.
    struct Lost: Error {}

    /// How long an answer may take, in seconds, before it counts as lost.
    static let timeoutSeconds = 20

    private let descriptor: Int32
    private var received: [UInt8] = []

    /// - Throws: `Lost` when nobody listens.
    init(port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Lost() }
        var timeout = timeval(tv_sec: Self.timeoutSeconds, tv_usec: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else {
            close(descriptor)
            throw Lost()
        }
    }

    deinit {
        close(descriptor)
    }

    /// Sends a JSON body and waits for the answer.
    ///
    /// - Throws: `Lost`.
    func post(
        _ path: String, _ body: String, token: String? = nil, key: String? = nil
    ) throws -> Response {
        var head = "POST \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        head += "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n"
        if let token { head += "Authorization: Bearer \(token)\r\n" }
        if let key { head += "Idempotency-Key: \(key)\r\n" }
        try sendAll(Array((head + "\r\n" + body).utf8))
        return try receive()
    }

    private func sendAll(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Lost() }
            sent += count
        }
    }

    private func receive() throws -> Response {
        let ending: [UInt8] = Array("\r\n\r\n".utf8)
        var headEnd = firstIndex(of: ending)
        while headEnd == nil {
            try receiveMore()
            headEnd = firstIndex(of: ending)
        }
        guard let headEnd else { throw Lost() }
        let lines = String(decoding: received[..<headEnd], as: UTF8.self)
            .split(whereSeparator: \.isNewline)
        let length = lines.first { $0.lowercased().hasPrefix("content-length:") }
            .flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) }
        guard let length, let status = lines.first.flatMap({ Int($0.dropFirst(9).prefix(3)) })
        else { throw Lost() }
        let end = headEnd + ending.count + length
        while received.count < end { try receiveMore() }
        let body = Array(received[(headEnd + ending.count)..<end])
        received.removeFirst(end)
        return Response(status: status, body: body)
    }

    private func firstIndex(of ending: [UInt8]) -> Int? {
        guard received.count >= ending.count else { return nil }
        return (0...(received.count - ending.count)).first { start in
            received[start..<(start + ending.count)].elementsEqual(ending)
        }
    }

    private func receiveMore() throws {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { throw Lost() }
        received += buffer[..<count]
    }
}
