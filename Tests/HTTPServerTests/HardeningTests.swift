import Glibc
import Testing

@testable import HTTPServer

/// What a client must not achieve, beside the forbidden requests.
@Suite struct HardeningTests {
    private static let chunkedStart =
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"

    /// The library accepts these ends of a chunked body, and the server cannot see them.
    @Test(arguments: [
        ["5\r\nhello\r\n0\n\r\n"], ["5\r\nhello\r\n0\n\n"], ["5\r\nhello\r\n0\r\n\n"], ["0\n\n"],
        ["0\r\n\0X: y\r\n"], ["5\n", "hello\r\n0\r\n\r\n"], ["5;a\n", "hello\r\n0\r\n\r\n"],
        ["5\r\nhello\r\n0\r\n\r\n"],
    ])
    func `nothing follows a chunked body`(pieces: [String]) throws {
        let server = try TestServer()
        let client = try server.client()
        client.send(Self.chunkedStart)
        for piece in pieces.dropLast() { client.send(piece) }
        client.send((pieces.last ?? "") + ForbiddenRequest.smuggled)
        let text = try client.textToEnd()
        server.stop()
        #expect(text.split(separator: "HTTP/1.1 ").count == 1, "\(text)")
        #expect(text.contains("\r\nConnection: close\r\n"), "\(text)")
        #expect(server.records.values.map(\.pattern) == ["/echo"])
    }

    @Test(arguments: [false, true])
    func `a client that sends all of a huge body still reads why it is refused`(
        isChunked: Bool
    ) throws {
        let server = try TestServer()
        let client = try server.client()
        let count = 4_000_000
        let body = [UInt8](repeating: 0x61, count: count)
        if isChunked {
            client.send(Self.chunkedStart + String(count, radix: 16) + "\r\n")
        } else {
            client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: \(count)\r\n\r\n")
        }
        #expect(client.sendAll(body) == count)
        #expect(try client.response().status == 413)
        #expect(try client.textToEnd().isEmpty)
        server.stop()
        #expect(server.handled.value == 0)
    }

    @Test func `a refused client that never ends is cut off`() throws {
        let server = try TestServer { $0.lingerSeconds = 1 }
        let client = try server.client()
        client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 900000000\r\n\r\n")
        #expect(try client.response().status == 413)
        let started = ContinuousClock.now
        let piece = [UInt8](repeating: 0x61, count: 65_536)
        while client.sendAll(piece) == piece.count {
            try #require(ContinuousClock.now - started < .seconds(15))
        }
        server.stop()
    }

    @Test func `a request line that drips in is answered 408 long before the idle time`() throws {
        let server = try TestServer {
            $0.requestDeadlineSeconds = 1
            $0.idleTimeoutSeconds = 60
        }
        let client = try server.client()
        client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.response().status == 200)
        let started = ContinuousClock.now
        let dripper = try Dripper("G", to: client)
        #expect(try client.response().status == 408)
        dripper.stop()
        #expect(ContinuousClock.now - started < .seconds(8))
        server.stop()
    }

    /// The wait holds its thread: a suspended test would go on only after most others have run,
    /// many minutes later, and by then the idle time would have closed the connection.
    @Test func `a connection that waits between requests is not taken for a dripping one`() throws {
        let server = try TestServer {
            $0.requestDeadlineSeconds = 1
            $0.idleTimeoutSeconds = 600
        }
        let client = try server.client()
        for _ in 0..<2 {
            client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.response().status == 200)
            usleep(2_500_000)
        }
        client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.response().status == 200)
        server.stop()
    }

    @Test func `a request that timed out is recorded as 408`() throws {
        let server = try TestServer { $0.requestDeadlineSeconds = 1 }
        let client = try server.client()
        client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n")
        #expect(try client.response().status == 408)
        #expect(try client.textToEnd().isEmpty)
        server.stop()
        #expect(server.records.values.map(\.status) == [408])
    }

    @Test func `a chunk line without an end is ended by the deadline`() throws {
        let server = try TestServer { $0.requestDeadlineSeconds = 1 }
        let client = try server.client()
        client.send(Self.chunkedStart + "5;" + String(repeating: "x", count: 30_000))
        #expect(try client.response().status == 408)
        server.stop()
        #expect(server.handled.value == 0)
    }

    @Test func `the loop rests only after many rounds without progress`() {
        var guardian = StallGuard()
        for _ in 0..<StallGuard.maximumIdleRounds { #expect(!guardian.isStalled { true }) }
        #expect(guardian.isStalled { true })
        #expect(!guardian.isStalled { false })
        guardian.noteProgress()
        #expect(!guardian.isStalled { true })
    }

    @Test func `starting makes room for the descriptors of all connections`() async {
        await #expect(processExitsWith: .success) {
            let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
            var limit = rlimit()
            getrlimit(resource, &limit)
            limit.rlim_cur = 256
            setrlimit(resource, &limit)
            let server = try HTTPServer(
                configuration: HTTPServerConfiguration(), router: RouterBuilder().freeze(),
                errorResponse: { fault, _ in HTTPResponse(status: fault.status) },
                observer: { _ in })
            _ = try server.start()
            getrlimit(resource, &limit)
            server.stop(drainDeadlineSeconds: 0)
            let wanted = rlim_t(HTTPServerConfiguration().wantedDescriptors)
            guard limit.rlim_cur == min(limit.rlim_max, wanted) else { exit(1) }
        }
    }
}
