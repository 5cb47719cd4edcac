import Foundation
import Ledger
import SQL

/// An `AuditBook` without its guards, for tests that break it on purpose.
struct DamagedBook {
    let filled: AuditBook
    private let raw: Connection

    /// - Parameter keepsTypes: whether the tables stay strict; otherwise any value can be stored.
    init(keepsTypes: Bool = true) throws {
        filled = try AuditBook()
        raw = try Connection(path: filled.book.path, access: .write)
        try raw.execute(
            script: "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON")
        let objects = try raw.prepare(
            """
            SELECT type, name FROM sqlite_schema
            WHERE type = 'trigger' OR (type = 'index' AND sql IS NOT NULL)
            """
        ).all { ($0.text(0), $0.text(1)) }
        for (type, name) in objects { try raw.execute(script: "DROP \(type) \(name)") }
        if !keepsTypes { try loosenTables() }
    }

    func damage(_ sql: String) throws {
        try raw.transaction { try raw.execute(script: sql) }
    }

    /// Fills one of a table's leaf pages with bytes that are no page.
    func overwritePage(of table: String, at index: Int) throws {
        _ = try raw.checkpoint(truncating: true)
        let pages = try raw.prepare(
            "SELECT pageno FROM dbstat WHERE name = $1 AND pagetype = 'leaf' ORDER BY path"
        ).all(.text(table)) { $0.integer(0) }
        guard pages.indices.contains(index) else { return }
        let size = try filled.book.number("PRAGMA page_size") ?? 4_096
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: filled.book.path))
        try file.seek(toOffset: UInt64((pages[index] - 1) * size))
        try file.write(contentsOf: Data(repeating: 0xA5, count: Int(size)))
        try file.close()
    }

    /// Damages the book, runs `body` and undoes the damage by a copy of the tables.
    func undoing<T>(_ sql: String, _ body: () throws -> T) throws -> T {
        let tables = try tableNames()
        try raw.transaction {
            for table in tables {
                try raw.execute(script: "CREATE TABLE keep_\(table) AS SELECT * FROM \(table)")
            }
            try raw.execute(script: sql)
        }
        defer {
            do {
                try raw.transaction {
                    for table in tables {
                        try raw.execute(
                            script: """
                                DELETE FROM \(table);
                                INSERT INTO \(table) SELECT * FROM keep_\(table);
                                DROP TABLE keep_\(table);
                                """)
                    }
                }
            } catch {
                preconditionFailure("the damage could not be undone: \(error)")
            }
        }
        return try body()
    }

    private func tableNames() throws -> [String] {
        try raw.prepare(
            """
            SELECT name FROM sqlite_schema
            WHERE type = 'table' AND name <> 'schema_migration' AND name NOT LIKE 'sqlite%'
            ORDER BY name
            """
        ).all { $0.text(0) }
    }

    /// Puts tables without types, keys or checks in the place of the real ones.
    private func loosenTables() throws {
        for table in try tableNames() {
            let columns = try raw.prepare("SELECT name FROM pragma_table_info($1) ORDER BY cid")
                .all(.text(table)) { $0.text(0) }
            try raw.transaction {
                try raw.execute(
                    script: """
                        CREATE TABLE loose (\(columns.joined(separator: ", ")));
                        INSERT INTO loose SELECT * FROM \(table) ORDER BY 1, 2;
                        DROP TABLE \(table);
                        ALTER TABLE loose RENAME TO \(table);
                        """)
            }
        }
    }
}
