import Foundation
import Synchronization

/// Turns SIGINT and SIGTERM into a question that work asks, so that it can clean up before it ends.
enum Interruption {
    private static let signal = Atomic<Int32>(0)

    /// Whether a signal has come since ``watch()``.
    static var isRequested: Bool { signal.load(ordering: .relaxed) != 0 }

    /// Starts to catch the signals; programs that are started get the system's own behaviour.
    static func watch() {
        // The first use of a lazy value is not for a signal handler.
        _ = isRequested
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in [SIGINT, SIGTERM] {
            Foundation.signal(number) { Interruption.signal.store($0, ordering: .relaxed) }
            sigaddset(&signals, number)
        }
        // Whoever started this process may have left them blocked.
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }

    /// Ends the process as the signal would have done.
    static func end() {
        let number = signal.load(ordering: .relaxed)
        Foundation.signal(number, SIG_DFL)
        raise(number)
    }
}
