/// The limits of a client; each has a name and a default.
public struct HTTPClientConfiguration: Sendable, Equatable {
    /// How long naming, connecting and the TLS handshake may take together, in milliseconds.
    public var connectTimeoutMilliseconds = 3_000
    /// How long a whole call may take, in milliseconds.
    public var totalTimeoutMilliseconds = 10_000
    /// The longest answer body, in bytes.
    public var maximumBodyBytes = 256 * 1024
    /// The longest header of an answer, status line and field lines together, in bytes.
    public var maximumHeaderBytes = 16 * 1024
    /// Connections that are kept open between calls; callers beyond them open their own.
    public var maximumIdleConnections = 8
    /// How long an unused connection is kept, in seconds; partners close theirs after some time.
    public var maximumIdleSeconds = 20
    /// A PEM file of the authorities to trust instead of the system's.
    public var authorityPath: String?

    /// Makes the defaults.
    public init() {}

    /// The fields whose value cannot be used, with the reason; nil when all can.
    var fault: HTTPClientError? {
        let numbers: [(field: String, value: Int)] = [
            ("connectTimeoutMilliseconds", connectTimeoutMilliseconds),
            ("totalTimeoutMilliseconds", totalTimeoutMilliseconds),
            ("maximumBodyBytes", maximumBodyBytes), ("maximumHeaderBytes", maximumHeaderBytes),
            ("maximumIdleConnections", maximumIdleConnections),
            ("maximumIdleSeconds", maximumIdleSeconds),
        ]
        for (field, value) in numbers where value < 1 || value > Int(Int32.max) {
            return .invalidConfiguration(
                field: field, reason: "\(value) is out of range; give 1 to \(Int32.max)")
        }
        return nil
    }
}
