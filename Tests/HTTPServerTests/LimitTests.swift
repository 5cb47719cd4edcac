import Testing

@testable import HTTPServer

@Suite struct LimitTests {
    @Test(arguments: [(65_536, 201), (65_537, 413)])
    func `the body limit is exact for a known length`(count: Int, status: Int) throws {
        let server = try TestServer()
        let client = try server.client()
        client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: \(count)\r\n\r\n")
        if status == 201 { client.send([UInt8](repeating: 65, count: count)) }
        #expect(try client.response().status == status)
        server.stop()
        #expect(server.handled.value == (status == 201 ? 1 : 0))
    }

    @Test(arguments: [
        ("/large", 100_000, 201), ("/large", 100_001, 413), ("/small", 10, 201),
        ("/small", 11, 413),
    ])
    func `a route may have a limit of its own`(path: String, count: Int, status: Int) throws {
        let server = try TestServer()
        let client = try server.client()
        client.send("POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: \(count)\r\n\r\n")
        if status == 201 { client.send([UInt8](repeating: 65, count: count)) }
        #expect(try client.response().status == status)
        let chunked = try server.client()
        chunked.send("POST \(path) HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        chunked.send("\(String(count, radix: 16))\r\n" + String(repeating: "A", count: count))
        chunked.send("\r\n0\r\n\r\n")
        #expect(try chunked.response().status == status)
        server.stop()
        #expect(server.handled.value == (status == 201 ? 2 : 0))
    }

    @Test func `a body without a known length is cut off at the limit`() throws {
        let server = try TestServer()
        let client = try server.client()
        client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        let chunk = "1000\r\n" + String(repeating: "A", count: 4_096) + "\r\n"
        for _ in 0..<16 { client.send(chunk) }
        client.send("1\r\nA\r\n")
        let response = try client.response()
        #expect(response.status == 413)
        #expect(response.body == "\(HTTPFault.bodyTooLarge(limitBytes: 65_536))")
        #expect(try client.textToEnd().isEmpty)
        server.stop()
        #expect(server.handled.value == 0)
        #expect(server.records.values.map(\.status) == [413])
    }

    @Test func `a body of an unknown route is limited as well`() throws {
        let server = try TestServer()
        let client = try server.client()
        client.send("POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 65537\r\n\r\n")
        #expect(try client.response().status == 413)
        server.stop()
    }

    @Test(arguments: [(2_048, 404), (2_049, 414), (9_000, 414), (100_000, 414)])
    func `a long target is 414`(count: Int, status: Int) throws {
        let server = try TestServer()
        let client = try server.client()
        let target = "/" + String(repeating: "a", count: count - 1)
        client.send("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.response().status == status)
        server.stop()
    }

    @Test(arguments: [(8_192, 200), (8_193, 431), (12_000, 431), (16_000, 431), (100_000, 431)])
    func `a long header is 431`(count: Int, status: Int) throws {
        let server = try TestServer()
        let client = try server.client()
        let start = "GET /hello HTTP/1.1\r\nHost: a\r\nX-Long: "
        let filling = String(repeating: "a", count: count - start.utf8.count - 4)
        client.send(start + filling + "\r\n\r\n")
        #expect(try client.response().status == status)
        server.stop()
        #expect(server.handled.value == (status == 200 ? 1 : 0))
    }

    @Test func `hundreds of small fields fit or are 431`() throws {
        let server = try TestServer()
        for count in [50, 100, 500, 1_000, 5_000] {
            let client = try server.client()
            let fields = (0..<count).map { "X-\($0): \($0)\r\n" }.joined()
            client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\(fields)\r\n")
            #expect(try client.response().status == (count <= 100 ? 200 : 431), "\(count)")
        }
        server.stop()
    }

    @Test func `a request that drips in is ended by the request deadline`() throws {
        let server = try TestServer { $0.requestDeadlineSeconds = 1 }
        let client = try server.client()
        client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n")
        let started = ContinuousClock.now
        // One byte every now and then keeps the connection from being idle.
        let dripper = try Dripper("a", to: client)
        #expect(try client.response().status == 408)
        dripper.stop()
        #expect(ContinuousClock.now - started < .seconds(5))
        server.stop()
        #expect(server.handled.value == 0)
    }

    @Test func `a silent connection is closed after the idle time`() throws {
        let server = try TestServer { $0.idleTimeoutSeconds = 1 }
        let client = try server.client()
        client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.response().status == 200)
        #expect(try client.textToEnd().isEmpty)
        server.stop()
    }

    @Test func `a handler may take longer than any deadline`() async throws {
        let server = try TestServer {
            $0.requestDeadlineSeconds = 1
            $0.idleTimeoutSeconds = 1
        }
        let client = try server.client()
        client.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n")
        await server.waiting.wait(for: 1)
        try await Task.sleep(for: .milliseconds(3_500))
        for responder in server.waiting.takeAll() { responder.respond(.text("late")) }
        #expect(try client.response().body == "late")
        server.stop()
    }

    @Test func `beyond the limit of connections clients wait in the backlog`() throws {
        let server = try TestServer { $0.maximumConnections = 4 }
        var clients: [RawClient] = []
        for _ in 0..<4 {
            let client = try server.client()
            client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.response().status == 200)
            clients.append(client)
        }
        let waiting = try server.client()
        waiting.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
        clients.removeAll()
        #expect(try waiting.response().status == 200)
        server.stop()
    }

    @Test func `beyond the limit of an address connections are closed at once`() throws {
        let server = try TestServer { $0.maximumConnectionsPerAddress = 4 }
        let clients = try (0..<4).map { _ in try server.client() }
        for client in clients {
            client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.response().status == 200)
        }
        #expect(try server.client().textToEnd().isEmpty)
        server.stop()
    }

    @Test func `an unusable configuration is refused by the name of its field`() {
        #expect(
            throws: HTTPServerError.invalidConfiguration(
                field: "maximumBodyBytes", reason: "0 is not a usable limit")
        ) { try TestServer { $0.maximumBodyBytes = 0 } }
        #expect(
            throws: HTTPServerError.invalidConfiguration(
                field: "host", reason: "localhost is not a numeric address")
        ) { try TestServer { $0.host = "localhost" } }
    }

    @Test func `a port in use is an error`() throws {
        let server = try TestServer()
        #expect(throws: HTTPServerError.self) { try TestServer { $0.port = server.port } }
        server.stop()
    }
}
