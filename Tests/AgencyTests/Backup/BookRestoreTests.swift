import Foundation
import Ledger
import SQL
import Testing

@testable import Agency

@Suite struct BookRestoreTests {
    let test: TestBook
    let output: BookCopy
    var backup: String { output.path + "/b" }
    var target: String { output.path + "/data" }
    var keyPath: String { test.copy.path + "/keys/master.key" }

    init() throws {
        test = try TestBook()
        output = try BookCopy()
        try test.playDay()
        try test.closeDay()
        try test.release()
        try test.back(up: output.path + "/b")
    }

    @Test("a restored book has the entries, balances, seals and settlement files of the book")
    func whole() throws {
        let report = try restore(key: keyPath)
        #expect(report.settlementFaults == [])
        #expect(try output.names(in: "data") == ["book.db", "keys", "sent", "settlement"])
        #expect(try output.permissions(of: "data") == 0o700)
        #expect(try output.permissions(of: "data/book.db") == 0o600)
        #expect(try output.permissions(of: "data/keys/master.key") == 0o600)
        let restored = BookFolder(path: target)
        let readers = try restored.openReaders()
        let (seals, lines) = try readers.read {
            (try LedgerReader($0).seals(), try LedgerReader($0).trialBalance().lines)
        }
        let original = try test.book.readers.read {
            (try LedgerReader($0).seals(), try LedgerReader($0).trialBalance().lines)
        }
        #expect(seals == original.0 && seals.count == 1)
        #expect(lines.map(\.totals) == original.1.map(\.totals))
        #expect(report.contents?.lastSeal == seals.last)
        let faults = try readers.read {
            try BookAudit($0, maximumFaults: 10) { _ in }.run().faults
                + SettlementAudit(restored, $0) { _ in }.run(maximumFaults: 10)
        }
        #expect(faults == [])
        try expectSameSettlementFiles(count: report.settlementFileCount)
        let book = try Book(path: target)
        defer { book.close() }
        #expect(
            try book.readers.read { try LedgerReader($0).openDate() }?.description == "2026-11-21")
    }

    private func expectSameSettlementFiles(count: Int) throws {
        var compared = 0
        for folder in try ["sent", "settlement"].flatMap({ kind in
            try test.copy.names(in: kind).map { kind + "/" + $0 }
        }) {
            let names = try test.copy.names(in: folder)
            #expect(try output.names(in: "data/" + folder) == names)
            for name in names {
                #expect(
                    try output.bytes("data/\(folder)/\(name)")
                        == test.copy.bytes("\(folder)/\(name)"), "\(name)")
                compared += 1
            }
        }
        #expect(compared == 4 * count && count == TestNetwork.partnerCount)
    }

    @Test("a file that was assigned and not yet released is left to the next start")
    func assigned() throws {
        let later = try TestBook()
        try later.playDay()
        try later.closeDay()
        let path = output.path + "/later"
        try later.back(up: path)
        let report = try BookRestore(BookFolder(path: target)).run(
            from: path, keyPath: later.copy.path + "/keys/master.key")
        #expect(report.settlementFileCount == 0 && report.settlementFaults == [])
        let book = try Book(path: target)
        defer { book.close() }
        let release = try SettlementExchange(book: book).releaseAll()
        #expect(release.files.count == TestNetwork.partnerCount && release.heldBack.isEmpty)
    }

    @Test("another book's key is refused, and nothing is left")
    func wrongKey() throws {
        let other = output.path + "/other.key"
        try Data(String(repeating: "0123456789abcdef", count: 4).utf8)
            .write(to: URL(filePath: other))
        #expect(
            throws: BookError.unusable(
                path: other, reason: "this is not this book's key; use the copy of its own")
        ) { try restore(key: other) }
        let noKey = output.path + "/none.key"
        #expect(throws: BackupError.keyMissing(path: noKey)) { try restore(key: noKey) }
        #expect(throws: BackupError.keyMissing(path: target + "/keys/master.key")) {
            try restore(key: nil)
        }
        #expect(throws: BookError.self) { try restore(key: backup) }
        #expect(try output.names(in: ".") == ["b", "other.key"])
    }

    @Test("a key that lies in its place needs no naming, and is never replaced")
    func keyInPlace() throws {
        try FileManager.default.createDirectory(
            atPath: target + "/keys", withIntermediateDirectories: true)
        let place = target + "/keys/master.key"
        let other = [UInt8](String(repeating: "0123456789abcdef", count: 4).utf8)
        try Data(other).write(to: URL(filePath: place))
        #expect(throws: BackupError.otherKeyPresent(path: place)) { try restore(key: keyPath) }
        #expect(try output.bytes("data/keys/master.key") == other)
        #expect(try output.names(in: "data") == ["keys"])
        try Data(test.copy.bytes("keys/master.key")).write(to: URL(filePath: place))
        _ = try restore(key: nil)
        #expect(try output.names(in: "data") == ["book.db", "keys", "sent", "settlement"])
    }

    @Test("a folder that holds anything is refused and left as it is")
    func notEmpty() throws {
        _ = try restore(key: keyPath)
        let before = try output.bytes("data/book.db")
        #expect(throws: BackupError.folderNotEmpty(path: target, name: "book.db")) {
            try restore(key: keyPath)
        }
        #expect(try output.bytes("data/book.db") == before)
        #expect(throws: BackupError.folderNotEmpty(path: output.path, name: "b")) {
            try BookRestore(BookFolder(path: output.path)).run(from: backup, keyPath: keyPath)
        }
        #expect(throws: BookError.inUse(folder: test.copy.path)) {
            try BookRestore(BookFolder(path: test.copy.path)).run(from: backup, keyPath: keyPath)
        }
    }

    @Test("what a killed attempt left is cleared away")
    func resumed() throws {
        for folder in ["/.restoring", "/settlement/WATER01", "/sent/WATER01"] {
            try FileManager.default.createDirectory(
                atPath: target + folder, withIntermediateDirectories: true)
        }
        for name in [
            "/.restoring/book.db", "/.restoring/master.key", "/settlement/WATER01/half",
            "/sent/WATER01/half",
        ] {
            try Data("half".utf8).write(to: URL(filePath: target + name))
        }
        _ = try restore(key: keyPath)
        #expect(try output.names(in: "data") == ["book.db", "keys", "sent", "settlement"])
        #expect(!(try output.names(in: "data/settlement/WATER01").contains("half")))
        #expect(!(try output.names(in: "data/sent/WATER01").contains("half")))
    }

    @Test("a file that is no backup is refused, and makes no folder")
    func notABook() throws {
        let text = output.path + "/text"
        try Data(String(repeating: "no database ", count: 1_000).utf8)
            .write(to: URL(filePath: text))
        let empty = output.path + "/empty"
        try Data().write(to: URL(filePath: empty))
        let foreign = output.path + "/foreign"
        try Connection(path: foreign, access: .write).execute(script: "CREATE TABLE t (a)")
        for path in [text, empty, foreign] {
            #expect(throws: BackupError.notABook(path: path)) {
                try BookRestore(BookFolder(path: target)).run(from: path, keyPath: keyPath)
            }
        }
        let missing = output.path + "/missing"
        #expect(
            throws: BackupError.unusable(path: missing, reason: "No such file or directory")
        ) { try BookRestore(BookFolder(path: target)).run(from: missing, keyPath: keyPath) }
        #expect(try output.names(in: "data") == [])
    }

    @Test("a backup of a newer program is refused, and makes no folder")
    func newer() throws {
        let connection = try Connection(path: backup, access: .write)
        try connection.execute(
            script: "INSERT INTO schema_migration VALUES ('9999-future', 'x', 1)")
        #expect(throws: MigrationError.unknown(name: "9999-future")) { try restore(key: keyPath) }
        #expect(!FileManager.default.fileExists(atPath: target))
    }

    @Test("a settlement file that the rows no longer make is told, and does not end the restoring")
    func alteredRows() throws {
        let copy = try BookCopy(of: test.copy.path)
        try copy.damage(
            """
            UPDATE settlement_file SET digest = iif(digest LIKE 'f%', '0', 'f') || substr(digest, 2)
            WHERE file_id = 1
            """)
        let path = output.path + "/altered"
        _ = try BookBackup(BookFolder(path: copy.path)).run(to: path)
        let report = try BookRestore(BookFolder(path: target)).run(from: path, keyPath: keyPath)
        #expect(
            report.settlementFileCount + report.settlementFaults.count == TestNetwork.partnerCount)
        #expect(report.settlementFaults.count >= 1)
        #expect(report.settlementFaults.first?.contains("_BANK01_") == true)
    }

    private func restore(key: String?) throws -> BookRestore.Report {
        try BookRestore(BookFolder(path: target)).run(from: backup, keyPath: key)
    }
}
