import Foundation
import Testing

@testable import Settlement

/// One thing wrong in each file, and what is said of it.
@Suite struct LayoutRefusalTests {
    @Test(
        "a file with one fault is refused with its place", arguments: lineRows + fieldRows + wayRows
    )
    func refused(_ row: Row) throws {
        let folder = try TemporaryFolder(inMemory: true)
        let layout =
            row.layoutPart.isEmpty
            ? LayoutExample.layout
            : try LayoutExample.changed(
                LayoutExample.layout, row.layoutPart, row.layoutReplacement)
        let text = try LayoutExample.changed(LayoutExample.file, row.part, row.replacement)
        let error = try #require(throws: LayoutError.self) {
            try LayoutExample.check(text.utf8, layout, in: folder)
        }
        #expect("\(error)".contains(row.message), "\(error)")
    }

    @Test("the example itself is right")
    func right() throws {
        let folder = try TemporaryFolder(inMemory: true)
        let file = try LayoutExample.check(LayoutExample.file.utf8, in: folder)
        let lines = try LayoutExample.lines(file)
        #expect(lines.map(\.line.serial) == ["1001", "1002", "1003"])
        #expect(lines.map(\.line.amountFen) == [8_650, 50_000, 700])
        #expect(lines.map(\.line.status) == [.posted, .posted, .reversed])
        #expect(lines.map(\.commissionFen) == [50, 100, 0])
        #expect(file.totals.netFen == 8_650 - 50_000 && file.totals.skippedCount == 1)
        #expect("\(try #require(file.businessDate))" == "2026-11-21")
    }

    static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    /// Names and first bytes that tell another format or encoding.
    static let bytesRows: [(String, [UInt8], String)] = [
        (LayoutExample.name, [0x1F, 0x8B, 8, 0], "packed (gzip); unpack it first"),
        (LayoutExample.name, [0x50, 0x4B, 3, 4], "packed (zip); unpack it first"),
        (LayoutExample.name, [0x50, 0x4B, 5, 6], "packed (zip); unpack it first"),
        (LayoutExample.name, Array("BZh91AY&SY".utf8), "packed (bzip2)"),
        (LayoutExample.name, [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], "packed (xz)"),
        (LayoutExample.name, [0x37, 0x7A, 0xBC, 0xAF, 0x27], "packed (7z)"),
        (LayoutExample.name, Array("Rar!\u{1A}\u{7}".utf8), "packed (rar)"),
        (LayoutExample.name, [0xD0, 0xCF, 0x11, 0xE0], "packed (xls)"),
        ("B20261121.csv.GZ", Array("a".utf8), "packed (gzip)"),
        ("B20261121.zip", Array("a".utf8), "packed (zip)"),
        ("B20261121.xlsx", Array("a".utf8), "packed (zip)"),
        ("C20261121.csv", Array("a".utf8), "not a name of the layout, B{yyyyMMdd}.csv"),
        ("B20261131.csv", Array("a".utf8), "not a name of the layout, B{yyyyMMdd}.csv"),
        (LayoutExample.name, [], "the file is empty; ask the partner for it again"),
        (LayoutExample.name, Array("\n\r\n".utf8), "the file is empty"),
        (LayoutExample.name, mark, "the file is empty"),
        (LayoutExample.name, [0xFF, 0xFE, 0x41, 0], "begins with the mark of UTF-16, the layout"),
        (LayoutExample.name, [0x84, 0x31, 0x95, 0x33], "begins with the mark of GB18030"),
        (LayoutExample.name, Array("PK".utf8), "line 1: must be the columns serial"),
    ]

    @Test("another format, name or encoding is refused by name and by bytes", arguments: bytesRows)
    func format(_ name: String, _ bytes: [UInt8], _ message: String) throws {
        let folder = try TemporaryFolder(inMemory: true)
        let error = try #require(throws: LayoutError.self) {
            try LayoutExample.check(bytes, as: name, in: folder)
        }
        #expect("\(error)".contains(message), "\(error)")
    }

    static let noTexts: [(String, [[UInt8]])] = [
        ("utf-8", [[0xFF], [0xC0, 0x80], [0xE4, 0xB8], [0xED, 0xA0, 0x80]]),
        ("gb18030", [[0xFF], [0x80, 0x20], [0xBC], [0x81, 0x30, 0x81]]),
    ]

    @Test("bytes that are no text are refused with their line", arguments: noTexts)
    func undecodable(_ encoding: String, _ noTexts: [[UInt8]]) throws {
        let folder = try TemporaryFolder(inMemory: true)
        let layout = try LayoutExample.changed(LayoutExample.layout, "utf-8", encoding)
        for noText in noTexts {
            let parts = LayoutExample.file.components(separatedBy: "W2")
            let bytes = Array(parts[0].utf8) + noText + Array(parts[1].utf8)
            let error = #expect(throws: LayoutError.self) {
                try LayoutExample.check(bytes, layout, in: folder)
            }
            #expect(error == .textUndecodable(line: 3))
        }
    }

    @Test("what is no regular file is refused")
    func irregular() throws {
        let folder = try TemporaryFolder(inMemory: true)
        let reader = LayoutReader(try PartnerLayout(Array(LayoutExample.layout.utf8)))
        try folder.put(LayoutExample.file.utf8, as: "real")
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/" + LayoutExample.name, withDestinationPath: "real")
        #expect(throws: LayoutError.file(.fileNotRegular(name: LayoutExample.name))) {
            try reader.check(LayoutExample.name, in: folder.path)
        }
        #expect(throws: LayoutError.self) { try reader.check("none", in: folder.path) }
    }

    @Test("a file that is larger than any valid one is not read")
    func tooLarge() throws {
        let folder = try TemporaryFolder(inMemory: true)
        try folder.put([], as: LayoutExample.name)
        let handle = try FileHandle(
            forWritingTo: folder.url.appending(path: LayoutExample.name))
        let limit = LayoutLimits.maximumFileByteCount
        // Nothing is written: the file has no blocks.
        try handle.truncate(atOffset: UInt64(limit) + 1)
        let reader = LayoutReader(try PartnerLayout(Array(LayoutExample.layout.utf8)))
        let error = #expect(throws: LayoutError.self) {
            try reader.check(LayoutExample.name, in: folder.path)
        }
        #expect(
            error
                == .file(
                    .fileTooLarge(
                        name: LayoutExample.name, byteCount: limit + 1, limit: limit)))
    }

    @Test("a file that changes between check and reading gives no verdict")
    func changed() throws {
        let folder = try TemporaryFolder(inMemory: true)
        let file = try LayoutExample.check(LayoutExample.file.utf8, in: folder)
        let other = try LayoutExample.changed(LayoutExample.file, "1001", "1009")
        let handle = try FileHandle(
            forWritingTo: folder.url.appending(path: LayoutExample.name))
        try handle.write(contentsOf: Data(other.utf8))
        #expect(throws: LayoutError.file(.fileChanged(name: LayoutExample.name))) {
            try file.forEachLine { _ in }
        }
    }

    @Test("a field that begins inside a character is refused, though its bytes look like letters")
    func insideCharacter() throws {
        let folder = try TemporaryFolder(inMemory: true)
        let layout = try LayoutExample.changed(
            LayoutExample.records, "\"serial\": { \"start\": 1, \"length\": 8 },", "")
        // The character has the bytes B0 and 5C, and 5C is a backslash.
        let bytes = Array("1001   ".utf8) + [0xB0, 0x5C] + Array("A1     00008650090507".utf8)
        let error = #expect(throws: LayoutError.self) {
            try LayoutExample.check(bytes, as: "20261121.txt", layout, in: folder)
        }
        #expect(
            error
                == .fieldInvalid(
                    line: 1, field: .account, value: "(8 bytes)", cause: .undecodable))
    }

    /// Records of 30 bytes that are wrong.
    static let recordRows: [(String, String)] = [
        ("1001    A1      00008650090507 ", "line 1: 31 bytes, expected 30"),
        ("1001    A1      0000865009050", "line 1: 29 bytes, expected 30"),
        ("1001    A1      00008650 90507", "line 1, clock, 90507: not a time HHmmss"),
        ("1001    A1      00000000090507", "line 1, amount, 00000000: must not be 0"),
        ("1001    A1      0000+865090507", "line 1, amount, 0000+865: not a whole number of fen"),
        ("1001   甲A1     00008650090507", "line 1, serial, (8 bytes): begins or ends in the"),
    ]

    @Test("a record with one fault is refused with its place", arguments: recordRows)
    func record(_ line: String, _ message: String) throws {
        let folder = try TemporaryFolder(inMemory: true)
        // The character has two bytes, of which the first is the last of the serial.
        let bytes: [UInt8] = line.flatMap { $0 == "甲" ? [0xBC, 0xD7] : Array(String($0).utf8) }
        let error = try #require(throws: LayoutError.self) {
            try LayoutExample.check(
                bytes + [0x0A], as: "20261121.txt", LayoutExample.records, in: folder)
        }
        #expect("\(error)".contains(message), "\(error)")
    }
}
