import Foundation
import SQL
import Testing

@testable import Agency

@Suite struct BookTests {
    @Test("a book is open once, for a server as for a loader") func inUse() throws {
        var test: TestBook? = try TestBook()
        let copy = try #require(test).copy
        #expect(throws: BookError.inUse(folder: copy.path)) { try Book(path: copy.path) }
        #expect(throws: BookError.inUse(folder: copy.path)) {
            try NetworkLoader(path: copy.path) { _ in }
        }
        test = nil
        let next = try TestBook(reopening: copy, at: "2026-11-20 10:00")
        #expect(try next.date() == "2026-11-20")
    }

    @Test("a book is read while another process serves it") func readBeside() throws {
        let test = try TestBook()
        #expect(try BookFolder(path: test.copy.path).openReaders().read { _ in 1 } == 1)
    }

    @Test("an empty folder is no book") func empty() throws {
        let copy = try BookCopy()
        #expect(throws: BookError.self) { try BookFolder(path: copy.path).openReaders() }
        #expect(throws: BookError.self) { try Book(path: copy.path) }
        // A mistyped path leaves nothing behind.
        #expect(try FileManager.default.contentsOfDirectory(atPath: copy.path) == [])
    }

    @Test("a book without its master key is refused, and no new key is made") func keyless() throws
    {
        let copy = try TestNetwork.copy()
        let path = copy.path + "/keys/master.key"
        try FileManager.default.removeItem(atPath: path)
        #expect(
            throws: BookError.unusable(
                path: path,
                reason: "the key of this book is missing; put the copy of it here")
        ) { try Book(path: copy.path) }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test(
        "a master key that is no key is refused",
        arguments: ["", "0123", String(repeating: "g", count: 64)])
    func damagedKey(text: String) throws {
        let copy = try TestNetwork.copy()
        let path = copy.path + "/keys/master.key"
        try Data(text.utf8).write(to: URL(filePath: path))
        #expect(
            throws: BookError.unusable(path: path, reason: "this is not a key of 64 hex digits")
        ) { try Book(path: copy.path) }
    }

    // With another key a card would have a second allowance, for its digest would be another.
    @Test("another book's master key is refused before the first payment") func wrongKey() throws {
        let copy = try TestNetwork.copy()
        let path = copy.path + "/keys/master.key"
        try Data(String(repeating: "0a", count: 32).utf8).write(to: URL(filePath: path))
        #expect(
            throws: BookError.unusable(
                path: path, reason: "this is not this book's key; use the copy of its own")
        ) { try Book(path: copy.path) }
    }

    @Test("the keys and the book are for their owner only") func permissions() throws {
        let copy = try TestNetwork.copy()
        for (name, expected) in [("keys", 0o700), ("keys/master.key", 0o600)] {
            let attributes = try FileManager.default.attributesOfItem(
                atPath: copy.path + "/" + name)
            let mode = try #require(attributes[.posixPermissions] as? NSNumber)
            #expect(mode.intValue == expected, "\(name)")
        }
    }

    @Test("what was answered before the book was closed is there when it opens again")
    func reopened() throws {
        var test: TestBook? = try TestBook()
        let copy = try #require(test).copy
        let teller = try test?.signOn()
        let receipt = try test?.payPhone(key: "terminal-1", by: try #require(teller))
        test = nil
        let next = try TestBook(reopening: copy, at: "2026-11-20 10:00")
        #expect(try next.payPhone(key: "terminal-1", by: try next.operatorA()) == receipt)
        let more = try next.payPhone(key: "terminal-2", by: try next.operatorA()).answer()
        #expect(try more.text("receipt_number") == "S0001-20261120-000002")
        #expect(try more.text("serial") == "000000000002")
    }
}
