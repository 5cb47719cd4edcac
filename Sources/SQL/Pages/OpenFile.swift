import CSQLite

/// A connection's open database file or log, read past SQLite's cache.
///
/// Opening the file anew would not do: closing any descriptor of a file drops all the locks that
/// the process holds on it.
struct OpenFile {
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

    /// What its header says; nothing when it does not begin a database.
    func layout() throws -> PageLayout? {
        let header = UnsafeMutableRawBufferPointer.allocate(
            byteCount: PageLayout.headerBytes, alignment: 1)
        defer { header.deallocate() }
        guard try read(header, at: 0) else { return nil }
        return PageLayout(header: UnsafeRawBufferPointer(header))
    }

    private func check(_ result: Int32) throws {
        guard result == SQLITE_OK else {
            throw SQLError(connection: nil, result: result, sql: "read the database file")
        }
    }
}

extension Connection {
    /// The database file behind the connection.
    func mainFile() throws -> OpenFile {
        let result = openFile(SQLITE_FCNTL_FILE_POINTER)
        guard let file = result.file else {
            throw SQLError(connection: handle, result: result.code, sql: "find the database file")
        }
        return file
    }

    /// The write-ahead log behind the connection; nothing before the first read and without one.
    func logFile() -> OpenFile? {
        openFile(SQLITE_FCNTL_JOURNAL_POINTER).file
    }

    private func openFile(_ operation: Int32) -> (file: OpenFile?, code: Int32) {
        var file: UnsafeMutablePointer<sqlite3_file>?
        let result = withUnsafeMutablePointer(to: &file) {
            sqlite3_file_control(handle, "main", operation, $0)
        }
        guard result == SQLITE_OK, let file, file.pointee.pMethods != nil else {
            return (nil, result)
        }
        return (OpenFile(file: file), result)
    }
}
