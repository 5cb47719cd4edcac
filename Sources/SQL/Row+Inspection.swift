import CSQLite

/// Reading that trusts nothing, for the audit of a file that may be damaged.
extension Row {
    /// How the database stores a value.
    public enum StorageType: String, CaseIterable, Sendable {
        case integer, real, text, bytes, null
    }

    /// How the value in a column is stored, whatever the column's declared type.
    public func storageType(_ column: Int32) -> StorageType {
        switch sqlite3_column_type(handle, column) {
        case SQLITE_INTEGER: .integer
        case SQLITE_FLOAT: .real
        case SQLITE_TEXT: .text
        case SQLITE_BLOB: .bytes
        case _: .null
        }
    }

    /// Lends the raw bytes of a text or bytes column, without a copy.
    public func withBytes<T>(
        _ column: Int32, _ body: (UnsafeRawBufferPointer) throws -> T
    ) rethrows -> T {
        let start = sqlite3_column_blob(handle, column)
        let count = Int(sqlite3_column_bytes(handle, column))
        return try body(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count))
    }
}
