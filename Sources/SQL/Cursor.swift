/// A running query whose rows are fetched one by one; it belongs to the connection's thread.
///
/// ```swift
/// let cursor = try connection.prepare("SELECT line FROM posting ORDER BY line").cursor()
/// while let row = try cursor.next() { print(row.integer(0)) }
/// ```
public final class Cursor {
    private let statement: Statement

    init(_ statement: Statement) {
        self.statement = statement
    }

    deinit {
        statement.end()
    }

    /// The next row, which is valid until the one after it is fetched, or nothing at the end.
    ///
    /// - Throws: `SQLError`, also when the row before was damaged.
    public func next() throws -> Row? {
        try statement.nextRow()
    }
}
