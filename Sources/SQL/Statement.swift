import CSQLite

/// One prepared statement of a connection; it belongs to the connection's thread.
///
/// Parameters are written `$1`, `$2`, … so that the same text serves PostgreSQL.
public final class Statement {
    private let handle: OpaquePointer
    private let connection: OpaquePointer
    private let parameterCount: Int
    private var isInUse = false
    let sql: String

    init(connection: OpaquePointer, sql: String) throws {
        var handle: OpaquePointer?
        let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
        let result = sqlite3_prepare_v3(connection, sql, -1, flags, &handle, nil)
        guard result == SQLITE_OK else {
            throw SQLError(connection: connection, result: result, sql: sql)
        }
        guard let handle else { preconditionFailure("a statement without text: \(sql)") }
        self.handle = handle
        self.connection = connection
        self.sql = sql
        parameterCount = Int(sqlite3_bind_parameter_count(handle))
        Self.checkParameterOrder(handle, count: parameterCount, sql: sql)
    }

    deinit {
        sqlite3_finalize(handle)
    }

    /// Runs a statement that returns no rows.
    ///
    /// - Returns: the number of rows it changed.
    @discardableResult
    public func run(_ values: SQLValue...) throws -> Int {
        try run(values)
    }

    /// Runs a statement that returns no rows, with a computed list of values.
    @discardableResult
    public func run(_ values: [SQLValue]) throws -> Int {
        try begin(values)
        defer { end() }
        while try step() {}
        return Int(sqlite3_changes(connection))
    }

    /// Runs a query and hands each row to `read`, in order.
    public func forEach(_ values: SQLValue..., read: (Row) throws -> Void) throws {
        try begin(values)
        defer { end() }
        while try step() { try read(Row(handle)) }
    }

    /// Runs a query and gives what `read` makes of its rows.
    public func all<T>(_ values: SQLValue..., read: (Row) throws -> T) throws -> [T] {
        try all(values, read: read)
    }

    /// Runs a query with a computed list of values and gives what `read` makes of its rows.
    public func all<T>(_ values: [SQLValue], read: (Row) throws -> T) throws -> [T] {
        try begin(values)
        defer { end() }
        var results: [T] = []
        while try step() { results.append(try read(Row(handle))) }
        return results
    }

    /// Runs a query and gives what `read` makes of its first row, or nothing without one.
    public func first<T>(_ values: SQLValue..., read: (Row) throws -> T) throws -> T? {
        try begin(values)
        defer { end() }
        return try step() ? try read(Row(handle)) : nil
    }

    private func begin(_ values: [SQLValue]) throws {
        precondition(values.count == parameterCount, "\(values.count) values for: \(sql)")
        precondition(!isInUse, "a statement used while its rows are being read: \(sql)")
        isInUse = true
        for (index, value) in values.enumerated() {
            let result = bind(value, at: Int32(index + 1))
            guard result == SQLITE_OK else {
                let error = SQLError(connection: connection, result: result, sql: sql)
                end()
                throw error
            }
        }
    }

    private func bind(_ value: SQLValue, at index: Int32) -> Int32 {
        switch value {
        case .integer(let integer):
            return sqlite3_bind_int64(handle, index, integer)
        case .text(var text):
            // The pointer of an empty text may be null, which would bind NULL instead.
            if text.isEmpty {
                return sqlite3_bind_text(handle, index, "", 0, agencypos_sqlite_transient())
            }
            return text.withUTF8 { utf8 in
                utf8.withMemoryRebound(to: CChar.self) { characters in
                    sqlite3_bind_text(
                        handle, index, characters.baseAddress,
                        Int32(characters.count), agencypos_sqlite_transient())
                }
            }
        case .bytes(let bytes):
            return bytes.withUnsafeBytes { buffer in
                buffer.isEmpty
                    ? sqlite3_bind_zeroblob(handle, index, 0)
                    : sqlite3_bind_blob(
                        handle, index, buffer.baseAddress, Int32(buffer.count),
                        agencypos_sqlite_transient())
            }
        case .null:
            return sqlite3_bind_null(handle, index)
        }
    }

    private func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let result: throw SQLError(connection: connection, result: result, sql: sql)
        }
    }

    private func end() {
        sqlite3_reset(handle)
        isInUse = false
    }

    // SQLite numbers `$n` by first appearance, PostgreSQL by n: insist that both agree.
    private static func checkParameterOrder(_ handle: OpaquePointer, count: Int, sql: String) {
        for index in 0..<count {
            let name = sqlite3_bind_parameter_name(handle, Int32(index + 1))
            precondition(
                name.map { String(cString: $0) } == "$\(index + 1)",
                "parameters must first appear in the order $1, $2, …: \(sql)")
        }
    }
}
