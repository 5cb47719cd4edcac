import SQL
import Testing

@Suite("A database error")
struct SQLErrorTests {
    /// A way to be refused, with a secret among the values.
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let code: Int32
        let extendedCode: Int32
        let run: @Sendable (Connection) throws -> Void
        var testDescription: String { name }
    }

    static let secret = "6222-SECRET-0042"

    static let cases = [
        Case(name: "unique", code: 19, extendedCode: 2067) { connection in
            try connection.insertItem(secret)
            try connection.insertItem(secret)
        },
        Case(name: "check", code: 19, extendedCode: 275) { try $0.insertItem(secret, size: -1) },
        Case(name: "not null", code: 19, extendedCode: 1299) { connection in
            try connection.prepare("INSERT INTO item (number, size, name) VALUES ($1, 4, NULL)")
                .run(.integer(6_222))
        },
        Case(name: "type", code: 19, extendedCode: 3091) { connection in
            try connection.prepare("INSERT INTO item (name, size) VALUES ('x', $1)")
                .run(.text(secret))
        },
        Case(name: "row number", code: 20, extendedCode: 20) { connection in
            try connection.prepare("INSERT INTO item (number, name, size) VALUES ($1, 'x', 1)")
                .run(.text(secret))
        },
        Case(name: "foreign key", code: 19, extendedCode: 787) { connection in
            try connection.prepare("INSERT INTO part VALUES ($1)").run(.text(secret))
        },
        Case(name: "trigger", code: 19, extendedCode: 1811) { connection in
            try connection.prepare("INSERT INTO refused VALUES ($1)").run(.text(secret))
        },
        Case(name: "overflow", code: 1, extendedCode: 1) { connection in
            try connection.prepare("SELECT abs($1)").forEach(.integer(.min)) { _ in }
        },
    ]

    @Test("carries codes, message and statement, but never a value", arguments: cases)
    func noValues(_ example: Case) throws {
        let folder = try TestFolder()
        let connection = try folder.connectWithItems()
        try connection.execute(
            script: """
                CREATE TABLE part (name TEXT REFERENCES item (name)) STRICT;
                CREATE TABLE refused (name TEXT) STRICT;
                CREATE TRIGGER refuse BEFORE INSERT ON refused
                BEGIN SELECT RAISE(ABORT, 'never'); END;
                """)
        let error = try #require(throws: SQLError.self) { try example.run(connection) }
        #expect(error.code == example.code)
        #expect(error.extendedCode == example.extendedCode)
        #expect(error.isConstraint == (example.code == 19))
        #expect(error.isRaisedByTrigger == (example.extendedCode == 1811))
        #expect(!error.message.isEmpty)
        let text = "\(error) \(error.message) \(error.sql) \(String(reflecting: error))"
        #expect(!text.contains(Self.secret))
        #expect(!text.contains("6222"))
    }

    @Test("tells a full disk from a lock")
    func kinds() {
        let full = SQLError(code: 13, extendedCode: 13, message: "full", sql: "COMMIT")
        #expect(full.isStorageFull && !full.isBusy && !full.isConstraint)
        let busy = SQLError(code: 5, extendedCode: 517, message: "locked", sql: "BEGIN")
        #expect(busy.isBusy && !busy.isStorageFull)
        #expect("\(busy)" == "database error 517: locked [BEGIN]")
    }
}
