import Cryptography
import Glibc
import SQL

/// Which book a file holds, and how far: the same in every version of the schema.
struct BookIdentity: Sendable, Equatable {
    /// The root of the tree over so many entries.
    struct Head: Sendable, Equatable {
        let size: Int64
        /// 64 hexadecimal digits.
        let root: String
    }

    /// Which network the book was loaded with.
    let networkDigest: String
    /// The latest root; nothing for a book without entries.
    let head: Head?

    /// - Throws: `BookError.notLoaded`, also for another program's database; `SQLError`.
    init(_ connection: Connection) throws {
        let isBook =
            try connection.prepare(
                "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'agency'"
            ).first { _ in true } ?? false
        guard isBook else { throw BookError.notLoaded }
        let digest = try connection.prepare("SELECT network_digest FROM agency")
            .first { $0.text(0) }
        guard let digest else { throw BookError.notLoaded }
        networkDigest = digest
        head = try connection.prepare(
            "SELECT tree_size, root FROM tree_head ORDER BY tree_size DESC LIMIT 1"
        ).first { Head(size: $0.integer(0), root: Hexadecimal.encode($0.bytes(1))) }
    }

    /// Reads the identity of a copy.
    ///
    /// - Throws: `BackupError.notABook` or `.unusable`.
    init(ofCopy path: String) throws {
        guard access(path, R_OK) == 0 else { throw BackupError.system(path) }
        do {
            try self.init(Connection(path: path, access: .read))
        } catch is SQLError {
            throw BackupError.notABook(path: path)
        } catch is BookError {
            throw BackupError.notABook(path: path)
        }
    }

    /// Checks that everything that a copy holds is in this book, entry for entry.
    ///
    /// The root over the copy's entries says so: the book keeps the root of each batch.
    /// - Parameter connection: the book's.
    /// - Throws: `BackupError.otherBook` or `.ahead`, naming the copy.
    func checkContinues(
        _ copy: BookIdentity, at path: String, _ connection: Connection
    ) throws {
        guard copy.networkDigest == networkDigest else { throw BackupError.otherBook(path: path) }
        guard let head = copy.head else { return }
        let root = try connection.prepare("SELECT root FROM tree_head WHERE tree_size = $1")
            .first(.integer(head.size)) { Hexadecimal.encode($0.bytes(0)) }
        guard root == head.root else {
            throw BackupError.ahead(path: path, lastEntry: head.size)
        }
    }
}
