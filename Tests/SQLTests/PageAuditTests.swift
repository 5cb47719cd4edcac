import Foundation
import Synchronization
import Testing

@testable import SQL

@Suite("Page checksums")
struct PageAuditTests {
    let folder: TestFolder

    init() throws {
        folder = try TestFolder()
    }

    /// A database with a table, its index and free pages, all copied from the log.
    private func fill(_ connection: Connection, items: Int = 2_000) throws {
        try connection.execute(script: TestFolder.itemTable)
        try connection.transaction {
            for number in 0..<items { try connection.insertItem("item \(number)") }
        }
        try connection.transaction {
            try connection.execute(script: "DELETE FROM item WHERE number > \(items / 2)")
        }
        try connection.checkpoint(truncating: true)
    }

    private func audit(_ path: String? = nil, maximumFaults: Int = 100) throws -> PageAuditReport {
        let connection = try Connection(path: path ?? folder.databasePath, access: .read)
        return try connection.snapshot {
            try PageAudit(connection, maximumFaults: maximumFaults).run()
        }
    }

    private func bytes() throws -> [UInt8] {
        try [UInt8](Data(contentsOf: URL(filePath: folder.databasePath)))
    }

    private func write(_ bytes: [UInt8]) throws {
        try Data(bytes).write(to: URL(filePath: folder.databasePath))
    }

    @Test("are in every page of a new database, in use or free")
    func clean() throws {
        try fill(folder.connect())
        let report = try audit()
        #expect(report.hasChecksums)
        #expect(report.faults == [])
        #expect(try report.pageCount == bytes().count / 4_096)
        #expect(report.pageCount > 20)
        #expect(try folder.connect().number("PRAGMA freelist_count") ?? 0 > 2)
    }

    @Test("are not missed in holes that a checkpoint leaves while a reader holds its snapshot")
    func holes() throws {
        let writer = try folder.connect()
        try fill(writer)
        try writer.transaction {
            for number in 0..<4_000 { try writer.insertItem("new item \(number)") }
        }
        let reader = try folder.connect(.read)
        try reader.snapshot {
            #expect(try reader.number("SELECT count(*) FROM item") ?? 0 > 4_000)
            // Written again after the snapshot: the checkpoint leaves these pages out.
            try writer.execute(script: "UPDATE item SET size = 2 WHERE number % 1500 < 500")
            try writer.checkpoint()
            let pages = try bytes()
            let isHole = stride(from: 0, to: pages.count, by: 4_096).map { start in
                pages[start..<start + 4_096].allSatisfy { $0 == 0 }
            }
            #expect(isHole.contains(true))
            #expect(try audit().faults == [])
        }
        try writer.checkpoint(truncating: true)
        #expect(try audit().faults == [])
        // A page that is in no log is missed, empty or not.
        let count = try bytes().count / 4_096
        let found = try (count - 20..<count).filter { page in
            let sound = try bytes()
            defer { #expect(throws: Never.self) { try write(sound) } }
            var damaged = sound
            damaged.replaceSubrange(
                page * 4_096..<(page + 1) * 4_096, with: repeatElement(0, count: 4_096))
            try write(damaged)
            return try !audit().faults.isEmpty
        }
        #expect(found.count == 20)
    }

    @Test("stay right when the file is vacuumed or copied by SQLite itself")
    func vacuumed() throws {
        let connection = try folder.connect()
        try fill(connection)
        // A small cache makes the copy's first transaction spill before its first page is written.
        try connection.execute(script: "PRAGMA cache_size = 3")
        let copy = folder.path + "/copy.sqlite"
        try connection.prepare("VACUUM INTO $1").run(.text(copy))
        let report = try audit(copy)
        #expect(report.hasChecksums)
        #expect(report.faults == [])
        try connection.execute(script: "VACUUM")
        try connection.checkpoint(truncating: true)
        #expect(try audit().faults == [])
        #expect(try audit().pageCount == report.pageCount)
    }

    @Test("are right in a copy, also for pages that only the log holds")
    func copied() throws {
        let connection = try folder.connect()
        try fill(connection)
        try connection.execute(script: "UPDATE item SET size = 2 WHERE number < 900")
        let copy = folder.path + "/copy.sqlite"
        try Data().write(to: URL(filePath: copy))
        let first = try connection.snapshot { try DatabaseCopy(of: connection).write(to: copy) }
        #expect(first.writtenPages > 20)
        #expect(try audit(copy).hasChecksums)
        #expect(try audit(copy).faults == [])
        let again = try connection.snapshot { try DatabaseCopy(of: connection).write(to: copy) }
        // The first page counts the changes.
        #expect(again.writtenPages <= 1)
    }

    @Test("are not asked of a page that the log holds anew, for it may be torn")
    func torn() throws {
        let connection = try folder.connect()
        try fill(connection)
        try connection.execute(script: "UPDATE item SET size = 2")
        // Another connection's file: this one's still holds the log.
        var torn = try bytes()
        let page = try #require(
            try connection.number("SELECT max(pageno) FROM dbstat WHERE name = 'item'"))
        for offset in 0..<512 { torn[(Int(page) - 1) * 4_096 + offset] = 0xFF }
        let alone = folder.path + "/alone.sqlite"
        try Data(torn).write(to: URL(filePath: alone))
        #expect(try audit(alone).faults.map(\.page) == [Int(page)])
        let copy = folder.path + "/copy.sqlite"
        try Data(torn).write(to: URL(filePath: copy))
        try FileManager.default.copyItem(
            atPath: folder.databasePath + "-wal", toPath: copy + "-wal")
        #expect(try audit(copy).faults == [])
        try Connection(path: copy, access: .write).checkpoint(truncating: true)
        #expect(try audit(copy).faults == [])
    }

