import Foundation
import StrictJSON

/// The simulator's book on disk: one JSON object a line, the last line of a serial counts.
///
/// Each line is on the disk before the answer goes out.
final class SimulatorFile {
    private let handle: FileHandle
    private let path: String
    private var writer = JSONWriter()

    /// Opens or makes the file.
    ///
    /// - Returns: the file and what it holds. A last line that a power cut left unfinished was
    ///   never answered for, and is cut off.
    /// - Throws: `CommandError` that names the file and the line.
    static func open(_ path: String) throws -> (file: SimulatorFile, entries: [SimulatorEntry]) {
        let data = FileManager.default.contents(atPath: path) ?? Data()
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw CommandError(
                message: "\(path) cannot be written (error \(errno)); name another file",
                code: .unusable)
        }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var entries: [SimulatorEntry] = []
        let complete = data.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        let lines = data[..<complete].split(separator: 0x0A)
        for (index, line) in lines.enumerated() {
            do {
                entries.append(try SimulatorEntry(decoding: [UInt8](line)))
            } catch {
                throw CommandError(
                    message: "\(path), line \(index + 1): \(error); give the file of a simulator",
                    code: .unusable)
            }
        }
        try handle.truncate(atOffset: UInt64(complete))
        try handle.seekToEnd()
        return (SimulatorFile(handle: handle, path: path), entries)
    }

    private init(handle: FileHandle, path: String) {
        self.handle = handle
        self.path = path
    }

    /// Adds a line and waits until it is on the disk.
    func append(_ entry: SimulatorEntry) throws {
        writer.removeAll()
        entry.write(to: &writer)
        try handle.write(contentsOf: Data(writer.bytes + [0x0A]))
        try handle.synchronize()
    }
}
