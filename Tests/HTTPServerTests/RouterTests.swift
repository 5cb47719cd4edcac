import Testing

@testable import HTTPServer

@Suite struct RouterTests {
    private static let router: Router = {
        var routes = RouterBuilder()
        for (method, pattern) in patterns {
            routes.on(method, pattern) { _, _, responder in
                responder.respond(HTTPResponse(status: 200))
            }
        }
        return routes.freeze()
    }()

    private static let patterns: [(HTTPMethod, String)] = [
        (.get, "/"), (.get, "/v1/shifts"), (.post, "/v1/shifts"),
        (.get, "/v1/shifts/{shift_id}"), (.get, "/v1/shifts/current"),
        (.post, "/v1/shifts/{shift_id}/sign-off"), (.get, "/v1/{kind}/{id}/lines/{line}"),
        (.get, "/openapi.json"),
    ]

    private func match(_ method: HTTPMethod?, _ path: String) -> String {
        let bytes = Array(path.utf8)
        return bytes.withUnsafeBufferPointer { buffer in
            switch RouterTests.router.match(method, buffer) {
            case .found(let route, let ranges):
                let values = ranges.map { String(decoding: bytes[$0], as: UTF8.self) }
                return ([route.pattern] + values).joined(separator: " ")
            case .notFound: return "404"
            case .methodNotAllowed(let allowed):
                return "405 " + allowed.map(\.rawValue).joined(separator: ",")
            }
        }
    }

    @Test(arguments: [
        (HTTPMethod.get, "/", "/"), (.get, "/v1/shifts", "/v1/shifts"),
        (.head, "/v1/shifts", "/v1/shifts"),
        (.get, "/v1/shifts/17", "/v1/shifts/{shift_id} 17"),
        (.get, "/v1/shifts/current", "/v1/shifts/current"),
        (.post, "/v1/shifts/17/sign-off", "/v1/shifts/{shift_id}/sign-off 17"),
        (.post, "/v1/shifts/current/sign-off", "/v1/shifts/{shift_id}/sign-off current"),
        (.get, "/v1/shifts/current/lines/3", "/v1/{kind}/{id}/lines/{line} shifts current 3"),
        (.get, "/v1/shifts/水费", "/v1/shifts/{shift_id} 水费"),
        (.get, "/openapi.json", "/openapi.json"),
        (.get, "", "404"), (.get, "v1/shifts", "404"), (.get, "/v1", "404"),
        (.get, "/v1/shifts/", "404"), (.get, "//", "404"), (.get, "/v1//shifts", "404"),
        (.get, "/v1/shifts/17/", "404"), (.get, "/V1/shifts", "404"), (.get, "/..", "404"),
        (.get, "/v1/shifts/17/sign-off/x", "404"), (.get, "/v1/shifts/../shifts", "404"),
        (.put, "/v1/shifts", "405 GET,HEAD,POST"), (.head, "/v1/shifts/1/sign-off", "405 POST"),
        (.post, "/v1/shifts/current", "405 GET,HEAD"),
    ])
    func `a path finds its route, text before parameter`(
        method: HTTPMethod, path: String, expected: String
    ) {
        #expect(match(method, path) == expected)
    }

    @Test func `a method that no route can have is not allowed`() {
        #expect(match(nil, "/v1/shifts") == "405 GET,HEAD,POST")
        #expect(match(nil, "/nowhere") == "404")
    }

    @Test func `the table lists every route, sorted`() {
        let listed = RouterTests.router.routes.map { "\($0.method.rawValue) \($0.pattern)" }
        #expect(listed.count == RouterTests.patterns.count)
        #expect(listed.first == "GET /")
        #expect(listed.contains("POST /v1/shifts/{shift_id}/sign-off"))
    }

    @Test func `the same shape twice ends the program`() async {
        await #expect(processExitsWith: .failure) {
            var routes = RouterBuilder()
            routes.on(.get, "/a/{x}") { _, _, _ in }
            routes.on(.get, "/a/{y}") { _, _, _ in }
        }
    }

    @Test func `a malformed pattern ends the program`() async {
        await #expect(processExitsWith: .failure) {
            var routes = RouterBuilder()
            routes.on(.get, "/a/{x") { _, _, _ in }
        }
        await #expect(processExitsWith: .failure) {
            var routes = RouterBuilder()
            routes.on(.get, "a") { _, _, _ in }
        }
        await #expect(processExitsWith: .failure) {
            var routes = RouterBuilder()
            routes.on(.get, "/a//b") { _, _, _ in }
        }
    }

    @Test func `text and parameter side by side, and other methods of a shape, are fine`() async {
        await #expect(processExitsWith: .success) {
            var routes = RouterBuilder()
            routes.on(.get, "/a/{x}") { _, _, _ in }
            routes.on(.get, "/a/b") { _, _, _ in }
            routes.on(.post, "/a/{y}") { _, _, _ in }
        }
    }
}
