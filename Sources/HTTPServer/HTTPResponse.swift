/// What a handler answers; the server adds `Date`, `Content-Length` and `Connection` itself.
public struct HTTPResponse: Sendable {
    /// The status code, 200…599.
    public var status: Int
    /// Header fields in the order in which they are sent.
    public var headers: [(name: String, value: String)]
    /// The content; a HEAD request is answered with its length only.
    public var body: HTTPBody

    public init(
        status: Int, headers: [(name: String, value: String)] = [], body: HTTPBody = .bytes([])
    ) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The status codes that a handler may use; 1xx belongs to the server.
    static let statusRange = 200...599
}

/// The content of a response.
public enum HTTPBody: Sendable {
    /// Bytes in memory.
    case bytes([UInt8])
    /// A regular file, sent by the kernel without passing through memory.
    case file(path: String)
}
