import CSQLite

/// The current row of a running query; valid only inside the closure that receives it.
public struct Row {
    let handle: OpaquePointer

    init(_ handle: OpaquePointer) {
        self.handle = handle
    }

    /// The integer in a column, counted from 0; the column must not be null.
    public func integer(_ column: Int32) -> Int64 {
        precondition(
            sqlite3_column_type(handle, column) == SQLITE_INTEGER,
            "column \(column) of this query is not an integer")
        return sqlite3_column_int64(handle, column)
    }

    /// The integer in a column, or nothing when it is null.
    public func optionalInteger(_ column: Int32) -> Int64? {
        isNull(column) ? nil : integer(column)
    }

    /// The text in a column, counted from 0; the column must not be null.
    public func text(_ column: Int32) -> String {
        guard let text = sqlite3_column_text(handle, column) else {
            preconditionFailure("column \(column) of this query is null")
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

    /// Whether a column is null.
    public func isNull(_ column: Int32) -> Bool {
        sqlite3_column_type(handle, column) == SQLITE_NULL
    }

    /// Whether a column, which may hold any type, holds an integer.
    public func isInteger(_ column: Int32) -> Bool {
        sqlite3_column_type(handle, column) == SQLITE_INTEGER
    }
}
