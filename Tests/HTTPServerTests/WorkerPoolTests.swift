import Synchronization
import Testing

@testable import HTTPServer

@Suite struct WorkerPoolTests {
    @Test func `all accepted work is done before drain returns`() throws {
        let pool = try WorkerPool(threadCount: 4, maximumQueueLength: 10_000, name: "pool")
        let done = Counter()
        var accepted = 0
        for _ in 0..<10_000 where pool.submit({ done.increment() }) { accepted += 1 }
        pool.drain()
        #expect(accepted == 10_000)
        #expect(done.value == accepted)
    }

    @Test func `a full queue refuses work until there is room`() async throws {
        let pool = try WorkerPool(threadCount: 1, maximumQueueLength: 2, name: "pool")
        let started = Collected<Bool>()
        let gate = Mutex(false)
        let done = Counter()
        let isOpen: @Sendable () -> Bool = { gate.withLock { $0 } }
        #expect(
            pool.submit {
                started.append(true)
                while !isOpen() {}
                done.increment()
            })
        await started.wait(for: 1)
        #expect(pool.submit { done.increment() })
        #expect(pool.submit { done.increment() })
        #expect(!pool.submit { done.increment() })
        gate.withLock { $0 = true }
        while done.value < 3 { await Task.yield() }
        #expect(pool.submit { done.increment() })
        pool.drain()
        #expect(done.value == 4)
    }

    @Test func `one thread works in the order of submission`() throws {
        let pool = try WorkerPool(threadCount: 1, maximumQueueLength: 1_000, name: "pool")
        let seen = Collected<Int>()
        for number in 0..<1_000 {
            while !pool.submit({ seen.append(number) }) {}
        }
        pool.drain()
        #expect(seen.values == Array(0..<1_000))
    }

    @Test func `a drained pool refuses work`() throws {
        let pool = try WorkerPool(threadCount: 2, maximumQueueLength: 10, name: "pool")
        pool.drain()
        pool.drain()
        #expect(!pool.submit {})
    }
}
