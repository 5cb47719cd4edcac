import Glibc

/// This process's claim on a copy's name and on the unfinished files beside it.
///
/// It is a lock on a file of its own: locking the copy would get in the way of SQLite's locks on
/// some network drives. It ends with the process, however that ends.
final class CopyClaim {
    private let lockPath: String
    private let descriptor: Int32
    private var isHeld = false

    /// - Throws: `BackupError.inUse` when another process has the claim.
    init(_ path: String) throws {
        lockPath = path + ".lock"
        descriptor = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw BackupError.system(lockPath) }
        // From here on `deinit` closes the descriptor, also when this throws.
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw BackupError.inUse(path: path)
        }
        // Whoever had the claim may have removed the file between the two calls.
        guard FileStamp(lockPath) == FileStamp(descriptor: descriptor) else {
            throw BackupError.inUse(path: path)
        }
        isHeld = true
    }

    deinit {
        if isHeld { _ = unlink(lockPath) }
        close(descriptor)
    }
}
