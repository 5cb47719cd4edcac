import CSQLite

/// One connection to the database file; it belongs to one thread at a time.
public final class Connection {
    /// What a connection may do.
    public enum Access: Sendable {
        /// Read only; the file must exist.
        case read
        /// Read and write; the file is made when it is missing.
        case write
    }

    /// How long a statement waits for another connection's lock, in milliseconds.
    public static let busyTimeoutMilliseconds: Int32 = 5_000
    /// How much of the file a connection may keep in memory, in KiB.
    public static let cacheKibibytes = 65_536
    /// How many prepared statements with computed text a connection keeps.
    public static let maximumComputedStatements = 64

    // A power of two; twice as many as the program has literal statements.
    private static let latestStatementCount = 512

    let handle: OpaquePointer
    // Written by SQLite's hook during a commit of this connection, on this connection's thread.
    private let logPageCount: UnsafeMutablePointer<Int32>
    private var literalStatements: [UnsafePointer<UInt8>: Statement] = [:]
    // The latest statement for each remainder of an address, which spares hashing it.
    private var latestStatements: [(text: UnsafePointer<UInt8>, statement: Statement)?]
    private var computedStatements: [String: Statement] = [:]

    /// Opens a database file with the durability and safety settings that every user gets.
    ///
    /// - Parameter fileSystem: how its files are reached; tests give one that fails.
    /// - Throws: `SQLError` when the file cannot be opened or is not a database.
    public init(
        path: String, access: Access, fileSystem: FileSystem = .checksummed
    ) throws {
        Self.prepareLibrary
        var handle: OpaquePointer?
        let mode =
            switch access {
            case .read: SQLITE_OPEN_READONLY
            case .write: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            }
        let result = sqlite3_open_v2(
            path, &handle, mode | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
            fileSystem.name)
        guard result == SQLITE_OK, let handle else {
            let error = SQLError(connection: handle, result: result, sql: "open")
            sqlite3_close_v2(handle)
            throw error
        }
        self.handle = handle
        logPageCount = .allocate(capacity: 1)
        logPageCount.initialize(to: 0)
        latestStatements = Array(repeating: nil, count: Self.latestStatementCount)
        try configure(access)
    }

    deinit {
        latestStatements.removeAll()
        literalStatements.removeAll()
        computedStatements.removeAll()
        sqlite3_close_v2(handle)
        logPageCount.deallocate()
    }

    /// Pages that the write-ahead log held after this connection's last commit.
    public var logPages: Int { Int(logPageCount.pointee) }

    /// Rows changed by this connection since it was opened.
    public var changeCount: Int64 { sqlite3_total_changes64(handle) }

    /// The prepared form of a literal statement, made once per connection.
    public func prepare(_ sql: StaticString) throws -> Statement {
        let text = sql.utf8Start
        // Literals lie at multiples of 16 bytes.
        let slot = Int(bitPattern: text) >> 4 & (Self.latestStatementCount - 1)
        if let latest = latestStatements[slot], latest.text == text { return latest.statement }
        let statement =
            try literalStatements[text] ?? Statement(connection: handle, sql: sql.description)
        literalStatements[text] = statement
        latestStatements[slot] = (text, statement)
        return statement
    }

    /// The prepared form of a statement whose text is computed; a bounded number is kept.
    public func prepare(computed sql: String) throws -> Statement {
        if let statement = computedStatements[sql] { return statement }
        let statement = try Statement(connection: handle, sql: sql)
        if computedStatements.count >= Self.maximumComputedStatements {
            computedStatements.removeAll()
        }
        computedStatements[sql] = statement
        return statement
    }

    /// Runs one or more statements without parameters.
    public func execute(script sql: String) throws {
        let result = sqlite3_exec(handle, sql, nil, nil, nil)
        guard result == SQLITE_OK else {
            throw SQLError(connection: handle, result: result, sql: sql)
        }
    }

    /// Whether a transaction is open; SQLite ends one by itself on a full disk or I/O error.
    public var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// Runs `body` in one immediate transaction, which is rolled back when it throws.
    public func transaction<T>(_ body: () throws -> T) throws -> T {
        try run(body, begunBy: "BEGIN IMMEDIATE", endedBy: "COMMIT")
    }

    /// Runs `body` over one unchanging snapshot of the database.
    public func snapshot<T>(_ body: () throws -> T) throws -> T {
        // A commit fails where `body` met a damaged page and went on; there is nothing to commit.
        try run(body, begunBy: "BEGIN DEFERRED", endedBy: "ROLLBACK")
    }

    private func run<T>(
        _ body: () throws -> T, begunBy begin: StaticString, endedBy end: StaticString
    ) throws -> T {
        try prepare(begin).run()
        do {
            let value = try body()
            try prepare(end).run()
            return value
        } catch {
            try rollBack()
            throw error
        }
    }

    /// Ends an open transaction without its changes; does nothing when none is open.
    public func rollBack() throws {
        if isInTransaction { try prepare("ROLLBACK").run() }
    }

    /// Copies committed pages from the write-ahead log into the database file.
    ///
    /// - Parameter truncating: waits for readers and empties the log, as at shut-down.
    /// - Returns: pages left in the log, and pages of it that were copied.
    @discardableResult
    public func checkpoint(truncating: Bool = false) throws -> (log: Int, copied: Int) {
        var log: Int32 = 0
        var copied: Int32 = 0
        let mode = truncating ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE
        let result = sqlite3_wal_checkpoint_v2(handle, nil, mode, &log, &copied)
        guard result == SQLITE_OK || (result & 0xFF == SQLITE_BUSY && !truncating) else {
            throw SQLError(connection: handle, result: result, sql: "checkpoint")
        }
        return (Int(log), Int(copied))
    }

    // Memory statistics cost a global lock at each allocation, and nobody reads them.
    static let prepareLibrary: Void = {
        agencypos_sqlite_disable_memory_statistics()
    }()

    private func configure(_ access: Access) throws {
        sqlite3_busy_timeout(handle, Self.busyTimeoutMilliseconds)
        // Defensive mode keeps SQL from editing the file's internals past the triggers.
        agencypos_sqlite_set_flag(handle, SQLITE_DBCONFIG_DEFENSIVE, 1)
        agencypos_sqlite_set_flag(handle, SQLITE_DBCONFIG_DQS_DML, 0)
        agencypos_sqlite_set_flag(handle, SQLITE_DBCONFIG_DQS_DDL, 0)
        // The writer decides when to checkpoint, after it has answered.
        let countPages:
            @convention(c) (
                UnsafeMutableRawPointer?, OpaquePointer?, UnsafePointer<CChar>?, Int32
            ) -> Int32 = { count, _, _, pages in
                count?.storeBytes(of: pages, as: Int32.self)
                return SQLITE_OK
            }
        sqlite3_wal_hook(handle, countPages, logPageCount)
        switch access {
        case .read:
            try execute(script: "PRAGMA query_only = ON")
        case .write:
            // A new file gets room for a checksum in each page; others stay as they are.
            var reservedBytes = Int32(PageChecksum.byteCount)
            sqlite3_file_control(handle, "main", SQLITE_FCNTL_RESERVE_BYTES, &reservedBytes)
            try execute(
                script: """
                    PRAGMA journal_mode = WAL;
                    PRAGMA synchronous = FULL;
                    """)
        }
        try execute(
            script: """
                PRAGMA foreign_keys = ON;
                PRAGMA trusted_schema = OFF;
                PRAGMA cell_size_check = ON;
                PRAGMA temp_store = MEMORY;
                PRAGMA cache_size = -\(Self.cacheKibibytes);
                """)
    }
}
