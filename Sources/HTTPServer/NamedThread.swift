import CMicroHTTPD
import Glibc
import Synchronization

/// A thread of the system with a name that tools show, joined exactly once.
final class NamedThread: Sendable {
    private final class Start: Sendable {
        let name: String
        let work: @Sendable () -> Void

        init(name: String, work: @escaping @Sendable () -> Void) {
            self.name = name
            self.work = work
        }
    }

    private let handle: Mutex<pthread_t?>

    /// Starts the thread.
    ///
    /// - Parameter name: the system keeps its first 15 bytes.
    /// - Throws: `HTTPServerError.outOfResources` when the system has no thread left.
    init(name: String, _ work: @escaping @Sendable () -> Void) throws(HTTPServerError) {
        let start = Unmanaged.passRetained(Start(name: String(name.prefix(15)), work: work))
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
                http_name_this_thread(start.name)
                start.work()
                return nil
            }, start.toOpaque())
        guard code == 0 else {
            start.release()
            throw .outOfResources(what: "thread \(name)", code: code)
        }
        handle = Mutex(thread)
    }

    /// Waits until the thread has ended; later calls return at once.
    func join() {
        let thread = handle.withLock { handle in
            defer { handle = nil }
            return handle
        }
        if let thread { pthread_join(thread, nil) }
    }
}
