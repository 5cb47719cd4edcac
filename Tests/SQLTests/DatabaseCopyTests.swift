import Foundation
import SQL
import Synchronization
import Testing

@Suite("A copy of a database")
struct DatabaseCopyTests {
    /// Rows of the source: enough for some hundred pages.
    static let rowCount: Int64 = 4_000

    let folder: TestFolder
    let source: Connection
    let path: String

    init() throws {
        folder = try TestFolder()
        source = try folder.connectWithItems()
        path = folder.path + "/copy"
        try Data().write(to: URL(filePath: path))
        try source.transaction {
            for number in 1...Self.rowCount { try source.insertItem(Self.name(number)) }
        }
    }

    @Test("is whole in one file and holds the snapshot")
    func whole() throws {
        let outcome = try copy()
        #expect(outcome.writtenPages >= outcome.pageCount)
        #expect(try folder.size(of: "copy") == outcome.byteCount)
        let reader = try Connection(path: path, access: .read)
        #expect(try reader.itemNames() == source.itemNames())
        #expect(try reader.text("PRAGMA integrity_check") == "ok")
        #expect(try reader.text("PRAGMA journal_mode") == "delete")
        #expect(try folder.names().filter { $0.hasPrefix("copy") } == ["copy"])
    }

    @Test("ends, and is of its snapshot, while another connection commits at every step")
    func commitsMeanwhile() throws {
        let names = try source.itemNames()
        let reader = try folder.connect(.read)
        var pace = DatabaseCopy.Pace()
        pace.pagesPerStep = 4
        pace.pauseMicroseconds = 0
        var steps: Int64 = 0
        let outcome = try reader.snapshot {
            try DatabaseCopy(of: reader, pace: pace).write(to: path) { done, all in
                steps += 1
                #expect(done == min(steps * 4, all))
                try source.prepare("UPDATE item SET size = size + 1 WHERE number <= 100").run()
                try source.insertItem("new \(steps)")
                try source.checkpoint()
            }
        }
        #expect(steps == (outcome.pageCount + 3) / 4 && steps > 10)
        let copied = try Connection(path: path, access: .read)
        #expect(try copied.itemNames() == names)
        #expect(try copied.number("SELECT max(size) FROM item") == 1)
        #expect(try copied.text("PRAGMA integrity_check") == "ok")
        // The log is reused as soon as the snapshot has gone.
        #expect(try source.number("SELECT max(size) FROM item") == 1 + steps)
    }

    @Test("writes only the pages that an earlier copy lacks")
    func incremental() throws {
        _ = try copy()
        try source.prepare("UPDATE item SET size = 7 WHERE number = 1").run()
        let second = try copy()
        // The changed page, and the first page, where SQLite counts changes.
        #expect(second.writtenPages == 2)
        let reader = try Connection(path: path, access: .read)
        #expect(try reader.number("SELECT sum(size) FROM item") == Self.rowCount + 6)
    }

    @Test("becomes shorter with its source")
    func shorter() throws {
        let first = try copy()
        try source.prepare("DELETE FROM item WHERE number > 10").run()
        try source.execute(script: "VACUUM")
        let second = try copy()
        #expect(second.pageCount < first.pageCount)
        #expect(try folder.size(of: "copy") == second.byteCount)
        #expect(try Connection(path: path, access: .read).itemNames() == source.itemNames())
    }

    @Test("puts right whatever a crash left in the file", arguments: 0..<12)
    func torn(_ round: Int) throws {
        _ = try copy()
        var bytes = try Data(contentsOf: URL(filePath: path))
        let seed = UInt64.random(in: .min ... .max)
        print("seed of the torn copy: \(seed)")
        var state = seed
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        // The header too: half the rounds begin within the first page.
        let start = round.isMultiple(of: 2) ? random(4_096) : random(bytes.count)
        for index in start..<min(bytes.count, start + 20_000) { bytes[index] = UInt8(random(256)) }
        if round.isMultiple(of: 3) { bytes.removeLast(random(bytes.count)) }
        try bytes.write(to: URL(filePath: path))
        _ = try copy()
        let reader = try Connection(path: path, access: .read)
        #expect(try reader.itemNames() == source.itemNames(), "seed \(seed), round \(round)")
        #expect(try reader.text("PRAGMA integrity_check") == "ok", "seed \(seed), round \(round)")
    }

    @Test("hides no damage of its source: a page that rotted is told, one in the log is not")
    func damaged() throws {
        let bystander = try folder.connect()
        try source.checkpoint(truncating: true)
        // Pages in the log have no checksum of their own yet.
        try source.prepare("UPDATE item SET size = 9 WHERE number > 3000").run()
        _ = try copy()
        try source.checkpoint(truncating: true)
        let file = try FileHandle(forUpdating: URL(filePath: folder.databasePath))
        // A byte of a name in a leaf in the middle, which SQLite itself takes as it is.
        let place = UInt64(60 * 4_096 + 3_000)
        try file.seek(toOffset: place)
        let byte = try #require(try file.read(upToCount: 1)?.first)
        try file.seek(toOffset: place)
        try file.write(contentsOf: [byte ^ 1])
        try file.close()
        #expect {
            try copy()
        } throws: {
            ($0 as? DatabaseCopy.DamagedPage)?.fault.page == 61
        }
        // And not only once, though the copy's page was given a checksum.
        #expect(throws: DatabaseCopy.DamagedPage.self) { try copy() }
        withExtendedLifetime(bystander) {}
    }

    @Test("is not written while somebody reads the file")
    func busy() throws {
        _ = try copy()
        let reader = try Connection(path: path, access: .read)
        try reader.snapshot {
            let names = try reader.itemNames()
            try source.insertItem("later")
            #expect {
                try copy()
            } throws: {
                ($0 as? SQLError)?.isBusy == true
            }
            #expect(try reader.itemNames() == names)
        }
        _ = try copy()
        #expect(try Connection(path: path, access: .read).itemNames() == source.itemNames())
    }

    @Test("ends with the error of whoever watches it")
    func ended() throws {
        let refusal = Refusal(reason: "enough")
        #expect(throws: refusal) {
            try source.snapshot {
                try DatabaseCopy(of: source).write(to: path) { _, _ in throw refusal }
            }
        }
    }

    @discardableResult
    private func copy() throws -> DatabaseCopy.Outcome {
        let reader = try folder.connect(.read)
        return try reader.snapshot { try DatabaseCopy(of: reader).write(to: path) }
    }

    private static func name(_ number: Int64) -> String {
        "item \(number) with a name that fills pages, so that there are some hundred of them"
    }
}

extension TestFolder {
    fileprivate func size(of name: String) throws -> Int64 {
        let attributes = try FileManager.default.attributesOfItem(atPath: path + "/" + name)
        return try #require(attributes[.size] as? NSNumber).int64Value
    }

    fileprivate func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path)
    }
}
