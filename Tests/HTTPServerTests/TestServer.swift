import Glibc
import HTTPServer
import Synchronization

/// A server with a few routes on a free port, and what happened in it.
final class TestServer: Sendable {
    let port: UInt16
    let handled: Counter
    let records: Collected<RequestRecord>
    let waiting: Collected<Responder>
    let server: HTTPServer

    /// - Parameter configure: changes the limits.
    init(_ configure: (inout HTTPServerConfiguration) -> Void = { _ in }) throws {
        var configuration = HTTPServerConfiguration()
        TestServer.makeRoomForClients
        configure(&configuration)
        let handled = Counter()
        let records = Collected<RequestRecord>()
        let waiting = Collected<Responder>()
        let router = TestServer.routes(handled: handled, waiting: waiting)
        server = try HTTPServer(
            configuration: configuration, router: router,
            errorResponse: { fault, id in
                HTTPResponse(
                    status: fault.status, headers: [("X-Request", id)],
                    body: .bytes(Array("\(fault)".utf8)))
            },
            observer: { record in records.append(record) })
        self.handled = handled
        self.records = records
        self.waiting = waiting
        port = try server.start()
    }

    /// Clients and servers of all tests share the descriptors of one process.
    private static let makeRoomForClients: Void = {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        getrlimit(resource, &limit)
        limit.rlim_cur = max(limit.rlim_cur, min(limit.rlim_max, 8_192))
        setrlimit(resource, &limit)
    }()

    private static func routes(
        handled: Counter, waiting: Collected<Responder>
    ) -> Router {
        var routes = RouterBuilder()
        routes.on(.get, "/hello") { _, _, responder in
            handled.increment()
            responder.respond(.text("hello"))
        }
        routes.on(.post, "/echo") { request, _, responder in
            handled.increment()
            responder.respond(HTTPResponse(status: 201, body: .bytes(request.body)))
        }
        routes.on(.post, "/large", maximumBodyBytes: 100_000) { request, _, responder in
            handled.increment()
            responder.respond(HTTPResponse(status: 201, body: .bytes(request.body)))
        }
        routes.on(.post, "/small", maximumBodyBytes: 10) { _, _, responder in
            handled.increment()
            responder.respond(HTTPResponse(status: 201))
        }
        routes.on(.get, "/items/{item}") { request, parameters, responder in
            handled.increment()
            let accept = request.header("Accept") ?? "none"
            responder.respond(.text("\(parameters["item"]) \(request.path) \(accept)"))
        }
        routes.on(.get, "/wait") { _, _, responder in
            handled.increment()
            waiting.append(responder)
        }
        routes.on(.get, "/abandoned") { _, _, responder in responder.abandon() }
        routes.on(.get, "/dropped") { _, _, _ in handled.increment() }
        routes.on(.get, "/bad-header") { _, _, responder in
            responder.respond(HTTPResponse(status: 200, headers: [("X-A", "a\r\nX-B: b")]))
        }
        routes.on(.get, "/bad-status") { _, _, responder in
            responder.respond(HTTPResponse(status: 99))
        }
        routes.on(.get, "/id") { request, _, responder in responder.respond(.text(request.id)) }
        routes.on(.get, "/file/{name}") { request, _, responder in
            do {
                let path = try request.query("path") ?? ""
                responder.respond(HTTPResponse(status: 200, body: .file(path: path)))
            } catch {
                responder.respond(HTTPResponse(status: 400))
            }
        }
        return routes.freeze()
    }

    func client() throws -> RawClient {
        try RawClient(port: port)
    }

    func stop(drainDeadlineSeconds: Int = 5) {
        server.stop(drainDeadlineSeconds: drainDeadlineSeconds)
    }
}

extension HTTPResponse {
    static func text(_ text: String) -> HTTPResponse {
        HTTPResponse(
            status: 200, headers: [("Content-Type", "text/plain")], body: .bytes(Array(text.utf8)))
    }
}

/// Counts from any thread.
final class Counter: Sendable {
    private let count = Atomic(0)

    func increment() { count.add(1, ordering: .relaxed) }

    var value: Int { count.load(ordering: .relaxed) }
}

/// Values from any thread in the order of their arrival, waited for without sleeping.
final class Collected<Value: Sendable>: Sendable {
    private struct State {
        var values: [Value] = []
        var waiters: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    func append(_ value: Value) {
        let ready = state.withLock { state in
            state.values.append(value)
            let count = state.values.count
            let ready = state.waiters.filter { $0.count <= count }
            state.waiters.removeAll { $0.count <= count }
            return ready
        }
        for waiter in ready { waiter.continuation.resume() }
    }

    var values: [Value] { state.withLock { $0.values } }

    /// Takes everything out.
    func takeAll() -> [Value] {
        state.withLock { state in
            defer { state.values = [] }
            return state.values
        }
    }

    func wait(for count: Int) async {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                if state.values.count >= count { return true }
                state.waiters.append((count, continuation))
                return false
            }
            if isReady { continuation.resume() }
        }
    }
}
