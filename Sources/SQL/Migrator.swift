import CivilTime
import Cryptography

/// One step of the schema's history; once released, its text never changes.
public struct Migration: Sendable {
    /// Its lasting name, such as `0001-ledger`; names ascend.
    public let name: String
    /// The statements it runs.
    public let sql: String

    public init(name: String, sql: String) {
        self.name = name
        self.sql = sql
    }

    var checksum: String { SHA256.hash(sql).hex }
}

/// Why a database's schema history does not fit this program.
public enum MigrationError: Error, Equatable, Sendable {
    /// An applied migration's text differs from the program's.
    case edited(name: String)
    /// The database holds a migration that the program does not know: it is newer than us.
    case unknown(name: String)
    /// The program has a migration that sorts before one which is applied.
    case outOfOrder(name: String, appliedName: String)
    /// The database lacks migrations, and the connection may not write.
    case missing(name: String)
    /// Somebody removed, changed or added a table, an index or a trigger.
    case altered(SchemaFault)
}

extension MigrationError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .edited(let name):
            "migration \(name) was edited after it was applied; restore its released text"
        case .unknown(let name):
            "the database holds migration \(name), which this program does not know; "
                + "use the program version that wrote it, or a later one"
        case .outOfOrder(let name, let appliedName):
            "migration \(name) sorts before \(appliedName), which is applied; append it instead"
        case .missing(let name):
            "the database lacks migration \(name); start the server once to apply it"
        case .altered(let fault):
            "the database's schema was changed by another program: \(fault); its guards cannot be "
                + "relied on: run verify, and restore the book from a backup"
        }
    }
}

/// Brings a database's schema up to the program's, append-only and checksummed.
public struct Migrator: Sendable {
    private let migrations: [Migration]

    /// - Parameter migrations: all of them, in ascending order of their names.
    public init(_ migrations: [Migration]) {
        for (earlier, later) in zip(migrations, migrations.dropFirst()) {
            precondition(earlier.name < later.name, "\(later.name) must follow \(earlier.name)")
        }
        self.migrations = migrations
    }

    /// Applies what is missing, all in one transaction.
    ///
    /// - Returns: the names of the migrations it applied.
    /// - Throws: `MigrationError` when the history does not fit; then nothing is changed.
    @discardableResult
    public func migrate(_ connection: Connection) throws -> [String] {
        try connection.transaction {
            try connection.execute(
                script: """
                    CREATE TABLE IF NOT EXISTS schema_migration (
                        name TEXT PRIMARY KEY,
                        checksum TEXT NOT NULL,
                        applied_at INTEGER NOT NULL
                    ) STRICT, WITHOUT ROWID;
                    """)
            let pending = try pending(connection)
            for migration in pending {
                try connection.execute(script: migration.sql)
                try connection.prepare(
                    """
                    INSERT INTO schema_migration (name, checksum, applied_at) VALUES ($1, $2, $3)
                    """
                ).run(
                    .text(migration.name), .text(migration.checksum),
                    .integer(Instant.now.millisecondsSinceEpoch))
            }
            return pending.map(\.name)
        }
    }

    /// Checks that a database's schema is exactly the program's, without changing it.
    ///
    /// - Throws: `MigrationError` for the first difference.
    public func check(_ connection: Connection) throws {
        if let missing = try pending(connection).first {
            throw MigrationError.missing(name: missing.name)
        }
    }

    private func pending(_ connection: Connection) throws -> [Migration] {
        let isTracked =
            try connection.prepare(
                "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migration'"
            ).first { _ in true } ?? false
        guard isTracked else { return migrations }
        let applied = try connection.prepare(
            "SELECT name, checksum FROM schema_migration ORDER BY name"
        ).all { ($0.text(0), $0.text(1)) }
        let known = Dictionary(uniqueKeysWithValues: migrations.map { ($0.name, $0) })
        for (name, checksum) in applied {
            guard let migration = known[name] else { throw MigrationError.unknown(name: name) }
            guard migration.checksum == checksum else { throw MigrationError.edited(name: name) }
        }
        let appliedNames = Set(applied.map(\.0))
        let pending = migrations.filter { !appliedNames.contains($0.name) }
        if let last = applied.last?.0, let first = pending.first, first.name < last {
            throw MigrationError.outOfOrder(name: first.name, appliedName: last)
        }
        return pending
    }
}
