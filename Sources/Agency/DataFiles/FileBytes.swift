import Glibc

/// Reads a file's bytes in order, and closes the file with its own end.
final class FileBytes {
    /// The file's name without its folder, for errors.
    let name: String
    private let descriptor: Int32

    /// Bytes of a whole file that are read at once.
    private static let chunkBytes = 256 * 1024

    /// Opens a file for reading.
    ///
    /// - Throws: `DataFileError` of kind `unreadable`.
    init(path: String) throws(DataFileError) {
        name = path.split(separator: "/").last.map(String.init) ?? path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.unreadable(name, errno) }
    }

    deinit {
        close(descriptor)
    }

    /// Reads the next bytes.
    ///
    /// - Parameter target: Where the bytes go; not empty.
    /// - Returns: How many bytes came; 0 at the end of the file.
    /// - Throws: `DataFileError` of kind `unreadable`.
    func read(into target: UnsafeMutableRawBufferPointer) throws(DataFileError) -> Int {
        while true {
            let count = Glibc.read(descriptor, target.baseAddress, target.count)
            if count >= 0 { return count }
            if errno != EINTR { throw Self.unreadable(name, errno) }
        }
    }

    /// Reads a whole file.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - maximumBytes: The length past which it is refused.
    /// - Throws: `DataFileError` of kind `unreadable` or `tooLong`.
    static func whole(path: String, maximumBytes: Int) throws(DataFileError) -> [UInt8] {
        let file = try FileBytes(path: path)
        var bytes: [UInt8] = []
        let chunk = UnsafeMutableRawBufferPointer.allocate(
            byteCount: chunkBytes, alignment: MemoryLayout<Int>.alignment)
        defer { chunk.deallocate() }
        while true {
            let count = try file.read(into: chunk)
            if count == 0 { return bytes }
            guard bytes.count + count <= maximumBytes else {
                throw DataFileError(
                    file: file.name, .tooLong,
                    "the file is longer than \(maximumBytes) bytes; split the network")
            }
            bytes.append(contentsOf: chunk[..<count])
        }
    }

    private static func unreadable(_ name: String, _ code: Int32) -> DataFileError {
        DataFileError(
            file: name, .unreadable,
            "the file cannot be read (\(String(cString: strerror(code)))); check path and rights")
    }
}
