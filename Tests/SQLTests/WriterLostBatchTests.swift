import Foundation
import SQL
import Testing

@Suite("A writer that loses a batch")
struct WriterLostBatchTests {
    let folder: TestFolder
    let writer: Writer<ItemSession>
    let outcomes = Outcomes<Void>()
    let gate = Gate()

    init() throws {
        folder = try TestFolder()
        let path = folder.databasePath
        writer = try Writer { try ItemSession(path: path) }
    }

    private func names() throws -> [String] { try folder.connect(.read).itemNames() }

    private func insert(_ number: Int) throws {
        try writer.submit(
            { try $0.connection.insertItem("\(number)") }, completion: outcomes.completion(number))
    }

    private func isRolledBack(_ number: Int) -> Bool {
        guard let error = outcomes.error(number) as? WriterError else { return false }
        switch error {
        case .batchRolledBack: return true
        case .queueFull, .stopped: return false
        }
    }

    @Test("because its netted part is refused fails every command of it, and goes on")
    func flushRefused() throws {
        try gate.hold(writer)
        try insert(1)
        try writer.submit({ $0.netted["1"] = 1 }, completion: outcomes.completion(2))
        try writer.submit(
            { _ in throw Refusal(reason: "own") }, completion: outcomes.completion(3))
        gate.open()
        outcomes.wait(for: 3)
        try writer.perform { try $0.connection.insertItem("after") }
        writer.stop()
        #expect([1, 2, 3].allSatisfy(isRolledBack))
        #expect(try names() == ["after"])
    }

    @Test("because its session throws tells no command of an error that is not its own")
    func flushThrows() throws {
        try gate.hold(writer)
        try writer.submit(
            { $0.flushError = Refusal(reason: "flush") }, completion: outcomes.completion(1))
        try insert(2)
        gate.open()
        outcomes.wait(for: 2)
        try writer.perform { try $0.connection.insertItem("after") }
        writer.stop()
        #expect([1, 2].allSatisfy(isRolledBack))
        #expect(try names() == ["after"])
    }

    /// What a command does once its error has ended the transaction.
    enum Ending: CaseIterable {
        case throwsIt, throwsOther, swallowsIt
    }

    @Test(
        "because one command ended the transaction fails what it began, and runs the rest anew",
        arguments: Ending.allCases)
    func transactionEnded(ending: Ending) throws {
        try writer.perform { try $0.connection.insertItem("taken") }
        try gate.hold(writer)
        try insert(1)
        try writer.submit(
            { session in
                do {
                    try session.connection.execute(
                        script: "INSERT OR ROLLBACK INTO item (name, size) VALUES ('taken', 1)")
                } catch {
                    switch ending {
                    case .throwsIt: throw error
                    case .throwsOther: throw Refusal(reason: "limit")
                    case .swallowsIt: break
                    }
                }
            }, completion: outcomes.completion(2))
        try insert(3)
        try insert(4)
        gate.open()
        writer.stop()
        #expect(outcomes.order == [1, 2, 3, 4])
        // The first command must not be told of the second one's refusal.
        #expect([1, 2].allSatisfy(isRolledBack))
        #expect(outcomes.error(3) == nil && outcomes.error(4) == nil)
        #expect(try names() == ["taken", "3", "4"])
    }

    @Test("to a full disk loses nothing acknowledged, and writes again once there is room")
    func fullDisk() throws {
        let pageLimit: Int64 = 60
        try writer.perform { session in
            try session.connection.execute(script: "PRAGMA max_page_count = \(pageLimit)")
        }
        let total = 200
        let padding = String(repeating: "x", count: 1_500)
        for number in 0..<total {
            try writer.submit(
                { try $0.connection.insertItem("\(number) \(padding)") },
                completion: outcomes.completion(number))
        }
        outcomes.wait(for: total)
        let failed = (0..<total).filter { outcomes.error($0) != nil }
        #expect(outcomes.order.count == total)
        #expect(failed.contains(where: isRolledBack), "the disk was never full")
        for number in failed where !isRolledBack(number) {
            #expect((outcomes.error(number) as? SQLError)?.isStorageFull == true)
        }
        let kept = Set(try names())
        for number in 0..<total {
            let isAcknowledged = outcomes.error(number) == nil
            #expect(kept.contains("\(number) \(padding)") == isAcknowledged, "\(number)")
        }
        try writer.perform { session in
            try session.connection.execute(script: "PRAGMA max_page_count = 100000")
        }
        try writer.perform { try $0.connection.insertItem("room \(padding)") }
        writer.stop()
        #expect(Set(try names()) == kept.union(["room \(padding)"]))
        #expect(try folder.connect(.read).text("PRAGMA integrity_check") == "ok")
    }

    @Test("before it began tells every command")
    func cannotBegin() throws {
        // Another connection holds the write lock for as long as the batch tries to begin.
        try writer.perform { try $0.connection.execute(script: "PRAGMA busy_timeout = 1") }
        try gate.hold(writer)
        try insert(1)
        try insert(2)
        gate.open()
        outcomes.wait(for: 2)
        let other = try folder.connect()
        try other.transaction {
            try insert(3)
            try insert(4)
            outcomes.wait(for: 2)
        }
        try insert(5)
        writer.stop()
        #expect([3, 4].allSatisfy(isRolledBack))
        #expect(try names() == ["1", "2", "5"])
    }
}
