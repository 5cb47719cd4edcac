import CivilTime
import Foundation
import SQL
import Testing

@testable import Agency

/// The demo network, loaded once for the whole run; every test gets a copy of its own.
enum TestNetwork {
    /// The business date that every copy begins with.
    static let openingDate = "2026-11-20"
    /// Its partners, each of which gets a settlement file a day.
    static let partnerCount = 14

    /// The project's demo data files.
    static var dataFolder: String {
        var folder = URL(filePath: #filePath)
        for _ in 0..<4 { folder.deleteLastPathComponent() }
        return folder.appending(path: "fixtures/demo").path
    }

    private static let loaded = Result {
        // No test is the last one for sure, so that the process removes it at its end.
        atexit { TestNetwork.remove() }
        return try load()
    }

    /// A copy of the loaded book.
    static func copy() throws -> BookCopy {
        try BookCopy(of: loaded.get().path)
    }

    static func credentials() throws -> DemoCredentialsFile {
        try #require(try DataFolder.load(dataFolder).demoCredentials)
    }

    private static func remove() {
        do {
            try FileManager.default.removeItem(atPath: loaded.get().path)
        } catch {
            print("the loaded network is left behind: \(error)")
        }
    }

    private static func load() throws -> BookCopy {
        let copy = try BookCopy()
        let loader = try NetworkLoader(path: copy.path) { _ in }
        let date = try #require(BusinessDate(openingDate))
        _ = try loader.load(DataFolder.load(dataFolder), openingOn: date)
        return copy
    }
}

/// A book's folder that is removed with its last user.
final class BookCopy: Sendable {
    let path: String

    /// An empty folder.
    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/book-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
    }

    /// A copy of the book in another folder, which nobody may have open.
    init(of other: String) throws {
        path = FileManager.default.temporaryDirectory.path + "/book-\(UUID().uuidString)"
        try FileManager.default.copyItem(atPath: other, toPath: path)
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            print("left behind: \(path): \(error)")
        }
    }

    /// Runs SQL that the program would never run, on a book that nobody has open.
    func damage(_ sql: String) throws {
        let connection = try Connection(path: path + "/book.db", access: .write)
        try connection.execute(
            script: "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;")
        let triggers = try connection.prepare(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"
        ).all { (name: $0.text(0), sql: $0.text(1)) }
        for trigger in triggers { try connection.execute(script: "DROP TRIGGER \(trigger.name)") }
        try connection.execute(script: sql)
        for trigger in triggers { try connection.execute(script: trigger.sql) }
        try connection.checkpoint(truncating: true)
    }

    /// What the audit finds in the book.
    func faults() throws -> [String] {
        try BookFolder(path: path).openReaders().read {
            try BookAudit($0, maximumFaults: 100) { _ in }.run().faults
        }
    }

    func bytes(_ name: String) throws -> [UInt8] {
        try [UInt8](Data(contentsOf: URL(filePath: path + "/" + name)))
    }

    func names(in folder: String) throws -> [String] {
        let path = path + "/" + folder
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    }
}
