import Synchronization

/// A blocking HTTP/1.1 client that keeps connections open between calls; use it from any thread.
///
/// Certificates are always verified, redirects never followed, proxies of the environment not
/// used, and no request is ever sent twice: a connection that turns out to be dead after the first
/// byte ends the call as `mayHaveArrived`. From the first call on the process ignores SIGPIPE.
public final class HTTPClient: Sendable {
    private let configuration: HTTPClientConfiguration
    private let idle = Mutex(IdleHandles())

    private struct IdleHandles {
        var handles: [CurlHandle] = []
    }

    /// Prepares a client; nothing is connected yet.
    ///
    /// - Throws: `HTTPClientError.invalidConfiguration`.
    public init(configuration: HTTPClientConfiguration) throws(HTTPClientError) {
        if let fault = configuration.fault { throw fault }
        self.configuration = configuration
    }

    /// Sends a request and waits for the whole answer, whatever its status.
    ///
    /// - Throws: `HTTPClientError`, which tells whether the request may have arrived.
    public func post(_ request: HTTPClientRequest) throws(HTTPClientError) -> HTTPClientAnswer {
        let handle = try take()
        defer { putBack(handle) }
        return try handle.perform(request)
    }

    /// How many connections wait for a further call.
    public var idleCount: Int { idle.withLock { $0.handles.count } }

    private func take() throws(HTTPClientError) -> CurlHandle {
        // The one used last has the best chance that its connection still lives.
        if let handle = idle.withLock({ $0.handles.popLast() }) { return handle }
        return try CurlHandle(configuration: configuration)
    }

    private func putBack(_ handle: CurlHandle) {
        idle.withLock { idle in
            guard idle.handles.count < configuration.maximumIdleConnections else { return }
            idle.handles.append(handle)
        }
    }
}
