import Agency
import Synchronization

/// Takes what partners lay into their inboxes while a server runs, each minute.
final class InboxWatcher: Sendable {
    static let intervalMilliseconds = 60_000

    private struct State {
        var isStopped = false
        /// What was logged of files that cannot be taken; the same is not logged again.
        var told: Set<String> = []
    }

    private let inbox: PartnerInbox
    private let log: Log
    private let after: PartnerDesk.Timer
    private let state = Mutex(State())

    init(
        inbox: PartnerInbox, log: Log,
        after: @escaping PartnerDesk.Timer = PartnerDesk.systemTimer
    ) {
        self.inbox = inbox
        self.log = log
        self.after = after
    }

    /// Begins; the first round comes at once, on another thread.
    func start() {
        after(0) { [weak self] in self?.round() }
    }

    /// Waits for a round that is under way; none begins afterwards.
    func stop() {
        state.withLock { $0.isStopped = true }
    }

    private func round() {
        state.withLock { state in
            guard !state.isStopped else { return }
            let faults = receive(told: state.told)
            state.told = Set(faults)
            after(Self.intervalMilliseconds) { [weak self] in self?.round() }
        }
    }

    private func receive(told: Set<String>) -> [String] {
        do {
            let round = try inbox.receiveAll()
            for item in round.items where !item.isRepeated {
                let file = item.file
                switch file.state {
                case .accepted, .waiting:
                    log.info(
                        "partner file received",
                        ["file": file.name, "status": file.state.rawValue])
                case .quarantined, .rejected:
                    log.warning(
                        "partner file refused",
                        [
                            "file": file.name, "status": file.state.rawValue,
                            "fault": file.fault ?? "", "reason": file.reason,
                        ])
                }
            }
            for fault in round.faults where !told.contains(fault) {
                log.error("a partner's file cannot be taken; tried again", ["error": fault])
            }
            return round.faults
        } catch {
            let text = "\(error)"
            if !told.contains(text) {
                log.error("the inboxes cannot be read; tried again", ["error": text])
            }
            return [text]
        }
    }
}
