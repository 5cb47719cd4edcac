import Foundation
import Settlement

/// Lines on their way into a match, as a table on the disk.
struct LineFile {
    private static let pieceByteCount = 262_144

    private let handle: FileHandle
    private var bytes = CanonicalTable.headerLine

    init(path: String) throws {
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let handle = FileHandle(forWritingAtPath: path)
        else { throw ReceivedFile.failure(.create, path) }
        self.handle = handle
    }

    mutating func add(_ line: MatchLine) throws {
        CanonicalTable.append(line, to: &bytes)
        guard bytes.count >= Self.pieceByteCount else { return }
        try handle.write(contentsOf: bytes)
        bytes.removeAll(keepingCapacity: true)
    }

    mutating func finish() throws {
        try handle.write(contentsOf: bytes)
        try handle.close()
    }
}
