import Agency
import HTTPServer

/// Registers routes with what every one of them needs: the caller, its role, its errors.
struct RouteTable {
    let api: API
    var builder = RouterBuilder()

    /// A route for anyone, answered at once.
    mutating func open(
        _ method: HTTPMethod, _ pattern: String,
        _ handler: @escaping @Sendable (HTTPRequest, Responder) throws -> Void
    ) {
        let api = api
        builder.on(method, pattern) { request, _, responder in
            do {
                try handler(request, responder)
            } catch {
                api.fail(error, request, responder)
            }
        }
    }

    /// A route for anyone that reads or takes its time; its handler runs on a worker.
    mutating func openQuery(
        _ method: HTTPMethod, _ pattern: String,
        _ handler: @escaping @Sendable (HTTPRequest, PathParameters) throws -> HTTPResponse
    ) {
        let api = api
        builder.on(method, pattern) { request, parameters, responder in
            let isQueued = api.workers.submit {
                do {
                    responder.respond(try handler(request, parameters))
                } catch {
                    api.fail(error, request, responder)
                }
            }
            if !isQueued { api.fail(Self.busy, request, responder) }
        }
    }

    /// A route whose handler decodes the request and submits a command; it must not block.
    mutating func command(
        _ method: HTTPMethod, _ pattern: String, for roles: Set<Role>,
        maximumBodyBytes: Int? = nil,
        _ handler: @escaping @Sendable (Call) throws -> Void
    ) {
        let api = api
        builder.on(method, pattern, maximumBodyBytes: maximumBodyBytes) {
            request, parameters, responder in
            do {
                let principal = try api.principal(of: request)
                guard roles.contains(principal.role) else { throw Self.notPermitted(principal) }
                let call = Call(
                    request: request, parameters: parameters, principal: principal,
                    responder: responder)
                // Queries belong to reads, which name the parameters that they take.
                if method != .get { try call.allowQuery() }
                try handler(call)
            } catch {
                api.fail(error, request, responder)
            }
        }
    }

    /// A route that reads or takes its time; its handler runs on a worker.
    mutating func query(
        _ method: HTTPMethod, _ pattern: String, for roles: Set<Role>,
        maximumBodyBytes: Int? = nil,
        _ handler: @escaping @Sendable (Call) throws -> HTTPResponse
    ) {
        let api = api
        command(method, pattern, for: roles, maximumBodyBytes: maximumBodyBytes) { call in
            api.work(call) { try handler(call) }
        }
    }

    /// A route that takes a whole file; its handler runs on the worker of uploads.
    mutating func upload(
        _ pattern: String, for roles: Set<Role>, maximumBodyBytes: Int,
        _ handler: @escaping @Sendable (Call) throws -> HTTPResponse
    ) {
        let api = api
        command(.post, pattern, for: roles, maximumBodyBytes: maximumBodyBytes) { call in
            api.work(call, on: api.uploadWorkers) { try handler(call) }
        }
    }

    /// What a caller hears when too much work waits.
    static let busy = Problem(
        .busy, status: 503, detail: "too many requests wait; ask again in a moment",
        headers: [("Retry-After", String(Problem.retryAfterSeconds))])

    private static func notPermitted(_ principal: Principal) -> Refusal {
        Refusal(
            .notPermitted,
            "the role \(principal.role.rawValue) may not do this; ask somebody whose role may",
            zh: "您的角色无权办理此项；请由有权限的人员办理")
    }
}

extension API {
    /// Answers with what a worker makes.
    func work(
        _ call: Call, on pool: WorkerPool? = nil,
        _ make: @escaping @Sendable () throws -> HTTPResponse
    ) {
        let isQueued = (pool ?? workers).submit {
            do {
                call.responder.respond(try make())
            } catch {
                fail(error, call.request, call.responder)
            }
        }
        if !isQueued { fail(RouteTable.busy, call.request, call.responder) }
    }
}

extension Set<Role> {
    /// Everyone who signs in.
    static let everyone = Set(Role.allCases)
}
