import CSQLite

/// A refusal or failure of the database: what it said and for which statement, never the values.
public struct SQLError: Error, Equatable, Sendable {
    /// The primary result code, such as 19 for a constraint.
    public let code: Int32
    /// The extended result code, such as 1811 for a constraint raised by a trigger.
    public let extendedCode: Int32
    /// The database's own message; it names tables and columns, never values.
    public let message: String
    /// The statement that failed, with its parameters unbound.
    public let sql: String

    public init(code: Int32, extendedCode: Int32, message: String, sql: String) {
        self.code = code
        self.extendedCode = extendedCode
        self.message = message
        self.sql = sql
    }

    /// Reads the error that a connection holds after a failed call.
    init(connection: OpaquePointer?, result: Int32, sql: String) {
        let extended = connection.map { sqlite3_extended_errcode($0) } ?? result
        let text = connection.flatMap { sqlite3_errmsg($0) } ?? sqlite3_errstr(result)
        code = result & 0xFF
        extendedCode = extended & 0xFF == result & 0xFF ? extended : result
        message = text.map { String(cString: $0) } ?? "unknown"
        self.sql = sql
    }

    /// Whether a rule of the schema refused the statement.
    public var isConstraint: Bool { code == SQLITE_CONSTRAINT }

    /// Whether a trigger refused the statement with `RAISE`.
    public var isRaisedByTrigger: Bool { extendedCode == SQLITE_CONSTRAINT | (7 << 8) }

    /// Whether the disk, or the quota on it, is full.
    public var isStorageFull: Bool { code == SQLITE_FULL }

    /// Whether the file is no database, or is one no longer.
    public var isNotADatabase: Bool { code == SQLITE_NOTADB }

    /// Whether the file's pages do not make a database.
    public var isDamage: Bool { code == SQLITE_CORRUPT }

    /// Whether the user may not open or write the file, or its folder.
    public var isNotPermitted: Bool { [SQLITE_CANTOPEN, SQLITE_READONLY].contains(code) }

    /// Whether another connection holds the lock.
    public var isBusy: Bool { code == SQLITE_BUSY }
}

extension SQLError: CustomStringConvertible {
    public var description: String {
        "database error \(extendedCode): \(message) [\(sql)]"
    }
}
