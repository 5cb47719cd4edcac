import Foundation
import ScriptedServer
import Testing

@testable import HTTPClient

@Suite struct HTTPClientTests {
    /// Time limits that are long for a machine and short for people.
    static func configuration(totalMilliseconds: Int = 20_000) -> HTTPClientConfiguration {
        var configuration = HTTPClientConfiguration()
        configuration.connectTimeoutMilliseconds = min(10_000, totalMilliseconds)
        configuration.totalTimeoutMilliseconds = totalMilliseconds
        configuration.maximumBodyBytes = 1_000
        configuration.maximumHeaderBytes = 1_000
        return configuration
    }

    static func request(_ port: UInt16, body: String = "{}") -> HTTPClientRequest {
        HTTPClientRequest(
            url: "http://127.0.0.1:\(port)/v1/post?x=1",
            headers: [("Content-Type", "application/json"), ("X-Test", "a b")],
            body: Array(body.utf8))
    }

    @Test func `a request arrives as it was made and its answer comes back whole`() throws {
        let server = try ScriptedServer { _ in
            [
                .text("HTTP/1.1 100 Continue\r\nX-Interim: 1\r\n\r\n"),
                .answer(
                    418, "tea\u{0}水", headers: [("X-One", " 1 "), ("x-two", "a:b"), ("X-Two", "c")]),
            ]
        }
        defer { server.stop() }
        let client = try HTTPClient(configuration: Self.configuration())
        let body = String(repeating: "水0123456", count: 30_000)
        let answer = try client.post(Self.request(server.port, body: body))
        #expect(answer.status == 418)
        #expect(String(decoding: answer.body, as: UTF8.self) == "tea\u{0}水")
        #expect(answer.header("X-ONE") == "1")
        #expect(answer.header("X-Two") == nil, "it came twice")
        #expect(answer.header("X-Interim") == nil)
        let request = try #require(server.requests.first)
        #expect(request.head.hasPrefix("POST /v1/post?x=1 HTTP/1.1\r\n"))
        #expect(request.header("X-Test") == "a b")
        #expect(request.header("Content-Type") == "application/json")
        #expect(request.header("Expect") == nil)
        #expect(request.header("Accept-Encoding") == nil)
        #expect(request.body == Array(body.utf8))
    }

    @Test func `calls one after the other share a connection, calls at once do not`() throws {
        let server = try ScriptedServer { request in
            request.number < 3 ? [.answer()] : [.waitForRelease, .answer()]
        }
        defer { server.stop() }
        let client = try HTTPClient(configuration: Self.configuration())
        for _ in 0..<3 { _ = try client.post(Self.request(server.port)) }
        #expect(server.requests.map(\.connection) == [0, 0, 0])
        #expect(client.idleCount == 1)
        let group = DispatchGroup()
        let ended = Counted()
        for _ in 0..<2 {
            group.enter()
            Thread {
                defer { group.leave() }
                do {
                    _ = try client.post(Self.request(server.port))
                    ended.add(1)
                } catch {
                    Issue.record("\(error)")
                }
            }.start()
        }
        // Both must be under way before either is answered.
        for _ in 0..<5 { try server.waitForRequest() }
        for _ in 0..<2 { server.release() }
        group.wait()
        #expect(ended.value == 2)
        #expect(Set(server.requests.suffix(2).map(\.connection)).count == 2)
        #expect(client.idleCount == 2)
    }

    @Test func `a body of no bytes is sent as such`() throws {
        let server = try ScriptedServer { _ in [.answer()] }
        defer { server.stop() }
        let client = try HTTPClient(configuration: Self.configuration())
        #expect(try client.post(Self.request(server.port, body: "")).status == 200)
        #expect(server.requests.first?.header("Content-Length") == "0")
    }

    struct Misbehaviour: Sendable, CustomTestStringConvertible {
        let name: String
        let reason: HTTPClientError.Reason
        var totalMilliseconds = 20_000
        let steps: [ScriptedServer.Step]

        var testDescription: String { name }
    }

    static let misbehaviours = [
        Misbehaviour(name: "closes without an answer", reason: .broken, steps: [.close]),
        Misbehaviour(name: "resets", reason: .broken, steps: [.reset]),
        Misbehaviour(
            name: "half a header", reason: .broken,
            steps: [.text("HTTP/1.1 200 OK\r\nContent-Le"), .close]),
        Misbehaviour(
            name: "half a body", reason: .broken,
            steps: [.text("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabcd"), .close]),
        Misbehaviour(
            name: "half a chunked body", reason: .broken,
            steps: [
                .text("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"), .close,
            ]),
        Misbehaviour(
            name: "never answers", reason: .timeout, totalMilliseconds: 300, steps: [.hold]),
        Misbehaviour(
            name: "answers too slowly", reason: .timeout, totalMilliseconds: 300,
            steps: [
                .drip(
                    Array("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".utf8),
                    pauseMilliseconds: 50)
            ]),
        Misbehaviour(name: "is no HTTP", reason: .malformed, steps: [.text("hello\r\n"), .close]),
        Misbehaviour(
            name: "a header line without a name", reason: .malformed,
            steps: [.text("HTTP/1.1 200 OK\r\n: x\r\nContent-Length: 0\r\n\r\n")]),
        Misbehaviour(
            name: "a header over the limit", reason: .tooLarge,
            steps: [.answer(headers: [("X-Long", String(repeating: "x", count: 1_000))])]),
        Misbehaviour(
            name: "a body over the limit", reason: .tooLarge,
            steps: [.answer(200, String(repeating: "x", count: 1_001))]),
    ]

