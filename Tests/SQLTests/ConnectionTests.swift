import Foundation
import SQL
import Testing

@Suite("A connection")
struct ConnectionTests {
    let folder: TestFolder

    init() throws {
        folder = try TestFolder()
    }

    @Test(
        "has its durability and safety settings in force",
        arguments: [
            ("synchronous", "2"), ("journal_mode", "wal"), ("foreign_keys", "1"),
            ("trusted_schema", "0"), ("cell_size_check", "1"), ("query_only", "0"),
            ("busy_timeout", "5000"), ("temp_store", "2"),
        ])
    func settings(name: String, expected: String) throws {
        #expect(try folder.connect().text("PRAGMA \(name)") == expected)
    }

    @Test("that reads cannot write")
    func readOnly() throws {
        let writer = try folder.connectWithItems()
        let reader = try folder.connect(.read)
        #expect(try reader.text("PRAGMA query_only") == "1")
        let error = try #require(throws: SQLError.self) { try reader.insertItem("A") }
        #expect(error.code == 8)
        #expect(try writer.itemNames() == [])
    }

    @Test("that reads does not make a missing file")
    func readMissing() throws {
        let error = try #require(throws: SQLError.self) { try folder.connect(.read) }
        #expect(error.code == 14)
        #expect(!FileManager.default.fileExists(atPath: folder.databasePath))
    }

    @Test("refuses a file that is no database")
    func notDatabase() throws {
        let text = String(repeating: "this is no database. ", count: 500)
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder.databasePath))
        let error = try #require(throws: SQLError.self) { try folder.connect() }
        #expect(error.code == 26)
    }

    @Test("does not let SQL edit the schema's table or the write-ahead setting past its guards")
    func defensive() throws {
        let connection = try folder.connectWithItems()
        try connection.execute(script: "PRAGMA writable_schema = ON")
        #expect(throws: SQLError.self) {
            try connection.execute(script: "UPDATE sqlite_schema SET sql = '' WHERE name = 'item'")
        }
        #expect(throws: SQLError.self, "a double-quoted text is a name") {
            try connection.execute(script: "SELECT \"no such column\" FROM item")
        }
    }

    @Test("keeps what a transaction did when its body returns")
    func commit() throws {
        let connection = try folder.connectWithItems()
        let answer = try connection.transaction {
            #expect(connection.isInTransaction)
            try connection.insertItem("A")
            return 7
        }
        #expect(answer == 7)
        #expect(!connection.isInTransaction)
        #expect(try folder.connect(.read).itemNames() == ["A"])
    }

    @Test("undoes all that a transaction did when its body throws")
    func rollBack() throws {
        let connection = try folder.connectWithItems()
        #expect(throws: Refusal(reason: "no")) {
            try connection.transaction {
                try connection.insertItem("A")
                throw Refusal(reason: "no")
            }
        }
        #expect(!connection.isInTransaction)
        #expect(try connection.itemNames() == [])
        try connection.rollBack()
    }

    @Test("undoes a transaction whose commit breaks a deferred foreign key")
    func deferredForeignKey() throws {
        let connection = try folder.connectWithItems()
        try connection.execute(
            script: """
                CREATE TABLE part (
                    item INTEGER REFERENCES item DEFERRABLE INITIALLY DEFERRED
                ) STRICT
                """)
        let error = try #require(throws: SQLError.self) {
            try connection.transaction {
                try connection.insertItem("A")
                try connection.prepare("INSERT INTO part VALUES ($1)").run(.integer(99))
            }
        }
        #expect(error.isConstraint)
        #expect(!connection.isInTransaction)
        #expect(try connection.itemNames() == [])
    }

    @Test("sees one unchanging snapshot while another commits")
    func snapshot() throws {
        let writer = try folder.connectWithItems()
        try writer.insertItem("A")
        let reader = try folder.connect(.read)
        try reader.snapshot {
            #expect(try reader.itemNames() == ["A"])
            try writer.insertItem("B")
            #expect(try reader.itemNames() == ["A"])
        }
        #expect(try reader.itemNames() == ["A", "B"])
    }

    @Test("counts the pages of the write-ahead log, and empties it at a truncating checkpoint")
    func checkpoint() throws {
        let connection = try folder.connectWithItems()
        try connection.insertItem("A")
        #expect(connection.logPages > 0)
        let passive = try connection.checkpoint()
        #expect(passive.log == connection.logPages)
        #expect(passive.copied == passive.log)
        try connection.checkpoint(truncating: true)
        let size = try FileManager.default.attributesOfItem(
            atPath: folder.databasePath + "-wal")[.size]
        #expect(size as? Int == 0)
    }

    @Test("never copies the log by itself: the writer decides when")
    func noAutomaticCheckpoint() throws {
        let connection = try folder.connectWithItems()
        for number in 0..<1_200 {
            try connection.insertItem("item \(number)")
        }
        // SQLite's own checkpoint would start the log anew after 1,000 pages.
        #expect(connection.logPages > 1_200)
    }

    @Test("prepares a literal statement once, and a bounded number of computed ones")
    func statementCache() throws {
        let connection = try folder.connectWithItems()
        var literals: [Statement] = []
        for _ in 0..<2 { literals.append(try connection.prepare("SELECT 1")) }
        #expect(literals[0] === literals[1])
        let first = try connection.prepare(computed: "SELECT 1000")
        #expect(try connection.prepare(computed: "SELECT 1000") === first)
        for number in 0..<Connection.maximumComputedStatements {
            _ = try connection.prepare(computed: "SELECT \(number)")
        }
        #expect(try connection.prepare(computed: "SELECT 1000") !== first)
    }
}
