import CSQLite

/// One prepared statement of a connection; it belongs to the connection's thread.
///
/// Parameters are written `$1`, `$2`, … so that the same text serves PostgreSQL.
public final class Statement {
    /// Room for the texts and bytes of one statement's parameters, in bytes.
    static let roomBytes = 1_024

    private let handle: OpaquePointer
    // Parameters point into it until they are bound anew, and the statement runs at no other time.
    private let room: UnsafeMutableRawBufferPointer
    private let connection: OpaquePointer
    private let parameterCount: Int
    private var isInUse = false
    private var damage: SQLError?
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
        room = .allocate(byteCount: parameterCount > 0 ? Self.roomBytes : 0, alignment: 1)
        Self.checkParameterOrder(handle, count: parameterCount, sql: sql)
    }

    deinit {
        sqlite3_finalize(handle)
        room.deallocate()
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

    /// Runs a statement that returns no rows, with values that are bound one by one.
    ///
    /// It spares hot paths the list of values: `try insert.run { $0.add(number); $0.add(text) }`.
    public func run(_ bind: (inout Parameters) -> Void) throws {
        precondition(!isInUse, "a statement used while its rows are being read: \(sql)")
        var parameters = Parameters(handle, room: room)
        bind(&parameters)
        precondition(parameters.count == parameterCount, "\(parameters.count) values for: \(sql)")
        guard parameters.result == SQLITE_OK else {
            throw SQLError(connection: connection, result: parameters.result, sql: sql)
        }
        isInUse = true
        defer { end() }
        while try step() {}
    }

    /// Runs a query and hands each row to `read`, in order.
    ///
    /// - Throws: `SQLError`, also when a row is damaged, and what `read` throws.
    public func forEach(_ values: SQLValue..., read: (Row) throws -> Void) throws {
        try begin(values)
        defer { end() }
        while try step() { try readRow(read) }
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
        while try step() { results.append(try readRow(read)) }
        return results
    }

    /// Runs a query and gives what `read` makes of its first row, or nothing without one.
    public func first<T>(_ values: SQLValue..., read: (Row) throws -> T) throws -> T? {
        try begin(values)
        defer { end() }
        return try step() ? try readRow(read) : nil
    }

    /// Starts a query whose rows are fetched one by one, in step with those of other queries.
    ///
    /// The statement is in use until the cursor is gone.
    public func cursor(_ values: SQLValue...) throws -> Cursor {
        try begin(values)
        return Cursor(self)
    }

    /// Keeps the first damage of the row in hand, which then ends the query.
    func noteDamage(_ error: SQLError) {
        if damage == nil { damage = error }
    }

    func nextRow() throws -> Row? {
        if let damage { throw damage }
        return try step() ? Row(handle, of: self) : nil
    }

    private func readRow<T>(_ read: (Row) throws -> T) throws -> T {
        let value = try read(Row(handle, of: self))
        if let damage { throw damage }
        return value
    }

    private func begin(_ values: [SQLValue]) throws {
        precondition(values.count == parameterCount, "\(values.count) values for: \(sql)")
        precondition(!isInUse, "a statement used while its rows are being read: \(sql)")
        var parameters = Parameters(handle, room: room)
        for value in values { parameters.add(value) }
        guard parameters.result == SQLITE_OK else {
            throw SQLError(connection: connection, result: parameters.result, sql: sql)
        }
        isInUse = true
    }

    private func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let result: throw SQLError(connection: connection, result: result, sql: sql)
        }
    }

    func end() {
        sqlite3_reset(handle)
        isInUse = false
        if damage != nil { damage = nil }
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
