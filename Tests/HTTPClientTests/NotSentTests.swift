import Foundation
import ScriptedServer
import Testing

@testable import HTTPClient

@Suite struct NotSentTests {
    private func error(
        _ url: String, _ configure: (inout HTTPClientConfiguration) -> Void = { _ in }
    ) throws -> HTTPClientError {
        var configuration = HTTPClientTests.configuration()
        configure(&configuration)
        let client = try HTTPClient(configuration: configuration)
        let request = HTTPClientRequest(url: url, headers: [], body: [1, 2, 3])
        return try #require(
            #expect(throws: HTTPClientError.self) { try client.post(request) })
    }

    private func expect(
        _ reason: HTTPClientError.Reason, _ error: HTTPClientError,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(error.isCertainlyNotSent, sourceLocation: sourceLocation)
        guard case .notSent(reason, _) = error else {
            Issue.record("\(error)", sourceLocation: sourceLocation)
            return
        }
    }

    @Test func `where nobody listens nothing was sent`() throws {
        let (descriptor, port) = try ScriptedServer.listen(backlog: 1)
        close(descriptor)
        expect(.connection, try error("http://127.0.0.1:\(port)/"))
    }

    @Test func `to a name that nobody has nothing was sent`() throws {
        // RFC 6761 keeps this ending free for ever; without a network the name fails as well.
        expect(.name, try error("http://partner.invalid/"))
    }

    @Test func `where connections are not taken nothing was sent`() throws {
        let (descriptor, port) = try ScriptedServer.listen(backlog: 0)
        defer { close(descriptor) }
        // Fills the backlog, so that the kernel leaves further clients without a reply.
        let fillers = try (0..<4).map { _ in try Filler(port: port) }
        defer { for filler in fillers { filler.end() } }
        let error = try error("http://127.0.0.1:\(port)/") { $0.connectTimeoutMilliseconds = 300 }
        expect(.timeout, error)
        #expect(error.isTimeout)
    }

    @Test func `to a TLS server that keeps silent nothing was sent`() throws {
        let (descriptor, port) = try ScriptedServer.listen(backlog: 8)
        defer { close(descriptor) }
        let error = try error("https://127.0.0.1:\(port)/") { $0.connectTimeoutMilliseconds = 300 }
        expect(.timeout, error)
    }

    @Test func `to a server that speaks no TLS nothing was sent`() throws {
        let (descriptor, port) = try ScriptedServer.listen(backlog: 8)
        let answering = Thread {
            let client = accept(descriptor, nil, nil)
            _ = "HTTP/1.1 400 Bad Request\r\n\r\n".withCString { send(client, $0, 28, 0) }
            shutdown(client, Int32(SHUT_WR))
            var buffer = [UInt8](repeating: 0, count: 4_096)
            while recv(client, &buffer, buffer.count, 0) > 0 {}
            close(client)
        }
        answering.start()
        defer { close(descriptor) }
        expect(.security, try error("https://127.0.0.1:\(port)/"))
    }

    @Test(arguments: ["ftp://127.0.0.1/", "file:///etc/passwd", "", "http://"])
    func `an address that cannot be called is refused`(url: String) throws {
        let error = try error(url)
        guard case .invalidConfiguration("url", _) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(error.isCertainlyNotSent)
    }

    @Test(arguments: ["a\r\nX-Evil: 1", "a\nb", "a\u{7F}"])
    func `a header value that breaks its line is refused`(value: String) throws {
        let client = try HTTPClient(configuration: HTTPClientTests.configuration())
        let request = HTTPClientRequest(
            url: "http://127.0.0.1:1/", headers: [("X-A", value)], body: [])
        let error = #expect(throws: HTTPClientError.self) { try client.post(request) }
        guard case .invalidConfiguration("header X-A", _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(
        arguments: [
            \HTTPClientConfiguration.connectTimeoutMilliseconds,
            \HTTPClientConfiguration.totalTimeoutMilliseconds,
            \HTTPClientConfiguration.maximumBodyBytes, \HTTPClientConfiguration.maximumHeaderBytes,
            \HTTPClientConfiguration.maximumIdleConnections,
            \HTTPClientConfiguration.maximumIdleSeconds,
        ] as [any WritableKeyPath<HTTPClientConfiguration, Int> & Sendable])
    func `a limit of nothing or beyond 32 bits is refused`(
        field: any WritableKeyPath<HTTPClientConfiguration, Int> & Sendable
    ) {
        for value in [0, -1, Int(Int32.max) + 1] {
            var configuration = HTTPClientConfiguration()
            configuration[keyPath: field] = value
            #expect(throws: HTTPClientError.self) { try HTTPClient(configuration: configuration) }
        }
    }

    /// A client that only connects, or tries to.
    private final class Filler {
        private let descriptor: Int32

        init(port: UInt16) throws {
            descriptor = socket(
                AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    _ = connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        }

        func end() { close(descriptor) }
    }
}
