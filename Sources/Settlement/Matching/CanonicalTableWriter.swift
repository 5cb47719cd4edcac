/// Gives the lines of a ``CanonicalTable`` away in pieces of bounded size.
public struct CanonicalTableWriter {
    private static let pieceByteCount = 262_144

    private let write: ([UInt8]) throws -> Void
    private var bytes = CanonicalTable.headerLine

    /// Begins a table.
    ///
    /// - Parameter write: takes the next bytes.
    public init(_ write: @escaping ([UInt8]) throws -> Void) {
        self.write = write
    }

    /// Writes a line; its texts must be those that the table allows.
    public mutating func add(_ line: MatchLine) throws {
        CanonicalTable.append(line, to: &bytes)
        guard bytes.count >= Self.pieceByteCount else { return }
        try write(bytes)
        bytes.removeAll(keepingCapacity: true)
    }

    /// Gives the rest away.
    public mutating func finish() throws {
        try write(bytes)
        bytes.removeAll()
    }
}