    @Test("of a server that misbehaves the request may have arrived", arguments: misbehaviours)
    func misbehaves(_ row: Misbehaviour) throws {
        let server = try ScriptedServer { _ in row.steps }
        defer { server.stop() }
        let client = try HTTPClient(
            configuration: Self.configuration(totalMilliseconds: row.totalMilliseconds))
        let error = #expect(throws: HTTPClientError.self) {
            try client.post(Self.request(server.port))
        }
        guard case .mayHaveArrived(row.reason, _) = error else {
            Issue.record("\(row.name): \(String(describing: error))")
            return
        }
        #expect(error?.isCertainlyNotSent == false)
        #expect(server.requests.count == 1, "no request may be sent twice")
    }

    @Test func `a body of exactly the limit is taken`() throws {
        let server = try ScriptedServer { _ in [.answer(200, String(repeating: "x", count: 1_000))]
        }
        defer { server.stop() }
        let client = try HTTPClient(configuration: Self.configuration())
        #expect(try client.post(Self.request(server.port)).body.count == 1_000)
    }

    @Test func `a kept connection that dies under a request does not have it sent again`() throws {
        let server = try ScriptedServer { request in request.number == 0 ? [.answer()] : [.close] }
        defer { server.stop() }
        let client = try HTTPClient(configuration: Self.configuration())
        _ = try client.post(Self.request(server.port))
        let error = #expect(throws: HTTPClientError.self) {
            try client.post(Self.request(server.port))
        }
        #expect(error?.isCertainlyNotSent == false)
        // Without the guard the library would send it a second time, on a new connection.
        #expect(server.requests.map(\.connection) == [0, 0])
    }

    @Test func `a kept connection that was closed meanwhile is replaced`() throws {
        let server = try ScriptedServer { request in
            request.number == 0 ? [.answer(), .close] : [.answer(201)]
        }
        defer { server.stop() }
        let client = try HTTPClient(configuration: Self.configuration())
        _ = try client.post(Self.request(server.port))
        try server.waitUntilClosed()
        #expect(try client.post(Self.request(server.port)).status == 201)
        #expect(server.requests.map(\.connection) == [0, 1])
    }

    @Test func `an unasked second answer is not taken for that of the next request`() throws {
        let server = try ScriptedServer { request in
            request.number == 0
                ? [.answer(200, "first"), .answer(200, "unasked"), .waitForRelease]
                : [.answer(200, "second")]
        }
        defer { server.stop() }
        let client = try HTTPClient(configuration: Self.configuration())
        #expect(try client.post(Self.request(server.port)).body == Array("first".utf8))
        server.release()
        // Whichever way the library deals with it, "unasked" must carry no signature of ours;
        // that is the signature's business. Here no more is asked than an end.
        do {
            let second = try client.post(Self.request(server.port))
            #expect(["second", "unasked"].contains(String(decoding: second.body, as: UTF8.self)))
        } catch {
            #expect(!error.isCertainlyNotSent)
        }
    }

    @Test func `a redirect is an answer like any other`() throws {
        let server = try ScriptedServer { _ in [.answer(307, headers: [("Location", "/other")])] }
        defer { server.stop() }
        let client = try HTTPClient(configuration: Self.configuration())
        #expect(try client.post(Self.request(server.port)).status == 307)
        #expect(server.requests.count == 1)
    }

    @Test func `proxies of the environment are not used`() async {
        await #expect(processExitsWith: .success) {
            for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
                setenv(name, "http://127.0.0.1:1", 1)
            }
            let server = try ScriptedServer { _ in [.answer()] }
            let client = try HTTPClient(configuration: HTTPClientTests.configuration())
            let answer = try client.post(HTTPClientTests.request(server.port))
            precondition(answer.status == 200)
            server.stop()
        }
    }
}

/// Counts from any thread.
final class Counted: Sendable {
    private let lock = NSLock()
    nonisolated(unsafe) private var count = 0

    func add(_ number: Int) { lock.withLock { count += number } }

    var value: Int { lock.withLock { count } }
}
