import CivilTime
import Dispatch
import Foundation
import Ledger
import SQL

/// Voids pending entries, and frees the seats of reservations, when their time has run out: by
/// itself, from the opening of a book on.
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
                let isMoreDue = try writer.perform { session in
                    let voided = try session.voidExpired()
                    let freed = try session.expireReservations()
                    return voided == Journal.maximumExpiriesPerCommand
                        || freed == AgencySession.maximumExpiredReservations
                }
                guard isMoreDue else { return nil }
            }
            return nil
        } catch {
            let text = "pending entries whose time has run out are not voided: \(error)"
            if text != failure { report(text) }
            return text
        }
    }

    private func isSomethingDue() throws -> Bool {
        let now = clock()
        return try readers.read { connection in
            if let due = try LedgerReader(connection).nextExpiry(), due <= now { return true }
            return try connection.prepare(
                """
                SELECT 1 FROM ticket_reservation WHERE state = 'reserved' AND expires_at <= $1
                """
            ).first(.integer(now.millisecondsSinceEpoch)) { _ in true } ?? false
        }
    }
}

extension AgencySession {
    /// Voids pending entries whose time has run out, up to a number, and gives how many.
    func voidExpired() throws -> Int {
        try journal.voidExpired(at: now).count
    }
}
