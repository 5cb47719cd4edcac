/// What the server tells its observer about one finished request; it holds no personal data.
public struct RequestRecord: Sendable {
    let identifier: RequestIdentifier
    /// The method as it was sent, such as `POST`, or `-` before it was known.
    public let method: String
    /// The pattern of the route, never the path itself; `-` when no route was found.
    public let pattern: String
    /// The status that was sent, or 0 when the connection ended before an answer was begun.
    public let status: Int
    /// From the request line's arrival to the last byte handed to the kernel, in microseconds.
    public let durationMicroseconds: Int64
    /// Request line, header fields and body, in bytes.
    public let receivedBytes: Int
    /// The body of the response, in bytes.
    public let sentBytes: Int
    /// The client's address without its port.
    public let remoteAddress: String

    /// The request's identifier: 16 hex digits, the same as ``HTTPRequest/id``.
    public var id: String { identifier.text }
}
