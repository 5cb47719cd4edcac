import Dispatch
import Foundation
import Synchronization

/// A TCP server that reads HTTP requests and answers each with the steps of a script.
///
/// It does what a good server never does: half answers, none, two, a reset in the middle.
public final class ScriptedServer: Sendable {
    /// What is done after a request has arrived.
    public enum Step: Sendable {
        case send([UInt8])
        /// Sends byte after byte with pauses, until all is sent or the client is gone.
        case drip([UInt8], pauseMilliseconds: Int)
        /// Waits until the client ends the connection.
        case hold
        /// Waits until the test calls `release()`, at most `patienceSeconds`.
        case waitForRelease
        case close
        /// Ends the connection so that the client gets a reset.
        case reset
    }

    /// A request as it arrived.
    public struct Request: Sendable {
        /// The number of its connection, from 0.
        public let connection: Int
        /// Its number among all requests, from 0.
        public let number: Int
        /// Request line and header fields.
        public let head: String
        public let body: [UInt8]

        /// The value of a header field.
        public func header(_ name: String) -> String? {
            for line in head.components(separatedBy: "\r\n").dropFirst() {
                let parts = line.split(separator: ":", maxSplits: 1)
                guard parts.count == 2, parts[0].lowercased() == name.lowercased() else { continue }
                return parts[1].trimmingCharacters(in: .whitespaces)
            }
            return nil
        }
    }

    public struct Failure: Error {
        let what: String
    }

    /// How long a step waits before it gives up, in seconds.
    public static let patienceSeconds = 20

    private struct State {
        var requests: [Request] = []
        var descriptors: Set<Int32> = []
        var connectionCount = 0
        var isStopped = false
    }

    public let port: UInt16
    private let listening: Int32
    private let script: @Sendable (Request) -> [Step]
    private let state = Mutex(State())
    private let closed = DispatchSemaphore(value: 0)
    private let released = DispatchSemaphore(value: 0)
    private let arrived = DispatchSemaphore(value: 0)
    private let threads = DispatchGroup()

    /// Listens on a free port of 127.0.0.1.
    public init(_ script: @escaping @Sendable (Request) -> [Step]) throws {
        self.script = script
        (listening, port) = try Self.listen(backlog: 128)
        let accepting = Thread { [self] in accept() }
        threads.enter()
        accepting.start()
    }

    /// A socket that listens and accepts nobody; its backlog holds `backlog` + 1 connections.
    public static func listen(backlog: Int32) throws -> (descriptor: Int32, port: UInt16) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(what: "socket \(errno)") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                guard bind(descriptor, $0, length) == 0,
                    Glibc.listen(descriptor, backlog) == 0
                else { return Int32(-1) }
                return getsockname(descriptor, $0, &length)
            }
        }
        guard code == 0 else { throw Failure(what: "listen \(errno)") }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }

    /// The requests so far, in the order in which they arrived.
    public var requests: [Request] { state.withLock { $0.requests } }

    /// Lets one `waitForRelease` go on.
    public func release() { released.signal() }

    /// Waits until one more request has arrived.
    public func waitForRequest() throws {
        guard arrived.wait(timeout: .now() + .seconds(Self.patienceSeconds)) == .success else {
            throw Failure(what: "no request came")
        }
    }

    /// Waits until one more connection was closed by the script.
    public func waitUntilClosed() throws {
        guard closed.wait(timeout: .now() + .seconds(Self.patienceSeconds)) == .success else {
            throw Failure(what: "no connection was closed")
        }
    }

    /// Ends all connections and waits for the threads.
    public func stop() {
        state.withLock { state in
            guard !state.isStopped else { return }
            state.isStopped = true
            // Under the lock: a number that was closed meanwhile may be another test's socket.
            for descriptor in state.descriptors.union([listening]) {
                shutdown(descriptor, Int32(SHUT_RDWR))
            }
        }
        threads.wait()
    }

    private func accept() {
        defer {
            close(listening)
            threads.leave()
        }
        while true {
            let descriptor = Glibc.accept(listening, nil, nil)
            guard descriptor >= 0 else { return }
            let number: Int? = state.withLock { state in
                guard !state.isStopped else { return nil }
                state.descriptors.insert(descriptor)
                defer { state.connectionCount += 1 }
                return state.connectionCount
            }
            guard let number else {
                close(descriptor)
                return
            }
            threads.enter()
            Thread { [self] in
                serve(descriptor, number)
                threads.leave()
            }.start()
        }
    }

    private func serve(_ descriptor: Int32, _ connection: Int) {
        var received: [UInt8] = []
        while let (head, body) = readRequest(descriptor, &received) {
            let request: Request = state.withLock { state in
                let request = Request(
                    connection: connection, number: state.requests.count, head: head, body: body)
                state.requests.append(request)
                return request
            }
            arrived.signal()
            if script(request).contains(where: { !perform($0, descriptor) }) { break }
        }
        state.withLock { _ = $0.descriptors.remove(descriptor) }
        close(descriptor)
        closed.signal()
    }

    /// Whether the connection goes on.
    private func perform(_ step: Step, _ descriptor: Int32) -> Bool {
        switch step {
        case .send(let bytes): return send(bytes, descriptor)
        case .drip(let bytes, let pause):
            for byte in bytes {
                var watched = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                guard poll(&watched, 1, Int32(pause)) == 0, send([byte], descriptor) else {
                    return false
                }
            }
            return true
        case .hold:
            var byte: UInt8 = 0
            while recv(descriptor, &byte, 1, 0) > 0 {}
            return false
        case .waitForRelease:
            return released.wait(timeout: .now() + .seconds(Self.patienceSeconds)) == .success
        case .close: return false
        case .reset:
            // Closing without lingering drops the connection with a reset.
            var option = linger(l_onoff: 1, l_linger: 0)
            let length = socklen_t(MemoryLayout<linger>.size)
            setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, length)
            return false
        }
    }

    private func send(_ bytes: [UInt8], _ descriptor: Int32) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    private func readRequest(
        _ descriptor: Int32, _ received: inout [UInt8]
    ) -> (head: String, body: [UInt8])? {
        let ending: [UInt8] = Array("\r\n\r\n".utf8)
        while true {
            if let end = received.firstRange(of: ending) {
                let head = String(decoding: received[..<end.lowerBound], as: UTF8.self)
                let length =
                    head.lowercased().components(separatedBy: "\r\n")
                    .first { $0.hasPrefix("content-length:") }
                    .flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) } ?? 0
                if received.count >= end.upperBound + length {
                    let body = Array(received[end.upperBound..<(end.upperBound + length)])
                    received.removeFirst(end.upperBound + length)
                    return (head, body)
                }
            }
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            received += buffer[..<count]
        }
    }
}

extension ScriptedServer.Step {
    /// A whole answer.
    public static func answer(
        _ status: Int = 200, _ body: String = "", headers: [(String, String)] = []
    ) -> Self {
        var text = "HTTP/1.1 \(status) Scripted\r\n"
        for (name, value) in headers { text += "\(name): \(value)\r\n" }
        text += "Content-Length: \(body.utf8.count)\r\n\r\n"
        return .send(Array((text + body).utf8))
    }

    /// A text as it is.
    public static func text(_ text: String) -> Self { .send(Array(text.utf8)) }
}
