import Foundation
import Settlement

/// Lines on their way into a match, as a table on the disk.
struct LineFile {
    private let handle: FileHandle
    private var table: CanonicalTableWriter

    init(path: String) throws {
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let handle = FileHandle(forWritingAtPath: path)
        else { throw ReceivedFile.failure(.create, path) }
        self.handle = handle
        table = CanonicalTableWriter { try handle.write(contentsOf: $0) }
    }

    mutating func add(_ line: MatchLine) throws { try table.add(line) }

    mutating func finish() throws {
        try table.finish()
        try handle.close()
    }
}
