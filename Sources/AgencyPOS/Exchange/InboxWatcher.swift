import Agency

/// Takes what partners lay into their inboxes while a server runs, reconciles and acknowledges it.
final class InboxWatcher: Sendable {
    static let intervalMilliseconds = 60_000

    private let rounds: RepeatedRound
    private let after: PartnerDesk.Timer

    init(
        book: Book, inbox: PartnerInbox, log: Log,
        after: @escaping PartnerDesk.Timer = PartnerDesk.systemTimer
    ) {
        self.after = after
        let reconciler = Reconciler(book: book)
        let acknowledgements = AcknowledgementExchange(book: book)
        rounds = RepeatedRound(
            after: .always, pauseMilliseconds: Self.intervalMilliseconds,
            failure: "the inboxes cannot be read; tried again", log: log, timer: after
        ) {
            let round = try inbox.receiveAll()
            for item in round.items where !item.isRepeated { log.add(item) }
            let compared = try reconciler.reconcileAll()
            for done in compared.reconciled { Self.tell(done, log) }
            let told = try acknowledgements.releaseAll()
            for file in told.files {
                log.info(
                    "partner file acknowledged",
                    [
                        "file": file.name, "acknowledged": file.partnerFileName,
                        "verdict": file.verdict.rawValue,
                    ])
            }
            for day in try book.noteOverdueFiles() { Self.tell(day, log) }
            return round.faults.map {
                Self.fault($0, "a partner's file cannot be taken; tried again")
            }
                + compared.faults.map {
                    Self.fault($0, "a partner's file cannot be reconciled; tried again")
                }
                + told.faults.map {
                    Self.fault($0, "a partner's file cannot be acknowledged; tried again")
                }
        }
    }

    /// Begins; the first round comes at once, on another thread.
    func start() {
        after(0) { [weak rounds] in rounds?.run() }
    }

    /// Waits for a round that is under way; none begins afterwards.
    func stop() { rounds.stop() }

    private static func fault(_ text: String, _ message: String) -> RepeatedRound.Fault {
        RepeatedRound.Fault(text: text, message: message, fields: ["error": text])
    }

    private static func tell(_ day: PartnerDay, _ log: Log) {
        let fields: KeyValuePairs = [
            "partner": day.partnerCode, "business_date": day.date.description,
        ]
        switch day.state {
        case .escalated: log.error("partner file missing for too long; call the partner", fields)
        case .overdue: log.warning("partner file overdue", fields)
        case .notExpected, .expected, .waiting, .received, .agreed, .differing: break
        }
    }

    private static func tell(_ done: Reconciliation, _ log: Log) {
        log.info(
            "partner file reconciled",
            [
                "file": done.fileName, "difference_fen": "\(done.differenceFen)",
                "exceptions": "\(done.exceptionCount)", "cleared": "\(done.clearedCount)",
            ])
    }
}

extension Log {
    /// Adds a line for what a partner sent.
    func add(_ item: PartnerInbox.Round.Item) {
        let file = item.file
        switch file.state {
        case .accepted, .waiting:
            info(
                "partner file received",
                [
                    "file": file.name, "partner": file.partnerCode, "status": file.state.rawValue,
                ])
        case .quarantined, .rejected:
            warning(
                "partner file refused",
                [
                    "file": file.name, "partner": file.partnerCode, "status": file.state.rawValue,
                    "fault": file.fault ?? "", "reason": file.reason,
                ])
        }
        if let acknowledgement = item.acknowledgement { add(acknowledgement) }
    }

    /// Adds a line for what a partner said of a file of ours.
    func add(_ acknowledgement: SettlementAcknowledgement) {
        let fields: KeyValuePairs = [
            "file": acknowledgement.fileName, "verdict": acknowledgement.verdict.rawValue,
            "items": "\(acknowledgement.itemCount)",
        ]
        switch acknowledgement.verdict {
        case .accepted: info("settlement file acknowledged", fields)
        case .partly:
            warning(
                "the partner disagrees with lines of a settlement file; look at its items", fields)
        case .rejected:
            warning(
                "settlement file rejected by the partner; call it and resend or correct",
                ["file": acknowledgement.fileName, "fault": acknowledgement.fault])
        }
    }
}
