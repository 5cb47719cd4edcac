import Foundation
import SQL
import Testing

@testable import Agency

@Suite struct BookFollowerTests {
    let test: TestBook
    let principal: Principal
    let output: BookCopy
    var path: String { output.path + "/copy" }

    init() throws {
        test = try TestBook()
        principal = try test.signOn(1)
        output = try BookCopy()
    }

    @Test("each round brings the copy up to date, and writes only what differs")
    func rounds() throws {
        let follower = try follower()
        var sizes: [Int64] = []
        for round in 1...4 {
            try test.payPhone(key: "payment-\(round)", by: principal)
            let outcome = try copied(follower)
            sizes.append(outcome.writtenPages)
            #expect(try lastEntryOfCopy() == test.count("journal_entry"))
            let reader = try Connection(path: path, access: .read)
            #expect(try reader.prepare("PRAGMA integrity_check").first { $0.text(0) } == "ok")
        }
        // Both files are written wholly once; then a payment's pages are.
        #expect(sizes[0] > 200 && sizes[1] > 200)
        #expect(sizes[2] < 40 && sizes[3] < 40, "\(sizes)")
        #expect(try output.names(in: ".") == ["copy", "copy.lock", "copy.spare"])
        #expect(try output.permissions(of: "copy") == 0o600)
    }

    @Test("a round without a commit only sets the copy's time")
    func unchanged() throws {
        let follower = try follower()
        _ = try copied(follower)
        let url = URL(filePath: path)
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1)], ofItemAtPath: path)
        let before = try Data(contentsOf: url)
        guard case .unchanged = try follower.round() else {
            Issue.record("nothing was committed")
            return
        }
        #expect(try Data(contentsOf: url) == before)
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        let date = try #require(attributes[.modificationDate] as? Date)
        #expect(date.timeIntervalSince1970 > 1_000)
        // A copy that somebody took away is made again.
        try FileManager.default.removeItem(atPath: path)
        _ = try copied(follower)
        #expect(try lastEntryOfCopy() == test.count("journal_entry"))
    }

    @Test("the next process goes on with what the last one left, however it ended")
    func reopened() throws {
        do {
            let first = try follower()
            _ = try copied(first)
        }
        try test.payPhone(key: "payment-1", by: principal)
        do {
            let second = try follower()
            #expect(throws: BackupError.stopped) {
                try second.round { done, _ in if done > 0 { throw BackupError.stopped } }
            }
        }
        try Data("garbage".utf8).write(to: URL(filePath: path + ".spare"))
        try FileManager.default.linkItem(atPath: path, toPath: path + ".retired")
        let third = try follower()
        _ = try copied(third)
        #expect(try lastEntryOfCopy() == test.count("journal_entry"))
        #expect(try output.names(in: ".") == ["copy", "copy.lock", "copy.spare"])
    }

    @Test("a copy of another book, or with entries that the book has lost, is not overwritten")
    func ahead() throws {
        let early = try BookCopy()
        try test.back(up: early.path + "/b")
        try test.payPhone(key: "payment-lost", by: principal)
        do { _ = try copied(follower()) }
        let lastEntry = try test.count("journal_entry")
        let restored = early.path + "/data"
        _ = try BookRestore(BookFolder(path: restored)).run(
            from: early.path + "/b", keyPath: test.copy.path + "/keys/master.key")
        let before = try output.bytes("copy")
        #expect(throws: BackupError.ahead(path: path, lastEntry: lastEntry)) {
            try BookFollower(BookFolder(path: restored), to: path).round()
        }
        // As many entries, and others: still not the same book.
        let other = try Book(path: restored) { [clock = test.clock] in clock.now }
        defer { other.close() }
        let key = try test.claim(
            "payment-other", principal,
            BillPaymentRequest(
                target: .account(productCode: "MOBILE", accountNumber: "13900000009"),
                amountFen: 700
            ).fingerprint)
        let principal = principal
        _ = try other.writer.perform {
            try $0.payBill(
                BillPaymentRequest(
                    target: .account(productCode: "MOBILE", accountNumber: "13900000009"),
                    amountFen: 700), claim: key, by: principal)
        }
        #expect(throws: BackupError.ahead(path: path, lastEntry: lastEntry)) {
            try BookFollower(BookFolder(path: restored), to: path).round()
        }
        #expect(try output.bytes("copy") == before)
    }

    @Test("a file that is no copy of a book is not overwritten")
    func foreign() throws {
        let text = [UInt8](String(repeating: "precious ", count: 1_000).utf8)
        try Data(text).write(to: URL(filePath: path))
        #expect(throws: BackupError.notABook(path: path)) { try follower() }
        #expect(try output.bytes("copy") == text)
        #expect(try output.names(in: ".") == ["copy"])
    }

    @Test(
        "neither the book nor a name beside it is taken for a copy, by whatever link",
        arguments: ["book.db", "book.db-wal", "./copy", "../NAME/book.db", "link", "spare"])
    func besideBook(_ name: String) throws {
        let book = test.copy.path + "/book.db"
        var path = test.copy.path + "/" + name
        switch name {
        case "link":
            path = output.path + "/link"
            try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: book)
        case "spare":
            path = output.path + "/copy"
            try FileManager.default.createSymbolicLink(
                atPath: path + ".spare", withDestinationPath: book)
        case _:
            let last = (test.copy.path as NSString).lastPathComponent
            path = path.replacingOccurrences(of: "NAME", with: last)
        }
        let before = try test.copy.names(in: ".")
        #expect(throws: BackupError.besideBook(path: path)) {
            try BookFollower(test.book.folder, to: path).round()
        }
        if FileStamp(path) == nil, name != "spare" {
            #expect(throws: BackupError.besideBook(path: path)) { try test.back(up: path) }
        }
        #expect(try test.copy.names(in: ".") == before)
        // What is acknowledged now is in the file that has the book's name.
        let count = try test.count("journal_entry")
        try test.payPhone(key: "payment-1", by: principal)
        #expect(try BookIdentity(ofCopy: book).head?.size == count + 1)
    }

    @Test("a copy is kept by one process at a time")
    func claimed() throws {
        let first = try follower()
        #expect(throws: BackupError.inUse(path: path)) { try follower() }
        #expect(throws: BackupError.inUse(path: path)) { try test.back(up: path) }
        _ = try copied(first)
    }

    @Test("who reads an old copy, or gave it a second name, keeps it as it is")
    func kept() throws {
        let follower = try follower()
        _ = try copied(follower)
        try FileManager.default.linkItem(atPath: path, toPath: output.path + "/monday")
        let monday = try output.bytes("monday")
        let reader = try Connection(path: path, access: .read)
        try reader.snapshot {
            let count = "SELECT count(*) FROM journal_entry"
            let entries = try reader.prepare(computed: count).first { $0.integer(0) }
            for round in 1...3 {
                try test.payPhone(key: "payment-\(round)", by: principal)
                _ = try copied(follower)
            }
            #expect(try reader.prepare(computed: count).first { $0.integer(0) } == entries)
        }
        #expect(try output.bytes("monday") == monday)
        #expect(try lastEntryOfCopy() == test.count("journal_entry"))
    }

    private func follower() throws -> BookFollower {
        try BookFollower(test.book.folder, to: path)
    }

    private func copied(_ follower: BookFollower) throws -> DatabaseCopy.Outcome {
        guard case .copied(_, let outcome) = try follower.round() else {
            throw BackupError.stopped
        }
        return outcome
    }

    private func lastEntryOfCopy() throws -> Int64? {
        try BookIdentity(ofCopy: path).head?.size
    }
}
