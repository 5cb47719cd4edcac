import Agency
import Synchronization

/// Releases settlement files while a server runs, and tries again what is held back.
final class SettlementReleaser: Sendable {
    /// How long a file that is held back waits for the next try, in milliseconds.
    static let retryMilliseconds = 60_000

    private struct State {
        var isStopped = false
        var isRetryDue = false
        /// What was logged of files that are held back; the same is not logged again.
        var told: Set<String> = []
    }

    private let exchange: SettlementExchange
    private let log: Log
    private let after: PartnerDesk.Timer
    private let state = Mutex(State())

    init(
        exchange: SettlementExchange, log: Log,
        after: @escaping PartnerDesk.Timer = PartnerDesk.systemTimer
    ) {
        self.exchange = exchange
        self.log = log
        self.after = after
    }

    /// Writes the files that are due; what is held back by a full disk, say, is tried again.
    func release() {
        state.withLock { state in
            guard !state.isStopped else { return }
            let heldBack = releaseAll(told: state.told)
            state.told = Set(heldBack)
            guard !heldBack.isEmpty, !state.isRetryDue else { return }
            state.isRetryDue = true
            after(Self.retryMilliseconds) { [weak self] in self?.retry() }
        }
    }

    /// Waits for a round that is under way; none begins afterwards.
    func stop() {
        state.withLock { $0.isStopped = true }
    }

    /// Gives what is held back in words, and logs of it what was not told before.
    private func releaseAll(told: Set<String>) -> [String] {
        do {
            let release = try exchange.releaseAll()
            for file in release.files {
                log.info("settlement file released", ["file": file.name])
            }
            for file in release.heldBack where !told.contains(file.description) {
                log.error(
                    "a settlement file is held back and tried again each minute",
                    [
                        "file": file.fileName, "partner": file.partnerCode,
                        "error": "\(file.cause)",
                    ])
            }
            return release.heldBack.map(\.description)
        } catch {
            let text = "\(error)"
            if !told.contains(text) {
                log.error("settlement files cannot be read; tried again", ["error": text])
            }
            return [text]
        }
    }

    private func retry() {
        state.withLock { $0.isRetryDue = false }
        release()
    }
}
