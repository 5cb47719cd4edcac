/// Why a book cannot be opened.
public enum BookError: Error, Equatable, Sendable {
    /// The folder holds no network yet.
    case notLoaded
    /// The file is a database, or empty, and never was a book.
    case notABook(path: String)
    /// Another process serves or changes the book.
    case inUse(folder: String)
    /// A folder or file cannot be made, read or written.
    case unusable(path: String, reason: String)
    /// A row holds what this program never wrote.
    case damaged(table: String, field: String)
    /// The book was loaded with another network.
    case otherNetworkLoaded
}

extension BookError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notLoaded:
            "the data folder holds no network yet; run `agencypos load` first"
        case .notABook(let path):
            "\(path) is not a book; restore a backup into a new folder, or load one"
        case .inUse(let folder):
            "another agencypos process uses \(folder); stop it first, or use its REST API"
        case .unusable(let path, let reason): "\(path): \(reason)"
        case .damaged(let table, let field):
            "the database is damaged: table \(table), field \(field); run verify"
        case .otherNetworkLoaded:
            "the book was loaded with another network, staff or catalogue; those files are loaded "
                + "once, into an empty data folder"
        }
    }
}
