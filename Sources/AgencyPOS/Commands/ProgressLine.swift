import Foundation
import Ledger

/// Tells on standard error how far a long command has come, at most once a second.
///
/// A command that is done within the first second tells nothing.
final class ProgressLine {
    private static let pause = Duration.seconds(1)

    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    private var last: ContinuousClock.Instant

    init() {
        start = clock.now
        last = start
    }

    /// Tells a text, unless it told another less than a second before.
    func tell(_ text: @autoclosure () -> String) {
        let now = clock.now
        guard last.duration(to: now) >= Self.pause else { return }
        last = now
        say(text())
    }

    /// Tells of the ledger's audit: entries, their share, the pace, and the time that is left.
    func tell(_ progress: LedgerAudit.Progress) {
        tell(Self.text(progress, seconds: start.duration(to: last).components.seconds))
    }

    /// Tells a text that must not be missed.
    func say(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }

    /// - Parameter seconds: since the audit began.
    static func text(_ progress: LedgerAudit.Progress, seconds: Int64) -> String {
        let (done, total) = (progress.entriesChecked, max(progress.lastEntry, 1))
        // Numbers of a damaged file may be anything.
        let percent = min(100, total < 100 ? done * 100 / total : done / (total / 100))
        let pace = (done - progress.resumedAfter) / max(seconds, 1)
        let left = pace > 0 ? "\(max(0, progress.lastEntry - done) / pace) s left" : "time unknown"
        return "ledger: \(done) of \(progress.lastEntry) entries, \(percent) %, \(pace)/s, \(left)"
    }
}
