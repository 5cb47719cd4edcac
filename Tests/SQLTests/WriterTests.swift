import Foundation
import SQL
import Synchronization
import Testing

@Suite("The writer")
struct WriterTests {
    let folder: TestFolder
    let calls = ItemSession.Calls()

    init() throws {
        folder = try TestFolder()
    }

    private func makeWriter(
        limits: WriterLimits = WriterLimits()
    ) throws -> Writer<ItemSession> {
        let (path, calls) = (folder.databasePath, calls)
        return try Writer(limits: limits) { try ItemSession(path: path, calls: calls) }
    }

    private func names() throws -> [String] { try folder.connect(.read).itemNames() }

    @Test("completes a command only after its commit")
    func completionAfterCommit() throws {
        let writer = try makeWriter()
        defer { writer.stop() }
        let path = folder.databasePath
        let done = DispatchSemaphore(value: 0)
        let seen = Mutex<Result<[String], any Error>?>(nil)
        try writer.submit({ try $0.connection.insertItem("A") }) { _ in
            let read = Result { try Connection(path: path, access: .read).itemNames() }
            seen.withLock { $0 = read }
            done.signal()
        }
        done.wait()
        #expect(try seen.withLock { $0 }?.get() == ["A"])
    }

    @Test("gives a command's answer, and throws what it threw")
    func perform() throws {
        let writer = try makeWriter()
        defer { writer.stop() }
        #expect(
            try writer.perform { session in
                try session.connection.insertItem("A")
                return 42
            } == 42)
        #expect(throws: Refusal(reason: "no")) {
            try writer.perform { session in
                try session.connection.insertItem("B")
                throw Refusal(reason: "no")
            }
        }
        #expect(try names() == ["A"])
    }

    @Test("undoes a failing command alone, and commits the rest of its batch")
    func failingAlone() throws {
        let writer = try makeWriter()
        let outcomes = Outcomes<Void>()
        let gate = Gate()
        try gate.hold(writer)
        try writer.submit(
            { try $0.connection.insertItem("A") }, completion: outcomes.completion(1))
        try writer.submit(
            { session in
                try session.connection.insertItem("B")
                try session.connection.insertItem("A")
            }, completion: outcomes.completion(2))
        try writer.submit(
            { session in
                session.netted["lost"] = 1
                throw Refusal(reason: "no")
            }, completion: outcomes.completion(3))
        try writer.submit(
            { $0.netted["C"] = 3 }, completion: outcomes.completion(4))
        gate.open()
        writer.stop()
        #expect(outcomes.order == [1, 2, 3, 4])
        #expect((outcomes.error(2) as? SQLError)?.isConstraint == true)
        #expect(outcomes.error(3) as? Refusal == Refusal(reason: "no"))
        #expect(outcomes.error(1) == nil && outcomes.error(4) == nil)
        #expect(try names() == ["A", "C"])
    }

    @Test("calls its session in order, and completions last")
    func hooks() throws {
        let writer = try makeWriter()
        let gate = Gate()
        let calls = calls
        try gate.hold(writer)
        try writer.submit({ try $0.connection.insertItem("A") }) { _ in calls.add("done A") }
        try writer.submit({ _ in throw Refusal(reason: "no") }) { _ in calls.add("done B") }
        try writer.submit({ try $0.connection.insertItem("C") }) { _ in calls.add("done C") }
        gate.open()
        writer.stop()
        #expect(
            calls.all == [
                "begin", "flush", "end",
                "begin", "begin", "undo", "begin", "flush", "end", "done A", "done B", "done C",
            ])
    }

    @Test("calls its hooks around the completions of each batch, after the commit")
    func aroundCompletions() throws {
        let writer = try makeWriter()
        let gate = Gate()
        let calls = calls
        writer.aroundCompletions(
            begin: { calls.add("before") }, end: { calls.add("after") })
        try gate.hold(writer)
        try writer.submit({ try $0.connection.insertItem("A") }) { _ in calls.add("done A") }
        try writer.submit({ try $0.connection.insertItem("B") }) { _ in calls.add("done B") }
        gate.open()
        writer.stop()
        let second = calls.all.drop { $0 != "after" }.dropFirst()
        #expect(
            Array(second) == [
                "begin", "begin", "flush", "end", "before", "done A", "done B", "after",
            ])
    }

    @Test("refuses a command when its queue is full, and never completes it")
    func queueFull() throws {
        var limits = WriterLimits()
        limits.maximumQueuedCommands = 3
        let writer = try makeWriter(limits: limits)
        let outcomes = Outcomes<Void>()
        let gate = Gate()
        try gate.hold(writer)
        for number in 1...3 {
            try writer.submit({ _ in }, completion: outcomes.completion(number))
        }
        #expect(throws: WriterError.queueFull(maximumQueuedCommands: 3)) {
            try writer.submit({ _ in }, completion: outcomes.completion(4))
        }
        gate.open()
        outcomes.wait(for: 3)
        try writer.submit({ _ in }, completion: outcomes.completion(5))
        writer.stop()
        #expect(outcomes.order == [1, 2, 3, 5])
    }

    @Test("commits no more commands at once than its limit, in the order of submission")
    func batchLimit() throws {
        var limits = WriterLimits()
        limits.maximumBatchCommands = 4
        let writer = try makeWriter(limits: limits)
        let outcomes = Outcomes<Void>()
        let gate = Gate()
        try gate.hold(writer)
        for number in 1...10 {
            try writer.submit(
                { try $0.connection.insertItem("\(number)") },
                completion: outcomes.completion(number))
        }
        gate.open()
        writer.stop()
        #expect(outcomes.order == Array(1...10))
        #expect(try names() == (1...10).map { "\($0)" })
        #expect(calls.all.filter { $0 == "flush" }.count == 1 + 3)
    }

    @Test("commits everything queued when it stops, and takes nothing after")
    func stop() throws {
        let writer = try makeWriter()
        let outcomes = Outcomes<Void>()
        let gate = Gate()
        try gate.hold(writer)
        for number in 1...500 {
            try writer.submit(
                { try $0.connection.insertItem("\(number)") },
                completion: outcomes.completion(number))
        }
        let stopped = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            writer.stop()
            stopped.signal()
        }
        // The writer is held, so `stop` cannot have returned; wait until it refuses commands.
        var isRefusing = false
        while !isRefusing {
            do {
                try writer.submit({ _ in }, completion: { _ in })
            } catch {
                #expect(error == .stopped)
                isRefusing = true
            }
            Thread.sleep(forTimeInterval: 0.001)
        }
        gate.open()
        stopped.wait()
        #expect(outcomes.order.count == 500)
        #expect(try names().count == 500)
        #expect(throws: WriterError.stopped) { try writer.perform { _ in } }
        writer.stop()
    }

    @Test("empties the write-ahead log when it stops")
    func stopCheckpoints() throws {
        let writer = try makeWriter()
        try writer.perform { try $0.connection.insertItem("A") }
        writer.stop()
        let log = folder.databasePath + "-wal"
        let exists = FileManager.default.fileExists(atPath: log)
        let size = exists ? try FileManager.default.attributesOfItem(atPath: log)[.size] : 0
        #expect(size as? Int == 0)
        #expect(try names() == ["A"])
    }

    @Test("keeps the write-ahead log near its limit")
    func checkpoints() throws {
        var limits = WriterLimits()
        limits.checkpointPages = 20
        let writer = try makeWriter(limits: limits)
        for number in 0..<200 { try writer.perform { try $0.connection.insertItem("\(number)") } }
        let pages = try writer.perform { $0.connection.logPages }
        writer.stop()
        #expect(pages < 40)
    }

    @Test("loses and doubles nothing when many threads submit at once")
    func manyThreads() throws {
        let writer = try makeWriter()
        let outcomes = Outcomes<Void>()
        let failures = Mutex<[any Error]>([])
        let (threadCount, perThread) = (8, 250)
        DispatchQueue.concurrentPerform(iterations: threadCount) { thread in
            for index in 0..<perThread {
                let number = thread * perThread + index
                do {
                    try writer.submit(
                        { try $0.connection.insertItem("\(number)") },
                        completion: outcomes.completion(number))
                } catch {
                    failures.withLock { $0.append(error) }
                }
            }
        }
        writer.stop()
        #expect(failures.withLock { $0.isEmpty })
        let all = Array(0..<threadCount * perThread)
        #expect(outcomes.order.sorted() == all)
        #expect(all.allSatisfy { outcomes.error($0) == nil })
        #expect(Set(try names()) == Set(all.map { "\($0)" }))
        for thread in 0..<threadCount {
            let own = outcomes.order.filter { $0 / perThread == thread }
            #expect(own == own.sorted(), "a thread's commands run in its order")
        }
    }

    @Test("throws what opening its session throws")
    func openFails() throws {
        let path = folder.path + "/no/such/folder.sqlite"
        let error = try #require(throws: SQLError.self) {
            try Writer { try ItemSession(path: path) }
        }
        #expect(error.code == 14)
    }
}