    @Test("find a flipped byte anywhere, and name its page")
    func flipped() throws {
        try fill(folder.connect())
        let sound = try bytes()
        for offset in stride(from: 101, to: sound.count, by: 1_021) {
            var damaged = sound
            damaged[offset] ^= UInt8(1 << (offset % 8))
            try write(damaged)
            let faults = try #require(try? audit().faults, "byte \(offset) cannot be read")
            #expect(faults.map(\.page) == [offset / 4_096 + 1], "byte \(offset)")
        }
    }

    @Test("find two pages that changed places")
    func misplaced() throws {
        try fill(folder.connect())
        let sound = try bytes()
        let swapped =
            sound[..<8_192] + sound[12_288..<16_384] + sound[8_192..<12_288] + sound[16_384...]
        try write(Array(swapped))
        #expect(try audit().faults.map(\.page) == [3, 4])
    }

    @Test(
        "find what another program wrote, and name its table",
        .enabled(if: SQLiteTool.isInstalled, "apt-get install sqlite3"))
    func foreign() throws {
        try fill(folder.connect())
        try SQLiteTool.run("UPDATE item SET size = 9 WHERE number = 7", on: folder.databasePath)
        let faults = try audit().faults
        #expect(faults.contains { $0.owner == "item" })
        #expect("\(faults)".contains("of item: its checksum is wrong"))
        #expect(try audit(maximumFaults: 1).faults.count == 1)
    }

    @Test(
        "are not asked of a database that was made without them",
        .enabled(if: SQLiteTool.isInstalled, "apt-get install sqlite3"))
    func older() throws {
        try SQLiteTool.run("CREATE TABLE item (name, size)", on: folder.databasePath)
        let connection = try folder.connect()
        try connection.transaction {
            for number in 0..<500 { try connection.insertItem("item \(number)") }
        }
        try connection.checkpoint(truncating: true)
        let report = try audit()
        #expect(!report.hasChecksums)
        #expect(report.faults == [])
        #expect(report.pageCount > 2)
    }

    @Test("are not forgotten when the header's count of reserved bytes is damaged")
    func damagedHeader() throws {
        try fill(folder.connect())
        var damaged = try bytes()
        #expect(damaged[PageLayout.reservedBytesOffset] == 8)
        damaged[PageLayout.reservedBytesOffset] = 0
        try write(damaged)
        let report = try audit()
        #expect(report.hasChecksums)
        #expect(report.faults.map(\.page) == [1])
    }

    @Test("tell of a page that is cut short")
    func cut() throws {
        try fill(folder.connect())
        let sound = try bytes()
        try write(sound + [1, 2, 3])
        #expect(try audit().faults.map(\.page) == [sound.count / 4_096 + 1])
    }

    @Test("are right while another connection writes and copies its log")
    func live() throws {
        try fill(folder.connect(), items: 200)
        let isDone = Atomic(false)
        let path = folder.databasePath
        let thread = Thread {
            defer { isDone.store(true, ordering: .releasing) }
            do {
                let connection = try Connection(path: path, access: .write)
                for round in 0..<200 {
                    try connection.transaction {
                        for number in 0..<20 { try connection.insertItem("\(round)/\(number)") }
                    }
                    try connection.checkpoint()
                }
            } catch {
                Issue.record(error)
            }
        }
        thread.start()
        var audits = 0
        while !isDone.load(ordering: .acquiring) {
            #expect(try audit().faults == [])
            audits += 1
        }
        #expect(audits > 0)
        #expect(try audit().faults == [])
    }
}

@Suite("The checksum of a page")
struct PageChecksumTests {
    private static func page(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    }

    private func stamped(_ count: Int, number: UInt32) -> [UInt8] {
        var page = Self.page(count)
        page.withUnsafeMutableBytes { PageChecksum.stamp($0, number: number) }
        return page
    }

    // The files in use hold these: a change of the function would make all of them wrong.
    @Test(
        "never changes",
        arguments: [
            (512, 1, 0x8182_B641_A935_2AD2), (4_096, 1, 0xA5B3_D74D_4374_2FDF),
            (4_096, 262_144, 0x6AE7_2E25_7E01_820E), (65_536, 7, 0xC2B0_BA9A_3C63_F3C2),
        ] as [(Int, UInt32, UInt64)])
    func golden(count: Int, number: UInt32, checksum: UInt64) {
        let page = stamped(count, number: number)
        #expect(page.withUnsafeBytes { PageChecksum.stored(in: $0) } == checksum)
    }

    @Test("differs for every byte that is changed", arguments: [512, 4_096])
    func everyByte(count: Int) {
        var page = stamped(count, number: 3)
        #expect(page.withUnsafeBytes { PageChecksum.isRight($0, number: 3) })
        #expect(!page.withUnsafeBytes { PageChecksum.isRight($0, number: 4) })
        for offset in page.indices {
            for bit in 0..<8 {
                page[offset] ^= 1 << bit
                #expect(!page.withUnsafeBytes { PageChecksum.isRight($0, number: 3) })
                page[offset] ^= 1 << bit
            }
        }
    }
}
