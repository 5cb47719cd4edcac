import Glibc

/// The calls whose failure a full or broken disk shows; tests put failing ones in their place.
struct DiskCalls {
    var write: (Int32, UnsafeRawPointer, Int) -> Int = { Glibc.write($0, $1, $2) }
    var synchronize: (Int32) -> Int32 = { fsync($0) }
}

/// Who may read a file that is written.
public enum SettlementAccess: Hashable, Sendable {
    /// This user alone.
    case owner
    /// The group too: it may be the one that carries files to partners. Nobody else.
    case group

    var mode: mode_t {
        switch self {
        case .owner: 0o600
        case .group: 0o640
        }
    }
}

/// An open file or folder, closed when the last reference goes.
final class FileDescriptor {
    /// The error number of a name that does not exist.
    static let notFound = ENOENT

    private let number: Int32
    /// For errors only: a name without its folder, or a folder as it was given.
    let name: String

    private init(_ number: Int32, name: String) {
        self.number = number
        self.name = name
    }

    deinit {
        // Written data has been synchronised before; a failing close can lose nothing.
        _ = close(number)
    }

    static func folder(_ path: String) throws(SettlementError) -> FileDescriptor {
        let number = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard number >= 0 else { throw systemFailure(.openFolder, path) }
        return FileDescriptor(number, name: path)
    }

    /// Creates a file that must not exist yet.
    static func new(
        _ name: String, in folder: FileDescriptor, access: SettlementAccess
    ) throws(SettlementError) -> FileDescriptor {
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let number = openat(folder.number, name, flags, access.mode)
        guard number >= 0 else { throw systemFailure(.create, name) }
        return FileDescriptor(number, name: name)
    }

    /// Creates a file for reading and writing that must not exist yet, for this user only.
    static func scratch(
        _ name: String, in folder: FileDescriptor
    ) throws(SettlementError) -> FileDescriptor {
        let number = openat(folder.number, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard number >= 0 else { throw systemFailure(.create, name) }
        return FileDescriptor(number, name: name)
    }

    /// Opens a regular file for reading, or gives nothing when there is none.
    static func existing(
        _ name: String, in folder: FileDescriptor
    ) throws(SettlementError) -> FileDescriptor? {
        // Without O_NONBLOCK a pipe of this name would hold the caller for ever.
        let number = openat(folder.number, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard number >= 0 else {
            let code = errno
            switch code {
            case ENOENT: return nil
            case ELOOP: throw .fileNotRegular(name: name)
            case _: throw .systemFailure(operation: .open, name: name, code: code)
            }
        }
        let file = FileDescriptor(number, name: name)
        guard try file.status().st_mode & S_IFMT == S_IFREG else {
            throw .fileNotRegular(name: name)
        }
        return file
    }

    /// Opens a regular file for reading that must be there.
    static func required(
        _ name: String, in folder: FileDescriptor
    ) throws(SettlementError) -> FileDescriptor {
        guard let file = try existing(name, in: folder) else {
            throw .systemFailure(operation: .open, name: name, code: notFound)
        }
        return file
    }

    /// The size of the file in bytes.
    func byteCount() throws(SettlementError) -> Int64 {
        try Int64(status().st_size)
    }

    /// Reads into the whole buffer unless the file ends before; gives the count of bytes read.
    func read(
        into buffer: UnsafeMutableRawBufferPointer, at offset: Int64
    ) throws(SettlementError) -> Int {
        var done = 0
        while done < buffer.count, let base = buffer.baseAddress {
            let count = pread(number, base + done, buffer.count - done, Int(offset) + done)
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                throw systemFailure(.read, name)
            }
            done += count
        }
        return done
    }

    /// Writes all bytes, however few the system takes at a time.
    func write(_ bytes: UnsafeRawBufferPointer, _ disk: DiskCalls) throws(SettlementError) {
        var done = 0
        while done < bytes.count, let base = bytes.baseAddress {
            let count = disk.write(number, base + done, bytes.count - done)
            if count > 0 {
                done += count
            } else if count == 0 {
                // A file never takes nothing; going round would never end.
                throw .systemFailure(operation: .write, name: name, code: EIO)
            } else if errno != EINTR {
                throw systemFailure(.write, name)
            }
        }
    }

    /// Waits until the disk has everything.
    func synchronize(_ disk: DiskCalls) throws(SettlementError) {
        while disk.synchronize(number) != 0 {
            // After any other error the kernel may have dropped the pages: never try again.
            guard errno == EINTR else { throw systemFailure(.synchronize, name) }
        }
    }

    /// Renames inside this folder.
    func rename(_ name: String, to newName: String) throws(SettlementError) {
        guard renameat(number, name, number, newName) == 0 else {
            throw systemFailure(.rename, newName)
        }
    }

    /// Removes a file of this folder; that it is gone already is fine.
    func remove(_ name: String) throws(SettlementError) {
        guard unlinkat(number, name, 0) == 0 || errno == ENOENT else {
            throw systemFailure(.remove, name)
        }
    }

    /// The names in this folder that satisfy a condition, in no particular order.
    func names(where isWanted: (String) -> Bool) throws(SettlementError) -> [String] {
        let copy = openat(number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0 else { throw systemFailure(.listFolder, name) }
        guard let stream = fdopendir(copy) else {
            let failure = systemFailure(.listFolder, name)
            _ = close(copy)
            throw failure
        }
        defer { closedir(stream) }
        var names: [String] = []
        errno = 0
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(
                    to: CChar.self, capacity: MemoryLayout.size(ofValue: tuple.pointee)
                ) { String(cString: $0) }
            }
            if isWanted(name) { names.append(name) }
            errno = 0
        }
        guard errno == 0 else { throw systemFailure(.listFolder, name) }
        return names
    }

    private func status() throws(SettlementError) -> stat {
        var status = stat()
        guard fstat(number, &status) == 0 else { throw systemFailure(.open, name) }
        return status
    }
}

/// The failure that `errno` tells of; to be made before any other call.
private func systemFailure(_ operation: SettlementOperation, _ name: String) -> SettlementError {
    .systemFailure(operation: operation, name: name, code: errno)
}
