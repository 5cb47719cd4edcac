import Dispatch
import Synchronization

/// A bounded set of read-only connections, so that reads never queue behind writes.
///
/// `@unchecked Sendable`: the connections are only reached through `idle`, which its mutex
/// guards, and the semaphore gives each of them to one caller at a time.
public final class ReaderPool: @unchecked Sendable {
    /// How many connections a pool opens when its owner names no number.
    public static let defaultConnectionCount = 4

    private struct Idle: @unchecked Sendable {
        var connections: [Connection] = []
    }

    private let path: String
    private let fileSystem: FileSystem
    private let permits: DispatchSemaphore
    private let idle = Mutex(Idle())

    /// - Parameter maximumConnections: how many reads may run at once; further ones wait.
    public init(
        path: String, maximumConnections: Int = ReaderPool.defaultConnectionCount,
        fileSystem: FileSystem = .checksummed
    ) {
        precondition(maximumConnections > 0)
        self.path = path
        self.fileSystem = fileSystem
        permits = DispatchSemaphore(value: maximumConnections)
    }

    /// Runs `body` over one unchanging snapshot of what is committed.
    ///
    /// - Throws: `SQLError`, and what `body` throws.
    public func read<T>(_ body: (Connection) throws -> T) throws -> T {
        permits.wait()
        defer { permits.signal() }
        let connection = try takeConnection()
        let result = Result { try connection.snapshot { try body(connection) } }
        // A connection that failed is not handed out again; what `body` itself throws is no fault.
        switch result {
        case .success: giveBack(connection)
        case .failure(let error): if !(error is SQLError) { giveBack(connection) }
        }
        return try result.get()
    }

    private func takeConnection() throws -> Connection {
        let lent = idle.withLock { Idle(connections: $0.connections.popLast().map { [$0] } ?? []) }
        if let connection = lent.connections.first { return connection }
        return try Connection(path: path, access: .read, fileSystem: fileSystem)
    }

    private func giveBack(_ connection: Connection) {
        let returned = Idle(connections: [connection])
        idle.withLock { $0.connections += returned.connections }
    }
}
