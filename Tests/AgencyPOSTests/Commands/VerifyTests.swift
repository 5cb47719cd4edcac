import Agency
import CivilTime
import Foundation
import Ledger
import SQL
import Testing

@testable import AgencyPOS

@Suite(.serialized) struct VerifyTests {
    static let entryCount = 24_000
    static let entriesPerBatch = 200
    /// How often a check may come to its end before it is killed.
    static let maximumAttempts = 20
    static let patienceSeconds = 60.0

    /// A demo book with so many entries that a check of it can be met on its way.
    private func bigBook() throws -> TemporaryFolder {
        let folder = try DemoNetwork.copy()
        let connection = try Connection(path: folder.path + "/book.db", access: .write)
        let journal = Journal(connection: connection)
        let code = try #require(AccountCode("1001.T1"))
        let other = try #require(AccountCode("2202.T1"))
        let instant = Instant(millisecondsSinceEpoch: 1_795_219_200_000)
        var accounts: [ID<Account>] = []
        for batch in 0...Self.entryCount / Self.entriesPerBatch {
            try connection.transaction {
                journal.commandWillBegin()
                if batch == 0 {
                    accounts = try [code, other].map {
                        try journal.openAccount(
                            code: $0, name: "test", type: .asset, currency: .renminbi)
                    }
                } else {
                    for _ in 0..<Self.entriesPerBatch {
                        _ = try journal.post(
                            NewEntry(
                                kind: EntryKind("test"), narrative: "a test", source: nil,
                                postings: [.debit(accounts[0], 7), .credit(accounts[1], 7)]),
                            at: instant)
                    }
                }
                try journal.batchWillCommit()
            }
            journal.batchDidEnd(isCommitted: true)
        }
        return folder
    }

    /// Starts a check and kills it as soon as it has kept a state.
    ///
    /// - Returns: whether it was killed on its way.
    private func killOnItsWay(_ folder: TemporaryFolder) throws -> Bool {
        let program = try ChildProgram(
            ["verify", "--data", folder.path, "--state-interval", "0"])
        let deadline = Date(timeIntervalSinceNow: Self.patienceSeconds)
        while program.isRunning, !hasState(folder), Date.now < deadline {
            Thread.sleep(forTimeInterval: 0.001)
        }
        _ = program.end(SIGKILL)
        return program.endedBySignal
    }

    private func hasState(_ folder: TemporaryFolder) -> Bool {
        FileManager.default.fileExists(atPath: folder.path + "/verify.state")
    }

    @Test("a check that was killed goes on where it was, and leaves nothing when it is done")
    func resume() throws {
        let folder = try bigBook()
        var attempts = 0
        while try !killOnItsWay(folder), attempts < Self.maximumAttempts { attempts += 1 }
        try #require(hasState(folder))
        let outcome = try Program.run(["verify", "--resume", "--data", folder.path])
        #expect(outcome.code == 0, "\(outcome)")
        let place = try #require(
            outcome.errors.split(separator: "\n").first { $0.hasPrefix("went on after entry ") })
        let number = try #require(place.split(separator: " ").last.flatMap { Int($0) })
        #expect((1...Self.entryCount).contains(number))
        #expect(outcome.output.contains("verified: "), "\(outcome)")
        #expect(!hasState(folder))
        let again = try Program.run(["verify", "--resume", "--data", folder.path])
        #expect(again.code == 0)
        #expect(again.errors.contains("no state of this book was kept"))
        #expect(again.output == outcome.output)
    }

    @Test("a state with any byte changed is passed over")
    func damagedState() throws {
        let folder = try bigBook()
        let file = AuditStateFile(BookFolder(path: folder.path))
        var kept: LedgerAuditState?
        try BookFolder(path: folder.path).openReaders().read { connection in
            _ = try LedgerAudit(
                connection,
                resumption: .init(
                    start: nil, isDue: { kept == nil },
                    keep: {
                        kept = $0
                        try file.keep($0)
                    })
            ).run()
        }
        #expect(kept != nil && file.read() == kept)
        let url = URL(fileURLWithPath: file.path)
        let bytes = try Data(contentsOf: url)
        // Every hundredth or so, and each of the head and the tail.
        let places =
            Array(0..<100) + stride(from: 100, to: bytes.count, by: 97)
            + Array(bytes.count - 100..<bytes.count)
        for place in places {
            var damaged = bytes
            damaged[place] ^= 0x10
            try damaged.write(to: url)
            #expect(file.read() == nil, "byte \(place)")
        }
        try file.remove()
        #expect(file.read() == nil)
        try file.remove()
    }

    @Test(
        "progress tells entries, share, pace and what is left",
        arguments: [
            (5_000, 20_000, 0, 10, "5000 of 20000 entries, 25 %, 500/s, 30 s left"),
            (15_000, 20_000, 10_000, 5, "15000 of 20000 entries, 75 %, 1000/s, 5 s left"),
            (0, 0, 0, 0, "0 of 0 entries, 0 %, 0/s, time unknown"),
            (9, 3, 0, 1, "9 of 3 entries, 100 %, 9/s, 0 s left"),
        ] as [(Int64, Int64, Int64, Int64, String)])
    func progress(_ done: Int64, _ last: Int64, _ resumed: Int64, _ seconds: Int64, _ text: String)
    {
        let progress = LedgerAudit.Progress(
            entriesChecked: done, lastEntry: last, resumedAfter: resumed)
        #expect(ProgressLine.text(progress, seconds: seconds) == "ledger: " + text)
    }
}
