import CSQLite

/// A connection's open database file, read past SQLite's cache and log.
///
/// Opening the file anew would not do: closing any descriptor of a file drops all the locks that
/// the process holds on it.
struct MainFile {
    // SQLITE_IOERR_SHORT_READ is an expression, which Swift does not import.
    private static let shortRead = SQLITE_IOERR | (2 << 8)

    /// It belongs to the connection, which must outlive this value.
    fileprivate let file: UnsafeMutablePointer<sqlite3_file>

    /// The file's length in bytes.
    func size() throws -> Int64 {
        var size: Int64 = 0
        try check(file.methods.xFileSize(file, &size))
        return size
    }

    /// Fills a buffer; false when the file ends before it is full.
    func read(_ bytes: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Bool {
        let result = file.methods.xRead(file, bytes.baseAddress, Int32(bytes.count), offset)
        if result == Self.shortRead { return false }
        try check(result)
        return true
    }

    private func check(_ result: Int32) throws {
        guard result == SQLITE_OK else {
            throw SQLError(connection: nil, result: result, sql: "read the database file")
        }
    }
}

extension Connection {
    /// The file behind the connection.
    func mainFile() throws -> MainFile {
        var file: UnsafeMutablePointer<sqlite3_file>?
        let result = withUnsafeMutablePointer(to: &file) {
            sqlite3_file_control(handle, "main", SQLITE_FCNTL_FILE_POINTER, $0)
        }
        guard result == SQLITE_OK, let file, file.pointee.pMethods != nil else {
            throw SQLError(connection: handle, result: result, sql: "find the database file")
        }
        return MainFile(file: file)
    }
}
