import Dispatch
import Foundation
import SQL
import Synchronization
import Testing

@Suite("The reader pool")
struct ReaderPoolTests {
    let folder: TestFolder
    let writer: Connection

    init() throws {
        folder = try TestFolder()
        writer = try folder.connectWithItems()
    }

    @Test("reads a snapshot that a concurrent commit does not touch")
    func snapshot() throws {
        let pool = ReaderPool(path: folder.databasePath)
        try writer.insertItem("A")
        let counts = try pool.read { connection -> [Int64?] in
            let before = try connection.number("SELECT count(*) FROM item")
            try writer.insertItem("B")
            return [before, try connection.number("SELECT count(*) FROM item")]
        }
        #expect(counts == [1, 1])
        #expect(try pool.read { try $0.number("SELECT count(*) FROM item") } == 2)
    }

    // A type of its own, for the closures over a tuple have names that are not known to be a
    // mutex's: see scripts/thread-sanitizer.suppressions.
    private struct Readers {
        var now = 0
        var most = 0
    }

    @Test("never runs more reads at once than it has connections")
    func bounded() throws {
        let limit = 3
        let pool = ReaderPool(path: folder.databasePath, maximumConnections: limit)
        let running = Mutex(Readers())
        let failures = Mutex<[any Error]>([])
        let full = DispatchSemaphore(value: 0)
        let proceed = DispatchSemaphore(value: 0)
        let done = DispatchSemaphore(value: 0)
        let readCount = limit * 3
        for _ in 0..<readCount {
            Thread.detachNewThread {
                do {
                    try pool.read { connection in
                        running.withLock { readers in
                            readers.now += 1
                            readers.most = max(readers.most, readers.now)
                        }
                        _ = try connection.itemNames()
                        full.signal()
                        proceed.wait()
                        running.withLock { $0.now -= 1 }
                    }
                } catch {
                    failures.withLock { $0.append(error) }
                }
                done.signal()
            }
        }
        for _ in 0..<limit { full.wait() }
        // All connections are lent: whoever waits for a fourth does so in vain for now.
        #expect(full.wait(timeout: .now() + .milliseconds(50)) == .timedOut)
        for _ in 0..<readCount { proceed.signal() }
        for _ in 0..<readCount { done.wait() }
        #expect(running.withLock { $0.most } == limit)
        #expect(running.withLock { $0.now } == 0)
        #expect(failures.withLock { $0.isEmpty })
    }

    @Test("gives its permit back when a read throws, and goes on")
    func throwing() throws {
        let pool = ReaderPool(path: folder.databasePath, maximumConnections: 1)
        for _ in 0..<3 {
            #expect(throws: Refusal(reason: "no")) {
                try pool.read { _ in throw Refusal(reason: "no") }
            }
        }
        #expect(try pool.read { try $0.itemNames() } == [])
    }

    @Test("lends connections that cannot write")
    func readOnly() throws {
        let pool = ReaderPool(path: folder.databasePath)
        #expect(throws: SQLError.self) { try pool.read { try $0.insertItem("A") } }
        #expect(try writer.itemNames() == [])
    }

    @Test("of a file that is missing throws at the read")
    func missing() {
        let pool = ReaderPool(path: folder.path + "/none.sqlite")
        #expect(throws: SQLError.self) { try pool.read { try $0.itemNames() } }
    }
}
