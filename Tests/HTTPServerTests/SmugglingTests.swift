import Testing

@testable import HTTPServer

@Suite struct SmugglingTests {
    private let server: TestServer

    init() throws {
        server = try TestServer()
    }

    @Test(arguments: ForbiddenRequest.all)
    func `a forbidden request is refused, closes, and reaches no handler`(
        request: ForbiddenRequest
    ) throws {
        let client = try server.client()
        client.send(request.bytes)
        let text = try client.textToEnd()
        expect(text, toAnswer: request)
        server.stop()
        #expect(server.handled.value == 0)
    }

    @Test(arguments: ForbiddenRequest.all)
    func `a forbidden request that arrives byte by byte is refused all the same`(
        request: ForbiddenRequest
    ) throws {
        // Framing that arrives alone is overwritten before it can be looked at.
        if request.isSeenOnlyTogether { return }
        let client = try server.client()
        for byte in request.bytes { client.send([byte]) }
        let text = try client.textToEnd()
        expect(text, toAnswer: request)
        server.stop()
        #expect(server.handled.value == 0)
    }

    @Test func `the table's own good request is answered, so that a refusal means something`()
        throws
    {
        let client = try server.client()
        client.send(
            "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nX-Empty:\r\n"
                + "X-Tab: a\tb\r\nAccept:  a  \r\nCookie: a=b; c\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
        #expect(try client.response().body == "hello")
        let second = try server.client()
        second.send(ForbiddenRequest.smuggled)
        #expect(try second.response().body == "hello")
        server.stop()
        #expect(server.handled.value == 2)
    }

    private func expect(_ text: String, toAnswer request: ForbiddenRequest) {
        let statuses = text.split(separator: "HTTP/1.1 ", omittingEmptySubsequences: false)
            .dropFirst().compactMap { Int($0.prefix(3)) }
        guard let status = request.status else {
            #expect(text.isEmpty, "\(text)")
            return
        }
        #expect(Set(statuses) == [status], "\(text)")
        #expect(statuses.count == 1 || request.isRepeatedByLibrary, "\(text)")
        #expect(text.contains("\r\nConnection: close\r\n"), "\(text)")
    }
}
