import SQL
import Testing

@Suite("The migrator")
struct MigratorTests {
    static let first = Migration(name: "0001-a", sql: "CREATE TABLE a (x INTEGER) STRICT;")
    static let second = Migration(
        name: "0002-b", sql: "ALTER TABLE a ADD COLUMN y INTEGER; INSERT INTO a VALUES (1, 2);")
    static let third = Migration(name: "0003-c", sql: "CREATE TABLE c (z INTEGER) STRICT;")

    let folder: TestFolder
    let connection: Connection

    init() throws {
        folder = try TestFolder()
        connection = try folder.connect()
    }

    @Test("applies what is missing in order, and nothing twice")
    func order() throws {
        let two = Migrator([Self.first, Self.second])
        #expect(try two.migrate(connection) == ["0001-a", "0002-b"])
        #expect(try two.migrate(connection) == [])
        let all = Migrator([Self.first, Self.second, Self.third])
        #expect(try all.migrate(connection) == ["0003-c"])
        #expect(try connection.number("SELECT count(*) FROM a") == 1)
        #expect(try history() == ["0001-a", "0002-b", "0003-c"])
        try all.check(connection)
    }

    @Test("keeps the data that an earlier version wrote")
    func data() throws {
        try Migrator([Self.first]).migrate(connection)
        try connection.execute(script: "INSERT INTO a VALUES (40)")
        try Migrator([Self.first, Self.second]).migrate(connection)
        #expect(try connection.number("SELECT sum(x) FROM a") == 41)
    }

    @Test(
        "refuses a history that does not fit, and changes nothing",
        arguments: [
            (
                [Migration(name: "0001-a", sql: "CREATE TABLE a (x TEXT);"), second, third],
                MigrationError.edited(name: "0001-a")
            ),
            ([first, third], .unknown(name: "0002-b")),
            ([], .unknown(name: "0001-a")),
            (
                [first, Migration(name: "0001-b", sql: "CREATE TABLE b (x);"), second, third],
                .outOfOrder(name: "0001-b", appliedName: "0002-b")
            ),
        ])
    func misfit(migrations: [Migration], expected: MigrationError) throws {
        try Migrator([Self.first, Self.second]).migrate(connection)
        let before = try schema()
        #expect(throws: expected) { try Migrator(migrations).migrate(connection) }
        #expect(throws: expected) { try Migrator(migrations).check(connection) }
        #expect(try schema() == before)
        #expect(!connection.isInTransaction)
    }

    @Test("undoes every migration of a run when one of them fails")
    func failing() throws {
        let broken = Migration(name: "0002-x", sql: "CREATE TABLE x (y); SELECT no_such_column;")
        #expect(throws: SQLError.self) {
            try Migrator([Self.first, broken]).migrate(connection)
        }
        #expect(try schema() == [])
    }

    @Test("checks without changing: a new database lacks the first migration")
    func checkEmpty() throws {
        #expect(throws: MigrationError.missing(name: "0001-a")) {
            try Migrator([Self.first]).check(connection)
        }
        #expect(try schema() == [])
        try Migrator([Self.first]).migrate(connection)
        #expect(throws: MigrationError.missing(name: "0002-b")) {
            try Migrator([Self.first, Self.second]).check(try folder.connect(.read))
        }
    }

    @Test("says in words what does not fit")
    func words() {
        let errors: [MigrationError] = [
            .edited(name: "N1"), .unknown(name: "N1"), .missing(name: "N1"),
            .outOfOrder(name: "N1", appliedName: "N2"),
        ]
        #expect(errors.allSatisfy { "\($0)".contains("N1") })
        #expect(Set(errors.map { "\($0)" }).count == errors.count)
    }

    private func history() throws -> [String] {
        try connection.prepare("SELECT name FROM schema_migration ORDER BY name").all { $0.text(0) }
    }

    private func schema() throws -> [String] {
        try connection.prepare("SELECT name || ifnull(sql, '') FROM sqlite_schema ORDER BY name")
            .all { $0.text(0) }
    }
}
