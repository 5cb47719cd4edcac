/// Collects routes while the program starts; mistakes in them end the program at once.
public struct RouterBuilder {
    private var nodes = [Router.Node()]

    public init() {}

    /// Registers a handler.
    ///
    /// - Parameters:
    ///   - pattern: such as `/v1/shifts/{shift_id}/sign-off`; a parameter is one whole segment and
    ///     matches any text that is not empty. Text wins over a parameter.
    ///   - maximumBodyBytes: the longest body, where it differs from the server's limit.
    /// - Precondition: the pattern is well-formed, and no other pattern of the method has the same
    ///   shape.
    public mutating func on(
        _ method: HTTPMethod, _ pattern: String, maximumBodyBytes: Int? = nil,
        _ handler: @escaping Handler
    ) {
        precondition(maximumBodyBytes.map { $0 > 0 } ?? true, "\(pattern) could take no body")
        precondition(pattern.utf8.first == UInt8(ascii: "/"), "\(pattern) must begin with a slash")
        var node = 0
        var parameterNames: [String] = []
        let segments = pattern.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        for segment in segments {
            precondition(!segment.isEmpty || segments.count == 1, "\(pattern): empty segment")
            if let name = RouterBuilder.parameterName(segment, in: pattern) {
                precondition(!parameterNames.contains(name), "\(pattern) has \(name) twice")
                parameterNames.append(name)
                node = parameterChild(of: node)
            } else {
                node = child(of: node, segment: Array(segment.utf8))
            }
        }
        precondition(
            nodes[node].routes[method.index] == nil,
            "\(method.rawValue) \(pattern) is registered twice")
        nodes[node].routes[method.index] = Route(
            method: method, pattern: pattern, parameterNames: parameterNames,
            maximumBodyBytes: maximumBodyBytes, handler: handler)
    }

    /// The finished table.
    public func freeze() -> Router {
        Router(nodes: nodes)
    }

    private static func parameterName(_ segment: Substring, in pattern: String) -> String? {
        guard segment.first == "{" else {
            precondition(
                segment.utf8.allSatisfy(isTextByte), "\(pattern): \(segment) is not plain text")
            return nil
        }
        let name = segment.dropFirst().dropLast()
        precondition(
            segment.last == "}" && !name.isEmpty && name.utf8.allSatisfy(isNameByte),
            "\(pattern): \(segment) is not a parameter")
        return String(name)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private static func isTextByte(_ byte: UInt8) -> Bool {
        isNameByte(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }

    private mutating func parameterChild(of node: Int) -> Int {
        if let child = nodes[node].parameterChild { return child }
        nodes.append(Router.Node())
        nodes[node].parameterChild = nodes.count - 1
        return nodes.count - 1
    }

    private mutating func child(of node: Int, segment: [UInt8]) -> Int {
        if let child = nodes[node].children.first(where: { $0.segment == segment }) {
            return child.node
        }
        nodes.append(Router.Node())
        nodes[node].children.append((segment, nodes.count - 1))
        return nodes.count - 1
    }
}
