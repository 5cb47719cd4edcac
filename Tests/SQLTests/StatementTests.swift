import SQL
import Testing

@Suite("A statement")
struct StatementTests {
    let folder: TestFolder
    let connection: Connection

    init() throws {
        folder = try TestFolder()
        connection = try folder.connectWithItems()
    }

    static let integers: [Int64] = [.min, -1, 0, 1, 9_007_199_254_740_993, .max]

    @Test("gives integers back as they were bound", arguments: integers)
    func integer(value: Int64) throws {
        let read = try connection.prepare("SELECT $1").first(.integer(value)) { row in
            #expect(row.isInteger(0))
            #expect(row.storageType(0) == .integer)
            return row.integer(0)
        }
        #expect(read == value)
    }

    @Test(
        "gives texts back as they were bound",
        arguments: ["", "a", "村便民服务站", "it's; DROP TABLE item --", "nul\u{0}inside", "👩‍👩‍👧"])
    func texts(value: String) throws {
        let read = try connection.prepare("SELECT $1").first(.text(value)) { row in
            #expect(row.storageType(0) == .text)
            #expect(row.withBytes(0) { Array($0) } == Array(value.utf8))
            return row.text(0)
        }
        #expect(read == value)
    }

    static let byteStrings: [[UInt8]] = [[], [0], [1, 0, 255]]

    @Test("gives bytes back as they were bound", arguments: byteStrings)
    func bytes(value: [UInt8]) throws {
        let read = try connection.prepare("SELECT $1").first(.bytes(value)) { row in
            #expect(row.storageType(0) == .bytes)
            return row.bytes(0)
        }
        #expect(read == value)
    }

    @Test("tells null from zero and from empty text")
    func nulls() throws {
        let none: Int64? = nil
        let noText: String? = nil
        try connection.prepare("SELECT $1, $2, 0, '', 1.5").forEach(
            .integer(none), .text(noText)
        ) { row in
            #expect(row.isNull(0) && row.isNull(1) && !row.isNull(2) && !row.isNull(3))
            #expect(row.optionalInteger(0) == nil)
            #expect(row.optionalText(1) == nil)
            #expect(row.optionalInteger(2) == 0)
            #expect(row.optionalText(3) == "")
            #expect(row.storageType(0) == .null)
            #expect(row.storageType(4) == .real)
            #expect(!row.isInteger(4))
            #expect(row.withBytes(0) { $0.count } == 0)
        }
    }

    @Test("says how many rows it changed")
    func changes() throws {
        for name in ["A", "B", "C"] { try connection.insertItem(name) }
        #expect(try connection.prepare("UPDATE item SET size = 2 WHERE number > 1").run() == 2)
        #expect(try connection.prepare("DELETE FROM item WHERE number > $1").run(.integer(9)) == 0)
    }

    @Test("reads all rows in order, or the first, or none")
    func reading() throws {
        for name in ["A", "B", "C"] { try connection.insertItem(name) }
        let query = try connection.prepare("SELECT name FROM item WHERE number > $1 ORDER BY 1")
        #expect(try query.all(.integer(1)) { $0.text(0) } == ["B", "C"])
        #expect(try query.first(.integer(1)) { $0.text(0) } == "B")
        #expect(try query.first(.integer(3)) { $0.text(0) } == nil)
        var names = ""
        try query.forEach(.integer(0)) { names += $0.text(0) }
        #expect(names == "ABC")
    }

    @Test("can be used again after its reader threw")
    func throwingReader() throws {
        try connection.insertItem("A")
        let query = try connection.prepare("SELECT name FROM item")
        #expect(throws: Refusal(reason: "no")) {
            try query.forEach { _ in throw Refusal(reason: "no") }
        }
        #expect(try query.all { $0.text(0) } == ["A"])
    }

    @Test("can be used again after the database refused it")
    func refused() throws {
        try connection.insertItem("A")
        let error = try #require(throws: SQLError.self) { try connection.insertItem("A") }
        #expect(error.isConstraint)
        try connection.insertItem("B")
        #expect(try connection.itemNames() == ["A", "B"])
    }

    @Test("binds each value by its number, also where a number is repeated")
    func repeatedParameter() throws {
        let sums = try connection.prepare("SELECT $1 + $1, $2").all(.integer(2), .integer(3)) {
            [$0.integer(0), $0.integer(1)]
        }
        #expect(sums == [[4, 3]])
    }

    @Test("with a mistake in its text is refused when it is prepared")
    func syntax() throws {
        let error = try #require(throws: SQLError.self) {
            try connection.prepare("SELEC 1")
        }
        #expect(error.code == 1)
        #expect(error.sql == "SELEC 1")
    }
}
