import CivilTime
import Dispatch
import Foundation
import Ledger
import SQL

/// Voids pending entries when their time has run out: by itself, from the opening of a book on.
///
/// What ran out while no process had the book open is voided at once.
final class PendingExpiry: Sendable {
    /// How late an entry is voided at most, while the writer keeps up.
    static let intervalMilliseconds = 500

    private let writer: Writer<AgencySession>
    private let readers: ReaderPool
    private let clock: @Sendable () -> Instant
    private let stopping = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    /// Starts its thread.
    init(
        writer: Writer<AgencySession>, readers: ReaderPool,
        clock: @escaping @Sendable () -> Instant
    ) {
        self.writer = writer
        self.readers = readers
        self.clock = clock
        let thread = Thread { [self] in
            repeat {
                voidWhatIsDue()
            } while stopping.wait(timeout: .now() + .milliseconds(Self.intervalMilliseconds))
                == .timedOut
            ended.signal()
        }
        thread.name = "pending expiry"
        thread.start()
    }

    /// Ends it, and waits for a round that is under way.
    func stop() {
        stopping.signal()
        ended.wait()
        // A second call finds the thread ended as well.
        ended.signal()
    }

    private func voidWhatIsDue() {
        do {
            while try isSomethingDue() {
                let count = try writer.perform { try $0.voidExpired() }
                guard count == Journal.maximumExpiriesPerCommand else { return }
            }
        } catch {
            // The writer is full, stopping, or has no disk: the next round tries again, and a
            // payment that fails for the same reason is what tells the operator.
        }
    }

    private func isSomethingDue() throws -> Bool {
        guard let due = try readers.read({ try LedgerReader($0).nextExpiry() }) else {
            return false
        }
        return due <= clock()
    }
}

extension AgencySession {
    /// Voids pending entries whose time has run out, up to a number, and gives how many.
    func voidExpired() throws -> Int {
        try journal.voidExpired(at: now).count
    }
}
