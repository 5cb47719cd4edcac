import CSQLite
import Synchronization

/// The way by which a connection reaches its files: one of SQLite's virtual file systems.
public struct FileSystem: Equatable, Sendable {
    /// Under which name SQLite knows it.
    public let name: String

    /// The machine's files, with a checksum in each page of the databases that we make.
    public static let checksummed = checksummed(over: nil)

    /// Page checksums over another file system, for tests that make disks fail.
    ///
    /// - Parameter base: its name, under which it is registered; nothing means SQLite's default.
    public static func checksummed(over base: String?) -> FileSystem {
        Connection.prepareLibrary
        let name = "agencypos-checksums" + (base.map { "-" + $0 } ?? "")
        registration.withLock { _ in
            guard sqlite3_vfs_find(name) == nil else { return }
            guard let below = sqlite3_vfs_find(base) else {
                preconditionFailure("no file system is registered as \(base ?? "default")")
            }
            register(name, over: below)
        }
        return FileSystem(name: name)
    }

    // Makes finding and registering one step.
    private static let registration = Mutex(())

    /// SQLite keeps what is registered for the life of the process, and so do we.
    private static func register(_ name: String, over below: UnsafeMutablePointer<sqlite3_vfs>) {
        let text = UnsafeMutableBufferPointer<CChar>.allocate(capacity: name.utf8.count + 1)
        _ = text.initialize(from: name.utf8CString)
        let system = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        system.initialize(to: sqlite3_vfs())
        // Version 2: without the replacing of system calls.
        system.pointee.iVersion = 2
        system.pointee.szOsFile = Int32(ChecksummedFile.baseOffset) + below.pointee.szOsFile
        system.pointee.mxPathname = below.pointee.mxPathname
        system.pointee.zName = UnsafePointer(text.baseAddress)
        system.pointee.pAppData = UnsafeMutableRawPointer(below)
        system.pointee.xOpen = { system, path, file, flags, grantedFlags in
            guard let system, let file else { return SQLITE_MISUSE }
            return FileSystem.open(system, path, file, flags, grantedFlags)
        }
        addPassedOn(system)
        let result = sqlite3_vfs_register(system, 0)
        precondition(result == SQLITE_OK, "SQLite refuses a file system: \(result)")
    }

    private static func open(
        _ system: UnsafeMutablePointer<sqlite3_vfs>, _ path: UnsafePointer<CChar>?,
        _ file: UnsafeMutablePointer<sqlite3_file>, _ flags: Int32,
        _ grantedFlags: UnsafeMutablePointer<Int32>?
    ) -> Int32 {
        let lower = below(system)
        // The log and temporary files need none of us: they get the memory as it is.
        guard flags & SQLITE_OPEN_MAIN_DB != 0 else {
            return lower.pointee.xOpen(lower, path, file, flags, grantedFlags)
        }
        file.pointee.pMethods = nil
        let result = lower.pointee.xOpen(
            lower, path, ChecksummedFile.base(of: file), flags, grantedFlags)
        // SQLite closes a file that could not be opened when it finds methods, and so do we.
        if result == SQLITE_OK {
            ChecksummedFile.initialize(file)
        } else if ChecksummedFile.base(of: file).pointee.pMethods != nil {
            let base = ChecksummedFile.base(of: file)
            _ = base.methods.xClose(base)
        }
        return result
    }

    /// What needs no change goes to the file system below.
    private static func addPassedOn(_ system: UnsafeMutablePointer<sqlite3_vfs>) {
        system.pointee.xDelete = { system, path, mustSync in
            below(system) { $0.pointee.xDelete($0, path, mustSync) }
        }
        system.pointee.xAccess = { system, path, flags, isGranted in
            below(system) { $0.pointee.xAccess($0, path, flags, isGranted) }
        }
        system.pointee.xFullPathname = { system, path, capacity, fullPath in
            below(system) { $0.pointee.xFullPathname($0, path, capacity, fullPath) }
        }
        system.pointee.xRandomness = { system, count, bytes in
            below(system) { $0.pointee.xRandomness($0, count, bytes) }
        }
        system.pointee.xSleep = { system, microseconds in
            below(system) { $0.pointee.xSleep($0, microseconds) }
        }
        system.pointee.xCurrentTime = { system, time in
            below(system) { $0.pointee.xCurrentTime($0, time) }
        }
        system.pointee.xCurrentTimeInt64 = { system, time in
            below(system) { $0.pointee.xCurrentTimeInt64($0, time) }
        }
        system.pointee.xGetLastError = { system, count, message in
            below(system) { $0.pointee.xGetLastError($0, count, message) }
        }
    }
}

// Functions of no type, for C calls closures that capture nothing, not even the type.

private func below(
    _ system: UnsafeMutablePointer<sqlite3_vfs>?,
    _ call: (UnsafeMutablePointer<sqlite3_vfs>) -> Int32
) -> Int32 {
    guard let system else { return SQLITE_MISUSE }
    return call(below(system))
}

private func below(
    _ system: UnsafeMutablePointer<sqlite3_vfs>
) -> UnsafeMutablePointer<sqlite3_vfs> {
    guard let below = system.pointee.pAppData else {
        preconditionFailure("a file system of ours names the one below it")
    }
    return below.assumingMemoryBound(to: sqlite3_vfs.self)
}
