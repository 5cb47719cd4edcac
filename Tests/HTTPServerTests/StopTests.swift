import Glibc
import Testing

@testable import HTTPServer

@Suite struct StopTests {
    // These tests keep their thread while the drain deadline runs, for other tests that block could
    // hold it for longer. And a port is given again as soon as it is free: servers whose end is
    // watched have addresses that no other test's server uses.
    private static let drainedHost: UInt8 = 71
    private static let halfBodyHost: UInt8 = 72

    @Test func `stopping waits for the answers under way and closes after them`() async throws {
        let server = try TestServer { $0.host = "127.0.0.\(Self.drainedHost)" }
        let idle = try RawClient(port: server.port, host: Self.drainedHost)
        idle.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try idle.response().headers["connection"] == nil)
        let clients = try (0..<10).map { _ in
            try RawClient(port: server.port, host: Self.drainedHost)
        }
        for client in clients { client.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n") }
        await server.waiting.wait(for: clients.count)
        let stopping = try NamedThread(name: "stopping") {
            server.stop(drainDeadlineSeconds: 30)
        }
        // No new client gets through once listening has ended; only then are the answers given.
        while RawClient.canConnect(port: server.port, host: Self.drainedHost) { usleep(1_000) }
        for responder in server.waiting.takeAll() { responder.respond(.text("drained")) }
        for client in clients {
            let response = try client.response()
            #expect(response.body == "drained")
            #expect(response.headers["connection"] == "close")
            #expect(try client.textToEnd().isEmpty)
        }
        stopping.join()
        #expect(try idle.textToEnd().isEmpty)
        #expect(server.records.values.count == 11)
    }

    @Test func `what has no answer at the deadline is answered 503`() async throws {
        let server = try TestServer()
        let client = try server.client()
        client.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n")
        await server.waiting.wait(for: 1)
        server.stop(drainDeadlineSeconds: 0)
        #expect(try client.response().status == 503)
        #expect(try client.textToEnd().isEmpty)
        // A handler that comes too late is not punished.
        for responder in server.waiting.takeAll() { responder.respond(.text("too late")) }
        #expect(server.records.values.map(\.status) == [503])
    }

    @Test func `stopping under load loses no answer of an accepted request`() async throws {
        let server = try TestServer()
        let clients = try (0..<50).map { _ in try server.client() }
        for client in clients {
            client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try client.response()
        }
        for client in clients { client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n") }
        server.stop()
        var answered = 0
        for client in clients where try client.textToEnd().hasSuffix("hello") { answered += 1 }
        #expect(server.handled.value == 50 + answered)
    }

    @Test func `a second stop and a second start are harmless`() throws {
        let server = try TestServer()
        #expect(throws: HTTPServerError.alreadyStarted) { try server.server.start() }
        server.stop()
        server.stop()
        #expect(throws: HTTPServerError.alreadyStarted) { try server.server.start() }
    }

    @Test func `a request in the middle of its body gets its answer too`() throws {
        let server = try TestServer { $0.host = "127.0.0.\(Self.halfBodyHost)" }
        let client = try RawClient(port: server.port, host: Self.halfBodyHost)
        client.send("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n")
        client.send("Content-Length: 5\r\n\r\n")
        #expect(try client.response().status == 100)
        let stopping = try NamedThread(name: "stopping") {
            server.stop(drainDeadlineSeconds: 30)
        }
        while RawClient.canConnect(port: server.port, host: Self.halfBodyHost) { usleep(1_000) }
        client.send("hello")
        #expect(try client.response().body == "hello")
        stopping.join()
    }
}
