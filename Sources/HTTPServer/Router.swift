/// Answers a request through its responder, now or later, on any thread.
public typealias Handler = @Sendable (HTTPRequest, PathParameters, Responder) -> Void

/// A pattern of paths, a method, and who answers them.
final class Route: Sendable {
    let method: HTTPMethod
    let pattern: String
    let methodText: String
    let parameterNames: [String]
    /// The longest body in bytes, where it differs from the server's limit.
    let maximumBodyBytes: Int?
    let handler: Handler

    init(
        method: HTTPMethod, pattern: String, parameterNames: [String], maximumBodyBytes: Int?,
        handler: @escaping Handler
    ) {
        self.method = method
        self.pattern = pattern
        methodText = method.rawValue
        self.parameterNames = parameterNames
        self.maximumBodyBytes = maximumBodyBytes
        self.handler = handler
    }
}

/// What the router knows about a path.
enum RouteMatch {
    /// The route, and where its parameters lie in the path.
    case found(Route, parameters: [Range<Int>])
    case notFound
    case methodNotAllowed(allowed: [HTTPMethod])
}

/// The frozen table of routes: a trie over path segments, in which text wins over a parameter.
public struct Router: Sendable {
    /// One position in the patterns; `children` and `parameterChild` are indices of nodes.
    struct Node: Sendable {
        var children: [(segment: [UInt8], node: Int)] = []
        var parameterChild: Int?
        /// By `HTTPMethod.index`.
        var routes = [Route?](repeating: nil, count: HTTPMethod.allCases.count)

        var hasRoutes: Bool { routes.contains { $0 != nil } }

        /// The methods that are answered here; HEAD comes with GET.
        var allowed: [HTTPMethod] {
            HTTPMethod.allCases.filter { method in
                routes[method.index] != nil
                    || method == .head && routes[HTTPMethod.get.index] != nil
            }
        }
    }

    private let nodes: [Node]

    init(nodes: [Node]) {
        self.nodes = nodes
    }

    /// All methods and patterns, sorted by pattern.
    public var routes: [(method: HTTPMethod, pattern: String)] {
        nodes.flatMap { $0.routes.compactMap { $0 } }
            .map { ($0.method, $0.pattern) }
            .sorted { ($0.1, $0.0.index) < ($1.1, $1.0.index) }
    }

    /// Finds the route of a decoded path.
    ///
    /// - Parameters:
    ///   - method: nil for a method that no route can have; it is answered like any other.
    ///   - path: begins with a slash.
    func match(_ method: HTTPMethod?, _ path: UnsafeBufferPointer<UInt8>) -> RouteMatch {
        guard path.first == UInt8(ascii: "/") else { return .notFound }
        var parameters: [Range<Int>] = []
        guard let found = node(of: path, from: 1, under: 0, &parameters) else { return .notFound }
        let node = nodes[found]
        guard let method else { return .methodNotAllowed(allowed: node.allowed) }
        if let route = node.routes[method.index] {
            return .found(route, parameters: parameters)
        }
        if method == .head, let route = node.routes[HTTPMethod.get.index] {
            return .found(route, parameters: parameters)
        }
        return .methodNotAllowed(allowed: node.allowed)
    }

    /// The node that the rest of the path leads to, if it has routes.
    ///
    /// Recursion ends with the deepest pattern, however long the path is.
    private func node(
        of path: UnsafeBufferPointer<UInt8>, from start: Int, under parent: Int,
        _ parameters: inout [Range<Int>]
    ) -> Int? {
        var end = start
        while end < path.count, path[end] != UInt8(ascii: "/") { end += 1 }
        let segment = start..<end
        for child in nodes[parent].children
        where Router.isEqual(path, segment, child.segment) {
            if let found = step(path, end, to: child.node, &parameters) { return found }
        }
        guard let parameterChild = nodes[parent].parameterChild, !segment.isEmpty else {
            return nil
        }
        parameters.append(segment)
        if let found = step(path, end, to: parameterChild, &parameters) { return found }
        parameters.removeLast()
        return nil
    }

    private func step(
        _ path: UnsafeBufferPointer<UInt8>, _ end: Int, to node: Int,
        _ parameters: inout [Range<Int>]
    ) -> Int? {
        guard end < path.count else { return nodes[node].hasRoutes ? node : nil }
        return self.node(of: path, from: end + 1, under: node, &parameters)
    }

    private static func isEqual(
        _ path: UnsafeBufferPointer<UInt8>, _ segment: Range<Int>, _ text: [UInt8]
    ) -> Bool {
        guard segment.count == text.count else { return false }
        for position in 0..<text.count where path[segment.lowerBound + position] != text[position] {
            return false
        }
        return true
    }
}
