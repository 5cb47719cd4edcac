import Foundation
import Testing

@testable import HTTPServer

@Suite struct AnswerTests {
    @Test func `300 suspended connections are answered from another thread`() async throws {
        let server = try TestServer()
        let clients = try (0..<300).map { _ in try server.client() }
        for round in 0..<3 {
            for client in clients { client.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n") }
            await server.waiting.wait(for: clients.count)
            let responders = server.waiting.takeAll()
            // A thread of its own: blocked clients may hold every thread that tasks run on.
            let answering = try NamedThread(name: "answering") {
                for responder in responders.shuffled() { responder.respond(.text("\(round)")) }
            }
            for client in clients { #expect(try client.response().body == "\(round)") }
            answering.join()
        }
        server.stop()
        #expect(server.handled.value == 900)
    }

    @Test func `answers that race the handler's return all arrive`() throws {
        let pool = try WorkerPool(threadCount: 4, maximumQueueLength: 1_000, name: "race")
        var routes = RouterBuilder()
        routes.on(.get, "/race/{number}") { _, parameters, responder in
            let number = parameters["number"]
            // Now inline, now from another thread while the handler may still be running.
            if number.hasSuffix("0") { return responder.respond(.text(number)) }
            if !pool.submit({ responder.respond(.text(number)) }) {
                responder.respond(HTTPResponse(status: 503))
            }
        }
        let server = try HTTPServer(
            configuration: HTTPServerConfiguration(), router: routes.freeze(),
            errorResponse: { fault, _ in HTTPResponse(status: fault.status) }, observer: { _ in })
        let port = try server.start()
        let clients = try (0..<16).map { _ in try RawClient(port: port) }
        for round in 0..<200 {
            for (index, client) in clients.enumerated() {
                client.send("GET /race/\(round * 16 + index) HTTP/1.1\r\nHost: a\r\n\r\n")
            }
            for (index, client) in clients.enumerated() {
                #expect(try client.response().body == "\(round * 16 + index)")
            }
        }
        server.stop(drainDeadlineSeconds: 5)
        pool.drain()
    }

    @Test func `pipelined requests wait for the suspended one before them`() async throws {
        let server = try TestServer()
        let client = try server.client()
        client.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
        await server.waiting.wait(for: 1)
        #expect(server.handled.value == 1)
        for responder in server.waiting.takeAll() { responder.respond(.text("first")) }
        #expect(try client.response().body == "first")
        #expect(try client.response().body == "hello")
        server.stop()
    }

    @Test func `1,000 open connections are all served`() throws {
        let server = try TestServer()
        let clients = try (0..<1_000).map { _ in try server.client() }
        for _ in 0..<2 {
            for client in clients {
                client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try client.response().body == "hello")
            }
        }
        for client in clients { client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n") }
        for client in clients { #expect(try client.response().body == "hello") }
        server.stop()
        #expect(server.handled.value == 3_000)
    }

    @Test func `a dropped responder is answered 500`() throws {
        let server = try TestServer()
        let client = try server.client()
        client.send("GET /dropped HTTP/1.1\r\nHost: a\r\n\r\n")
        let response = try client.response()
        #expect(response.status == 500)
        #expect(response.body == "\(HTTPFault.unanswered)")
        #expect(response.headers["x-request"]?.utf8.count == 16)
        server.stop()
    }

    @Test func `a responder dropped after the handler's return is answered 500`() async throws {
        let server = try TestServer()
        let client = try server.client()
        client.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n")
        await server.waiting.wait(for: 1)
        _ = server.waiting.takeAll()
        #expect(try client.response().status == 500)
        server.stop()
    }

    @Test(arguments: [true, false])
    func `an abandoned request ends its connection and no other`(isLater: Bool) async throws {
        let server = try TestServer()
        let client = try server.client()
        if isLater {
            client.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n")
            await server.waiting.wait(for: 1)
        }
        // After the wait, which on a loaded machine is longer than a connection may be idle.
        let other = try server.client()
        if isLater {
            for responder in server.waiting.takeAll() { responder.abandon() }
        } else {
            client.send("GET /abandoned HTTP/1.1\r\nHost: a\r\n\r\n")
        }
        #expect(try client.textToEnd().isEmpty)
        other.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try other.response().body == "hello")
        server.stop()
        #expect(server.records.values.map(\.status) == [0, 200])
    }

    @Test func `abandoning an answered request ends the program`() async {
        await #expect(processExitsWith: .failure) {
            let mailbox = try AnswerMailbox()
            let responder = Responder(PendingAnswer(mailbox: mailbox, connectionAddress: 0))
            responder.respond(HTTPResponse(status: 200))
            responder.abandon()
        }
    }

    @Test func `answering twice ends the program`() async {
        await #expect(processExitsWith: .failure) {
            let mailbox = try AnswerMailbox()
            let responder = Responder(PendingAnswer(mailbox: mailbox, connectionAddress: 0))
            responder.respond(HTTPResponse(status: 200))
            responder.respond(HTTPResponse(status: 200))
        }
    }

    @Test(arguments: ["/bad-header", "/bad-status", "/file/x?path=/nonexistent", "/file/x?path=/"])
    func `a response that cannot be sent becomes a 500 of one answer`(target: String) throws {
        let server = try TestServer()
        let client = try server.client()
        client.send("GET \(target) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        let text = try client.textToEnd()
        #expect(text.hasPrefix("HTTP/1.1 500 "))
        #expect(!text.contains("X-B"))
        server.stop()
    }

    @Test(arguments: [0, 1, 100_000, 3_000_000])
    func `a file is sent whole with its length`(count: Int) throws {
        let file = FileManager.default.temporaryDirectory
            .appendingPathComponent("agencypos-http-\(UUID().uuidString)")
        let content = String(repeating: "水0123456", count: count / 10)
        try Data(content.utf8).write(to: file)
        let server = try TestServer()
        let client = try server.client()
        for _ in 0..<2 {
            client.send("GET /file/x?path=\(file.path) HTTP/1.1\r\nHost: a\r\n\r\n")
            let response = try client.response()
            #expect(response.status == 200)
            #expect(response.headers["content-length"] == "\(content.utf8.count)")
            #expect(response.body == content)
        }
        server.stop()
        try FileManager.default.removeItem(at: file)
    }

    @Test func `a client that goes away while suspended harms nobody`() async throws {
        let server = try TestServer()
        for _ in 0..<20 {
            let client = try server.client()
            client.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n")
        }
        await server.waiting.wait(for: 20)
        for responder in server.waiting.takeAll() { responder.respond(.text("late")) }
        let client = try server.client()
        client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.response().body == "hello")
        server.stop()
        #expect(server.records.values.count == 21)
    }
}
