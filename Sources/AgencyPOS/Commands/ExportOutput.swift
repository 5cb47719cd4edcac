import Foundation

/// Where an export goes: standard output, or a file that appears only when it is whole.
final class ExportOutput {
    private let path: String?
    private let descriptor: Int32
    private var isFinished = false

    private var partialPath: String? { path.map { $0 + ".part" } }

    /// - Parameter path: the file, for this user only; nothing for standard output.
    /// - Throws: `CommandError`.
    init(path: String?) throws {
        self.path = path
        if let path {
            descriptor = open(
                path + ".part", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard descriptor >= 0 else { throw Self.failure(path) }
        } else {
            descriptor = STDOUT_FILENO
        }
    }

    deinit {
        guard let partialPath else { return }
        close(descriptor)
        if !isFinished { unlink(partialPath) }
    }

    /// - Throws: `CommandError` when the disk is full or the reader has gone.
    func write(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Glibc.write(
                    descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count < 0 {
                    if errno == EINTR { continue }
                    throw Self.failure(path ?? "standard output")
                }
                rest = rest.dropFirst(count)
            }
        }
    }

    /// Gives the file its name, once its bytes are on the disk.
    func finish() throws {
        guard let path, let partialPath else { return }
        guard fsync(descriptor) == 0, rename(partialPath, path) == 0 else {
            throw Self.failure(path)
        }
        isFinished = true
    }

    private static func failure(_ path: String) -> CommandError {
        CommandError(
            message: "\(path): \(String(cString: strerror(errno)))", code: .unusable)
    }
}
