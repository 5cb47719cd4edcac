import Foundation
import SQL

/// A folder of a test's own, removed with the value.
final class TestFolder: Sendable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(
            "agencypos-sql-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            print("a test's folder is left behind: \(error)")
        }
    }

    var databasePath: String { path + "/test.sqlite" }

    func connect(_ access: Connection.Access = .write) throws -> Connection {
        try Connection(path: databasePath, access: access)
    }

    /// A connection to a database with the table `item`.
    func connectWithItems() throws -> Connection {
        let connection = try connect()
        try connection.execute(script: TestFolder.itemTable)
        return connection
    }

    static let itemTable = """
        CREATE TABLE IF NOT EXISTS item (
            number INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            size INTEGER NOT NULL CHECK (size > 0)
        ) STRICT
        """
}

extension Connection {
    func number(_ sql: String) throws -> Int64? {
        try prepare(computed: sql).first { $0.isNull(0) ? nil : $0.integer(0) } ?? nil
    }

    func text(_ sql: String) throws -> String? {
        try prepare(computed: sql).first { $0.text(0) }
    }

    func itemNames() throws -> [String] {
        try prepare("SELECT name FROM item ORDER BY number").all { $0.text(0) }
    }

    func insertItem(_ name: String, size: Int64 = 1) throws {
        try prepare("INSERT INTO item (name, size) VALUES ($1, $2)").run(
            .text(name), .integer(size))
    }
}

struct Refusal: Error, Equatable {
    let reason: String
}
