import CSQLite

/// The current row of a running query; valid only inside the closure that receives it.
///
/// A file may be damaged, and then a column holds what the schema forbids. The readers go on with
/// a stand-in, and the query ends with an error that names the column: so no value that was made
/// up leaves the query, and no damage ends the process.
public struct Row {
    let handle: OpaquePointer
    // Safe, for the statement outlives its rows: they are valid while it runs.
    private unowned(unsafe) let statement: Statement

    init(_ handle: OpaquePointer, of statement: Statement) {
        self.handle = handle
        self.statement = statement
    }

    /// The integer in a column, counted from 0; the column must not be null.
    public func integer(_ column: Int32) -> Int64 {
        guard sqlite3_column_type(handle, column) == SQLITE_INTEGER else {
            noteDamage(column, expected: "an integer")
            return 0
        }
        return sqlite3_column_int64(handle, column)
    }

    /// The integer in a column, or nothing when it is null.
    public func optionalInteger(_ column: Int32) -> Int64? {
        isNull(column) ? nil : integer(column)
    }

    /// The text in a column, counted from 0; the column must not be null.
    public func text(_ column: Int32) -> String {
        guard let text = sqlite3_column_text(handle, column) else {
            noteDamage(column, expected: "a text")
            return ""
        }
        let count = Int(sqlite3_column_bytes(handle, column))
        return String(decoding: UnsafeBufferPointer(start: text, count: count), as: UTF8.self)
    }

    /// The text in a column, or nothing when it is null.
    public func optionalText(_ column: Int32) -> String? {
        isNull(column) ? nil : text(column)
    }

    /// The bytes in a column, counted from 0; empty when it is null.
    public func bytes(_ column: Int32) -> [UInt8] {
        guard let start = sqlite3_column_blob(handle, column) else { return [] }
        let count = Int(sqlite3_column_bytes(handle, column))
        return [UInt8](UnsafeRawBufferPointer(start: start, count: count))
    }

    /// Takes the value that was made of a column; when there is none, the query ends with an error.
    ///
    /// - Parameter instead: what the caller goes on with until then.
    public func checked<Value>(
        _ column: Int32, _ value: Value?, expected: StaticString, instead: Value
    ) -> Value {
        guard let value else {
            noteDamage(column, expected: expected)
            return instead
        }
        return value
    }

    /// The error of a column that holds what is never written there.
    public func damage(_ column: Int32, expected: StaticString) -> SQLError {
        let name = sqlite3_column_name(handle, column).map { String(cString: $0) } ?? "?"
        return SQLError(
            code: SQLITE_CORRUPT, extendedCode: SQLITE_CORRUPT,
            message: "the database is damaged: column \(column), \(name), holds a value of type "
                + "\(storageType(column).rawValue) that is not \(expected)",
            sql: statement.sql)
    }

    private func noteDamage(_ column: Int32, expected: StaticString) {
        statement.noteDamage(damage(column, expected: expected))
    }

    /// Whether a column is null.
    public func isNull(_ column: Int32) -> Bool {
        sqlite3_column_type(handle, column) == SQLITE_NULL
    }

    /// Whether a column, which may hold any type, holds an integer.
    public func isInteger(_ column: Int32) -> Bool {
        sqlite3_column_type(handle, column) == SQLITE_INTEGER
    }
}
