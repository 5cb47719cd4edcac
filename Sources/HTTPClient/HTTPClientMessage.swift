/// A POST with a body, the only kind of call that the program makes.
public struct HTTPClientRequest: Sendable {
    /// An absolute `http` or `https` address.
    public var url: String
    /// Header fields in the order in which they are sent.
    public var headers: [(name: String, value: String)]
    /// The content.
    public var body: [UInt8]

    /// Makes a request.
    public init(url: String, headers: [(name: String, value: String)], body: [UInt8]) {
        self.url = url
        self.headers = headers
        self.body = body
    }
}

/// A whole answer, within the limits.
public struct HTTPClientAnswer: Sendable {
    /// The status code.
    public let status: Int
    /// Header fields as they came, in their order.
    public let headers: [(name: String, value: String)]
    /// The content.
    public let body: [UInt8]

    /// Makes an answer; for gateways that are tested without a line.
    public init(status: Int, headers: [(name: String, value: String)], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The value of a header field that came exactly once.
    ///
    /// - Parameter name: in any case.
    public func header(_ name: String) -> String? {
        let wanted = name.lowercased()
        let found = headers.filter { $0.name.lowercased() == wanted }
        return found.count == 1 ? found[0].value : nil
    }
}
