/// Why a call has no answer; what counts most is whether the request may have arrived.
public enum HTTPClientError: Error, Equatable, Sendable {
    /// Not a byte of the request has left: naming, connecting or the TLS handshake failed.
    case notSent(reason: Reason, detail: String)
    /// The request, or a part of it, may have arrived and may have been acted on.
    case mayHaveArrived(reason: Reason, detail: String)
    /// A value of the configuration, or the call itself, cannot be used; nothing was sent.
    case invalidConfiguration(field: String, reason: String)

    /// What went wrong on the way.
    public enum Reason: String, Sendable, CaseIterable {
        /// The host's name is not known.
        case name
        /// Nobody listens, or no way leads there.
        case connection
        /// The certificate is not trusted or not the host's, or the TLS handshake failed.
        case security
        /// The time limit has passed.
        case timeout
        /// The connection ended before the whole answer had come.
        case broken
        /// The answer is longer than the limits.
        case tooLarge
        /// The answer is no HTTP/1.1.
        case malformed
        /// The library failed for a reason of its own.
        case library
    }

    /// Whether not a byte of the request has left.
    public var isCertainlyNotSent: Bool {
        switch self {
        case .notSent, .invalidConfiguration: true
        case .mayHaveArrived: false
        }
    }

    /// Whether the time limit had passed.
    public var isTimeout: Bool {
        switch self {
        case .notSent(let reason, _), .mayHaveArrived(let reason, _): reason == .timeout
        case .invalidConfiguration: false
        }
    }
}

extension HTTPClientError: CustomStringConvertible {
    /// What went wrong, and whether the request may have arrived; holds no content of either.
    public var description: String {
        switch self {
        case .notSent(let reason, let detail): "not sent (\(reason.rawValue)): \(detail)"
        case .mayHaveArrived(let reason, let detail):
            "no answer (\(reason.rawValue)), the request may have arrived: \(detail)"
        case .invalidConfiguration(let field, let reason): "\(field): \(reason)"
        }
    }
}
