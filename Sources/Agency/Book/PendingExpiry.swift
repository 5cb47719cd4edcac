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
    private let report: @Sendable (String) -> Void
    private let stopping = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    /// Starts its thread.
    ///
    /// - Parameter report: hears of what kept entries from being voided, once for each cause.
    init(
        writer: Writer<AgencySession>, readers: ReaderPool,
        clock: @escaping @Sendable () -> Instant, report: @escaping @Sendable (String) -> Void
    ) {
        self.writer = writer
        self.readers = readers
        self.clock = clock
        self.report = report
        let thread = Thread { [self] in
            var failure: String?
            repeat {
                failure = voidWhatIsDue(after: failure)
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

    /// - Parameter failure: what the round before met, which is not told again.
    /// - Returns: what this round met, such as a full disk; the next one tries again.
    private func voidWhatIsDue(after failure: String?) -> String? {
        do {
            while try isSomethingDue() {
                let count = try writer.perform { try $0.voidExpired() }
                guard count == Journal.maximumExpiriesPerCommand else { return nil }
            }
            return nil
        } catch {
            let text = "pending entries whose time has run out are not voided: \(error)"
            if text != failure { report(text) }
            return text
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
