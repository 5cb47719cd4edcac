import Foundation
import Ledger
import SQL
import Testing

@testable import Agency

@Suite struct BookBackupTests {
    @Test("a backup of a book in use holds what was committed, in one private file")
    func whole() throws {
        let test = try TestBook()
        let principal = try test.signOn(1)
        try test.payPhone(key: "payment-1", by: principal)
        let output = try BookCopy()
        let report = try test.back(up: output.path + "/b")
        let contents = try #require(report.contents)
        #expect(contents.entryCount == (try test.count("journal_entry")))
        #expect(contents.lastSeal == nil)
        #expect(try output.names(in: ".") == ["b"])
        #expect(try output.bytes("b").count == report.byteCount)
        #expect(try output.permissions(of: "b") == 0o600)
        let copied = try Connection(path: output.path + "/b", access: .read)
        #expect(try copied.snapshot { try BookContents.read(copied) } == contents)
        // What is paid later is not in it, and does no harm.
        try test.payPhone(key: "payment-2", by: principal)
        #expect(try BookIdentity(ofCopy: output.path + "/b").head?.size == contents.entryCount)
    }

    @Test("a name that is taken is left as it is, a folder's too")
    func exists() throws {
        let test = try TestBook()
        let output = try BookCopy()
        let path = output.path + "/b"
        try Data("precious".utf8).write(to: URL(filePath: path))
        #expect(throws: BackupError.exists(path: path)) { try test.back(up: path) }
        #expect(throws: BackupError.exists(path: output.path)) { try test.back(up: output.path) }
        #expect(try output.bytes("b") == [UInt8]("precious".utf8))
        #expect(try output.names(in: ".") == ["b"])
    }

    @Test("a file that takes the name while the copy is made is left as it is")
    func existsMeanwhile() throws {
        let test = try TestBook()
        let output = try BookCopy()
        let path = output.path + "/b"
        #expect(throws: BackupError.exists(path: path)) {
            try BookBackup(test.book.folder).run(to: path) { _, _ in
                try Data("precious".utf8).write(to: URL(filePath: path))
            }
        }
        #expect(try output.bytes("b") == [UInt8]("precious".utf8))
        #expect(try output.names(in: ".") == ["b"])
    }

    @Test("a backup that is ended or has no folder leaves nothing")
    func ended() throws {
        let test = try TestBook()
        let output = try BookCopy()
        #expect(throws: BackupError.stopped) {
            try BookBackup(test.book.folder).run(to: output.path + "/b") { _, _ in
                throw BackupError.stopped
            }
        }
        #expect(try output.names(in: ".") == [])
        let path = output.path + "/none/b"
        #expect(
            throws: BackupError.unusable(
                path: path + ".lock", reason: "No such file or directory")
        ) { try test.back(up: path) }
    }

    @Test("one name is written by one process at a time; what a killed one left is replaced")
    func claimed() throws {
        let test = try TestBook()
        let output = try BookCopy()
        let path = output.path + "/b"
        #expect(throws: BackupError.inUse(path: path)) {
            try BookBackup(test.book.folder).run(to: path) { _, _ in try test.back(up: path) }
        }
        for name in ["b.lock", "b.part"] {
            try Data("left".utf8).write(to: URL(filePath: output.path + "/" + name))
        }
        try test.back(up: path)
        #expect(try output.names(in: ".") == ["b"])
        #expect(try BookIdentity(ofCopy: path).head != nil)
    }

    @Test("a damaged book makes no backup that looks like one")
    func damaged() throws {
        let copy = try TestNetwork.copy()
        let path = copy.path + "/book.db"
        var bytes = try Data(contentsOf: URL(filePath: path))
        // The headers of pages in the second half: neither schema nor journal is there.
        let count = bytes.count / 4_096
        for page in stride(from: count / 2, to: count - 20, by: 20) {
            for index in 0..<64 { bytes[page * 4_096 + index] = 0xA5 }
        }
        try bytes.write(to: URL(filePath: path))
        let output = try BookCopy()
        #expect {
            try BookBackup(BookFolder(path: copy.path)).run(to: output.path + "/b")
        } throws: { error in
            if case .unsound? = error as? BackupError { true } else { false }
        }
        #expect(try output.names(in: ".") == [])
    }

    @Test(
        "a book of another schema is backed up as it is",
        arguments: [
            "INSERT INTO schema_migration VALUES ('9999-future', 'x', 1)",
            "DELETE FROM schema_migration WHERE name LIKE '0002%'",
        ])
    func otherSchema(_ sql: String) throws {
        let copy = try TestNetwork.copy()
        try copy.damage(sql)
        let output = try BookCopy()
        let report = try BookBackup(BookFolder(path: copy.path)).run(to: output.path + "/b")
        #expect(report.contents == nil)
        #expect(try BookIdentity(ofCopy: output.path + "/b").networkDigest.isEmpty == false)
    }
}

extension TestBook {
    @discardableResult
    func back(up path: String) throws -> BookBackup.Report {
        try BookBackup(book.folder).run(to: path)
    }
}

extension BookCopy {
    func permissions(of name: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path + "/" + name)
        return try #require(attributes[.posixPermissions] as? NSNumber).intValue
    }
}
