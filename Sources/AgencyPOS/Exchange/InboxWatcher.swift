import Agency

/// Takes what partners lay into their inboxes while a server runs, each minute.
final class InboxWatcher: Sendable {
    static let intervalMilliseconds = 60_000

    private let rounds: RepeatedRound
    private let after: PartnerDesk.Timer

    init(
        inbox: PartnerInbox, log: Log,
        after: @escaping PartnerDesk.Timer = PartnerDesk.systemTimer
    ) {
        self.after = after
        rounds = RepeatedRound(
            after: .always, pauseMilliseconds: Self.intervalMilliseconds,
            failure: "the inboxes cannot be read; tried again", log: log, timer: after
        ) {
            let round = try inbox.receiveAll()
            for item in round.items where !item.isRepeated { Self.tell(item.file, log) }
            return round.faults.map { fault in
                RepeatedRound.Fault(
                    text: fault, message: "a partner's file cannot be taken; tried again",
                    fields: ["error": fault])
            }
        }
    }

    /// Begins; the first round comes at once, on another thread.
    func start() {
        after(0) { [weak rounds] in rounds?.run() }
    }

    /// Waits for a round that is under way; none begins afterwards.
    func stop() { rounds.stop() }

    private static func tell(_ file: PartnerFile, _ log: Log) {
        switch file.state {
        case .accepted, .waiting:
            log.info(
                "partner file received", ["file": file.name, "status": file.state.rawValue])
        case .quarantined, .rejected:
            log.warning(
                "partner file refused",
                [
                    "file": file.name, "status": file.state.rawValue,
                    "fault": file.fault ?? "", "reason": file.reason,
                ])
        }
    }
}
