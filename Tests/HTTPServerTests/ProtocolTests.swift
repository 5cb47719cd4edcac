import Testing

@testable import HTTPServer

@Suite struct ProtocolTests {
    private let server: TestServer

    init() throws {
        server = try TestServer()
    }

    @Test func `a connection serves many requests one after another`() throws {
        let client = try server.client()
        for number in 0..<100 {
            client.send("GET /items/\(number)?a=b HTTP/1.1\r\nHost: a\r\nACCEPT: x\r\n\r\n")
            let response = try client.response()
            #expect(response.status == 200)
            #expect(response.body == "\(number) /items/\(number) x")
        }
        server.stop()
        #expect(server.records.values.count == 100)
    }

    @Test func `pipelined requests are answered in their order`() throws {
        let client = try server.client()
        client.send(
            (0..<200).map { "GET /items/\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined())
        for number in 0..<200 {
            #expect(try client.response().body == "\(number) /items/\(number) none")
        }
        server.stop()
    }

    @Test func `HEAD through a GET route has the length and no content`() throws {
        let client = try server.client()
        client.send("HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n")
        let head = try client.response(hasBody: false)
        #expect(head.status == 200)
        #expect(head.headers["content-length"] == "5")
        client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.response().body == "hello")
        server.stop()
        #expect(server.records.values.map(\.sentBytes) == [0, 5])
    }

    @Test(arguments: [
        ("GET /nowhere", 404, nil), ("GET /hello/", 404, nil), ("GET /..", 404, nil),
        ("GET /../hello", 404, nil), ("GET /%2e%2e/hello", 404, nil),
        ("GET /items/a%2fb", 404, nil), ("DELETE /hello", 405, "GET, HEAD"),
        ("OPTIONS /hello", 405, "GET, HEAD"), ("get /hello", 405, "GET, HEAD"),
        ("GET /echo", 405, "POST"), ("BREW /echo", 405, "POST"), ("BREW /nowhere", 404, nil),
    ])
    func `an unknown path is 404 and another method 405 with Allow, on a connection that stays`(
        line: String, status: Int, allow: String?
    ) throws {
        let client = try server.client()
        client.send("\(line) HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
        let response = try client.response()
        #expect(response.status == status)
        #expect(response.headers["allow"] == allow)
        client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.response().body == "hello")
        server.stop()
        #expect(server.handled.value == 1)
    }

    @Test func `HTTP/1.0 closes unless it asks to stay`() throws {
        let closing = try server.client()
        closing.send("GET /hello HTTP/1.0\r\n\r\n")
        #expect(try closing.textToEnd().hasSuffix("hello"))
        let staying = try server.client()
        staying.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        #expect(try staying.response().body == "hello")
        staying.send("POST /echo HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi")
        #expect(try staying.response().body == "hi")
        server.stop()
    }

    @Test func `Connection close is obeyed`() throws {
        let client = try server.client()
        client.send("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        #expect(try client.textToEnd().hasSuffix("hello"))
        server.stop()
    }

    @Test func `an expected continue is sent before the body`() throws {
        let client = try server.client()
        client.send(
            "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 5\r\n\r\n")
        #expect(try client.response().status == 100)
        client.send("hello")
        #expect(try client.response().body == "hello")
        server.stop()
    }

    @Test func `a body that is too long is refused before it is sent`() throws {
        let client = try server.client()
        client.send(
            "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
                + "Content-Length: 65537\r\n\r\n")
        #expect(try client.response().status == 413)
        #expect(try client.textToEnd().isEmpty)
        server.stop()
    }

    @Test(arguments: [1, 2, 7, 64, 1_000, 65_536])
    func `chunks of every size make one body`(chunkBytes: Int) throws {
        let content = String((0..<65_536).map { Character(UnicodeScalar(97 + UInt8($0 % 26))) })
        var message = "POST /echo HTTP/1.1\r\nHost: a\r\ntransfer-encoding: Chunked\r\n\r\n"
        var rest = Substring(content)
        while !rest.isEmpty {
            let chunk = rest.prefix(chunkBytes)
            let size = String(chunk.count, radix: 16)
            message += "\(size)\(chunkBytes == 64 ? ";name=value" : "")\r\n\(chunk)\r\n"
            rest = rest.dropFirst(chunkBytes)
        }
        message += "0\r\n\r\n"
        let client = try server.client()
        client.send(message)
        let response = try client.response()
        #expect(response.status == 201)
        #expect(response.body == content)
        #expect(try client.textToEnd().isEmpty)
        server.stop()
    }

    @Test func `a last chunk that is cut before its last LF has no trailer`() throws {
        for pause in [1, 2, 3, 4] {
            let client = try server.client()
            let message = Array("0\r\n\r\n".utf8)
            client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
            client.send(Array(message[..<pause]))
            // The other request lets the first part be read alone.
            let other = try server.client()
            other.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try other.response()
            client.send(Array(message[pause...]))
            #expect(try client.response().status == 201, "cut after \(pause)")
        }
        server.stop()
    }

    @Test func `chunks that are cut at random places are read all the same`() throws {
        let seed = UInt64.random(in: .min ... .max)
        print("seed \(seed)")
        var random = SplitMix(state: seed)
        for _ in 0..<20 {
            var message: [UInt8] = Array(
                "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
            var content: [UInt8] = []
            for _ in 0..<Int.random(in: 0..<30, using: &random) {
                let count = Int.random(in: 1...60, using: &random)
                // Line ends within the data must not be taken for framing.
                let bytes: [UInt8] = [13, 10, 65]
                let chunk = (0..<count).map { _ in bytes[Int.random(in: 0..<3, using: &random)] }
                content += chunk
                message += Array((String(count, radix: 16) + "\r\n").utf8)
                message += chunk + [13, 10]
            }
            message += Array("0\r\n\r\n".utf8)
            let client = try server.client()
            var rest = message[...]
            while !rest.isEmpty {
                let count = min(rest.count, Int.random(in: 1...40, using: &random))
                client.send(Array(rest.prefix(count)))
                rest = rest.dropFirst(count)
            }
            let response = try client.response()
            #expect(response.status == 201)
            #expect(response.body == String(decoding: content, as: UTF8.self))
        }
        server.stop()
    }

    @Test func `a record has the pattern and never the path`() throws {
        let client = try server.client()
        client.send("GET /items/secret HTTP/1.1\r\nHost: a\r\n\r\n")
        _ = try client.response()
        client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n")
        _ = try client.textToEnd()
        server.stop()
        let records = server.records.values
        #expect(records.map(\.pattern) == ["/items/{item}", "-"])
        #expect(records.map(\.status) == [200, 400])
        #expect(records.map(\.method) == ["GET", "-"])
        #expect(records.allSatisfy { $0.remoteAddress == "127.0.0.1" && $0.id.utf8.count == 16 })
        #expect(records.first?.receivedBytes == 39)
    }

    @Test func `identifiers differ and reach the handler`() throws {
        let client = try server.client()
        var seen: Set<String> = []
        for _ in 0..<50 {
            client.send("GET /id HTTP/1.1\r\nHost: a\r\n\r\n")
            seen.insert(try client.response().body)
        }
        server.stop()
        #expect(seen.count == 50)
        #expect(Set(server.records.values.map(\.id)) == seen)
    }
}

/// A small generator whose sequence follows from its seed.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
