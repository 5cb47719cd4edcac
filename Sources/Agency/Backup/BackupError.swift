import Glibc
import SQL

/// Why a book was not copied or not restored; what was there before is as it was.
public enum BackupError: Error, Equatable, Sendable {
    /// The name is taken; a backup is never overwritten.
    case exists(path: String)
    /// Another process makes this copy.
    case inUse(path: String)
    /// The name is the book's own, or lies beside it.
    case besideBook(path: String)
    /// A file or folder cannot be made, read or written.
    case unusable(path: String, reason: String)
    /// The file is not a copy of a book.
    case notABook(path: String)
    /// The copy's pages are not sound, because those of the book are not.
    case unsound(path: String, fault: String)
    /// The copy is of another book.
    case otherBook(path: String)
    /// The copy holds entries that the book does not: the book was restored from an older one.
    case ahead(path: String, lastEntry: Int64)
    /// A book is restored into an empty folder, and this one is not.
    case folderNotEmpty(path: String, name: String)
    /// There is no key file.
    case keyMissing(path: String)
    /// The folder holds another key than the one that was named.
    case otherKeyPresent(path: String)
    /// The user ended it.
    case stopped
}

extension BackupError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .exists(let path):
            "\(path) exists and is not overwritten; name another file, or remove it"
        case .inUse(let path): "another process is writing \(path); wait for it, or end it"
        case .besideBook(let path):
            "\(path) is the book itself or lies in its folder, and a copy there would stand in the "
                + "book's way; name a file in another folder, best on another disk"
        case .unusable(let path, let reason): "\(path): \(reason)"
        case .notABook(let path):
            "\(path) is not a backup of a book; name a file that `agencypos backup` has made"
        case .unsound(let path, let fault):
            "\(path) is not sound: \(fault); verify the book that it is a copy of"
        case .otherBook(let path):
            "\(path) is a copy of another book and is not overwritten; name another file"
        case .ahead(let path, let lastEntry):
            "\(path) holds entry \(lastEntry), which the book does not hold as it is there; the "
                + "copy is not overwritten; keep it, find out why, and name another file"
        case .folderNotEmpty(let path, let name):
            "\(path) is not empty: it holds \(name); restore into a new folder"
        case .keyMissing(let path):
            "\(path): there is no master key; name its copy with --key"
        case .otherKeyPresent(let path):
            "\(path) differs from the key that --key names; remove one of them"
        case .stopped: "stopped by a signal"
        }
    }
}

extension BackupError {
    /// The failure that `errno` tells of; to be made before any other call.
    static func system(_ path: String) -> BackupError {
        .unusable(path: path, reason: String(cString: strerror(errno)))
    }

    /// What copying to a file met, in the user's words.
    static func copying(to path: String, _ error: any Error) -> any Error {
        switch error {
        case let error as DatabaseCopy.DamagedPage:
            return BackupError.unsound(path: path, fault: error.fault.description)
        case let error as SQLError:
            let reason =
                error.isStorageFull
                ? "the disk is full; make room, or name a file on another disk" : error.message
            return BackupError.unusable(
                path: path, reason: "the copy cannot be written: \(reason)")
        case _: return error
        }
    }
}
