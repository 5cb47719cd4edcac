/// One request and its answer, from the request line to the last byte; it belongs to the loop.
final class Exchange {
    /// How far the request has come.
    enum Stage {
        /// The request line is known, the header is not.
        case header
        /// The header is accepted; the body arrives.
        case body
        /// A handler has the request and the connection is suspended.
        case waiting(PendingAnswer)
        /// An answer has been queued or sent.
        case answered
    }

    let identifier: RequestIdentifier
    let connection: ConnectionState
    let startNanoseconds: UInt64
    /// Where the raw target begins in the library's buffer; compared only, never followed.
    let targetAddress: UInt
    let targetCount: Int
    var target: RequestTarget
    var stage = Stage.header
    var method: HTTPMethod?
    var methodText = "-"
    /// What the answer will be once the whole request has arrived.
    var fault: HTTPFault?
    var route: Route?
    var parameters: [Range<Int>] = []
    var head: RequestHead?
    var body: [UInt8] = []
    var framing: ChunkFraming?
    var status = 0
    var headerBytes = 0
    var bodyBytes = 0
    var sentBytes = 0

    init(
        identifier: RequestIdentifier, connection: ConnectionState, startNanoseconds: UInt64,
        targetAddress: UInt, targetCount: Int, target: RequestTarget
    ) {
        self.identifier = identifier
        self.connection = connection
        self.startNanoseconds = startNanoseconds
        self.targetAddress = targetAddress
        self.targetCount = targetCount
        self.target = target
        fault = target.fault
    }

    /// What the observer is told.
    func record(nowNanoseconds: UInt64) -> RequestRecord {
        RequestRecord(
            identifier: identifier, method: methodText, pattern: route?.pattern ?? "-",
            status: status,
            durationMicroseconds: Int64((nowNanoseconds - startNanoseconds) / 1_000),
            receivedBytes: headerBytes + bodyBytes, sentBytes: sentBytes,
            remoteAddress: connection.remoteAddress)
    }
}
