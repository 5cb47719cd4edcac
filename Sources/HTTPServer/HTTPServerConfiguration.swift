/// Where the server listens, and every limit it keeps.
public struct HTTPServerConfiguration: Sendable {
    /// A numeric IPv4 or IPv6 address.
    public var host = "127.0.0.1"
    /// The TCP port; 0 takes a free one.
    public var port: UInt16 = 0
    /// The longest request body, in bytes, unless its route says otherwise; more is answered 413.
    public var maximumBodyBytes = 64 * 1024
    /// The longest request target (path and query), in bytes; more is answered 414.
    public var maximumTargetBytes = 2 * 1024
    /// The longest request line and header fields together, in bytes; more is answered 431.
    public var maximumHeaderBytes = 8 * 1024
    /// Connections open at once; further clients wait in the kernel's backlog.
    public var maximumConnections = 2_048
    /// Connections open at once from one address; further ones are closed at once.
    public var maximumConnectionsPerAddress = 1_024
    /// How long a connection may be silent, in seconds.
    public var idleTimeoutSeconds = 60
    /// How long a request may take from its request line to its last byte, in seconds.
    public var requestDeadlineSeconds = 30
    /// How long a client may take to read a response, in seconds.
    public var responseDeadlineSeconds = 300
    /// How long a refused client may still send before its connection is cut, in seconds.
    public var lingerSeconds = 2
    /// Refused connections that may linger at once; further ones are cut at once.
    public var maximumLingeringConnections = 64
    /// Connections that the kernel may hold before they are accepted.
    public var listenBacklog: Int32 = 1_024
    /// The header fields that handlers may read; others are checked but not copied.
    public var readableHeaders = HTTPServerConfiguration.defaultReadableHeaders
    /// Of the readable header fields, those that may come twice and are joined by commas.
    public var repeatableHeaders: Set<String> = ["accept", "accept-language", "if-none-match"]

    /// The header fields that handlers may read unless the configuration says otherwise.
    public static let defaultReadableHeaders = [
        "accept", "accept-language", "authorization", "content-type", "cookie", "idempotency-key",
        "if-match", "if-none-match", "last-event-id", "origin", "user-agent",
        "x-requested-with",
    ]

    /// Memory of a connection beyond its request header: header records and the response header.
    static let connectionOverheadBytes = 8 * 1024
    /// How much a connection's read buffer grows at once, in bytes.
    static let connectionIncrementBytes = 1_024
    /// Descriptors that a process needs beside its connections: files, databases, logs.
    static let spareDescriptors = 512

    public init() {}

    /// How many descriptors a process with all its connections open needs.
    var wantedDescriptors: UInt64 {
        UInt64(maximumConnections + maximumLingeringConnections)
            + UInt64(HTTPServerConfiguration.spareDescriptors)
    }

    func validate() throws(HTTPServerError) {
        let positive: [(name: String, value: Int)] = [
            ("maximumBodyBytes", maximumBodyBytes), ("maximumTargetBytes", maximumTargetBytes),
            ("maximumHeaderBytes", maximumHeaderBytes),
            ("maximumConnections", maximumConnections),
            ("maximumConnectionsPerAddress", maximumConnectionsPerAddress),
            ("idleTimeoutSeconds", idleTimeoutSeconds),
            ("requestDeadlineSeconds", requestDeadlineSeconds),
            ("responseDeadlineSeconds", responseDeadlineSeconds),
            ("lingerSeconds", lingerSeconds),
            ("maximumLingeringConnections", maximumLingeringConnections),
            ("listenBacklog", Int(listenBacklog)),
        ]
        for (name, value) in positive where value < 1 || value > Int(Int32.max) {
            throw .invalidConfiguration(field: name, reason: "\(value) is not a usable limit")
        }
        guard maximumTargetBytes < maximumHeaderBytes else {
            throw .invalidConfiguration(
                field: "maximumTargetBytes", reason: "it must be below maximumHeaderBytes")
        }
    }
}

/// Why the server could not be set up or started.
public enum HTTPServerError: Error, Equatable {
    /// A field of the configuration has a value that cannot be used.
    case invalidConfiguration(field: String, reason: String)
    /// The address cannot be listened on; `code` is the system's `errno`.
    case cannotListen(host: String, port: UInt16, code: Int32)
    /// A descriptor or thread could not be made; `code` is the system's `errno`.
    case outOfResources(what: String, code: Int32)
    /// `start` was called a second time.
    case alreadyStarted
}
