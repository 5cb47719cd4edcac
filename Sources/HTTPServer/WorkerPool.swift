import Glibc

/// A few threads with one bounded queue, for work that would hold up the event loop.
///
/// `@unchecked Sendable`: everything mutable is read and written only between `lock()` and
/// `unlock()` of the pool's own mutex; `threads` is written once, before `init` returns.
public final class WorkerPool: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let workArrived: UnsafeMutablePointer<pthread_cond_t>
    private let maximumQueueLength: Int
    private var queue: [@Sendable () -> Void] = []
    // Work before this position has been taken; the array is compacted when it runs empty.
    private var queueHead = 0
    private var isDraining = false
    private var threads: [NamedThread] = []

    /// Starts the threads.
    ///
    /// - Parameters:
    ///   - maximumQueueLength: how much work may wait; work under way does not count.
    ///   - name: threads are called `name-0`, `name-1`, …
    /// - Throws: `HTTPServerError.outOfResources` when the system has no thread left.
    public init(
        threadCount: Int, maximumQueueLength: Int, name: String
    ) throws(HTTPServerError) {
        precondition(threadCount > 0 && maximumQueueLength > 0, "a pool needs threads and a queue")
        self.maximumQueueLength = maximumQueueLength
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
        workArrived = .allocate(capacity: 1)
        workArrived.initialize(to: pthread_cond_t())
        pthread_cond_init(workArrived, nil)
        do {
            for number in 0..<threadCount {
                // Threads hold the pool until `drain` ends them.
                threads.append(try NamedThread(name: "\(name)-\(number)") { self.run() })
            }
        } catch {
            drain()
            throw error
        }
    }

    deinit {
        pthread_cond_destroy(workArrived)
        workArrived.deallocate()
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Queues work; false when the queue is full or the pool is draining, and the work is dropped.
    public func submit(_ work: @escaping @Sendable () -> Void) -> Bool {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        guard !isDraining, queue.count - queueHead < maximumQueueLength else { return false }
        queue.append(work)
        pthread_cond_signal(workArrived)
        return true
    }

    /// Refuses new work, finishes all that was accepted, and ends the threads.
    ///
    /// - Precondition: not called from the pool's own work.
    public func drain() {
        pthread_mutex_lock(mutex)
        isDraining = true
        pthread_cond_broadcast(workArrived)
        pthread_mutex_unlock(mutex)
        for thread in threads { thread.join() }
    }

    private func run() {
        while let work = next() { work() }
    }

    /// The next work, waited for; nil when the pool has drained.
    private func next() -> (@Sendable () -> Void)? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while queueHead == queue.count {
            if isDraining { return nil }
            pthread_cond_wait(workArrived, mutex)
        }
        let work = queue[queueHead]
        queue[queueHead] = {}
        queueHead += 1
        if queueHead == queue.count || queueHead >= maximumQueueLength {
            queue.removeFirst(queueHead)
            queueHead = 0
        }
        return work
    }
}
