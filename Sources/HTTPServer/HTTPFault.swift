/// A request that the server refuses, or could not answer, without asking a handler again.
public enum HTTPFault: Sendable, Equatable {
    /// The bytes are not a request that HTTP allows; the connection is closed after the answer.
    case badRequest(reason: String)
    /// No route has this path.
    case notFound(path: String)
    /// The path exists for other methods only; `Allow` is added by the server.
    case methodNotAllowed(allowed: [HTTPMethod])
    /// The body is, or announces to be, longer than the limit in bytes.
    case bodyTooLarge(limitBytes: Int)
    /// An HTTP/1.0 request with a body did not say how long it is.
    case lengthRequired
    /// A transfer coding other than `chunked`.
    case unsupportedTransferCoding
    /// The request target is longer than the limit in bytes.
    case uriTooLong(limitBytes: Int)
    /// Request line and header fields together are longer than the limit in bytes.
    case headerFieldsTooLarge(limitBytes: Int)
    /// An `Expect` other than `100-continue`.
    case expectationFailed
    /// A version other than HTTP/1.0 and HTTP/1.1.
    case versionNotSupported
    /// The request did not arrive within the request deadline.
    case requestTimeout
    /// A handler dropped its responder without an answer.
    case unanswered
    /// A handler's response cannot be sent: a bad status, a bad header, a file that is not there.
    case unusableResponse(reason: String)
    /// The server stopped before a handler answered.
    case shuttingDown

    /// The status code that the fault stands for (RFC 9110, 15.5 and 15.6).
    public var status: Int {
        switch self {
        case .badRequest: 400
        case .notFound: 404
        case .methodNotAllowed: 405
        case .requestTimeout: 408
        case .lengthRequired: 411
        case .bodyTooLarge: 413
        case .uriTooLong: 414
        case .expectationFailed: 417
        case .headerFieldsTooLarge: 431
        case .unanswered, .unusableResponse: 500
        case .unsupportedTransferCoding: 501
        case .shuttingDown: 503
        case .versionNotSupported: 505
        }
    }
}
