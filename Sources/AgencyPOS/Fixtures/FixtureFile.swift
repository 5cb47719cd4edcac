import Glibc

/// A file being written through a buffer, under a temporary name until it is whole.
final class FixtureFile {
    /// Bytes gathered before they are written.
    private static let bufferBytes = 256 * 1024

    private let path: String
    private let temporaryPath: String
    private var descriptor: Int32
    private var buffer: [UInt8] = []

    /// Opens a file in a folder that exists.
    ///
    /// - Throws: `FixtureError.unwritable`.
    init(path: String) throws(FixtureError) {
        self.path = path
        temporaryPath = path + ".partial"
        descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .unwritable(path: path, code: errno) }
        buffer.reserveCapacity(Self.bufferBytes)
    }

    deinit {
        guard descriptor >= 0 else { return }
        close(descriptor)
        unlink(temporaryPath)
    }

    func append(_ bytes: [UInt8]) {
        buffer.append(contentsOf: bytes)
    }

    func append(_ text: String) {
        buffer.append(contentsOf: text.utf8)
    }

    /// Appends the comma between two fields of a table.
    func separate() {
        buffer.append(UInt8(ascii: ","))
    }

    /// Appends a number of zero or more, with leading zeros up to a width.
    func append(_ number: Int, width: Int = 1) {
        precondition(number >= 0, "fixtures hold no negative numbers")
        let start = buffer.count
        var rest = number
        repeat {
            buffer.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        while buffer.count - start < width { buffer.append(UInt8(ascii: "0")) }
        buffer[start...].reverse()
    }

    /// Appends a field of a table, in quotes where RFC 4180 asks for them.
    func appendField(_ text: String) {
        let needsQuotes = text.utf8.contains { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") }
        guard needsQuotes else { return append(text) }
        append("\"")
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\"") { buffer.append(byte) }
            buffer.append(byte)
        }
        append("\"")
    }

    /// Ends a line, and writes the buffer out when it is full.
    ///
    /// - Throws: `FixtureError.unwritable`.
    func endLine() throws(FixtureError) {
        buffer.append(UInt8(ascii: "\n"))
        if buffer.count >= Self.bufferBytes { try flush() }
    }

    /// Writes what is left and gives the file its name.
    ///
    /// - Throws: `FixtureError.unwritable`.
    func finish() throws(FixtureError) {
        try flush()
        let closed = close(descriptor)
        descriptor = -1
        guard closed == 0, rename(temporaryPath, path) == 0 else {
            throw .unwritable(path: path, code: errno)
        }
    }

    private func flush() throws(FixtureError) {
        var written = 0
        while written < buffer.count {
            let count = buffer[written...].withUnsafeBytes { bytes in
                write(descriptor, bytes.baseAddress, bytes.count)
            }
            if count >= 0 {
                written += count
            } else if errno != EINTR {
                throw .unwritable(path: path, code: errno)
            }
        }
        buffer.removeAll(keepingCapacity: true)
    }

    /// Makes a folder and those above it where they are missing.
    ///
    /// - Throws: `FixtureError.unwritable`.
    static func makeFolder(_ path: String) throws(FixtureError) {
        var made = path.hasPrefix("/") ? "/" : ""
        for component in path.split(separator: "/") {
            made += component + "/"
            guard mkdir(made, 0o755) == 0 || errno == EEXIST else {
                throw .unwritable(path: path, code: errno)
            }
        }
    }
}
