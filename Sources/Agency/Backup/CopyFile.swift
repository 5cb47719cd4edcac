import Glibc
import SQL
import Settlement

/// What a copy needs of its file apart from being written.
enum CopyFile {
    /// Makes a file for this user only in place of whatever has the name, and puts it on the disk.
    static func makeNew(_ path: String, holding bytes: [UInt8] = []) throws {
        remove(path)
        let flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
        let descriptor = open(path, flags, 0o600)
        guard descriptor >= 0 else { throw BackupError.system(path) }
        defer { close(descriptor) }
        guard write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else {
            throw BackupError.system(path)
        }
    }

    /// Removes a name if it is there; what cannot be removed is met again by the next call.
    static func remove(_ path: String) {
        _ = unlink(path)
    }

    /// Gives a finished file its name, if that is free, and puts the name on the disk.
    ///
    /// - Throws: `BackupError.exists`; the file then has its old name still.
    static func publish(_ path: String, as name: String) throws {
        // Unlike renaming, linking never replaces a file that has come meanwhile.
        if link(path, name) == 0 {
            remove(path)
        } else if errno == EEXIST {
            throw BackupError.exists(path: name)
        } else {
            // A file system without links.
            guard FileStamp(name) == nil else { throw BackupError.exists(path: name) }
            guard rename(path, name) == 0 else { throw BackupError.system(name) }
        }
        try synchronizeFolder(of: name)
    }

    /// Checks a copy's pages and rows for damage, apart from what they mean.
    ///
    /// - Throws: `BackupError.unsound`.
    static func checkPages(of path: String) throws {
        let fault: String?
        do {
            let connection = try Connection(path: path, access: .read)
            fault = try connection.prepare("PRAGMA quick_check(1)").first { $0.text(0) }
        } catch let error as SQLError {
            fault = error.message
        }
        if let fault, fault != "ok" { throw BackupError.unsound(path: path, fault: fault) }
    }

    /// Checks that a copy and the files beside it are not the book, by whatever name or link.
    ///
    /// A copy that took the book's name would leave a server with a file that nobody finds again.
    /// - Parameter suffixes: of the copy's names that are written to.
    /// - Throws: `BackupError.besideBook`.
    static func checkIsApart(
        _ path: String, from folder: BookFolder, suffixes: [String] = [""]
    ) throws {
        guard let book = FileStamp(folder.databasePath), let home = FileStamp(folder.path) else {
            throw BackupError.system(folder.path)
        }
        let isBook = suffixes.contains { FileStamp(path + $0) == book }
        guard !isBook, FileStamp(FilePlace(path).folder) != home else {
            throw BackupError.besideBook(path: path)
        }
    }

    /// Waits until the disk knows the names in a file's folder.
    static func synchronizeFolder(of path: String) throws {
        let folder = FilePlace(path).folder
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw BackupError.system(folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw BackupError.system(folder) }
    }
}
