import Cryptography

/// What was seen of a file in one pass over its bytes.
struct FileContents: Hashable {
    let digest: SHA256Digest
    let byteCount: Int64
}

/// Passes over all bytes of a file with one buffer of fixed size.
struct FileScanner {
    /// The size of the buffers that files are written and read with, in bytes.
    static let bufferByteCount = 65_536

    /// Hashes a file and feeds its bytes to a keyed code, if there is one.
    static func contents(
        of file: FileDescriptor, into code: HMACSHA256? = nil
    ) throws(SettlementError) -> FileContents {
        try contents(of: file) { bytes in code?.update(bytes) }
    }

    /// Hashes a file and writes its bytes to another one.
    static func contents(
        of file: FileDescriptor, copyingTo copy: FileDescriptor, _ disk: DiskCalls
    ) throws(SettlementError) -> FileContents {
        try contents(of: file) { bytes throws(SettlementError) in try copy.write(bytes, disk) }
    }

    private static func contents(
        of file: FileDescriptor,
        _ body: (UnsafeRawBufferPointer) throws(SettlementError) -> Void
    ) throws(SettlementError) -> FileContents {
        let hash = SHA256()
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: bufferByteCount, alignment: 16)
        defer { buffer.deallocate() }
        var offset: Int64 = 0
        while true {
            let count = try file.read(into: buffer, at: offset)
            guard count > 0 else { break }
            let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
            hash.update(bytes)
            try body(bytes)
            offset += Int64(count)
        }
        return FileContents(digest: hash.finalize(), byteCount: offset)
    }
}

/// Reads a file line by line with one buffer of fixed size, and hashes what it reads.
struct LineReader {
    private let file: FileDescriptor
    private let limitBytes: Int
    private let mayLackLastLineFeed: Bool
    private let hash = SHA256()
    private var buffer: [UInt8] = []
    private var position = 0
    private var offset: Int64 = 0
    private var hasEnded = false
    /// The number of the line that was read last, from 1; 0 before the first.
    private(set) var lineNumber = 0

    /// - Parameters:
    ///   - limitBytes: The longest line with its line feed; less than the buffer holds.
    ///   - mayLackLastLineFeed: Whether the last line may end with the file.
    init(
        _ file: FileDescriptor, limitBytes: Int = RecordLine.maximumByteCount,
        mayLackLastLineFeed: Bool = false
    ) {
        self.file = file
        self.limitBytes = limitBytes
        self.mayLackLastLineFeed = mayLackLastLineFeed
    }

    /// The next line without its line feed, or nothing at the end of the file.
    ///
    /// - Throws: ``SettlementError`` for a line that is too long or has no line feed.
    mutating func next() throws(SettlementError) -> ArraySlice<UInt8>? {
        if buffer.count - position < limitBytes && !hasEnded { try fill() }
        guard position < buffer.count else { return nil }
        lineNumber += 1
        let window = buffer[position...].prefix(limitBytes)
        guard let end = window.firstIndex(of: Ascii.lineFeed) else {
            guard window.count < limitBytes else {
                throw .lineTooLong(line: lineNumber, limitBytes: limitBytes)
            }
            guard mayLackLastLineFeed else { throw .lineUnterminated(line: lineNumber) }
            position = buffer.count
            return window
        }
        defer { position = end + 1 }
        return buffer[position..<end]
    }

    /// What the file held, once ``next()`` has given nothing.
    mutating func contents() -> FileContents {
        precondition(hasEnded && position == buffer.count, "the file has not been read to its end")
        return FileContents(digest: hash.finalize(), byteCount: offset)
    }

    private mutating func fill() throws(SettlementError) {
        let rest = buffer[position...]
        let restCount = rest.count
        var fresh = [UInt8](repeating: 0, count: FileScanner.bufferByteCount)
        fresh.replaceSubrange(0..<restCount, with: rest)
        try file.read(into: &fresh, from: restCount, at: offset)
        let count = fresh.count - restCount
        hash.update(fresh[restCount...])
        hasEnded = count == 0
        offset += Int64(count)
        buffer = fresh
        position = 0
    }
}
